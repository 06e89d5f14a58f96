"""A forward scan of JSON as it is written: nothing is parsed twice, and it stops at the first doubt."""

import json
import re
from collections.abc import Mapping
from typing import ClassVar, Final

from capserver.manifest import CompiledCommand
from capserver.protocol.codes import MAX_DEPTH

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_SCALAR: Final = re.compile(r"[-+.0-9A-Za-z]+")
_WHOLE_SCALAR: Final = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_CUT_SCALAR: Final = re.compile(
    r"t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|n(?:u(?:ll?)?)?"
    r"|-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*|(?:\.[0-9]+)?[eE][-+]?[0-9]*)?)?"
)
_CHARACTERS: Final = re.compile(
    r'(?:[^"\\\x00-\x1f\ud800-\udfff]+|\\["\\/bfnrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}'
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})*+"
)
_CUT_ESCAPE: Final = re.compile(
    r"\\(?:u(?:[0-9a-fA-F]{0,3}|[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F][0-9a-fA-F]?)?)?)?)?)?)?"
)


class Scanner:
    """Reads the text of one JSON object as it comes, in parts of any size, each character once.

    String values at the top are given out under the real names of a command's `stream` parameters. At the
    first thing that is not JSON, or a key that stands twice, it is broken and gives out nothing more.
    """

    __slots__ = ("_command", "_held", "_open", "_param", "_pieces", "_place", "_seen", "_stream")

    # Where it stands and the next character, white space aside: where it stands then.
    _NEXT: ClassVar[Mapping[tuple[str, str], str]] = {
        ("start", "{"): "first key",
        ("first key", '"'): "key",
        ("first key", "}"): "close",
        ("next key", '"'): "key",
        ("colon", ":"): "value",
        ("value", '"'): "text",
        ("value", "{"): "first key",
        ("value", "["): "first item",
        ("first item", '"'): "text",
        ("first item", "{"): "first key",
        ("first item", "["): "first item",
        ("first item", "]"): "close",
        ("after", ","): "next",
        ("after", "}"): "close",
        ("after", "]"): "close",
    }

    def __init__(self, command: CompiledCommand | None = None, stream: frozenset[str] = frozenset()) -> None:
        self._command = command
        self._stream = stream
        self._place = "start"
        self._open = ""
        self._held = ""
        self._pieces: list[str] = []
        self._param: str | None = None
        self._seen: set[str] = set()

    def feed(self, part: str) -> list[tuple[str, str]]:
        """Read on; what became readable of streamed values, as (parameter, text)."""
        text, self._held = self._held + part, ""
        given: list[tuple[str, str]] = []
        at = 0
        while at < len(text) and self._place != "broken":
            if self._place in ("key", "text"):
                at = self._characters(text, at, given)
            elif self._place == "scalar":
                at = self._scalar(text, at)
            else:
                at = self._mark(text, at)
        return given

    @property
    def unfinished(self) -> bool:
        """Whether what was read is the beginning of a JSON object, and not all of it."""
        if self._place == "scalar":
            scalar = "".join(self._pieces)
            return bool(_WHOLE_SCALAR.fullmatch(scalar) or _CUT_SCALAR.fullmatch(scalar))
        return self._place not in ("broken", "end")

    def _mark(self, text: str, at: int) -> int:
        """Read the white space between tokens and one character of structure."""
        at = _end(_SPACE, text, at)
        if at == len(text):
            return at
        place = self._NEXT.get((self._place, text[at]), "broken")
        if place == "broken" and self._place in ("value", "first item") and _SCALAR.match(text, at):
            self._pieces.clear()
            self._place = "scalar"
            return at
        if place == "broken" or (text[at] in "{[" and len(self._open) == MAX_DEPTH):
            place = "broken"
        elif text[at] in "{[":
            self._open += text[at]
        elif place == "next":
            place = "next key" if self._open[-1] == "{" else "value"
        elif place == "close":
            place = self._closed(text[at])
        self._place = place
        return at + 1

    def _closed(self, bracket: str) -> str:
        if self._open[-1] + bracket not in ("{}", "[]"):
            return "broken"
        self._open = self._open[:-1]
        return "after" if self._open else "end"

    def _scalar(self, text: str, at: int) -> int:
        end = _end(_SCALAR, text, at)
        self._pieces.append(text[at:end])
        if end < len(text):
            whole = _WHOLE_SCALAR.fullmatch("".join(self._pieces))
            self._place = "after" if whole else "broken"
            self._pieces.clear()
        return end

    def _characters(self, text: str, at: int, given: list[tuple[str, str]]) -> int:
        """Read what is whole of a string; half an escape or half a pair is held back."""
        end = _end(_CHARACTERS, text, at)
        if end > at:
            self._take(_unescaped(text[at:end]), given)
        if end == len(text):
            return end
        if text[end] == '"':
            self._place = self._end_key() if self._place == "key" else "after"
            return end + 1
        if _CUT_ESCAPE.fullmatch(text, end):
            self._held = text[end:]
            return len(text)
        self._place = "broken"
        return end

    def _take(self, value: str, given: list[tuple[str, str]]) -> None:
        if len(self._open) > 1:
            return
        if self._place == "key":
            self._pieces.append(value)
        elif self._param is not None:
            given.append((self._param, value))

    def _end_key(self) -> str:
        key = "".join(self._pieces)
        self._pieces.clear()
        if self._command is None or len(self._open) > 1:
            return "colon"
        (real,) = self._command.restore({key: ""})
        if real in self._seen:
            return "broken"
        self._seen.add(real)
        self._param = real if real in self._stream else None
        return "colon"


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where a match that begins at `at` ends; there itself, where there is none."""
    found = pattern.match(text, at)
    return at if found is None else found.end()


def _unescaped(text: str) -> str:
    value: str = json.loads(f'"{text}"') if "\\" in text else text
    return value
