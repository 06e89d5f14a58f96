"""What the inspector watches, over real sockets: events, and viewers that are slow or do not go."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import pytest

from capserver import feed
from capserver.config import Settings
from capserver.feed import QUEUED, Feed, Viewer
from tests.inspecting import inspecting, scene, welcome
from tests.live import PATIENCE, Live, resume, serving

TOKENS: dict[str, Any] = {"auth": {"tokens": ["swordfish-1", "swordfish-2"]}}


def feed_of(live: Live) -> Feed:
    """The server's own feed: a bound method of it answers the address."""
    (route,) = (route for route in live.app.routes if getattr(route, "path", "") == "/inspector/feed")
    handlers = route.endpoint._handlers  # type: ignore[attr-defined]
    made: Feed = handlers["GET"].__self__
    return made


# all sessions


async def test_whoever_watches_sees_the_sessions_that_are_there_that_come_and_that_go() -> None:
    async with scene() as (live, inspector), welcome(live) as (_, first), inspector.watching() as watching:
        name, data = await watching.next()
        assert (name, [view["id"] for view in data["sessions"]]) == ("sessions", [first])
        async with welcome(live) as (client, second):
            view = await watching.view(id=second)
            assert (view["state"], view["recording"], view["client"]) == ("attached", "off", {"name": "test"})
            await client.instruct("wave")
            view = await watching.view(id=second, turn=None)
            assert view["last_turn"]["status"] == "completed"
            await client.socket.close(1000)
            assert await watching.next("ended") == ("ended", {"id": second})
        async with welcome(live) as (_, third):
            assert (await watching.next("session", "ended"))[1]["id"] == third, "it ends once"


async def test_a_session_that_waits_for_its_client_is_seen_as_detached() -> None:
    async with (
        scene() as (live, inspector),
        inspector.watching() as watching,
        welcome(live) as (client, session),
    ):
        await watching.view(id=session, state="attached")
        await client.drop()
        await watching.view(id=session, state="detached")


async def test_how_long_turns_took_is_told_at_the_start_and_when_one_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed, "LATENCY_EVERY", 0.01)
    async with scene() as (live, inspector), welcome(live) as (client, _):
        await client.instruct("wave")
        async with inspector.watching() as watching:
            _, before = await watching.next("latency")
            assert len(before["total"]["counts"]) == len(before["total"]["le"]) + 1
            assert sum(before["total"]["counts"]) == sum(before["first_command"]["counts"]) == 1
            await client.instruct("sing")
            await client.instruct("sing")
            _, after = await watching.next("latency")
            assert sum(after["total"]["counts"]) > 1
            assert sum(after["first_command"]["counts"]) == 1


# one session


async def test_who_watches_a_session_sees_its_frames_as_its_socket_takes_them() -> None:
    async with (
        scene() as (live, inspector),
        welcome(live) as (client, session),
        inspector.watching(session) as watching,
    ):
        assert (await watching.next())[0] == "session"
        await client.instruct("wave")
        assert (await watching.frame("in", "instruct"))["text"] == "wave"
        assert (await watching.frame("out", "turn.started"))["seq"] == 1
        assert (await watching.frame("out", "text"))["delta"] == "Sure."
        assert (await watching.frame("out", "command"))["name"] == "wave"
        assert (await watching.frame("in", "result"))["ok"] is True
        assert (await watching.frame("out", "turn.ended"))["status"] == "completed"
        await watching.view(turn=None, queued=0)


@pytest.mark.parametrize("row", ["injection-13"])
async def test_what_cannot_be_read_is_shown_as_data(row: str) -> None:
    nasty = "<script>\x1b[31m\u202e\r\ndata: {}\r\n\r\n"
    async with (
        scene() as (live, inspector),
        welcome(live) as (client, session),
        inspector.watching(session) as watching,
    ):
        await client.send(nasty)
        assert await watching.frame("in", "raw") == {"raw": nasty}
        await client.send(b"\x00")
        assert await watching.frame("in", "raw") == {"raw": "(binary)"}
        await client.send({"type": "context", "text": nasty})
        assert await watching.frame("in", "context") == {"type": "context", "text": nasty}


async def test_no_credential_is_shown() -> None:
    async with (
        scene(**TOKENS) as (live, _),
        inspecting(live, "swordfish-1") as inspector,
        live.client() as client,
    ):
        greeting = await client.register(token="swordfish-1")
        async with inspector.watching(greeting["session"]) as watching:
            await client.send({"type": "auth", "token": "swordfish-1"})
            assert (await watching.frame("in", "auth"))["token"] == "*" * len("swordfish-1")
            await client.drop()
            async with live.client() as again:
                await again.send(resume(greeting) | {"token": "swordfish-1"})
                token = (await again.next("welcome"))["token"]
                shown = await watching.frame("out", "welcome")
                assert shown["token"] == "*"
                assert token not in json.dumps(shown)


async def test_the_stream_of_a_session_ends_with_it() -> None:
    async with scene() as (live, inspector), welcome(live) as (client, session):
        async with inspector.watching(session) as watching:
            await client.socket.close(1000)
            assert await watching.next("ended") == ("ended", {"id": session})
            await watching.ended()
        gone = await inspector.http.get(f"/inspector/feed/{session}")
        assert (gone.status_code, gone.json()["title"]) == (404, "not found")


async def test_silence_is_filled_with_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "PULSE", 0.01)
    async with scene() as (_, inspector), inspector.watching() as watching:
        await watching.comment()
        await watching.comment()


# who may look


ADDRESSES = [
    ("GET", "feed"),
    ("GET", "feed/x"),
    ("POST", "traces/x"),
    ("GET", "traces/x"),
    ("DELETE", "traces/x"),
]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize("row", ["pages-02"])
async def test_without_a_token_nothing_is_shown_where_the_server_has_tokens(
    row: str, method: str, path: str
) -> None:
    async with scene(**TOKENS) as (live, inspector):
        refused = await inspector.http.request(method, f"/inspector/{path}")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert refused.headers["content-type"] == "application/problem+json"
        async with inspecting(live, "wrong") as other:
            assert (await other.http.request(method, f"/inspector/{path}")).status_code == 401


async def test_a_token_shows_the_sessions_of_all_tokens() -> None:
    async with (
        scene(**TOKENS) as (live, _),
        inspecting(live, "swordfish-1") as inspector,
        live.client() as client,
    ):
        session = (await client.register(token="swordfish-2"))["session"]
        async with inspector.watching() as watching:
            _, data = await watching.next("sessions")
            assert [view["id"] for view in data["sessions"]] == [session]
        assert (await inspector.trace("POST", session)).status_code == 201


async def test_a_method_that_is_not_meant_is_refused_and_a_head_does_not_wait() -> None:
    async with scene() as (_, inspector):
        assert (await inspector.http.post("/inspector/feed")).status_code == 405
        assert (
            (await inspector.http.head("/inspector/feed")).headers["content-type"].startswith("text/event-")
        )


async def test_so_many_watch_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_VIEWERS", 1)
    async with scene() as (_, inspector), inspector.watching() as watching:
        await watching.next()
        busy = await inspector.http.get("/inspector/feed")
        assert (busy.status_code, busy.headers["retry-after"]) == (503, "5")


# viewers that are slow, that go, that stay


async def taken(viewer: Viewer, count: int) -> list[str]:
    events = viewer.events()
    return [await anext(events) for _ in range(count)]


@pytest.mark.parametrize("row", ["slow-05", "pages-05"])
async def test_the_oldest_event_goes_where_too_many_wait_and_the_viewer_is_told(row: str) -> None:
    viewer = Viewer(None)
    for number in range(QUEUED + 100):
        viewer.put(f"{number}")
    viewer.end()
    assert [event async for event in viewer.events()] == [
        'event: dropped\ndata: {"count":100}\n\n',
        *map(str, range(100, QUEUED + 100)),
    ]


@pytest.mark.parametrize("row", ["pages-05"])
async def test_large_events_that_wait_are_bounded_in_size(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "QUEUED_CHARACTERS", 1000)
    viewer = Viewer(None)
    for letter in "abc":
        viewer.put(letter * 400)
    assert await taken(viewer, 3) == ['event: dropped\ndata: {"count":1}\n\n', "b" * 400, "c" * 400]
    viewer.put("d" * 1001)
    assert await taken(viewer, 1) == ['event: dropped\ndata: {"count":1}\n\n']


@pytest.mark.parametrize("row", ["slow-05"])
async def test_a_viewer_that_does_not_read_holds_up_nothing(row: str) -> None:
    """The client floods, its session answers each frame, and the viewer takes none of it for a while."""
    async with (
        scene(limits={"frames_per_second": 0}) as (live, inspector),
        welcome(live) as (client, session),
        inspector.watching(session) as watching,
    ):
        await watching.next("session")
        (viewer,) = feed_of(live)._of[session]
        text = "x" * 30_000
        while viewer._dropped == 0:
            await client.send({"type": "ping", "t": text})
            assert (await client.next("pong"))["t"] == text
        _, dropped = await watching.next("dropped")
        assert dropped["count"] > 0
        assert len(viewer._events) <= QUEUED
        await client.pinged()


async def test_nothing_is_kept_once_nobody_watches() -> None:
    async with scene() as (live, inspector), welcome(live) as (client, session):
        own = feed_of(live)
        async with inspector.watching(session) as one, inspector.watching() as other:
            await one.next()
            await other.next()
            assert (len(own._all), list(own._of)) == (1, [session])
        await client.instruct("wave")
        while own._all or own._of:
            await client.pinged()
        while own._timer is not None:
            await client.pinged()
        await client.instruct("wave")
        assert (own._changed, own._timer, own._latency_timer) == ({}, None, None)


async def test_who_goes_before_the_session_does_leaves_nothing_to_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed, "VIEWS_EVERY", 3600)
    async with scene() as (live, inspector), welcome(live) as (client, session):
        own = feed_of(live)
        async with inspector.watching(session) as one, inspector.watching(session) as other:
            await one.next()
            await other.next()
            await client.pinged()
        while own._of:
            await client.pinged()
        await client.socket.close(1000)
        while session in own._hub.sessions:
            assert (await inspector.http.get("/healthz")).status_code == 200
        own._tell_changed()
        assert own._changed == {}


async def test_a_viewer_that_stays_does_not_hold_up_the_end_of_the_server() -> None:
    settings = Settings.model_validate({"server": {"drain_seconds": 600}})
    async with AsyncExitStack() as viewers:
        async with (
            asyncio.timeout(PATIENCE),
            serving(settings=settings) as live,
            welcome(live) as (_, session),
        ):
            inspector = await viewers.enter_async_context(inspecting(live))
            one = await viewers.enter_async_context(inspector.watching())
            other = await viewers.enter_async_context(inspector.watching(session))
            await one.next()
            await other.next()
        await one.ended()
        await other.ended()
