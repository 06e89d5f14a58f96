"""Conformance transcripts: what goes over the wire, line by line; `conformance/README.md` has the format.

`parse` makes steps of a file, `Send.text` and `match` put values in the place of `$names`. Drivers, which
know a session or a socket, are elsewhere.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "conformance"

_HEADER_FIELDS: Final = frozenset({"settings", "script", "profile", "ignore", "core_only"})
_NAME: Final = re.compile(r"\$[a-z][a-z0-9_]*")

Variables = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Send:
    """The client sends a frame; `raw`: text that is not what JSON would make of it."""

    line: int
    frame: Any = None
    raw: str | None = None

    def text(self, variables: Variables) -> str:
        """The frame with the values of its `$names` in place.

        Raises:
            KeyError: a name has no value yet.
        """
        if self.raw is not None:
            return self.raw
        return json.dumps(_filled(self.frame, variables), ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Expect:
    """The server sends a frame that matches this one."""

    line: int
    frame: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Close:
    """The server closes the connection."""

    line: int
    code: int


@dataclass(frozen=True, slots=True)
class Drop:
    """The client's socket is gone without a close."""

    line: int


@dataclass(frozen=True, slots=True)
class Connect:
    """The client opens another socket."""

    line: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes."""

    line: int
    seconds: float


Step = Send | Expect | Close | Drop | Connect | Wait


@dataclass(frozen=True, slots=True)
class Transcript:
    """One file: what the server is set up with, and what happens. The first socket is open at the start."""

    name: str
    steps: tuple[Step, ...]
    settings: dict[str, Any]
    """Limits that differ from the defaults."""
    script: dict[str, Any]
    """What the scripted planner writes, by instruction."""
    profile: dict[str, Any] | None
    """The default profile, a manifest; its `client.name` is the profile's name."""
    ignore: frozenset[str]
    """Types of server frames that are skipped."""
    core_only: bool
    """Whether only a driver with a clock of its own can run it."""


def paths() -> list[Path]:
    """Every transcript, by name."""
    return sorted(FOLDER.glob("*.jsonl"))


def parse(path: Path) -> Transcript:
    """Read a transcript.

    Raises:
        ValueError: a line that is none, with `file:line`.
    """
    header: dict[str, Any] = {}
    steps: list[Step] = []
    for number, mark, rest in _lines(path):
        try:
            if mark == "=":
                header |= _header(rest)
            else:
                steps.append(_step(number, mark, rest))
        except ValueError as error:
            raise ValueError(f"{path.name}:{number}: {error}") from error
    return Transcript(
        name=path.stem,
        steps=tuple(steps),
        settings=header.get("settings", {}),
        script=header.get("script", {}),
        profile=header.get("profile"),
        ignore=frozenset(header.get("ignore", ())),
        core_only=header.get("core_only", False),
    )


def _lines(path: Path) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            mark, _, rest = line.partition(" ")
            yield number, mark, rest


def _header(rest: str) -> dict[str, Any]:
    header = _object(rest)
    if unknown := header.keys() - _HEADER_FIELDS:
        raise ValueError(f"unknown in a header: {', '.join(sorted(unknown))}")
    return header


def _step(number: int, mark: str, rest: str) -> Step:
    match mark:
        case ">":
            return Send(number, frame=json.loads(rest))
        case ">|":
            return Send(number, raw=rest)
        case "<":
            return Expect(number, _object(rest))
        case "!":
            return _event(number, rest)
        case _:
            raise ValueError(f"no line begins with {mark}")


def _event(number: int, rest: str) -> Step:
    match rest.split():
        case ["close", code]:
            return Close(number, int(code))
        case ["drop"]:
            return Drop(number)
        case ["connect"]:
            return Connect(number)
        case ["wait", seconds]:
            return Wait(number, float(seconds))
        case _:
            raise ValueError(f"no such event: {rest}")


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _filled(value: Any, variables: Variables) -> Any:
    match value:
        case str() if _NAME.fullmatch(value):
            return variables[value]
        case list():
            return [_filled(item, variables) for item in value]
        case dict():
            return {key: _filled(item, variables) for key, item in value.items()}
        case _:
            return value


def match(expected: dict[str, Any], frame: dict[str, Any], variables: Variables) -> list[str]:
    """What is not as expected, one line each; none: `$names` met for the first time have their values now.

    An object matches if each of its fields does, a list item by item; `"*"` matches any value that is there,
    `null` what is absent or null, `"$name"` what it matched before.
    """
    bound = dict(variables)
    mismatches = list(_mismatches("", expected, frame, bound))
    if not mismatches:
        variables.update(bound)
    return mismatches


_ABSENT: Final = object()


def _mismatches(path: str, expected: Any, actual: Any, bound: Variables) -> Iterator[str]:
    if expected is None and actual is _ABSENT:
        return
    if actual is _ABSENT:
        yield f"{path}: is absent, expected {json.dumps(expected, ensure_ascii=False)}"
    elif isinstance(expected, str) and _NAME.fullmatch(expected):
        yield from _mismatches(path, _Exactly(bound.setdefault(expected, actual)), actual, bound)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for key, item in expected.items():
            yield from _mismatches(f"{path}/{key}", item, actual.get(key, _ABSENT), bound)
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (item, other) in enumerate(zip(expected, actual, strict=True)):
            yield from _mismatches(f"{path}/{index}", item, other, bound)
    elif expected != "*" and not _same(expected, actual):
        yield f"{path}: is {_shown(actual)}, expected {_shown(expected)}"


@dataclass(frozen=True, slots=True)
class _Exactly:
    """A value that a name stands for: nothing in it is a pattern."""

    value: Any


def _same(expected: Any, actual: Any) -> bool:
    """Equality as JSON knows it: `true` is not 1."""
    if isinstance(expected, _Exactly):
        expected = expected.value
    return bool(expected == actual) and isinstance(expected, bool) == isinstance(actual, bool)


def _shown(value: Any) -> str:
    return json.dumps(value.value if isinstance(value, _Exactly) else value, ensure_ascii=False)
