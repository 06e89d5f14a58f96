"""`capserver chat`: play a manifest in the terminal."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit, urlunsplit

import click

from capserver.cli.lint import MANIFEST, check, read_text
from capserver.cli.serve import CONFIG, PLANNER, given
from capserver.config import Settings, is_loopback
from capserver.config_sources import ENV_TOKEN, load
from capserver.errors import FrameError
from capserver.protocol.codes import PATH, SUBPROTOCOL

PROMPT: Final = "› "

if TYPE_CHECKING:
    from capserver.cli.chat import Chat
    from capserver.cli.chat_screen import Lines


@click.command(
    short_help="Play a manifest in the terminal.",
    epilog="""\b
Examples:
  capserver chat desktop_pet                        a ready profile, a server of its own
  capserver chat manifest.json --planner offline
  capserver chat manifest.json --url ws://127.0.0.1:8787
  printf 'wave\\njump twice\\n' | capserver chat desktop_pet
\b
Exit status: 0 all turns completed, 1 one did not, the connection broke or Ctrl-C left, 2 wrong usage.""",
)
@MANIFEST
@click.option("--url", metavar="URL", help="The server. [default: one in this process, on a free port]")
@click.option("--token", envvar=ENV_TOKEN, show_envvar=True, help="What the server wants to see.")
@PLANNER
@CONFIG
@click.option("--yes", is_flag=True, help="Ask nothing: agree to all, make up what commands return.")
def chat(
    manifest: str, url: str | None, token: str | None, planner: str | None, file: str | None, yes: bool
) -> None:
    """Play a manifest in the terminal: you say what you want, its commands come in live.

    MANIFEST is a file as for `capserver lint`, or the name of a ready profile. Commands are only shown; those
    with `returns` ask you for the value, those with `confirm` ask y/n. Ctrl-C stops a turn, Ctrl-D leaves.
    In a pipe each line is an instruction, values are made up and confirmations declined.
    """
    text = read_text(manifest)
    loaded = load(os.environ, file, given("planner", "kind", planner, "--planner"))
    with _server(url, loaded.settings) as address:
        if url is None and loaded.settings.auth.tokens:
            token = token or loaded.settings.auth.tokens[0].get_secret_value()
        try:
            done = asyncio.run(_converse(text, Path(manifest).stem, address, token, yes))
        except FrameError as error:
            lines = [f"  {fault.path or '/'}: {fault.message}" for fault in error.faults]
            raise click.ClickException("\n".join([error.message, *lines])) from None
        except OSError as error:
            hint = "" if url is None else "; is a server there? `capserver serve` starts one"
            raise click.ClickException(f"{address}: {error}{hint}") from None
        except ValueError as error:
            raise click.ClickException(f"{address}: {error}") from None
    sys.exit(0 if done else 1)


def _server(url: str | None, settings: Settings) -> Any:
    if url is not None:
        return nullcontext(websocket_url(url))
    from capserver import logs
    from capserver.cli.embedded import serving

    logs.configure("text", "warning")
    return serving(settings)


def websocket_url(url: str) -> str:
    """The address of the socket for what a person may write: any scheme, with or without the path."""
    parts = urlsplit(url if "://" in url else f"ws://{url}")
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    return urlunsplit(parts._replace(scheme=scheme, path=parts.path.rstrip("/") or PATH))


async def _converse(text: str, name: str, address: str, token: str | None, yes: bool) -> bool:
    """One session from its beginning to its end; whether all its turns completed."""
    from rich.console import Console
    from websockets.asyncio.client import connect
    from websockets.exceptions import ConnectionClosed, WebSocketException
    from websockets.typing import Subprotocol

    from capserver.cli.chat import Chat
    from capserver.cli.chat_screen import Lines, TerminalScreen

    manifest, compiled, _ = check(text, name)
    asks = sys.stdin.isatty()
    lines = Lines(input_line, PROMPT) if asks else Lines(piped_line)
    screen = TerminalScreen(Console(highlight=False), lines, asks=asks, yes=yes)
    proxy: Literal[True] | None = None if is_loopback(urlsplit(address).hostname or "") else True
    try:
        async with connect(
            websocket_url(address),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            compression=None,
            max_size=None,
            proxy=proxy,
        ) as socket:
            session = Chat(socket, screen, compiled.commands, pace=0.4 if asks else 0.0)
            await session.open(manifest, token)
            return await _talk_and_listen(session, lines)
    except ConnectionClosed as error:
        raise ValueError(f"the server closed the connection: {error}") from None
    except WebSocketException as error:
        raise ValueError(str(error)) from None


async def _talk_and_listen(session: "Chat", lines: "Lines") -> bool:
    listening = asyncio.create_task(session.read())
    talking = asyncio.create_task(_talk(session, lines))
    with _interrupts(session, talking):
        await asyncio.wait({listening, talking}, return_when=asyncio.FIRST_COMPLETED)
    if talking.done() and not talking.cancelled():
        listening.cancel()
        return talking.result()
    if listening.done():
        talking.cancel()
        listening.result()
        raise ValueError("the connection broke")
    listening.cancel()
    return False


async def _talk(session: "Chat", lines: "Lines") -> bool:
    done = True
    while (line := await lines.next()) is not None:
        if line.strip():
            frame = await session.instruct(line.strip())
            done &= frame.get("status") == "completed"
    return done


@contextmanager
def _interrupts(session: "Chat", talking: "asyncio.Task[bool]") -> Iterator[None]:
    """Ctrl-C stops the open turn; once more, or without one, it leaves."""
    loop = asyncio.get_running_loop()
    cancels: list[asyncio.Task[None]] = []

    def interrupted() -> None:
        if session.busy and not any(not task.done() for task in cancels):
            cancels.append(asyncio.create_task(session.cancel()))
        else:
            talking.cancel()

    before = signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(interrupted))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def input_line() -> str:
    """A line from a terminal, with its editing keys and history."""
    import readline  # noqa: F401 - `input` uses it once it is there

    return input("\001\033[1;36m\002" + PROMPT + "\001\033[0m\002")


def piped_line() -> str:
    """A line from a pipe or a file."""
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line
