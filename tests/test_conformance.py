"""The transcripts of `conformance/`, run against the session core and against a live server."""

import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from capserver.config import Settings
from capserver.connection import Observer
from capserver.planners.scripted import ScriptedPlanner
from tests.core_driver import Core
from tests.live import Client, Closed, Live, serving
from tests.transcripts import Close, Connect, Drop, Expect, Send, Transcript, Variables, Wait, parse, paths
from tests.transcripts import match as mismatches

LIVE = [path for path in paths() if not parse(path).core_only]


class Driver(Protocol):
    """What a transcript is run against."""

    async def send(self, text: str) -> None: ...

    async def next(self) -> dict[str, Any] | int | None:
        """The next frame, the code of a close, or none where nothing is left."""
        ...

    async def drop(self) -> None: ...

    async def connect(self) -> None: ...

    async def wait(self, seconds: float) -> None: ...


class CoreDriver:
    """The session core, with a clock of its own."""

    def __init__(self, transcript: Transcript, observers: Sequence[Observer] = ()) -> None:
        self._core = Core(transcript, observers)

    async def send(self, text: str) -> None:
        self._core.receive(text)
        await self._core.run()

    async def next(self) -> dict[str, Any] | int | None:
        return self._core.written.popleft() if self._core.written else None

    async def drop(self) -> None:
        self._core.drop()

    async def connect(self) -> None:
        self._core.connect()

    async def wait(self, seconds: float) -> None:
        self._core.wait(seconds)
        await self._core.run()


class LiveDriver:
    """A real server, real sockets, real time."""

    def __init__(self, live: Live, stack: AsyncExitStack) -> None:
        self._live = live
        self._stack = stack
        self._client: Client

    async def send(self, text: str) -> None:
        await self._client.send(text)

    async def next(self) -> dict[str, Any] | int | None:
        frame = await self._client.receive()
        return frame.code if isinstance(frame, Closed) else frame

    async def drop(self) -> None:
        await self._client.drop()

    async def connect(self) -> None:
        self._client = await self._stack.enter_async_context(self._live.client())

    async def wait(self, seconds: float) -> None:
        """Nothing: whoever waits for the next frame waits long enough."""


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
async def test_the_session_core_keeps_to_the_transcript(path: Path) -> None:
    transcript = parse(path)
    driver = CoreDriver(transcript)
    await play(transcript, driver)
    assert await following(transcript, driver) is None


@pytest.mark.parametrize("path", LIVE, ids=lambda path: path.stem)
async def test_the_live_server_keeps_to_the_transcript(path: Path, tmp_path: Path) -> None:
    transcript = parse(path)
    settings: dict[str, Any] = {"limits": transcript.settings}
    if transcript.profile is not None:
        name = transcript.profile["client"]["name"]
        (tmp_path / f"{name}.json").write_text(json.dumps(transcript.profile))
        settings["profiles"] = {"folder": tmp_path, "default": name}
    planner = ScriptedPlanner.from_json(transcript.script)
    async with serving(planner, Settings.model_validate(settings)) as live, AsyncExitStack() as stack:
        driver = LiveDriver(live, stack)
        await driver.connect()
        await play(transcript, driver)
        if not isinstance(transcript.steps[-1], Close):
            await driver.send('{"type":"ping","t":"nothing is left"}')
            assert await following(transcript, driver) == {"type": "pong", "t": "nothing is left"}


async def play(transcript: Transcript, driver: Driver) -> None:
    """Send what the transcript sends, and compare what comes."""
    variables: Variables = {}
    for step in transcript.steps:
        match step:
            case Send():
                await driver.send(step.text(variables))
            case Expect(line, expected):
                frame = await following(transcript, driver)
                assert isinstance(frame, dict), f"line {line}: {frame} in place of {expected}"
                wrong = mismatches(expected, frame, variables)
                assert not wrong, f"line {line}: {frame}"
            case Close(line, code):
                assert await following(transcript, driver) == code, f"line {line}"
            case Drop():
                await driver.drop()
            case Connect():
                await driver.connect()
            case Wait(_, seconds):
                await driver.wait(seconds)


async def following(transcript: Transcript, driver: Driver) -> dict[str, Any] | int | None:
    """What comes next, apart from what the transcript ignores."""
    while isinstance(frame := await driver.next(), dict) and frame["type"] in transcript.ignore:
        pass
    return frame
