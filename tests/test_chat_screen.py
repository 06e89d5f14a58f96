import asyncio
import io
import re
from typing import Any

import pytest
from rich.console import Console

from capserver.cli.answers import described, read_value, sample, says_yes
from capserver.cli.chat_screen import Lines, TerminalScreen, clean
from capserver.manifest import compile_set

# answers


@pytest.mark.parametrize(
    ("line", "schema", "value"),
    [
        ("hello", {"type": "string"}, "hello"),
        ('"hello"', {"type": "string"}, "hello"),
        ("12", {"type": "string"}, "12"),
        ("12", {"type": "integer"}, 12),
        ("是", {"type": "boolean"}, True),
        ("No", {"type": "boolean"}, False),
        ("true", {"type": "boolean"}, True),
        ('{"a": 1}', {"type": "object"}, {"a": 1}),
        ("hello", {}, "hello"),
    ],
)
def test_a_person_s_line_becomes_a_value(line: str, schema: dict[str, Any], value: object) -> None:
    assert read_value(line, schema) == value


def test_a_line_that_stands_for_no_value_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        read_value("many", {"type": "integer"})


@pytest.mark.parametrize(("line", "said"), [(" Y ", True), ("否", False), ("what?", None)])
def test_a_line_agrees_or_does_not(line: str, said: bool | None) -> None:
    assert says_yes(line) is said


@pytest.mark.parametrize(
    "schema",
    [
        {"const": 3},
        {"default": "x"},
        {"enum": ["a", "b"]},
        {"type": "string", "examples": ["red"]},
        {"type": "string", "minLength": 5},
        {"type": "string", "maxLength": 1},
        {"type": ["integer", "null"], "minimum": 4},
        {"type": "number", "maximum": -2},
        {"type": "boolean"},
        {"type": "null"},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2},
        {"properties": {"a": {"type": "boolean"}}, "required": ["a"]},
        {},
    ],
)
def test_a_made_up_value_fits_its_schema(schema: dict[str, Any]) -> None:
    command = compile_set([{"name": "a", "returns": schema}]).commands["a"]
    assert command.check_value(sample(schema)) == []


def test_a_schema_is_described_for_a_person() -> None:
    schema = {
        "properties": {
            "mood": {"enum": ["happy", "好"]},
            "energy": {"type": ["integer", "null"], "minimum": 0, "description": "in percent"},
            "any": {},
        }
    }
    assert described(schema) == 'mood: "happy" | "好"\nenergy: integer or null 0.. (in percent)\nany: any'


# the screen


class Terminal:
    """A terminal screen that writes to memory, and a person who types what a test says."""

    def __init__(self, typed: str = "", *, asks: bool = True) -> None:
        self.out = io.StringIO()
        lines = io.StringIO(typed)

        def read() -> str:
            line = lines.readline()
            if not line:
                raise EOFError
            return line

        console = Console(file=self.out, force_terminal=True, width=100, color_system=None)
        self.screen = TerminalScreen(console, Lines(read), asks=asks)

    @property
    def shown(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", self.out.getvalue())


def command(name: str = "measure", **more: Any) -> dict[str, Any]:
    return {"type": "command", "id": "c1", "name": name, "args": {}, "lane": "main", **more}


MEASURE = compile_set([{"name": "measure", "returns": {"type": "integer", "minimum": 1}}]).commands["measure"]


async def test_a_person_is_asked_again_until_the_value_fits() -> None:
    terminal = Terminal("many\n0\n5\n")
    terminal.screen.turn_began("measure")
    terminal.screen.command(command())
    assert await terminal.screen.value(command(), MEASURE) == {"ok": True, "value": 5}
    terminal.screen.finished("c1", {"ok": True, "value": 5})
    terminal.screen.turn_ended(
        {
            "type": "error",
            "code": "busy",
            "message": "later",
            "details": [{"path": "/text", "code": "x", "message": "why\x1b[2J"}],
        }
    )
    assert "write it as JSON" in terminal.shown
    assert "such as 1" in terminal.shown
    assert "✓ measure  → 5" in terminal.shown
    assert "busy: later" in terminal.shown
    assert "/text why\\u001b[2J" in terminal.shown


@pytest.mark.parametrize("typed", ["\n", ""])
async def test_an_empty_line_and_the_end_decline(typed: str) -> None:
    result = await Terminal(typed).screen.value(command(), MEASURE)
    assert result["error"]["code"] == "declined"


async def test_where_nobody_can_make_up_a_value_that_is_told() -> None:
    odd = compile_set([{"name": "odd", "returns": {"type": "string", "pattern": "^x{3}$"}}]).commands["odd"]
    result = await Terminal(asks=False).screen.value(command("odd"), odd)
    assert result["error"]["code"] == "no_answer"


@pytest.mark.parametrize(("typed", "agreed"), [("hm\ny\n", True), ("n\n", False), ("", False)])
async def test_a_person_agrees_or_not(typed: str, agreed: bool) -> None:
    assert await Terminal(typed).screen.agree(command()) is agreed


async def test_a_question_that_is_taken_back_leaves_its_line_to_the_next(
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed: asyncio.Queue[str] = asyncio.Queue()
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def read() -> str:
        loop.call_soon_threadsafe(asked.set)
        return asyncio.run_coroutine_threadsafe(typed.get(), loop).result()

    lines = Lines(read, "> ")
    first, second = asyncio.create_task(lines.next()), asyncio.create_task(lines.next())
    await asked.wait()
    third = asyncio.create_task(lines.next())
    third.cancel()
    typed.put_nowait("to the one that asked last\n")
    assert await second == "to the one that asked last"
    typed.put_nowait("to the other\n")
    assert await first == "to the other"
    assert capsys.readouterr().out == "> "


def test_a_turn_is_shown_as_it_comes() -> None:
    terminal = Terminal()
    screen = terminal.screen
    findings = [{"path": "", "code": "", "message": ""}]
    screen.welcome({"commands": 2, "planner": "offline", "session": "s", "findings": findings})
    screen.turn_began("say hi")
    screen.text("I ")
    screen.text("will")
    screen.command_delta({"id": "a", "name": "say", "param": "text", "delta": "hel"})
    screen.command_delta({"id": "a", "name": "say", "param": "text", "delta": "lo"})
    screen.command({**command("say", lane="speech"), "id": "a", "args": {"text": "hello"}})
    screen.began("a")
    screen.finished("a", {"ok": False, "error": {"code": "broken"}})
    screen.cancelled("a", "timeout")
    screen.command({**command("jump"), "id": "b"})
    screen.cancelled("b", "interrupted")
    screen.cancelled("never", "expired")
    errors = [{"path": "/times", "code": "maximum", "message": "at most 10"}]
    screen.rejected({"id": "c", "name": "jump", "args": {"times": 99}, "errors": errors})
    timing = {"first_command_ms": 12.4, "total_ms": 30.0}
    error = {"code": "timeout", "message": "too slow"}
    screen.turn_ended(
        {"type": "turn.ended", "status": "failed", "commands": 1, "timing": timing, "error": error}
    )
    last = terminal.shown[terminal.shown.rindex("I will") :]
    assert [line.strip() for line in last.splitlines() if line.strip()] == [
        "I will",
        "✗ say  text hello  [speech]  broken",
        "■ jump  interrupted",
        "⚠ jump  times 99  /times at most 10",
        "failed · 1 command · first after 12 ms · 30 ms",
        "too slow",
    ]
    assert "1 finding: see" in terminal.shown


def test_a_command_outside_a_turn_is_shown_when_it_ends() -> None:
    terminal = Terminal()
    terminal.screen.command(command("wave"))
    assert terminal.shown == ""
    terminal.screen.finished("c1", {"ok": True})
    assert terminal.shown.strip() == "✓ wave"


def test_text_from_outside_cannot_drive_the_terminal() -> None:
    assert clean("a\nb\x1b[2J\x9b") == "a\nb\\u001b[2J\\u009b"
