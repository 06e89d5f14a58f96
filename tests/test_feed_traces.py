"""Recordings that the inspector starts, downloads and ends, over real sockets."""

import pytest

from capserver import recorder
from capserver.planners.scripted import PuppetPlanner
from capserver.prompt import Stopped, TextDelta
from capserver.replay import read_trace, replay
from tests.inspecting import scene, welcome


async def test_a_recording_is_made_downloaded_and_ended() -> None:
    async with scene() as (live, inspector), welcome(live) as (client, session):
        async with inspector.watching() as watching:
            started = await inspector.trace("POST", session)
            assert (started.status_code, started.json()) == (201, {"state": "recording"})
            await watching.view(id=session, recording="on")
            await client.instruct("wave")
            so_far = await inspector.trace("GET", session)
            assert so_far.headers["content-type"] == "application/jsonl"
            assert (
                so_far.headers["content-disposition"] == f'attachment; filename="capserver-{session}.jsonl"'
            )
            whole = await inspector.trace("DELETE", session)
            assert whole.status_code == 200
            assert whole.text.startswith(so_far.text)
            await watching.view(id=session, recording="off")
        outcome = replay(read_trace(whole.text.splitlines()))
        assert outcome.first is None
        assert outcome.inputs > 8
        assert (await inspector.trace("GET", session)).status_code == 404
        assert (await inspector.trace("DELETE", session)).status_code == 404


async def test_a_recording_waits_until_no_turn_is_open() -> None:
    puppet = PuppetPlanner()
    async with scene(puppet) as (live, inspector), welcome(live) as (client, session):
        await client.tell("wait")
        await client.next("turn.started")
        assert (await inspector.trace("POST", session)).json() == {"state": "waiting"}
        assert (await inspector.trace("GET", session)).text == ""
        await puppet.next_prompt()
        async with inspector.watching(session) as watching:
            await watching.view(recording="waiting")
            puppet.send(TextDelta("Done."), Stopped("end"))
            await watching.view(recording="on")
        assert '"capserver_trace":1' in (await inspector.trace("GET", session)).text


async def test_what_was_recorded_of_a_session_stays_when_it_is_over() -> None:
    async with scene() as (live, inspector), welcome(live) as (client, session):
        await inspector.trace("POST", session)
        async with inspector.watching(session) as watching:
            await client.socket.close(1000)
            await watching.next("ended")
        trace = await inspector.trace("GET", session)
        assert '{"end":"the session is over"}' in trace.text
        assert (await inspector.trace("POST", session)).status_code == 404


async def test_so_many_recordings_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MOST", 1)
    async with scene() as (live, inspector), welcome(live) as (_, one), welcome(live) as (_, other):
        assert (await inspector.trace("POST", one)).status_code == 201
        busy = await inspector.trace("POST", other)
        assert (busy.status_code, busy.json()["title"]) == (409, "busy")
