"""A server, a client of it, and callers of `/v1/sessions`."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from capserver.bridges.http import ROOT
from capserver.config import Settings
from capserver.planners.scripted import ScriptedPlanner
from tests.live import PATIENCE, WAVE, Client, Frame, Live, serving

JUMP: Frame = {
    "name": "jump",
    "description": "Jump.",
    "parameters": {
        "type": "object",
        "properties": {"times": {"type": "integer", "minimum": 1, "maximum": 5}},
        "required": ["times"],
        "additionalProperties": False,
    },
}
POINT: Frame = {
    "name": "point",
    "parameters": {"type": "object", "properties": {"at": {"type": "string", "x-vocabulary": "objects"}}},
    "lane": "arms",
    "ttl": 0.1,
}
SCRIPT = {"wave": ["Sure. ", {"call": "wave"}]}
COMMANDS = [WAVE, JUMP, POINT]
EVENTS = {"Accept": "text/event-stream"}


@asynccontextmanager
async def callers(live: Live, **more: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """An HTTP client of a server."""
    url = f"http://127.0.0.1:{live.port}"
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE, **more) as http:
        yield http


class Scene:
    """A server, a client of it, and callers."""

    def __init__(self, live: Live, client: Client, http: httpx2.AsyncClient, welcome: Frame) -> None:
        self.live, self.client, self.http, self.welcome = live, client, http, welcome
        self.id = welcome["session"]

    def post(self, path: str, body: Frame, **more: Any) -> "asyncio.Task[httpx2.Response]":
        """A caller posts to this session; it waits while the test goes on."""
        return asyncio.create_task(self.http.post(f"{ROOT}/{self.id}{path}", json=body, **more))

    async def did(self, **result: Any) -> Frame:
        """The client gets a command and answers it."""
        command = await self.client.next("command")
        await self.client.send({"type": "result", "id": command["id"], "ok": True, **result})
        return command

    async def get(self, path: str = "") -> Frame:
        found: Frame = (await self.http.get(f"{ROOT}/{self.id}{path}")).json()
        return found


@asynccontextmanager
async def a_scene(planner: Any = None, settings: Settings | None = None) -> AsyncIterator[Scene]:
    planner = planner or ScriptedPlanner.from_json(SCRIPT)
    async with serving(planner, settings) as live, live.client() as client, callers(live) as http:
        objects = {"objects": [{"id": "cube", "names": ["red cube"]}]}
        yield Scene(live, client, http, await client.register(COMMANDS, vocabulary=objects))


def problem(response: httpx2.Response, status: int) -> Frame:
    """The problem details of an answer."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told: Frame = response.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return told


def paths(told: Frame) -> list[str]:
    return [error["path"] for error in told["errors"]]


async def events(response: httpx2.Response) -> list[Frame]:
    """The frames of a stream of events, each under its type."""
    frames = []
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "data":
            frames.append(json.loads(value))
        elif name == "event":
            kind = value
        elif not line and frames:
            assert frames[-1]["type"] == kind
    return frames
