"""The rows of area `llm`, end to end: a model that misbehaves over HTTP, the real planner and server, and a
client on a socket. -29 is a later issue's.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from io import StringIO
from typing import Final

import pytest

from capserver import logs
from tests.faults import rows
from tests.live import Clock, resume
from tests.model_endpoint import (
    Call,
    Raw,
    Reset,
    Silence,
    Status,
    Step,
    Wait,
    block,
    error,
    message,
    message_end,
    message_start,
)
from tests.raw import get
from tests.scene import COMMANDS, KEY, Scene, playing

AGAIN: Final = {"retry-after": "0"}
OPEN: Final = block(0, Call("wave", '{"times":1'))[:-1]
"""A call that is being written."""

SPEAKING: Final = block(0, Call("say", '{"text":"Once upon a time'))[:-1]
"""One whose text the client hears while it is written."""


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with playing() as scene:
        yield scene


# how one answer ends a turn: row, the answer, the status, the code of the error

ENDS: Final[dict[str, tuple[list[Step], str, str | None]]] = {
    "llm-02-inside": (
        [message_start(), *block(0, "Well"), error("overloaded_error")],
        "failed",
        "planner_overloaded",
    ),
    "llm-05": ([message_start(), *OPEN], "failed", "planner_failed"),
    "llm-07": (
        [message_start(), *OPEN, {"type": "content_block_stop", "index": 0}, *message_end("max_tokens")],
        "truncated",
        None,
    ),
    "llm-13": ([message_start(), {"type": "message_stop"}], "completed", None),
    "llm-13-whole": (message(), "completed", None),
    "llm-14": (message("I'd rather not.", stop_reason="refusal"), "refused", None),
    "llm-16": (
        [message_start(), Raw(b"event: content_block_start\ndata: {no\n\n")],
        "failed",
        "planner_failed",
    ),
    "llm-17": ([message_start(), OPEN[1]], "failed", "planner_failed"),
}


@pytest.mark.parametrize("row", ENDS)
async def test_an_answer_that_is_none_ends_its_turn_and_sends_nothing(scene: Scene, row: str) -> None:
    answer, status, code = ENDS[row]
    scene.answers(answer, message(Call("wave", {"times": 2})))
    ended = await scene.instruct()
    assert (ended["status"], ended["commands"]) == (status, 0)
    assert ended.get("error", {}).get("code") == code
    assert not scene.client.of("command")
    assert not scene.client.of("command.rejected")
    assert len(scene.endpoint.requests) == 1
    assert (await scene.instruct("again"))["commands"] == 1


@pytest.mark.parametrize("row", ["llm-04"])
async def test_a_connection_that_breaks_inside_a_call_fails_the_turn(scene: Scene, row: str) -> None:
    heard = asyncio.Event()
    scene.answers([message_start(), *SPEAKING, Wait(heard), Reset()], message("Hello."))
    turn = await scene.client.tell("tell me a story")
    written = await scene.client.next("command.delta")
    heard.set()
    dropped = await scene.client.next("cancel")
    assert (dropped["id"], dropped["reason"]) == (written["id"], "rejected")
    ended = await scene.client.ended(turn)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "planner_failed")
    assert len(scene.endpoint.requests) == 1
    assert (await scene.instruct())["status"] == "completed"


# again, or not


@pytest.mark.parametrize("row", ["llm-01"])
async def test_too_much_at_once_is_tried_again_when_the_model_says(
    scene: Scene, caplog: pytest.LogCaptureFixture, row: str
) -> None:
    scene.answers([Status(429, "rate_limit_error", headers={"retry-after": "1"})], message("Hello."))
    with caplog.at_level(logging.INFO, "capserver.worker"):
        ended = await scene.instruct()
    assert (ended["status"], ended["text"]) == ("completed", "Hello.")
    assert [vars(record)["pause"] for record in caplog.records if record.name == "capserver.worker"] == [1.0]
    assert len(scene.endpoint.requests) == 2


@pytest.mark.parametrize("row", ["llm-01"])
async def test_a_pause_beyond_the_deadline_is_told_instead(row: str) -> None:
    async with playing({"turn_seconds": 5}) as scene:
        scene.answers([Status(429, "rate_limit_error", headers={"retry-after": "60"})])
        ended = await scene.instruct()
        assert ended["status"] == "failed"
        assert (ended["error"]["code"], ended["error"]["retry_after"]) == ("planner_overloaded", 60)
        assert len(scene.endpoint.requests) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "planner_overloaded"), (529, "planner_overloaded"), (500, "planner_unavailable")],
    ids=["llm-01", "llm-02-529", "llm-02-500"],
)
async def test_after_two_more_attempts_the_turn_has_failed(scene: Scene, status: int, code: str) -> None:
    scene.answers([Status(status, headers=AGAIN)])
    ended = await scene.instruct()
    assert (ended["status"], ended["error"]["code"]) == ("failed", code)
    assert len(scene.endpoint.requests) == 3


# calls that may not be sent


@pytest.mark.parametrize("row", ["llm-08"])
async def test_malformed_arguments_go_back_to_the_model(scene: Scene, row: str) -> None:
    scene.answers(message(Call("wave", '{"times":')), message(Call("wave", {"times": 2})))
    ended = await scene.instruct()
    assert (ended["status"], ended["commands"]) == ("completed", 1)
    (rejected,) = scene.client.of("command.rejected")
    assert rejected["name"] == "wave"
    assert "rejected, not sent" in scene.told()
    assert [frame["args"] for frame in scene.client.of("command")] == [{"times": 2}]


@pytest.mark.parametrize("row", ["llm-08"])
async def test_a_call_is_repaired_at_most_twice(scene: Scene, row: str) -> None:
    scene.answers(message(Call("wave", '{"times":')))
    ended = await scene.instruct()
    assert (ended["status"], ended["error"]["code"]) == ("truncated", "planner_failed")
    assert len(scene.client.of("command.rejected")) == len(scene.endpoint.requests) == 3
    assert not scene.client.of("command")


@pytest.mark.parametrize("row", ["llm-10"])
async def test_two_calls_of_one_id_are_two_commands(scene: Scene, row: str) -> None:
    scene.answers(message(Call("look", {"times": 1}), Call("look", {"times": 2})), message("Seen."))
    turn = await scene.client.tell("look twice")
    one, two = [await scene.client.next("command") for _ in range(2)]
    assert one["id"] != two["id"]
    for command in (two, one):
        value = f"number {command['args']['times']}"
        await scene.client.send({"type": "result", "id": command["id"], "ok": True, "value": value})
    assert (await scene.client.ended(turn))["text"] == "Seen."
    asked, told = (entry["content"] for entry in scene.endpoint.requests[1].body["messages"][-2:])
    uses = {part["id"]: part["input"]["times"] for part in asked if part["type"] == "tool_use"}
    results = {
        part["tool_use_id"]: json.dumps(part["content"]) for part in told if part["type"] == "tool_result"
    }
    assert len(uses) == 2
    assert uses.keys() == results.keys()
    assert all(f"number {times}" in results[use] for use, times in uses.items())


@pytest.mark.parametrize("row", ["llm-11"])
async def test_for_a_name_that_is_none_the_model_is_told_those_there_are(scene: Scene, row: str) -> None:
    scene.answers(message(Call("fly", {})), message("I cannot fly."))
    ended = await scene.instruct("fly")
    assert (ended["status"], ended["commands"], ended["text"]) == ("completed", 0, "I cannot fly.")
    assert [frame["name"] for frame in scene.client.of("command.rejected")] == ["fly"]
    assert not scene.client.of("command")
    assert all(name in scene.told() for name in ("wave", "look", "say"))


@pytest.mark.parametrize("row", ["llm-19"])
async def test_endless_arguments_are_cut_and_their_stream_closed(scene: Scene, row: str) -> None:
    start = block(0, Call("say", {}))[0]
    more = {"type": "input_json_delta", "partial_json": "y" * 50_000}
    delta = {"type": "content_block_delta", "index": 0, "delta": more}
    scene.answers([message_start(), start, *[delta] * 100, Silence()], message("Sorry."))
    ended = await scene.instruct()
    assert (ended["status"], ended["commands"], ended["text"]) == ("completed", 0, "Sorry.")
    assert len(scene.client.of("command.rejected")) == 1
    assert await scene.endpoint.closed() is scene.endpoint.requests[0]
    assert len(scene.endpoint.requests) == 2


# time


@pytest.mark.parametrize("row", ["llm-20"])
async def test_silence_fails_the_turn_at_the_idle_limit(monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    clock = Clock(monkeypatch)
    async with playing() as scene:
        scene.answers([message_start(), *block(0, "Well")[:-1], Silence()], message("Hello."))
        turn = await scene.client.tell("say something")
        await scene.client.next("text")
        clock.forward(21)
        ended = await scene.client.ended(turn)
        assert (ended["status"], ended["error"]["code"]) == ("failed", "timeout")
        await scene.endpoint.closed()
        assert len(scene.endpoint.requests) == 1
        assert (await scene.instruct())["status"] == "completed"


@pytest.mark.parametrize("row", ["llm-22"])
async def test_a_slow_drip_is_kept_until_the_deadline(monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    clock = Clock(monkeypatch)
    opened, drip, _ = block(0, "drip")
    due = [asyncio.Event() for _ in range(7)]
    drips = [step for event in due for step in (Wait(event), drip)]
    async with playing() as scene:
        scene.answers([message_start(), opened, *drips, Silence()])
        turn = await scene.client.tell("say something")
        await scene.endpoint.came()
        for event in due:
            clock.forward(15)
            event.set()
            assert (await scene.client.next("text"))["delta"] == "drip"
            await scene.client.pinged()
        clock.forward(15)
        ended = await scene.client.ended(turn)
        assert (ended["status"], ended["error"]["code"]) == ("failed", "timeout")
        assert ended["text"] == "drip" * 7
        await scene.endpoint.closed()


@pytest.mark.parametrize("row", ["llm-23"])
async def test_a_cancel_closes_the_stream_of_the_model(scene: Scene, row: str) -> None:
    scene.answers([message_start(), *SPEAKING, Silence()], message("Hello."))
    turn = await scene.client.tell("tell me a story")
    await scene.client.next("command.delta")
    await scene.client.send({"type": "cancel", "id": turn})
    assert (await scene.client.ended(turn))["status"] == "cancelled"
    async with asyncio.timeout(1):
        await scene.endpoint.closed()
    assert (await scene.instruct())["text"] == "Hello."


@pytest.mark.parametrize("row", ["llm-23"])
async def test_while_its_client_is_away_a_turn_goes_on(scene: Scene, row: str) -> None:
    away = asyncio.Event()
    (welcome,) = scene.client.of("welcome")
    scene.answers([message_start(), *SPEAKING, Wait(away), *_rest(), *message_end("tool_use")])
    turn = await scene.client.tell("tell me a story")
    await scene.client.next("command.delta")
    await scene.client.drop()
    away.set()
    async with scene.live.client() as back:
        await back.send(resume(welcome, upto=1, commands=COMMANDS))
        assert (await back.next("welcome"))["resumed"] is True
        ended = await back.ended(turn)
        assert (ended["status"], ended["commands"]) == ("completed", 1)
        assert [frame["args"] for frame in back.of("command")] == [{"text": "Once upon a time, the end."}]


def _rest() -> list[Step]:
    more = {"type": "input_json_delta", "partial_json": ', the end."}'}
    return [
        {"type": "content_block_delta", "index": 0, "delta": more},
        {"type": "content_block_stop", "index": 0},
    ]


# a model that is down


@pytest.mark.parametrize("row", ["llm-25"])
async def test_a_model_that_is_down_is_left_alone_and_then_tried_once(
    row: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    async with playing({"retries": 0, "breaker_seconds": 60}) as scene:
        scene.answers(*[[Status(500)]] * 5, message("I am back."))
        for _ in range(5):
            assert (await scene.instruct())["error"]["code"] == "planner_unavailable"
        ended = await scene.instruct()
        assert ended["error"]["code"] == "planner_unavailable"
        assert 0 < ended["error"]["retry_after"] <= 60
        assert len(scene.endpoint.requests) == 5
        assert (await get(scene.live.port, "/readyz")).status == 503
        clock.forward(60)
        assert (await scene.instruct())["text"] == "I am back."
        assert (await get(scene.live.port, "/readyz")).status == 200


@pytest.mark.parametrize("row", ["llm-25"])
async def test_a_model_that_cannot_be_reached_is_unavailable(row: str) -> None:
    async with playing({"retries": 0}) as scene:
        scene.answers(message("Hello."))
        scene.endpoint._server.close()
        ended = await scene.instruct()
        assert (ended["status"], ended["error"]["code"]) == ("failed", "planner_unavailable")


@pytest.fixture
def output() -> Iterator[StringIO]:
    """All that this process would log, in full detail."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = StringIO()
    logs.configure("json", "debug", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize("row", ["llm-26"])
async def test_a_refused_key_is_not_tried_again_and_never_told(
    scene: Scene, output: StringIO, caplog: pytest.LogCaptureFixture, row: str
) -> None:
    refusal = Status(401, "authentication_error", f"invalid x-api-key: {KEY}", headers={"echo": KEY})
    scene.answers([refusal])
    assert (await get(scene.live.port, "/readyz")).status == 200
    logging.getLogger().addHandler(caplog.handler)
    ended = await scene.instruct()
    ready = await get(scene.live.port, "/readyz")
    assert (ended["status"], ended["error"]["code"]) == ("failed", "planner_unavailable")
    assert len(scene.endpoint.requests) == 1
    assert ready.status == 503
    assert "does not accept the key" in json.loads(ready.body)["trouble"]
    own = [str(vars(record)) for record in caplog.records if record.name.startswith("capserver")]
    for told in (output.getvalue(), *own, json.dumps(scene.client.frames), ready.body):
        assert told
        assert KEY not in told


# two turns


@pytest.mark.parametrize("row", ["llm-28"])
async def test_a_second_turn_waits_for_the_first(scene: Scene, row: str) -> None:
    go_on = asyncio.Event()
    scene.answers([message_start(), Wait(go_on), *message("One.")[1:]], message("Two."))
    first, second = await scene.client.tell("one"), await scene.client.tell("two")
    await scene.endpoint.came()
    await scene.client.pinged()
    assert len(scene.endpoint.requests) == 1
    go_on.set()
    assert (await scene.client.ended(first))["text"] == "One."
    assert (await scene.client.ended(second))["text"] == "Two."
    turns = [frame["turn"] for frame in scene.client.frames if "turn" in frame]
    assert turns == sorted(turns)


@pytest.mark.parametrize("row", ["llm-28"])
async def test_a_second_turn_interrupts_the_first(scene: Scene, row: str) -> None:
    scene.answers([message_start(), *SPEAKING, Silence()], message("Two."))
    first = await scene.client.tell("one")
    await scene.client.next("command.delta")
    second = await scene.client.tell("two", on_busy="interrupt")
    assert (await scene.client.ended(first))["status"] == "cancelled"
    assert (await scene.client.ended(second))["text"] == "Two."
    await scene.endpoint.closed()


@pytest.mark.parametrize("row", ["llm-28"])
async def test_a_second_turn_may_be_refused(scene: Scene, row: str) -> None:
    go_on = asyncio.Event()
    scene.answers([message_start(), Wait(go_on), *message("One.")[1:]])
    first = await scene.client.tell("one")
    second = await scene.client.tell("two", on_busy="reject")
    refusal = await scene.client.next("error")
    assert (refusal["code"], refusal["ref"]) == ("busy", second)
    go_on.set()
    assert (await scene.client.ended(first))["text"] == "One."


def test_every_row_has_its_test() -> None:
    single = {1, 2, 4, 8, 10, 11, 19, 20, 22, 23, 25, 26, 28}
    covered = {f"llm-{number:02}" for number in single} | {row[:6] for row in ENDS}
    assert covered == {row.id for row in rows("llm")} - {"llm-29"}
