"""`/v1/ws` on a real server: the handshake, the first frame, coming back, limits."""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from websockets.exceptions import InvalidStatus

from capserver.config import Settings
from capserver.endpoint import ADDRESSES, BIG, Endpoint, Socket
from capserver.hub import Arrival, Hub, Prepared
from capserver.planners.scripted import PuppetPlanner, ScriptedPlanner
from capserver.prompt import CallClosed, CallDelta, CallOpened, Stopped, TextDelta
from tests.live import (
    PATIENCE,
    WAVE,
    Client,
    Clock,
    Closed,
    Frame,
    Live,
    limits,
    logged,
    manifest,
    resume,
    serving,
)
from tests.raw import get, upgrade


@pytest.fixture
async def live() -> AsyncIterator[Live]:
    async with serving(ScriptedPlanner.from_json({"wave": [{"call": "wave"}, "Done."]})) as live:
        yield live


# the handshake


@pytest.mark.parametrize(
    ("offered", "spoken"),
    [(None, None), (["capserver.v1"], "capserver.v1"), (["graphql-ws", "capserver.v1"], "capserver.v1")],
    ids=["none", "ours", "ours-among-others"],
)
async def test_a_client_that_offers_our_subprotocol_or_none_is_served(
    live: Live, offered: list[str] | None, spoken: str | None
) -> None:
    async with live.client(subprotocols=offered) as client:
        assert client.socket.subprotocol == spoken
        assert (await client.register())["type"] == "welcome"
        assert (await client.instruct("wave"))["commands"] == 1


async def test_a_client_that_offers_only_others_is_told_what_is_served(live: Live) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with live.client(subprotocols=["graphql-ws"]):
            pass
    response = refusal.value.response
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(response.body) == {
        "title": "no subprotocol in common",
        "status": 400,
        "detail": "this server speaks capserver.v1",
        "errors": [],
    }


@pytest.mark.parametrize("path", ["/", "/v1/ws/", "/v2/ws", "/healthz"])
async def test_a_client_at_an_unknown_path_is_told_where_to_go(live: Live, path: str) -> None:
    answer = await get(live.port, path, upgrade(live.port))
    assert (answer.status, answer.body) == (404, "clients connect to /v1/ws\n")


async def test_handshakes_from_one_address_are_counted() -> None:
    async with serving(settings=limits(handshakes_per_second=2)) as live:
        async with live.registered(), live.registered():
            pass
        answer = await get(live.port, "/v1/ws", upgrade(live.port))
        assert answer.status == 429
        assert answer.headers["retry-after"] == "1"
        assert "limits.handshakes_per_second" in answer.body


async def test_of_addresses_only_the_newest_are_counted() -> None:
    async with serving(settings=limits(handshakes_per_second=1)) as live:
        endpoint = _endpoint(live)
        assert endpoint._handshake_wait("first") == 0
        assert endpoint._handshake_wait("first") > 0
        for number in range(ADDRESSES):
            endpoint._handshake_wait(str(number))
        assert endpoint._handshake_wait("first") == 0


def _endpoint(live: Live) -> Endpoint:
    (endpoint,) = (
        app for route in live.app.routes if isinstance(app := getattr(route, "app", None), Endpoint)
    )
    return endpoint


# the first frame


async def test_a_client_that_sends_no_manifest_in_time_is_told_so() -> None:
    async with serving(settings=limits(manifest_seconds=0.01)) as live, live.client() as client:
        error = await client.next("error")
        assert error["code"] == "timeout"
        assert "limits.manifest_seconds" in error["message"]
        assert await client.closed() == Closed(
            4008, "no manifest came within 0.01 s (limits.manifest_seconds)"
        )


async def test_without_that_limit_it_may_take_its_time() -> None:
    async with serving(settings=limits(manifest_seconds=0)) as live, live.client() as client:
        assert (await client.register())["type"] == "welcome"


async def test_a_digest_that_is_not_known_may_be_followed_by_the_whole_manifest(live: Live) -> None:
    whole = [{"name": "sit", "description": "Never seen before."}]
    async with live.client() as client:
        await client.send(
            {"type": "manifest", "protocol": 1, "client": {"name": "test"}, "digest": "sha256:0"}
        )
        error = await client.next()
        assert (error["type"], error["code"], error["ref_type"]) == ("error", "manifest_unknown", "manifest")
        welcome = await client.register(whole)
        assert welcome["type"] == "welcome"
        assert "seq" not in error
    async with live.client() as client:
        frame = manifest(whole)
        del frame["commands"]
        await client.send({**frame, "digest": welcome["digest"]})
        assert (await client.next())["commands"] == 1


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"type": "ping"}, "invalid_frame"),
        (b"{}", "invalid_frame"),
        ({"type": "instruct", "id": "t1", "text": "hi"}, "invalid_manifest"),
        (manifest([{"name": "a b"}]), "invalid_manifest"),
        (manifest(resume={"session": 7}), "invalid_manifest"),
    ],
    ids=["ping", "binary", "no-profile", "bad-name", "bad-resume"],
)
async def test_a_bad_first_frame_is_answered_in_full_and_closed(
    live: Live, first: dict[str, object] | bytes, code: str
) -> None:
    async with live.client() as client:
        await client.send(first)
        error = await client.next()
        assert (error["type"], error["code"]) == ("error", code)
        assert (await client.closed()).code == 4500


async def test_a_client_that_leaves_before_its_first_frame_leaves_nothing(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    async with live.client():
        pass
    async with live.client() as client:
        await client.drop()
    async with live.registered() as client:
        await client.pinged()
    ours = [record for record in caplog.records if record.name.startswith("capserver")]
    assert not [record for record in ours if record.levelno >= logging.WARNING]


async def test_who_is_gone_need_not_be_told(caplog: pytest.LogCaptureFixture) -> None:
    gone = asyncio.Event()

    async def receive() -> dict[str, object]:
        if gone.is_set():
            return {"type": "websocket.disconnect", "code": 1006}
        gone.set()
        return {
            "type": "websocket.receive",
            "text": json.dumps(manifest([], digest="x") | {"commands": None}),
        }

    async def send(message: Mapping[str, object]) -> None:
        raise BrokenPipeError

    async with serving() as live:
        socket = Socket(receive, send)
        assert await _endpoint(live)._greet(socket, Arrival("here")) is None
        assert gone.is_set()
        await socket.close(1000, "done")


async def test_a_big_manifest_is_prepared_beside_the_loop(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    prepare = Hub.prepare

    def watched(hub: Hub, text: str) -> Prepared:
        threads.append(threading.current_thread() is threading.main_thread())
        return prepare(hub, text)

    monkeypatch.setattr(Hub, "prepare", watched)
    big = [{"name": f"c{number}", "description": "x" * 500} for number in range(100)]
    assert len(json.dumps(big)) > BIG
    async with live.registered(), live.registered(big):
        assert threads == [True, False]


# coming back


async def test_a_dropped_client_comes_back_and_is_told_what_it_missed() -> None:
    puppet = PuppetPlanner()
    async with serving(puppet) as live:
        async with live.client() as client:
            welcome = await client.register()
            turn = await client.tell("wave")
            await puppet.next_prompt()
            started = await client.next("turn.started")
            await client.drop()
        puppet.send(
            TextDelta("One."), CallOpened(0, "wave"), CallDelta(0, "{}"), CallClosed(0), Stopped("end")
        )
        async with live.client() as client:
            await client.send(resume(welcome, upto=started["seq"]))
            again = await client.next("welcome")
            assert again["resumed"] is True
            assert again["token"] != welcome["token"]
            ended = await client.ended(turn)
            assert (ended["text"], ended["commands"]) == ("One.", 1)
            assert [frame["seq"] for frame in client.frames if "seq" in frame] == [2, 3]


async def test_the_newest_connection_wins(live: Live) -> None:
    async with live.client() as first, live.client() as second:
        welcome = await first.register()
        await second.send(resume(welcome))
        assert (await second.next("welcome"))["resumed"] is True
        assert await first.closed() == Closed(4509, "resumed elsewhere")
        assert (await second.instruct("wave"))["commands"] == 1


async def resumed(live: Live, welcome: Frame) -> Frame:
    async with live.client() as client:
        await client.send(resume(welcome))
        return await client.next("welcome")


async def test_a_close_with_1000_ends_the_session(live: Live) -> None:
    async with live.client() as client:
        welcome = await client.register()
        await client.socket.close(1000)
    answer = await resumed(live, welcome)
    assert (answer["resumed"], answer["reason"]) == (False, "expired")


@pytest.mark.parametrize("code", [1001, 4000])
async def test_another_close_leaves_the_session_for_a_while(live: Live, code: int) -> None:
    async with live.client() as client:
        welcome = await client.register()
        await client.socket.close(code)
    assert (await resumed(live, welcome))["resumed"] is True


async def test_with_no_time_to_resume_every_end_is_the_end() -> None:
    async with serving(settings=limits(resume_seconds=0)) as live:
        async with live.client() as client:
            welcome = await client.register()
            await client.drop()
        answer = await resumed(live, welcome)
        assert (answer["resumed"], answer["reason"]) == (False, "expired")


async def test_a_resume_with_a_gap_closes_the_socket_that_still_stands(live: Live) -> None:
    async with live.client() as first, live.client() as second:
        welcome = await first.register()
        await second.send(resume(welcome, upto=5))
        assert (await second.next("welcome"))["reason"] == "gap"
        assert await first.closed() == Closed(4509, "resumed elsewhere")


# limits


@pytest.mark.parametrize(
    ("limit", "code"),
    [("sessions", "busy"), ("sessions_per_address", "rate_limited")],
)
async def test_one_session_too_many_is_sent_away_for_a_while(limit: str, code: str) -> None:
    async with serving(settings=limits(**{limit: 1})) as live, live.registered() as first:
        async with live.client() as second:
            error = await second.register()
            assert (error["type"], error["code"]) == ("error", code)
            assert error["retry_after"] > 0
            assert (await second.closed()).code == 4029
        await first.socket.close(1000)
        async with live.registered():
            pass


async def test_a_token_has_so_many_sessions() -> None:
    settings = Settings.model_validate(
        {"limits": {"sessions_per_principal": 1}, "auth": {"tokens": ["one", "two"]}}
    )
    async with (
        serving(settings=settings) as live,
        live.registered(token="one"),
        live.registered(token="two"),
        live.client() as third,
    ):
        assert (await third.register(token="two"))["code"] == "rate_limited"
        assert (await third.closed()).code == 4029


async def test_a_profile_serves_who_has_no_manifest(live: Live) -> None:
    async with live.client(query="?profile=desktop_pet") as client:
        ended = await client.instruct("hello")
        assert ended["status"] == "completed"
        (welcome,) = client.of("welcome")
        assert welcome["profile"] == "desktop_pet"
        assert welcome["commands"] > 3


@asynccontextmanager
async def not_reading() -> AsyncIterator[tuple[Live, Client, Frame]]:
    """A client that was sent more than sockets hold and read none of it, and was given up; its `welcome`."""
    puppet = PuppetPlanner()
    settings = Settings.model_validate(
        {
            "limits": {"outbox_bytes": 0},
            "server": {"heartbeat_interval": 10, "heartbeat_timeout": 0.1},
        }
    )
    async with serving(puppet, settings) as live, live.client() as client:
        welcome = await client.register([WAVE])
        await client.tell("say much")
        await puppet.next_prompt()
        with logged("it is cut") as cut:
            client.socket.transport.pause_reading()
            puppet.send(*[TextDelta("x" * 60_000)] * 200)
            async with asyncio.timeout(PATIENCE):
                await cut.wait()
        yield live, client, welcome


async def test_a_slow_reader_is_told_why_it_is_cut() -> None:
    async with not_reading() as (live, client, welcome):
        client.socket.transport.resume_reading()
        assert await client.closed() == Closed(4013, "slow reader")
        assert (await resumed(live, welcome))["resumed"] is True


async def test_who_never_reads_again_is_cut_off_and_its_session_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    with logged("it is aborted") as aborted:
        async with not_reading() as (live, client, welcome):
            clock.forward(11)
            async with asyncio.timeout(PATIENCE):
                await aborted.wait()
            client.socket.transport.abort()
            assert (await resumed(live, welcome))["resumed"] is True
