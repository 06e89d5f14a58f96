"""Text from strangers: what people cannot see is taken out before a model reads it; how much there is."""

import re
from typing import Any, Final

from capserver.errors import Fault, pointer
from capserver.protocol.codes import MAX_DEPTH

MAX_TEXT: Final = 16 * 1024
"""UTF-8 bytes of all strings of one command, keys included."""

MAX_VALUES: Final = 20_000
"""JSON values in one command."""

_HIDDEN: Final = re.compile(
    "\x1b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|[@-Z\\\\^_])"  # ECMA-48: CSI, OSC, others
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # controls, but for tab and line feed
    "|[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0]"  # blanks and marks of no width
    "|[\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"  # zero width, bidi, separators
    "|[\ufe00-\ufe0d\U000e0000-\U000e0fff]"  # variation selectors that carry data, tags
    # A joiner stays where it joins: alone, between two characters that are not ASCII (emoji, Persian, Hindi).
    "|(?<![\u00a1-\u1fff\u2190-\uffff\U00010000-\U000dffff])[\u200c\u200d]"
    "|[\u200c\u200d](?![\u00a1-\u1fff\u2190-\uffff\U00010000-\U000dffff])"
)


def cleaned(text: str) -> str:
    """The text without what people cannot see: controls, escape sequences, bidi marks, tags, zero widths."""
    return _HIDDEN.sub("", text) if hides(text) else text


def hides(text: str) -> bool:
    """Whether `cleaned` would take something out."""
    return _HIDDEN.search(text) is not None


def size(text: str) -> int:
    """UTF-8 bytes."""
    return len(text) if text.isascii() else len(text.encode())


def survey(raw: Any) -> tuple[list[Fault], list[str]]:
    """What keeps a command from being read at all, and the paths of strings that hide something."""
    hidden: list[str] = []
    total = values = 0
    stack: list[tuple[tuple[str | int, ...], Any]] = [((), raw)]
    while stack:
        way, item = stack.pop()
        if isinstance(item, str):
            total += size(item)
            hidden += [pointer(*way)] if hides(item) else []
        elif isinstance(item, dict | list):
            if len(way) == MAX_DEPTH:
                return [Fault(pointer(*way), "depth", f"nested more than {MAX_DEPTH} levels deep")], hidden
            inner = list(item.items() if isinstance(item, dict) else enumerate(item))
            values += len(inner)
            if values > MAX_VALUES:
                return [Fault("", "too_large", f"the values of one command: at most {MAX_VALUES:,}")], hidden
            total += sum(size(key) for key, _ in inner if isinstance(key, str))
            stack += [((*way, key), value) for key, value in reversed(inner)]
        if total > MAX_TEXT:
            return [Fault("", "too_long", f"the text of one command: at most {MAX_TEXT:,} bytes")], hidden
    return [], hidden
