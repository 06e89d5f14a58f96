"""What only shows where parts meet: live servers, several sockets, sentences of the protocol one by one."""

import asyncio

import pytest

from capserver.outbox import Goodbye
from capserver.planners.scripted import PuppetPlanner
from capserver.prompt import CallClosed, CallDelta, CallOpened, Delta, Stopped
from capserver.server import HEADER_SECONDS
from tests import raw
from tests.live import PATIENCE, Clock, Frame, limits, logged, manifest, resume, serving
from tests.pipe import House, Pipe

PROFILE = "?profile=desktop_pet"


def wave() -> list[Delta]:
    return [CallOpened(0, "wave"), CallDelta(0, "{}"), CallClosed(0), Stopped("end")]


# first frames


@pytest.mark.parametrize(
    ("fields", "path", "ref"),
    [({"id": ""}, "/id", None), ({"text": ""}, "/text", "t1"), ({"seq": 0}, "/seq", "t1")],
    ids=["id", "text", "seq"],
)
async def test_a_first_instruct_that_is_none_opens_no_session(
    fields: Frame, path: str, ref: str | None
) -> None:
    async with serving() as live, live.client(query=PROFILE) as client:
        await client.send({"type": "instruct", "id": "t1", "text": "wave", **fields})
        error = await client.next()
        assert (error["type"], error["code"], error.get("ref")) == ("error", "invalid_frame", ref)
        assert [detail["path"] for detail in error["details"]] == [path]
        assert (await client.closed()).code == 4500


@pytest.mark.parametrize(
    ("first", "code", "ref"),
    [
        (manifest(protocol=2), "invalid_manifest", None),
        (manifest(resume={}), "invalid_manifest", None),
        (manifest() | {"commands": None, "digest": "sha256:0"}, "manifest_unknown", None),
        ({"type": "instruct", "id": "t1", "text": "wave"}, "invalid_manifest", "t1"),
    ],
    ids=["manifest", "resume", "digest", "instruct"],
)
async def test_a_refusal_names_the_first_frame_that_it_answers(
    first: Frame, code: str, ref: str | None
) -> None:
    async with serving() as live, live.client() as client:
        await client.send(first)
        error = await client.next("error")
        assert (error["code"], error.get("ref"), error["ref_type"]) == (code, ref, first["type"])


# coming back


async def test_where_there_is_no_resume_the_old_session_ends_and_its_loss_is_told() -> None:
    puppet = PuppetPlanner()
    async with serving(puppet, limits(resume_seconds=0)) as live, live.registered() as first:
        await first.tell("wave")
        await puppet.next_prompt()
        puppet.send(*wave())
        command = await first.next("command")
        (welcome,) = first.of("welcome")
        async with live.client() as second:
            await second.send(resume(welcome, upto=command["seq"]))
            again = await second.next()
            assert (again["resumed"], again["reason"]) == (False, "expired")
            assert again["lost"] == [{"id": command["id"], "turn": "t1", "name": "wave"}]
            assert (await first.closed()).code == 4509
            await second.pinged()


# what the model hears


async def test_a_turn_that_is_not_remembered_takes_no_news_with_it() -> None:
    puppet = PuppetPlanner()
    async with serving(puppet) as live, live.registered() as client:
        await client.tell("wave")
        await puppet.next_prompt()
        puppet.send(*wave())
        command = await client.next("command")
        turn = await client.tell("wait")
        await puppet.next_prompt()
        puppet.send(Stopped("end"))
        assert (await client.next("turn.ended"))["turn"] == turn
        await client.send({"type": "result", "id": command["id"], "ok": False, "error": {"code": "fell"}})
        await client.next("turn.ended")
        news = (f"wave ({command['id']}): failed (fell): no reason given",)
        for remember in (False, True):
            await client.tell("how was it?", remember=remember)
            assert (await puppet.next_prompt()).notes == news
            puppet.send(Stopped("end"))
            await client.next("turn.ended")


# sockets


async def test_a_client_that_asks_and_does_not_listen_is_cut_and_may_resume() -> None:
    house, pipe = House(PuppetPlanner(), outbox_bytes=1000), Pipe()
    connection = house.connect(pipe)
    await pipe.next("welcome")
    pipe.stuck()
    with logged("takes too little") as cut:
        for _ in range(20):
            pipe.say({"type": "ping", "t": "x" * 500})
        async with asyncio.timeout(PATIENCE):
            await cut.wait()
    pipe.stuck(False)
    heard = [await pipe.hear()]
    while isinstance(heard[-1], dict):
        heard.append(await pipe.hear())
    assert heard[-1] == Goodbye(4013, "slow reader")
    assert len(heard) <= 2
    await house.gone()
    assert not connection.session.over
    await house.aclose()


async def test_half_a_header_is_not_waited_for_and_those_that_came_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    async with (
        serving() as live,
        raw.connected(live.port) as slow,
        raw.connected(live.port) as plain,
        live.registered() as client,
    ):
        slow.write(b"GET /v1/ws HTTP/1.1\r\nHost: 127.")
        host = [("host", f"127.0.0.1:{live.port}")]
        assert (await plain.request("/healthz", host)).status == 200
        clock.forward(HEADER_SECONDS)
        await client.pinged()
        assert await slow.frame() is None
        await client.pinged()
