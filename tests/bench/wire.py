"""What a client sees: over real sockets, the server in a process of its own, the model a local endpoint."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import median
from time import perf_counter
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from capserver.manifest import compile_set
from capserver.prompt import CallClosed, Prompt
from tests.bench.core import commands, manifest
from tests.bench.rows import Row, percentile
from tests.model_endpoint import Call, ModelEndpoint, message

SESSIONS = 100
TURNS = 2
CALLS = 5
_OFF = ("SESSIONS_PER_ADDRESS", "HANDSHAKES_PER_SECOND", "FRAMES_PER_SECOND")


@asynccontextmanager
async def server(*flags: str, **environ: str) -> AsyncIterator[str]:
    """A server in a process of its own; its WebSocket address."""
    limits = {f"CAPSERVER_LIMITS_{name}": "0" for name in _OFF}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "capserver", "serve", "--port", "0", "--log-format", "json", *flags),
        env={**os.environ, **limits, **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    drain = None
    try:
        async for line in process.stdout:
            if b"ws://" in line:
                address = line[line.index(b"ws://") :].split()[0].decode()
                drain = asyncio.create_task(process.stdout.read())
                yield address
                return
        raise RuntimeError("the server did not start")
    finally:
        process.terminate()
        if drain is not None:
            await drain
        await process.wait()


async def register(address: str) -> ClientConnection:
    """A client that has its `welcome`."""
    socket = await connect(address, compression=None)
    await socket.send(manifest())
    await socket.recv()
    return socket


async def turn(socket: ClientConnection, name: str) -> tuple[list[float], float]:
    """Say something, answer every command; when each command came, and when the turn ended."""
    await socket.send(json.dumps({"type": "instruct", "id": name, "text": name}))
    came = []
    while True:
        frame: dict[str, Any] = json.loads(await socket.recv())
        if frame["type"] == "command":
            came.append(perf_counter())
            await socket.send(json.dumps({"type": "result", "id": frame["id"], "ok": True}))
        elif frame["type"] == "turn.ended":
            assert frame["status"] == "completed", frame
            return came, perf_counter()
        elif frame["type"] == "error":
            raise RuntimeError(frame)


def _script() -> list[Any]:
    calls = [
        Call(f"jump_{3 + 10 * (i % 2)}", {"times": i + 1, "speed": "fast"}, id=f"toolu_{i}")
        for i in range(CALLS)
    ]
    return message("Gladly, here I go.", *calls)


@asynccontextmanager
async def model(tokens_per_second: float) -> AsyncIterator[tuple[ModelEndpoint, str]]:
    """A model at this pace, and a server that asks it."""
    async with ModelEndpoint() as endpoint:
        endpoint.script(_script(), tokens_per_second=tokens_per_second)
        key = {"ANTHROPIC_BASE_URL": endpoint.url, "ANTHROPIC_API_KEY": "bench"}
        more = {"CAPSERVER_PLANNER_CONCURRENCY": str(2 * SESSIONS)}
        async with server("--planner", "anthropic", **key, **more) as address:
            yield endpoint, address


async def block_to_frame() -> Row:
    """From the end of a command's block at the model to its frame at the client."""
    async with model(30) as (endpoint, address):
        sockets = [await register(address) for _ in range(SESSIONS)]
        await turn(sockets[0], "warm")
        done = await asyncio.gather(*(_turns(socket, number) for number, socket in enumerate(sockets)))
        ends = _ends(endpoint)
        delays = [
            at - end
            for came in done
            for said, times in came.items()
            for at, end in zip(times, ends[said], strict=True)
        ]
        await asyncio.gather(*(socket.close() for socket in sockets))
    middle, worst = median(delays), percentile(delays, 0.99)
    return Row(
        f"block's end → frame at the client, {SESSIONS} sessions at 30 tokens/s ({len(delays)} commands)",
        "median ≤ 2 ms, p99 ≤ 10 ms",
        f"median {middle * 1e3:.2f} ms, p99 {worst * 1e3:.2f} ms",
        middle <= 2e-3 and worst <= 10e-3,
        {"median_ms": middle * 1e3, "p99_ms": worst * 1e3},
    )


async def _turns(socket: ClientConnection, number: int) -> dict[str, list[float]]:
    """One session's turns, one after the other; they begin spread over a turn's length, as people do."""
    await asyncio.sleep(number / SESSIONS * 3)
    said = [f"turn {round_} of {number}" for round_ in range(TURNS)]
    return {text: (await turn(socket, text))[0] for text in said}


def _ends(endpoint: ModelEndpoint) -> dict[str, list[float]]:
    """When the blocks of calls ended, by what was said."""
    said = []
    for request in endpoint.requests:
        content = request.body["messages"][-1]["content"]
        said.append(content if isinstance(content, str) else content[-1]["text"])
    ends: dict[str, list[float]] = {}
    for written in endpoint.written:
        if written.block > 0:
            ends.setdefault(said[written.request], []).append(written.at)
    return ends


async def first_command() -> Row:
    """The first command against waiting for the whole message."""
    ratios, firsts, wholes = [], [], []
    async with model(60) as (_, address):
        socket = await register(address)
        await turn(socket, "warm")
        for round_ in range(5):
            start = perf_counter()
            came, _end = await turn(socket, f"round {round_}")
            # Who waits for the whole message starts the first command when the last block is complete.
            firsts.append(came[0] - start)
            wholes.append(came[-1] - start)
            ratios.append(wholes[-1] / firsts[-1])
        await socket.close()
    ratio = median(ratios)
    return Row(
        f"first command, against waiting for the whole message ({CALLS} commands at 60 tokens/s)",
        "≥ 3 × sooner",
        f"{ratio:.1f} × ({median(firsts) * 1e3:.0f} ms against {median(wholes) * 1e3:.0f} ms)",
        ratio >= 3,
        {"ratio": ratio},
    )


async def session_overhead() -> Row:
    """What a session adds to a call, against the planner alone: the offline planner, over a real socket."""
    from capserver.planners.offline import OfflinePlanner

    planner, said = OfflinePlanner(), "wave_4 2"
    prompt = Prompt(said, compile_set(commands()))
    alone = []
    for _ in range(100):
        start = perf_counter()
        async for delta in planner.plan(prompt):
            if isinstance(delta, CallClosed):
                break
        alone.append(perf_counter() - start)
    with_session = []
    async with server("--planner", "offline") as address:
        socket = await register(address)
        for round_ in range(100):
            await socket.send(
                json.dumps({"type": "instruct", "id": str(round_), "text": said, "remember": False})
            )
            start = perf_counter()
            while (frame := json.loads(await socket.recv()))["type"] != "turn.ended":
                if frame["type"] == "command":
                    with_session.append(perf_counter() - start)
                    await socket.send(json.dumps({"type": "result", "id": frame["id"], "ok": True}))
        await socket.close()
    added = median(with_session) - median(alone)
    return Row(
        "what a session adds to a call, against the planner alone (socket and all)",
        "≤ 1 ms",
        f"{added * 1e3:.2f} ms ({median(with_session) * 1e3:.2f} against {median(alone) * 1e3:.2f} ms)",
        added <= 1e-3,
        {"ms": added * 1e3},
    )
