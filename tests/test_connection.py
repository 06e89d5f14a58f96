"""A session's I/O, on a channel in memory: reader, writer, planners and clocks."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest

from capserver.inputs import Binary, Detached, Framed, Opened, Over, Planned, TokenRefused, Wrote
from capserver.outbox import Goodbye
from capserver.planners.scripted import PuppetPlanner
from capserver.prompt import CallClosed, CallDelta, CallOpened, Delta, Prompt, Stopped, TextDelta
from tests.live import PATIENCE, Frame, resume
from tests.pipe import House, Pipe

LINE = "x" * 500


@pytest.fixture
def puppet() -> PuppetPlanner:
    return PuppetPlanner()


@pytest.fixture
async def house(puppet: PuppetPlanner) -> AsyncIterator[House]:
    house = House(puppet)
    yield house
    await house.aclose()


def instruct(given: str = "t1", **more: Any) -> Frame:
    return {"type": "instruct", "id": given, "text": "do something", **more}


def wave(index: int = 0) -> list[Delta]:
    return [CallOpened(index, "wave"), CallDelta(index, "{}"), CallClosed(index)]


async def test_frames_are_written_in_the_order_in_which_the_session_sent_them(
    house: House, puppet: PuppetPlanner
) -> None:
    pipe = Pipe()
    house.connect(pipe)
    pipe.say(instruct())
    await puppet.next_prompt()
    puppet.send(TextDelta("One."), *wave(), TextDelta("Two."), Stopped("end"))
    heard = [await pipe.hear() for _ in range(5)]
    assert [frame["type"] for frame in heard if isinstance(frame, dict)] == [
        "welcome",
        "turn.started",
        "text",
        "command",
        "text",
    ]
    assert isinstance(heard[3], dict)
    pipe.say({"type": "result", "id": heard[3]["id"], "ok": True})
    assert (await pipe.next("turn.ended"))["status"] == "completed"
    assert len(house.observed) > 5


async def test_a_binary_frame_is_answered_by_an_error(house: House) -> None:
    pipe = Pipe()
    house.connect(pipe)
    pipe.say(b"\x00")
    assert (await pipe.next("error"))["code"] == "invalid_frame"
    pipe.say({"type": "ping", "t": 1})
    await pipe.next("pong")


@pytest.mark.parametrize(
    ("code", "over"), [(1000, True), (4500, True), (1001, False), (4509, False), (1005, False)]
)
async def test_a_client_that_closes_ends_its_session_or_leaves_it_detached(
    house: House, code: int, over: bool
) -> None:
    pipe = Pipe()
    connection = house.connect(pipe)
    await pipe.next("welcome")
    pipe.say(code)
    await house.gone()
    assert connection.session.over is over
    assert not connection.session.attached or over
    assert house.over.is_set() is over


async def test_the_server_says_all_before_it_closes(house: House) -> None:
    pipe = Pipe()
    connection = house.connect(pipe)
    pipe.say({"type": "ping", "t": 1})
    await pipe.next("pong")
    connection.close(4029, "too many frames")
    assert await pipe.hear() == Goodbye(4029, "too many frames")
    await house.gone()
    assert not connection.session.over
    connection.close(1000, "nobody is there")


async def test_a_refused_token_ends_the_session(house: House) -> None:
    pipe = Pipe()
    connection = house.connect(pipe)
    pipe.say({"type": "auth", "token": "good"})
    pipe.say({"type": "auth", "token": "bad"})
    assert (await pipe.next("error"))["code"] == "unauthorized"
    goodbye = await pipe.hear()
    assert isinstance(goodbye, Goodbye)
    assert goodbye.code == 4501
    await house.gone()
    assert connection.session.over


async def test_observers_hear_in_order_of_all_that_a_session_is_given(
    house: House, puppet: PuppetPlanner
) -> None:
    pipe = Pipe()
    house.connect(pipe)
    pipe.say(instruct())
    await puppet.next_prompt()
    puppet.send(*wave(), Stopped("end"))
    await pipe.next("command")
    pipe.say(b"\x00")
    await pipe.next("error")
    pipe.say({"type": "auth", "token": "bad"})
    await house.gone()
    kinds = [type(given) for given in house.given if not isinstance(given, Wrote)]
    assert kinds == [Opened, Framed, *[Planned] * 4, Binary, Framed, TokenRefused, Over, Detached]
    assert [given.seq for given in house.given if isinstance(given, Wrote)] == [1, 2, 3, 4]


async def test_flooding_closes_the_socket_and_leaves_the_session(puppet: PuppetPlanner) -> None:
    house = House(puppet, frames_per_second=1)
    pipe = Pipe()
    connection = house.connect(pipe)
    for _ in range(12):
        pipe.say("no JSON")
    while isinstance(heard := await pipe.hear(), dict):
        pass
    assert heard.code == 4029
    await house.gone()
    assert not connection.session.over
    await house.aclose()


# another socket


async def test_the_newest_socket_wins(house: House) -> None:
    first, second = Pipe(), Pipe()
    connection = house.connect(first)
    welcome = await first.next("welcome")
    assert house.connect(second, resume(welcome)) is connection
    assert (await second.next("welcome"))["resumed"] is True
    assert await first.hear() == Goodbye(4509, "resumed elsewhere")
    await house.gone(0)
    assert connection.session.attached
    second.say({"type": "ping", "t": 1})
    await second.next("pong")


async def test_what_an_old_socket_still_says_is_not_heard(house: House) -> None:
    first, second = Pipe(), Pipe()
    house.connect(first)
    welcome = await first.next("welcome")
    first.stuck()
    house.connect(second, resume(welcome))
    await second.next("welcome")
    first.say(instruct("old"))
    await house.gone(0)
    second.say({"type": "ping", "t": 1})
    assert (await second.hear()) == {"type": "pong", "t": 1}


async def test_an_old_socket_that_is_closed_by_its_client_ends_nothing(house: House) -> None:
    first, second = Pipe(), Pipe()
    connection = house.connect(first)
    welcome = await first.next("welcome")
    first.stuck()
    house.connect(second, resume(welcome))
    await second.next("welcome")
    first.say(1000)
    await house.gone(0)
    assert not connection.session.over
    assert connection.session.attached


async def test_what_came_while_detached_is_written_to_the_next_socket(
    house: House, puppet: PuppetPlanner
) -> None:
    first, second = Pipe(), Pipe()
    house.connect(first)
    welcome = await first.next("welcome")
    first.say(instruct())
    await first.next("turn.started")
    await puppet.next_prompt()
    first.say(1001)
    await house.gone(0)
    puppet.send(TextDelta("Nobody hears this."), *wave(), Stopped("end"))
    house.connect(second, resume(welcome, upto=1))
    command = await second.next("command")
    assert command["seq"] == 2
    second.say({"type": "result", "id": command["id"], "ok": True})
    assert (await second.next("turn.ended"))["text"] == "Nobody hears this."


async def test_a_resume_with_a_gap_closes_the_socket_that_still_stands(house: House) -> None:
    first, second = Pipe(), Pipe()
    connection = house.connect(first)
    welcome = await first.next("welcome")
    other = house.connect(second, resume(welcome, upto=7))
    answer = await second.next("welcome")
    assert (answer["resumed"], answer["reason"]) == (False, "gap")
    assert await first.hear() == Goodbye(4509, "resumed elsewhere")
    await house.gone(0)
    assert connection.session.over
    assert other.session is not connection.session
    assert not other.session.over


async def test_what_an_ended_session_had_to_say_is_not_written(house: House) -> None:
    first, second = Pipe(), Pipe()
    first.stuck()
    house.connect(first)
    first.say("no JSON")
    house.connect(second)
    await second.next("welcome")
    session = next(iter(house.connections.values())).session
    assert session.last == 1
    house.connections[session.id].take(Over())
    first.stuck(False)
    assert (await first.hear()) != Goodbye(4509, "resumed elsewhere")
    assert (await first.hear()) == Goodbye(4509, "resumed elsewhere")


# a socket that takes nothing


async def test_a_socket_that_takes_nothing_is_cut_and_its_session_detached(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    pipe = Pipe()
    pipe.stuck()
    connection = house.connect(pipe, write_seconds=0.01)
    await asyncio.wait((asyncio.create_task(house.gone()),), timeout=PATIENCE)
    assert "a socket takes nothing: it is cut" in caplog.text
    assert not connection.session.attached
    assert not connection.session.over


async def test_a_socket_that_takes_nothing_is_told_why_if_it_can_be(house: House) -> None:
    pipe = Pipe()
    pipe.stuck()
    house.connect(pipe, write_seconds=0.01)

    class OnWarning(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            pipe.stuck(False)

    logger, handler = logging.getLogger("capserver.connection"), OnWarning()
    logger.addHandler(handler)
    assert await pipe.hear() == Goodbye(4013, "slow reader")
    logger.removeHandler(handler)
    await house.gone()


async def test_a_socket_that_is_gone_is_no_error(house: House, caplog: pytest.LogCaptureFixture) -> None:
    pipe = Pipe()
    pipe.broken = True
    connection = house.connect(pipe)
    await house.gone()
    assert not connection.session.attached
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_reader_that_fails_is_logged_and_the_session_detached(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Pipe):
        async def receive(self) -> str | bytes | int:
            raise ZeroDivisionError

    connection = house.connect(Broken())
    await house.gone()
    assert "a socket's task failed" in caplog.text
    assert not connection.session.attached


async def test_texts_that_wait_hold_the_model_and_at_last_its_turn_fails(puppet: PuppetPlanner) -> None:
    house = House(puppet, halted_seconds=0.01, outbox_bytes=1000)
    pipe = Pipe()
    house.connect(pipe)
    pipe.say(instruct())
    await pipe.next("turn.started")
    performance = await puppet.next_plan()
    pipe.stuck()
    performance.send(*[TextDelta(LINE)] * 10)
    async with asyncio.timeout(PATIENCE):
        await performance.over.wait()
    pipe.stuck(False)
    ended = await pipe.next("turn.ended")
    assert (ended["status"], ended["error"]["code"]) == ("failed", "timeout")
    assert 1000 <= len(ended["text"]) < 5000
    await house.aclose()


async def test_a_client_that_takes_in_again_lets_the_model_go_on(puppet: PuppetPlanner) -> None:
    house = House(puppet, commands_unacked=1)
    pipe = Pipe()
    connection = house.connect(pipe)
    pipe.say({"type": "ack", "upto": 0})
    pipe.say(instruct())
    performance = await puppet.next_plan()
    performance.send(*wave(0), TextDelta("Hi"), Stopped("end"))
    command = await pipe.next("command")
    assert connection.session.halted
    pipe.say({"type": "ack", "upto": command["seq"]})
    assert (await pipe.next("text"))["delta"] == "Hi"
    pipe.say({"type": "result", "id": command["id"], "ok": True})
    assert (await pipe.next("turn.ended"))["status"] == "completed"
    await house.aclose()


# planners


async def test_a_planner_that_breaks_fails_its_turn_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(PuppetPlanner):
        async def plan(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
            if prompt.text:
                raise ZeroDivisionError
            yield Stopped("end")

    house = House(Broken())
    pipe = Pipe()
    house.connect(pipe)
    pipe.say(instruct())
    ended = await pipe.next("turn.ended")
    assert (ended["status"], ended["error"]["code"]) == ("failed", "internal")
    assert "ZeroDivisionError" in caplog.text
    assert "ZeroDivisionError" not in json.dumps(ended)
    pipe.say({"type": "ping", "t": 1})
    await pipe.next("pong")
    await house.aclose()


async def test_a_cancelled_turn_stops_its_planner(house: House, puppet: PuppetPlanner) -> None:
    pipe = Pipe()
    house.connect(pipe)
    pipe.say(instruct())
    performance = await puppet.next_plan()
    pipe.say({"type": "cancel", "id": "t1"})
    assert (await pipe.next("turn.ended"))["status"] == "cancelled"
    async with asyncio.timeout(PATIENCE):
        await performance.over.wait()


async def test_the_end_of_a_session_stops_its_planner(house: House, puppet: PuppetPlanner) -> None:
    pipe = Pipe()
    house.connect(pipe)
    pipe.say(instruct())
    performance = await puppet.next_plan()
    pipe.say(1000)
    async with asyncio.timeout(PATIENCE):
        await performance.over.wait()
    await house.gone()


async def test_the_end_of_the_process_stops_all_planners(house: House, puppet: PuppetPlanner) -> None:
    pipe = Pipe()
    connection = house.connect(pipe)
    pipe.say(instruct())
    performance = await puppet.next_plan()
    await connection.stop()
    assert performance.over.is_set()


# clocks


async def test_what_was_numbered_by_the_client_is_acked_in_time(house: House) -> None:
    pipe = Pipe()
    house.connect(pipe)
    pipe.say({"type": "context", "text": "it rains", "seq": 1})
    assert await pipe.next("ack") == {"type": "ack", "upto": 1}


async def test_a_detached_session_is_over_in_time(puppet: PuppetPlanner) -> None:
    house = House(puppet, resume_seconds=0.01)
    pipe = Pipe()
    connection = house.connect(pipe)
    await pipe.next("welcome")
    pipe.say(1001)
    async with asyncio.timeout(PATIENCE):
        await house.over.wait()
    assert connection.session.over
    await house.aclose()
