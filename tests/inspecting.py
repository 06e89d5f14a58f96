"""Viewers of the inspector's feed, over real sockets. Every wait has an end."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from capserver.config import Settings
from capserver.planners.scripted import ScriptedPlanner
from capserver.prompt import Planner
from tests.live import PATIENCE, WAVE, Client, Frame, Live, serving

SCRIPT = {"wave": ["Sure.", {"call": "wave"}]}
Event = tuple[str, Any]


class Watching:
    """One viewer: the events that it is sent."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.comments = 0
        self._lines = response.aiter_lines()

    async def next(self, *names: str) -> Event:
        """The next event of one of these names (any, without); others are passed over."""
        async with asyncio.timeout(PATIENCE):
            async for found in self._events():
                if not names or found[0] in names:
                    return found
        raise AssertionError(f"the stream ended while waiting for {names}")

    async def frame(self, direction: str, kind: str) -> Frame:
        """The next frame of a type."""
        while True:
            _, data = await self.next("frame")
            assert data["at"] > 1_700_000_000_000
            if (data["direction"], data["frame"].get("type", "raw")) == (direction, kind):
                return dict(data["frame"])

    async def view(self, **wanted: Any) -> Frame:
        """The next view of a session with these values."""
        while True:
            _, data = await self.next("session")
            if wanted.items() <= data.items():
                return dict(data)

    async def ended(self) -> None:
        """The stream is at its end."""
        async with asyncio.timeout(PATIENCE):
            async for _ in self._events():
                pass

    async def comment(self) -> None:
        async with asyncio.timeout(PATIENCE):
            async for line in self._lines:
                if line == ":":
                    return

    async def _events(self) -> AsyncIterator[Event]:
        name = ""
        async for line in self._lines:
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                yield name, json.loads(value)


class Inspector:
    """An HTTP client of the inspector's addresses."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    @asynccontextmanager
    async def watching(self, session: str = "") -> AsyncIterator[Watching]:
        async with self.http.stream("GET", "/inspector/feed" + (session and f"/{session}")) as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            assert response.headers["cache-control"] == "no-store"
            yield Watching(response)

    async def trace(self, method: str, session: str) -> httpx2.Response:
        return await self.http.request(method, f"/inspector/traces/{session}")


@asynccontextmanager
async def inspecting(live: Live, token: str | None = None) -> AsyncIterator[Inspector]:
    """An inspector that shows this token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = f"http://127.0.0.1:{live.port}"
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=PATIENCE, headers=headers) as http:
        yield Inspector(http)


@asynccontextmanager
async def scene(planner: Planner | None = None, **settings: Any) -> AsyncIterator[tuple[Live, Inspector]]:
    """A server with these settings, and an inspector of it."""
    planner = planner or ScriptedPlanner.from_json(SCRIPT)
    async with serving(planner, Settings.model_validate(settings)) as live, inspecting(live) as inspector:
        yield live, inspector


@asynccontextmanager
async def welcome(live: Live, commands: Sequence[Frame] = (WAVE,)) -> AsyncIterator[tuple[Client, str]]:
    """A client that is welcome, and the id of its session."""
    async with live.client() as client:
        yield client, (await client.register(commands))["session"]
