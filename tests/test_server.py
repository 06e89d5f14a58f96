"""uvicorn with our settings: what it is told, how it starts, how it stops."""

import asyncio
import gc
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn
from uvicorn.server import ServerState
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from capserver import server
from capserver.app import create_app
from capserver.config import Settings
from capserver.planners.scripted import ScriptedPlanner
from tests.live import PATIENCE, manifest, serving
from tests.raw import connected

HERE = Settings.model_validate({"server": {"port": 0}})


def settings(**sections: dict[str, object]) -> Settings:
    return Settings.model_validate(sections)


@pytest.mark.parametrize(
    ("limits", "largest"),
    [
        ({}, 1 << 20),
        ({"frame_bytes": 2 << 20}, 2 << 20),
        ({"frame_bytes": 0}, 1 << 31),
        ({"manifest_bytes": 0}, 1 << 31),
    ],
)
def test_the_largest_frame_is_the_larger_of_two_limits(limits: dict[str, object], largest: int) -> None:
    assert (
        server.config(create_app(planner=ScriptedPlanner({})), settings(limits=limits)).ws_max_size == largest
    )


def test_proxies_are_believed_only_where_they_are_named() -> None:
    app = create_app(planner=ScriptedPlanner({}))
    assert server.config(app, Settings()).proxy_headers is False
    believed = server.config(app, settings(server={"trusted_proxies": ["10.0.0.0/8"]}))
    assert (believed.proxy_headers, believed.forwarded_allow_ips) == (True, ["10.0.0.0/8"])


def test_frames_are_never_compressed() -> None:
    assert server.config(create_app(planner=ScriptedPlanner({})), Settings()).ws_per_message_deflate is False


async def test_no_frame_waits_for_others() -> None:
    served = server.config(create_app(planner=ScriptedPlanner({})), Settings())
    served.load()
    made: Future[asyncio.Transport] = Future()

    class Watched(served.ws_protocol_class):  # type: ignore[name-defined, misc]
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            made.set_result(transport)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(lambda: Watched(served, ServerState(), {}), sock=listening)
        async with listener, connected(listening.getsockname()[1]):
            transport = await asyncio.wait_for(asyncio.wrap_future(made), PATIENCE)
            accepted = transport.get_extra_info("socket")
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_reloading_serves_with_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = []

    class Supervisor:
        def __init__(self, config: uvicorn.Config, target: object, sockets: list[socket.socket]) -> None:
            made.append((config, sockets))

        def run(self) -> None:
            made[0][1][0].close()

    monkeypatch.setattr(server, "ChangeReload", Supervisor)
    server.run_reloading("capserver.app:from_environment", HERE, tmp_path)
    ((config, _),) = made
    assert (config.factory, config.reload_dirs) == (True, [tmp_path])
    assert config.ws is server.config("", HERE).ws


@pytest.fixture
def collection() -> Iterator[None]:
    """Garbage collection as it was before a server set it."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def client(port: int, then: Callable[[], None]) -> int:
    """Register, do something, wait to be closed; the code."""
    with connect(f"ws://127.0.0.1:{port}/v1/ws", proxy=None, open_timeout=PATIENCE) as connection:
        connection.send(json.dumps(manifest()))
        connection.recv(timeout=PATIENCE)
        then()
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=PATIENCE)
    return closed.value.rcvd.code if closed.value.rcvd else 1006


@pytest.mark.usefixtures("collection")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_and_clients_are_told_to_come_again(
    number: signal.Signals, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(planner=ScriptedPlanner({}))
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor() as threads:
        port = listening.getsockname()[1]
        closed = threads.submit(client, port, lambda: os.kill(os.getpid(), number))
        with caplog.at_level(logging.INFO):
            server.run(app, Settings(), [listening])
        assert closed.result(PATIENCE) == 1012
    assert f"listening: http://127.0.0.1:{port} (page), ws://127.0.0.1:{port}/v1/ws (clients)" in caplog.text


def serve(*flags: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "capserver", "serve", "--planner", "offline", *flags]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def test_the_command_exits_with_0_when_it_is_told_to_stop() -> None:
    with serve("--port", "0") as process:
        assert process.stderr is not None
        found = (re.search(r"listening: http://127\.0\.0\.1:(\d+)", line) for line in process.stderr)
        port = int(next(filter(None, found))[1])
        assert client(port, process.terminate) == 1012
        assert process.wait(PATIENCE) == 0


def test_the_command_exits_with_an_error_where_the_port_is_taken() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        serve("--port", str(taken.getsockname()[1])) as process,
    ):
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode != 0
        assert "address already in use" in errors


async def test_a_refused_handshake_is_no_mistake_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    async with serving() as live:
        for headers, path in (({"Origin": "https://evil.example"}, ""), ({}, "/elsewhere")):
            with pytest.raises(InvalidStatus):
                async with live.client(headers=headers, query=path):
                    pass
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
