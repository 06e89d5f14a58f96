"""The terminal client's screen: commands as they come, the model's words, questions to the person."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from capserver.cli.answers import described, read_value, sample, says_yes
from capserver.cli.chat import DECLINED, Frame
from capserver.cli.lint import counted
from capserver.logs import escaped
from capserver.manifest import CompiledCommand

_ICONS: Final = {
    "done": ("✓", "green"),
    "failed": ("✗", "red"),
    "declined": ("✗", "yellow"),
    "cancelled": ("■", "yellow"),
    "rejected": ("⚠", "red"),
    "waiting": ("…", "dim"),
}
_NO_ANSWER: Final[Frame] = {"ok": False, "error": {"code": "no_answer", "message": "nobody was there to ask"}}


def clean(text: str) -> str:
    """Text from a model or a server, unable to drive the terminal; its line breaks stay."""
    return "\n".join(escaped(line) for line in text.split("\n"))


@dataclass(slots=True, eq=False)
class Row:
    """One command on the screen."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)
    state: str = "writing"
    lane: str = "main"
    note: str = ""
    spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="cyan"))

    @property
    def over(self) -> bool:
        """Whether it will not change any more."""
        return self.state in {"done", "failed", "declined", "cancelled", "rejected"}

    def __rich__(self) -> RenderableType:
        line = Text(clean(self.name), style="bold")
        for key, value in self.args.items():
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            line.append(f"  {clean(key)} ", style="dim").append(clean(shown), style="cyan")
        if self.lane != "main":
            line.append(f"  [{clean(self.lane)}]", style="dim")
        if self.note:
            line.append(f"  {clean(self.note)}", style=_ICONS.get(self.state, ("", "dim"))[1])
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=3, justify="right")
        grid.add_column()
        icon = _ICONS.get(self.state)
        grid.add_row(self.spinner if icon is None else Text(*icon), line)
        return grid


class Lines:
    """A person's lines, read by a thread: the connection goes on meanwhile.

    A read cannot be called off, so reading and waiting are apart: a line goes to the one that asked last
    and still waits.
    """

    def __init__(self, read: Callable[[], str], prompt: str = "") -> None:
        """`read` blocks for one line, raising `EOFError` at the end; `prompt` is what it shows."""
        self._read = read
        self._prompt = prompt
        self._reading = False
        self._waiters: list[asyncio.Future[str | None]] = []

    async def next(self) -> str | None:
        """The next line without its break; `None` at the end."""
        waiter: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._start()
        return await waiter

    def _start(self) -> None:
        if self._reading:
            print(self._prompt, end="", flush=True)  # for the reader showed its own to somebody else
        else:
            self._reading = True
            Thread(target=self._work, args=(asyncio.get_running_loop(),), daemon=True).start()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            line: str | None = self._read().rstrip("\r\n")
        except EOFError:
            line = None
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(self._came, line)

    def _came(self, line: str | None) -> None:
        self._reading = False
        self._waiters = [waiter for waiter in self._waiters if not waiter.done()]
        if self._waiters:
            self._waiters.pop().set_result(line)
        if self._waiters:
            self._start()


class TerminalScreen:
    """Shows a session with rich: alive on a terminal, turn by turn in a pipe."""

    def __init__(self, console: Console, lines: Lines, *, asks: bool, yes: bool = False) -> None:
        """`asks`: a person is there to answer; `yes`: agree to everything unasked."""
        self._console = console
        self._lines = lines
        self._asks = asks
        self._yes = yes
        self._parts: list[Row | Text] = []
        self._rows: dict[str, Row] = {}
        self._live: Live | None = None
        self._open = False
        self._in_turn = False
        self._asking = asyncio.Lock()

    def welcome(self, frame: Frame) -> None:
        """Say who serves, and what could be better."""
        line = Text.assemble(
            (counted(frame["commands"], "command"), "bold"),
            "  planner ",
            (clean(frame["planner"]), "bold cyan"),
        )
        line.append(f"  session {clean(frame['session'])}", style="dim")
        self._console.print(line)
        if frame.get("findings"):
            self._console.print(
                f"{counted(len(frame['findings']), 'finding')}: see `capserver lint`", style="dim yellow"
            )
        if self._asks:
            self._console.print("Ctrl-C stops a turn, Ctrl-D leaves.\n", style="dim")

    def turn_began(self, text: str) -> None:
        """Begin a fresh area of the screen."""
        if not self._asks:
            self._console.print(Text("› " + clean(text), style="bold"))
        self._parts = []
        self._rows = {}
        self._in_turn = True
        self._resume()

    def turn_ended(self, frame: Frame) -> None:
        """Leave what was shown, and say how it ended."""
        self._pause()
        self._in_turn = False
        if frame["type"] == "error":
            self.error(frame)
            return
        timing = frame["timing"]
        facts = [frame["status"], counted(frame["commands"], "command")]
        if timing["first_command_ms"] is not None:
            facts.append(f"first after {timing['first_command_ms']:.0f} ms")
        facts.append(f"{timing['total_ms']:.0f} ms")
        style = "dim" if frame["status"] == "completed" else "yellow"
        self._console.print(Text("    " + " · ".join(facts), style=style))
        if frame.get("error"):
            self._console.print(Text(f"    {clean(frame['error']['message'])}", style="red"))
        self._console.print()

    def text(self, delta: str) -> None:
        """Add to what the model says."""
        if not self._parts or not isinstance(self._parts[-1], Text):
            self._parts.append(Text())
        self._parts[-1].append(clean(delta))  # type: ignore[union-attr]
        self._refresh()

    def command_delta(self, frame: Frame) -> None:
        """Show a parameter grow."""
        row = self._row(frame)
        row.args[frame["param"]] = row.args.get(frame["param"], "") + frame["delta"]
        self._refresh()

    def command(self, frame: Frame) -> None:
        """Show a command that waits for its lane."""
        row = self._row(frame)
        row.args, row.lane, row.state = dict(frame["args"]), frame["lane"], "waiting"
        self._refresh()

    def began(self, command: str) -> None:
        """Let it spin."""
        self._change(command, "running")

    def finished(self, command: str, result: Frame) -> None:
        """Show its result."""
        if result["ok"]:
            value = json.dumps(result["value"], ensure_ascii=False) if "value" in result else ""
            self._change(command, "done", value and f"→ {value}")
        else:
            code = result["error"]["code"]
            self._change(command, "declined" if code == "declined" else "failed", code)

    def cancelled(self, command: str, reason: str) -> None:
        """Show that it was taken back."""
        if command in self._rows and not self._rows[command].over:
            self._change(command, "cancelled", reason)

    def rejected(self, frame: Frame) -> None:
        """Show what the model asked for in vain."""
        row = self._row(frame)
        row.args = dict(frame.get("args") or row.args)
        self._change(
            frame["id"], "rejected", "; ".join(f"{e['path']} {e['message']}" for e in frame["errors"])
        )

    def error(self, frame: Frame) -> None:
        """Show a complaint of the server."""
        self._console.print(Text(f"    {clean(frame['code'])}: {clean(frame['message'])}", style="red"))
        for detail in frame.get("details") or []:
            self._console.print(
                Text(f"      {clean(detail['path'])} {clean(detail['message'])}", style="red")
            )

    async def agree(self, frame: Frame) -> bool:
        """Ask y/n; where nobody is there to ask, the answer is no, unless told otherwise before."""
        if self._yes or not self._asks:
            return self._yes
        async with self._asking:
            return await self._ask(frame, None, "allow it? [y/n] ", says_yes) or False

    async def value(self, frame: Frame, command: CompiledCommand) -> Frame:
        """Ask for what the command returns; where nobody is there to ask, make it up."""
        schema = command.returns or {}
        if self._yes or not self._asks:
            made = sample(schema)
            return _NO_ANSWER if command.check_value(made) else {"ok": True, "value": made}

        def read(line: str) -> Any:
            value = read_value(line, schema)
            faults = command.check_value(value)
            if faults:
                raise ValueError("; ".join(f"{fault.path} {fault.message}".strip() for fault in faults))
            return {"ok": True, "value": value}

        async with self._asking:
            return await self._ask(frame, command, "value (empty: decline) ", read) or DECLINED

    async def _ask(
        self, frame: Frame, command: CompiledCommand | None, question: str, read: Callable[[str], Any]
    ) -> Any:
        """Show a command and read an answer; `None` for an empty line and at the end of input."""
        was_open = self._open
        self._pause([row for row in self._rows.values() if not row.over])
        self._console.print(_card(frame, command))
        try:
            while True:
                self._console.print(Text(f"  {question}", style="bold"), end="")
                line = await self._lines.next()
                if not line:
                    return None
                try:
                    answer = read(line)
                except ValueError as error:
                    self._console.print(Text(f"  {clean(str(error))}", style="yellow"))
                    continue
                if answer is not None:
                    return answer
        except asyncio.CancelledError:
            self._console.print()
            raise
        finally:
            if was_open:
                self._resume()

    def _row(self, frame: Frame) -> Row:
        if frame["id"] not in self._rows:
            row = Row(frame["name"])
            self._rows[frame["id"]] = row
            self._parts.append(row)
        return self._rows[frame["id"]]

    def _change(self, command: str, state: str, note: str = "") -> None:
        row = self._rows[command]
        row.state, row.note = state, note
        self._refresh()
        if not self._in_turn and row.over:  # called while no turn is open
            self._console.print(row)

    def _shown(self) -> Group:
        parts = (Padding.indent(part, 4) if isinstance(part, Text) else part for part in self._parts)
        return Group(*parts)

    def _refresh(self) -> None:
        if self._live is not None:
            self._live.update(self._shown())

    def _resume(self) -> None:
        """Show the turn from here on; a pipe gets it when it pauses."""
        self._open = True
        if self._console.is_terminal:
            self._live = Live(self._shown(), console=self._console, refresh_per_second=12)
            self._live.start()

    def _pause(self, rest: Sequence[Row] = ()) -> None:
        """Leave on the screen what is there, but for the rows that will be shown again after."""
        self._parts = [part for part in self._parts if part not in rest]
        self._refresh()
        if self._live is not None:
            self._live.stop()
            self._live = None
        elif self._open and self._parts:
            self._console.print(self._shown())
        self._open = False
        self._parts = list(rest)


def _card(frame: Frame, command: CompiledCommand | None) -> RenderableType:
    """A command that waits for the person, with what it asks for."""
    parts: list[RenderableType] = [Row(frame["name"], frame["args"], state="waiting")]
    if command is not None and command.returns is not None:
        example = json.dumps(sample(command.returns), ensure_ascii=False)
        parts.append(Text(clean(command.description)))
        parts.append(Text(clean(f"\n{described(command.returns)}\nsuch as {example}"), style="dim"))
    return Padding(Panel(Group(*parts), border_style="cyan", expand=False), (0, 0, 0, 2))
