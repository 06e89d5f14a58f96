"""`/v1/sessions` with real sockets: callers look at sessions, steer them, and wait for what comes of it."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from capserver.bridges.http import ROOT
from capserver.config import Settings
from capserver.planners.scripted import PuppetPlanner
from capserver.prompt import CallClosed, CallDelta, CallOpened, Stopped, TextDelta
from capserver.protocol.codes import CloseCode
from tests.http_scene import COMMANDS, EVENTS, JUMP, POINT, a_scene, callers, events, paths, problem
from tests.live import WAVE, Frame, limits, resume, serving

# looking


async def test_sessions_are_listed_and_shown() -> None:
    async with a_scene() as scene:
        (listed,) = (await scene.http.get(ROOT)).json()["sessions"]
        shown = await scene.get()
        assert shown.items() >= listed.items()
        assert shown["id"] == scene.id
        assert shown["address"] == "127.0.0.1"
        assert shown["digest"] == scene.welcome["digest"]
        assert shown["vocabulary"] == {"objects": 1}
        assert (await scene.http.head(f"{ROOT}/{scene.id}")).content == b""


async def test_the_commands_are_shown_as_they_were_sent() -> None:
    async with a_scene() as scene:
        assert await scene.get("/commands") == {"commands": [JUMP, POINT, WAVE]}


async def test_nothing_of_it_is_kept_by_caches() -> None:
    async with a_scene() as scene:
        assert (await scene.http.get(ROOT)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/nobody", "/nobody/commands", "/nobody/what/ever"])
async def test_what_is_not_there_is_404(path: str) -> None:
    async with serving() as live, callers(live) as http:
        problem(await http.get(ROOT + path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "", "GET"),
        ("PUT", "/x", "GET, DELETE"),
        ("GET", "/x/instruct", "POST"),
        ("HEAD", "/x/commands/wave", "POST"),
        ("OPTIONS", "/x/commands/wave", "POST"),
    ],
)
async def test_a_method_that_is_not_meant_is_405(method: str, path: str, allowed: str) -> None:
    async with serving() as live, callers(live) as http:
        response = await http.request(method, ROOT + path)
        assert response.status_code == 405
        assert response.headers["allow"] == allowed


# ending


async def test_delete_ends_a_session_and_its_client_is_told_to_stop() -> None:
    async with a_scene() as scene:
        assert (await scene.http.delete(f"{ROOT}/{scene.id}")).status_code == 204
        assert (await scene.client.closed()).code == CloseCode.NORMAL
        problem(await scene.http.delete(f"{ROOT}/{scene.id}"), 404)
        async with scene.live.client() as again:
            await again.send(resume(scene.welcome))
            assert (await again.next("welcome"))["reason"] == "expired"


async def test_who_waits_for_a_session_that_ends_is_told() -> None:
    planner = PuppetPlanner()
    async with a_scene(planner) as scene:
        turn, call = scene.post("/instruct", {"text": "wave"}), scene.post("/commands/wave", {})
        await scene.client.next("command")
        await planner.next_plan()
        await scene.http.delete(f"{ROOT}/{scene.id}")
        assert problem(await turn, 410)["commands"] == []
        assert (await call).json()["error"]["code"] == "in_doubt"


# commands


async def test_a_command_is_done_without_a_model() -> None:
    async with a_scene() as scene:
        call = scene.post("/commands/jump", {"args": {"times": 2}})
        command = await scene.did(value={"height": 3})
        assert (command["turn"], command["args"]) == (None, {"times": 2})
        answer = await call
        assert answer.status_code == 200
        assert answer.json() == {"id": command["id"], "ok": True, "value": {"height": 3}}


async def test_a_name_of_the_vocabulary_will_do() -> None:
    async with a_scene() as scene:
        call = scene.post("/commands/point", {"args": {"at": "Red Cube"}})
        assert (await scene.did())["args"] == {"at": "cube"}
        assert (await call).json()["ok"] is True


async def test_a_command_that_fails_says_why() -> None:
    async with a_scene() as scene:
        call = scene.post("/commands/wave", {"args": None})
        await scene.did(ok=False, error={"code": "declined", "message": "not now"})
        assert (await call).json()["error"] == {"code": "declined", "message": "not now"}


async def test_a_detached_client_has_until_the_ttl() -> None:
    async with a_scene() as scene:
        await scene.client.drop()
        answer = (await scene.http.post(f"{ROOT}/{scene.id}/commands/point", json={})).json()
        assert (answer["ok"], answer["error"]["code"]) == (False, "expired")


@pytest.mark.parametrize(
    ("path", "body", "status", "where"),
    [
        ("/commands/jump", {"args": {"times": 9, "high": 1}}, 422, ["/args/high", "/args/times"]),
        ("/commands/point", {"args": {"at": "moon"}}, 422, ["/args/at"]),
        ("/commands/jump", {"args": []}, 422, ["/args"]),
        ("/commands/fly", {}, 404, [""]),
        ("/instruct", {}, 422, ["/text"]),
        ("/instruct", {"text": ""}, 422, ["/text"]),
        ("/instruct", {"text": "wave", "only": ["wave", "fly"]}, 422, ["/only/1"]),
        ("/instruct", {"text": "wave", "only": "wave", "require": 1}, 422, ["/only", "/require"]),
    ],
)
@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_wrong_input_is_refused_by_path(
    path: str, body: Frame, status: int, where: list[str], accept: str
) -> None:
    async with a_scene() as scene:
        refused = await scene.post(path, body, headers={"Accept": accept})
        assert sorted(paths(problem(refused, status))) == where
        await scene.client.pinged()
        assert scene.client.of("command") == []


async def test_a_session_that_is_full_is_busy() -> None:
    async with a_scene(settings=limits(commands_unacked=1)) as scene:
        await scene.client.send({"type": "ack", "upto": 0})
        await scene.client.pinged()
        first = scene.post("/commands/wave", {})
        await scene.client.next("command")
        busy = await scene.post("/commands/wave", {})
        problem(busy, 409)
        assert busy.headers["retry-after"] == "1"
        await scene.client.send({"type": "result", "id": scene.client.of("command")[0]["id"], "ok": True})
        assert (await first).json()["ok"] is True


# instructions


async def test_an_instruction_is_planned_and_its_end_answered() -> None:
    async with a_scene() as scene:
        asked = scene.post("/instruct", {"text": "wave", "only": ["wave"], "require": True})
        started = await scene.client.next("turn.started")
        assert started["source"] == "http"
        command = await scene.did(value="waved")
        assert (await asked).json() == {
            "turn": started["turn"],
            "status": "completed",
            "text": "Sure. ",
            "commands": [
                {"id": command["id"], "name": "wave", "args": {}, "result": {"ok": True, "value": "waved"}}
            ],
        }
        assert (await scene.client.next("turn.ended"))["turn"] == started["turn"]


async def test_an_instruction_that_fails_says_why() -> None:
    async with a_scene() as scene:
        answer = (await scene.post("/instruct", {"text": "nothing", "require": True})).json()
        assert (answer["status"], answer["error"]["code"]) == ("failed", "no_command")


async def test_a_full_queue_is_busy() -> None:
    planner = PuppetPlanner()
    async with a_scene(planner, limits(turns_queued=1)) as scene:
        await scene.client.tell("one")
        await scene.client.tell("two")
        await scene.client.pinged()
        busy = await scene.post("/instruct", {"text": "three"}, headers=EVENTS)
        problem(busy, 409)
        assert (await scene.get())["queued"] == 1


async def test_an_instruction_can_be_followed_as_it_is_done() -> None:
    async with a_scene() as scene:
        asking = scene.http.stream(
            "POST", f"{ROOT}/{scene.id}/instruct", json={"text": "wave"}, headers=EVENTS
        )
        async with asking as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            command = await scene.did()
            frames = await events(response)
        kinds = [frame["type"] for frame in frames]
        assert kinds == ["turn.started", "text", "command", "result", "turn.ended"]
        assert frames[3] == {"type": "result", "id": command["id"], "ok": True}
        same = [frame for frame in scene.client.frames if frame["type"] in kinds]
        same.append(await scene.client.next("turn.ended"))
        assert [{**frame, "seq": 0} for frame in same] == [
            {**frame, "seq": 0} for frame in frames if frame["type"] != "result"
        ]


async def test_a_follower_of_a_session_that_ends_is_told() -> None:
    planner = PuppetPlanner()
    async with a_scene(planner) as scene:
        asking = scene.http.stream(
            "POST", f"{ROOT}/{scene.id}/instruct", json={"text": "wave"}, headers=EVENTS
        )
        async with asking as response:
            (await planner.next_plan()).send(TextDelta("Well"))
            await scene.client.next("text")
            await scene.http.delete(f"{ROOT}/{scene.id}")
            last = (await events(response))[-1]
        assert (last["type"], last["code"]) == ("error", "unknown_id")


async def test_a_follower_hears_of_rejections_and_of_what_is_withdrawn_while_it_is_written() -> None:
    planner = PuppetPlanner()
    say = {
        "name": "say",
        "parameters": {"type": "object", "properties": {"text": {"type": "string"}}},
        "stream": ["text"],
    }
    async with serving(planner) as live, live.client() as client, callers(live) as http:
        session = (await client.register([say]))["session"]
        asking = http.stream("POST", f"{ROOT}/{session}/instruct", json={"text": "speak"}, headers=EVENTS)
        async with asking as response:
            plan = await planner.next_plan()
            plan.send(CallOpened(0, "say"), CallDelta(0, '{"text":"Hel'))
            begun = await client.next("command.delta")
            await client.send({"type": "cancel", "id": "nobody"})
            await client.send({"type": "cancel", "id": begun["id"]})
            await client.next("cancel")
            plan.send(CallOpened(1, "fly"), CallDelta(1, "{}"), CallClosed(1), Stopped("max_tokens"))
            kinds = [frame["type"] for frame in await events(response)]
        assert kinds == ["turn.started", "command.delta", "cancel", "command.rejected", "turn.ended"]


async def test_a_follower_hears_nothing_of_what_others_do() -> None:
    planner = PuppetPlanner()
    async with a_scene(planner) as scene:
        await scene.client.tell("wave")
        own = await planner.next_plan()
        own.send(CallOpened(0, "wave"), CallDelta(0, "{}"), CallClosed(0), Stopped("end"))
        command = await scene.client.next("command")
        asking = scene.http.stream("POST", f"{ROOT}/{scene.id}/instruct", json={"text": "go"}, headers=EVENTS)
        async with asking as response:
            plan = await planner.next_plan()
            await scene.client.send({"type": "cancel", "id": command["id"]})
            await scene.client.next("turn.ended")
            plan.send(Stopped("end"))
            assert [frame["type"] for frame in await events(response)] == ["turn.started", "turn.ended"]


async def test_a_silent_stream_shows_that_it_lives() -> None:
    planner = PuppetPlanner()
    beating = Settings.model_validate({"server": {"heartbeat_interval": 0.01}})
    async with a_scene(planner, beating) as scene:
        asking = scene.http.stream(
            "POST", f"{ROOT}/{scene.id}/instruct", json={"text": "wave"}, headers=EVENTS
        )
        async with asking as response:
            plan = await planner.next_plan()
            lines = response.aiter_lines()
            while await anext(lines) != ":":
                pass
            plan.send(Stopped("end"))
            assert [line async for line in lines if "turn.ended" in line]


# waiting


async def test_a_caller_waits_only_so_long_and_hears_how_far_it_is() -> None:
    planner = PuppetPlanner()
    short = Settings.model_validate({"http": {"wait_seconds": 0.2}})
    async with a_scene(planner, short) as scene:
        asked = scene.post("/instruct", {"text": "wave"})
        plan = await planner.next_plan()
        for index in range(2):
            plan.send(CallOpened(index, "wave"), CallDelta(index, "{}"), CallClosed(index))
        await scene.did()
        told = problem(await asked, 504)
        assert told["turn"].startswith("http-")
        assert [command["state"] for command in told["commands"]] == ["ended", "sent"]
        plan.send(Stopped("end"))
        await scene.did()
        assert (await scene.client.next("turn.ended"))["status"] == "completed", "it goes on"


async def test_a_caller_of_a_command_that_waits_for_its_client_hears_so() -> None:
    short = Settings.model_validate({"http": {"wait_seconds": 0.05}})
    async with a_scene(settings=short) as scene:
        await scene.client.drop()
        told = problem(await scene.post("/commands/wave", {}), 504)
        assert [command["state"] for command in told["commands"]] == ["waiting"]
        assert told["id"] == told["commands"][0]["id"]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("row", ["http-07"])
async def test_a_caller_that_goes_away_cancels_nothing(row: str, accept: str) -> None:
    async with a_scene() as scene:
        asked = scene.post("/instruct", {"text": "wave"}, headers={"Accept": accept})
        command = await scene.client.next("command")
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        await scene.client.pinged()
        await scene.client.send({"type": "result", "id": command["id"], "ok": True})
        assert (await scene.client.next("turn.ended"))["status"] == "completed"


async def test_who_waits_when_the_server_stops_is_told() -> None:
    planner = PuppetPlanner()
    async with AsyncExitStack() as later:
        async with serving(planner) as live:
            http = await later.enter_async_context(callers(live))
            client = await later.enter_async_context(live.client())
            path = f"{ROOT}/{(await client.register())['session']}"
            call = asyncio.create_task(http.post(f"{path}/commands/wave", json={}))
            command = await client.next("command")
            asked = http.post(f"{path}/instruct", json={"text": "go"}, headers=EVENTS)
            follow = asyncio.create_task(asked)
            await planner.next_plan()
        told = problem(await call, 503)
        assert [(each["id"], each["state"]) for each in told["commands"]] == [(command["id"], "sent")]
        assert "the server stops" in (await follow).text


# the client's side


async def test_a_client_may_resume_with_a_direct_call_under_way() -> None:
    async with a_scene() as scene:
        call = scene.post("/commands/wave", {})
        command = await scene.client.next("command")
        await scene.client.drop()
        async with scene.live.client() as again:
            await again.send(resume(scene.welcome, commands=COMMANDS))
            assert (await again.next("command"))["id"] == command["id"]
            await again.send({"type": "result", "id": command["id"], "ok": True})
            assert (await call).json() == {"id": command["id"], "ok": True}
