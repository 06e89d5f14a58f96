import asyncio
import io
import json
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from capserver.cli.chat import Chat
from capserver.cli.chat_command import _converse, _talk_and_listen, input_line, piped_line, websocket_url
from capserver.cli.chat_screen import Lines, TerminalScreen
from capserver.cli.root import capserver
from capserver.errors import FrameError
from capserver.manifest import compile_set


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("capserver.logs.configure", lambda *_args: None)
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def run(*args: str, given: str) -> Result:
    return CliRunner().invoke(capserver, args, input=given, prog_name="capserver")


def test_chat_plays_a_manifest_line_by_line_in_a_pipe() -> None:
    done = run(
        "chat",
        "desktop_pet",
        "--planner",
        "offline",
        given="wave twice and then jump\n\nhow are you feeling?\nopen the browser\n挥挥手，然后跳两下\n",
    )
    assert done.stderr == ""
    assert done.exit_code == 0
    assert "26 commands  planner offline" in done.stdout
    assert "› wave twice and then jump\n  ✓ wave  times 2\n  ✓ jump" in done.stdout
    assert '✓ get_mood  [status]  → {"mood": "happy", "energy": 0}' in done.stdout
    assert "✗ open_app  app browser  [computer]  declined" in done.stdout
    assert "✓ jump  times 2" in done.stdout
    assert done.stdout.count("completed · ") == 4


def test_chat_agrees_to_all_when_told_so() -> None:
    done = run("chat", "desktop_pet", "--yes", "--planner", "offline", given="open the browser\n")
    assert "✓ open_app  app browser" in done.stdout


def test_chat_knows_the_token_of_its_own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAPSERVER_AUTH_TOKENS", "t0k")
    result = run("chat", "desktop_pet", given="jump\n")
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("args", "status", "told"),
    [
        (["desktop_pet", "--url", "127.0.0.1:1"], 1, "is a server there?"),
        (["desktop_pet", "--url", "gopher://x"], 1, "gopher"),
        (["-"], 1, "  /0/name: "),
        (["gone.json"], 2, "no such file"),
    ],
)
def test_chat_says_in_a_line_why_it_cannot(args: list[str], status: int, told: str) -> None:
    result = run("chat", *args, given='[{"name": "1"}]')
    assert result.exit_code == status
    assert told in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("127.0.0.1:8787", "ws://127.0.0.1:8787/v1/ws"),
        ("http://h:1/", "ws://h:1/v1/ws"),
        ("https://h/base/ws?profile=x", "wss://h/base/ws?profile=x"),
        ("ws://h", "ws://h/v1/ws"),
    ],
)
def test_any_way_to_write_an_address_will_do(url: str, address: str) -> None:
    assert websocket_url(url) == address


def test_lines_come_from_a_terminal_or_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda prompt: f"typed after {prompt[-4:-1]!r}")
    assert input_line().startswith("typed")
    monkeypatch.setattr("sys.stdin", io.StringIO("one\n"))
    assert piped_line() == "one\n"
    with pytest.raises(EOFError):
        piped_line()


# against a server that says what a test wants

COMMANDS = compile_set(
    [{"name": "walk"}, {"name": "ask", "returns": {"type": "string"}}, {"name": "leave", "confirm": True}]
).commands
MANIFEST = {"type": "manifest", "protocol": 1, "client": {"name": "t"}, "commands": []}
WELCOME = {"type": "welcome", "commands": 3, "planner": "scripted", "session": "s", "findings": []}
TIMING = {"queued_ms": 0, "first_command_ms": None, "total_ms": 1}


def ended(turn: str, status: str = "completed") -> dict[str, Any]:
    return {"type": "turn.ended", "turn": turn, "status": status, "commands": 0, "timing": TIMING}


def command(id: str, name: str, seq: int, **more: Any) -> dict[str, Any]:  # noqa: A002
    command = COMMANDS[name]
    given = {"args": {}, "lane": "main", "timeout": 30, "returns": command.returns is not None}
    return {
        "type": "command",
        "id": id,
        "name": name,
        "seq": seq,
        "confirm": command.confirm,
        **given,
        **more,
    }


class Server:
    """The other end, frame by frame."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket

    async def send(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def take(self, kind: str) -> dict[str, Any]:
        """The next frame of a kind; acks are passed over."""
        frame: dict[str, Any] = json.loads(await self.socket.recv())
        while frame["type"] == "ack" != kind:
            frame = json.loads(await self.socket.recv())
        assert frame["type"] == kind
        return frame


def typing(*typed: str) -> Callable[[], str]:
    lines = iter(typed)

    def read() -> str:
        for line in lines:
            return line
        raise EOFError

    return read


@asynccontextmanager
async def talking(
    script: Callable[[Server], Awaitable[None]],
    read: Callable[[], str],
    pace: float = 0,
    *,
    asks: bool = False,
) -> AsyncIterator[tuple[Chat, Lines, io.StringIO]]:
    """A chat with a server that plays a script; what goes wrong in the script fails the test."""
    out, trouble = io.StringIO(), []

    async def play(socket: ServerConnection) -> None:
        try:
            await script(Server(socket))
            await socket.wait_closed()
        except AssertionError as error:
            trouble.append(error)

    lines = Lines(read)
    screen = TerminalScreen(Console(file=out, width=100), lines, asks=asks)
    async with serve(play, "127.0.0.1", 0) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}") as socket:
            yield Chat(socket, screen, COMMANDS, pace), lines, out
    assert trouble == []


async def test_commands_are_acked_performed_lane_by_lane_and_answered() -> None:
    async def script(server: Server) -> None:
        first = await server.take("manifest")
        assert first["token"] == "t0k"
        await server.send(**WELCOME)
        turn = await server.take("instruct")
        assert (turn["text"], turn["seq"]) == ("go", 1)
        await server.send(type="turn.started", turn=turn["id"], seq=1)
        assert await server.take("ack") == {"type": "ack", "upto": 1}
        await server.send(**command("a", "walk", 2))
        await server.send(**command("b", "ask", 3))
        await server.send(**command("c", "leave", 4, lane="door"))
        await server.send(**command("d", "walk", 5, timeout=0, lane="face"))
        await server.send(type="text", turn=turn["id"], delta="done")
        await server.send(type="command.delta", id="e", turn=turn["id"], name="walk", param="p", delta="x")
        await server.send(type="command.rejected", id="e", turn=turn["id"], name="walk", errors=[])
        await server.send(type="error", code="late_result", message="too late", seq=6)
        await server.send(type="of the future")
        results = {frame["id"]: frame for frame in [await server.take("result") for _ in range(3)]}
        assert results["a"]["ok"]
        assert results["b"]["value"] == "ok"
        assert results["c"]["error"]["code"] == "declined"
        assert list(results).index("a") < list(results).index("b")
        await server.send(type="cancel", id="unknown", reason="expired", seq=7)
        await server.send(**ended(turn["id"]), seq=8)

    async with talking(script, typing("go\n")) as (chat, lines, out):
        await chat.open(MANIFEST, "t0k")
        assert await _talk_and_listen(chat, lines)
    assert "late_result: too late" in out.getvalue()
    assert '✓ ask  → "ok"' in out.getvalue()


async def test_a_turn_and_its_commands_are_stopped() -> None:
    walking = asyncio.Event()

    async def script(server: Server) -> None:
        await server.take("manifest")
        await server.send(**WELCOME)
        turn = (await server.take("instruct"))["id"]
        await server.send(**command("a", "walk", 1))
        await server.take("ack")
        walking.set()
        assert (await server.take("cancel"))["id"] == turn
        await server.send(type="cancel", id="a", reason="cancelled", seq=2)
        await server.send(**ended(turn, "cancelled"))

    async with talking(script, typing("go\n"), pace=3600) as (chat, lines, out):
        await chat.open(MANIFEST)
        await chat.cancel()  # nothing to stop
        assert not chat.busy
        talk = asyncio.create_task(_talk_and_listen(chat, lines))
        await walking.wait()
        signal.raise_signal(signal.SIGINT)
        assert not await talk
    assert "■ walk  cancelled" in out.getvalue()


async def test_ctrl_c_without_a_turn_leaves() -> None:
    async def script(server: Server) -> None:
        await server.take("manifest")
        await server.send(**WELCOME)

    asked, leave = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def read() -> str:
        loop.call_soon_threadsafe(asked.set)
        leave.wait()
        raise EOFError

    async with talking(script, typing()) as (chat, _, _):
        await chat.open(MANIFEST)
        talk = asyncio.create_task(_talk_and_listen(chat, Lines(read)))
        await asked.wait()
        signal.raise_signal(signal.SIGINT)
        assert not await talk
        leave.set()


async def test_a_person_who_thinks_long_is_waited_for_until_the_question_is_taken_back() -> None:
    leave = threading.Event()
    typed = iter(["go\n"])

    async def script(server: Server) -> None:
        await server.take("manifest")
        await server.send(**WELCOME)
        turn = (await server.take("instruct"))["id"]
        await server.send(**command("a", "ask", 1, timeout=0.001))
        assert (await server.take("progress"))["id"] == "a"
        await server.send(type="cancel", id="a", reason="timeout", seq=2)
        await server.send(**ended(turn), seq=3)
        while json.loads(await server.socket.recv()) != {"type": "ack", "upto": 3}:
            pass
        leave.set()

    def read() -> str:
        for line in typed:
            return line
        leave.wait()
        raise EOFError

    async with talking(script, read=read, asks=True) as (chat, lines, out):
        await chat.open(MANIFEST)
        assert await _talk_and_listen(chat, lines)
    assert "value (empty: decline)" in out.getvalue()
    assert out.getvalue().count("■ ask  timeout") == 1


async def test_a_refused_instruction_is_told_and_is_no_success() -> None:
    async def script(server: Server) -> None:
        await server.take("manifest")
        await server.send(**WELCOME)
        turn = (await server.take("instruct"))["id"]
        await server.send(type="error", code="busy", message="later", ref=turn)
        await server.send(type="error", code="busy", message="again", ref=turn)

    async with talking(script, typing("go\n")) as (chat, lines, out):
        await chat.open(MANIFEST)
        assert not await _talk_and_listen(chat, lines)
    assert "busy: later" in out.getvalue()


async def test_a_connection_that_breaks_is_told() -> None:
    async def script(server: Server) -> None:
        await server.take("manifest")
        await server.send(**WELCOME)
        await server.take("instruct")
        await server.send(**command("a", "walk", 1))
        await server.take("ack")
        await server.socket.close()

    async with talking(script, typing("go\n"), pace=3600) as (chat, lines, _):
        await chat.open(MANIFEST)
        with pytest.raises(ValueError, match="the connection broke"):
            await _talk_and_listen(chat, lines)


async def test_a_manifest_that_the_server_does_not_take_is_told() -> None:
    async def script(server: Server) -> None:
        await server.take("manifest")
        await server.send(type="error", code="unauthorized", message="no token")

    async with talking(script, typing()) as (chat, _, _):
        with pytest.raises(FrameError, match="no token") as caught:
            await chat.open(MANIFEST)
    assert caught.value.code == "unauthorized"


async def test_a_server_that_hangs_up_or_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang_up(socket: ServerConnection) -> None:
        await socket.close(4500, "go away")

    def refuse(connection: ServerConnection, _request: Request) -> Response:
        return connection.respond(403, "foreign origin")

    monkeypatch.setattr("sys.stdin", io.StringIO())
    async with serve(hang_up, "127.0.0.1", 0) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        with pytest.raises(ValueError, match="go away"):
            await _converse("[]", "t", f"127.0.0.1:{port}", None, yes=False)
    async with serve(hang_up, "127.0.0.1", 0, process_request=refuse) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        with pytest.raises(ValueError, match="403"):
            await _converse("[]", "t", f"ws://127.0.0.1:{port}/v1/ws", None, yes=False)
