"""Text to JSON value, strictly: what a browser could not hold, or two readers could read twofold, is refused.

The fast path is one pass of the standard decoder with hooks that refuse duplicate keys and numbers
out of range. Only a frame that fails is read a second time, to name every fault by JSON Pointer.
"""

import json
import re
from typing import Any, Final, Never

from capserver.errors import Fault, FrameError, pointer
from capserver.protocol.codes import MAX_DEPTH, MAX_INT, ErrorCode

_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LONGEST_INT: Final = 17
_MOST_FAULTS: Final = 20
_MOST_VALUES: Final = 200_000


class _Refused(Exception):
    """The fast path met something that the strict reading has to name."""


def _int(text: str) -> int:
    if len(text) > _LONGEST_INT or not -MAX_INT <= (number := int(text)) <= MAX_INT:
        raise _Refused
    return number


def _float(text: str) -> float:
    number = float(text)
    if number - number != 0.0:  # inf and nan alone
        raise _Refused
    return number


def _constant(_text: str) -> Never:
    raise _Refused


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Refused
    return made


_fast = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_int, parse_float=_float, parse_constant=_constant
)


class _Number(str):
    """A number as it was written, for the second reading."""

    __slots__ = ()


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written, duplicate keys included."""

    __slots__ = ()


_slow = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number, parse_constant=_Number
)


def decode_json(text: str) -> Any:
    """Read one JSON value (RFC 8259) strictly.

    Refused, each with its JSON Pointer and all at once: duplicate keys, NaN and Infinity, numbers
    that overflow, integers beyond ±(2^53-1), lone surrogates, nesting over 32, over 200,000 values.

    Raises:
        FrameError: `invalid_frame`, with the faults.

    """
    try:
        value = _fast.decode(text)
    except (_Refused, RecursionError):
        pass
    except json.JSONDecodeError as error:
        raise _not_json(error) from None
    else:
        deep = text.count("{") + text.count("[") > MAX_DEPTH and _too_deep_at_all(value)
        if not deep and (_SURROGATE_ESCAPE.search(text) is None or not _faults(value)):
            if len(text) > _MOST_VALUES and _too_many(value):
                raise _too_many_values()
            return value
    raise _refusal(text)


def _too_many(value: Any) -> bool:
    """Whether there are more values in it than a reader should have to look at."""
    count, stack = 0, [[value]]
    while stack:
        items = stack.pop()
        count += len(items)
        stack += [
            list(item.values()) if type(item) is dict else item
            for item in items
            if type(item) in (dict, list)
        ]
    return count > _MOST_VALUES


def _too_many_values() -> FrameError:
    fault = Fault("", "values", f"more than {_MOST_VALUES} values")
    return FrameError(ErrorCode.INVALID_FRAME, "the frame holds too many values", [fault])


def _too_deep_at_all(value: Any) -> bool:
    """Whether anything nests deeper than allowed: level by level, containers alone."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inner = [item.values() if type(item) is dict else item for item in level]
        level = [item for items in inner for item in items if type(item) in (dict, list)]
        if not level:
            return False
    return True


def _not_json(error: json.JSONDecodeError) -> FrameError:
    fault = Fault("", "json", f"not JSON at character {error.pos}: {error.msg}")
    return FrameError(ErrorCode.INVALID_FRAME, "the frame is not JSON", [fault])


def _refusal(text: str) -> FrameError:
    try:
        faults = _faults(_slow.decode(text))
    except json.JSONDecodeError as error:
        return _not_json(error)
    except RecursionError:
        faults = [_too_deep("")]
    return FrameError(ErrorCode.INVALID_FRAME, "the frame breaks the rules for JSON", faults)


def _too_deep(path: str) -> Fault:
    return Fault(path, "depth", f"nested more than {MAX_DEPTH} levels deep")


def _faults(value: Any) -> list[Fault]:
    """The faults of a value read by either decoder, the first 20. Iterative: depth is hostile."""
    found: list[Fault] = []
    stack: list[tuple[str, int, Any]] = [("", 0, value)]
    while stack and len(found) < _MOST_FAULTS:
        path, depth, item = stack.pop()
        if isinstance(item, _Number):
            found += _number_faults(path, item)
        elif isinstance(item, str):
            found += _text_faults(path, item)
        elif isinstance(item, list | dict):
            if depth >= MAX_DEPTH:
                found.append(_too_deep(path))
                continue
            if isinstance(item, _Pairs):
                found += _duplicate_faults(path, item)
            stack += [(path + pointer(key), depth + 1, inner) for key, inner in reversed(_children(item))]
            if isinstance(item, dict | _Pairs):
                for key, _ in _children(item):
                    found += _text_faults(path, str(key))
    return found[:_MOST_FAULTS]


def _children(item: Any) -> list[tuple[str | int, Any]]:
    if isinstance(item, _Pairs):
        return list(item)
    return list(item.items() if isinstance(item, dict) else enumerate(item))


def _number_faults(path: str, text: str) -> list[Fault]:
    digits = text.lstrip("-")
    if not digits[0].isdigit():
        return [Fault(path, "non_finite", f"{text} is not a JSON number")]
    if digits.isdigit():
        if len(text) > _LONGEST_INT or abs(int(text)) > MAX_INT:
            return [Fault(path, "int_range", "integers must lie within ±(2^53-1)")]
    elif float(text) in (float("inf"), float("-inf")):
        return [Fault(path, "non_finite", "the number is too large for a 64-bit float")]
    return []


def _text_faults(path: str, text: str) -> list[Fault]:
    if _SURROGATE.search(text):
        return [Fault(path, "surrogate", "a lone surrogate is not a character")]
    return []


def _duplicate_faults(path: str, pairs: _Pairs) -> list[Fault]:
    seen: set[str] = set()
    found = []
    for key, _ in pairs:
        if key in seen:
            found.append(Fault(path + pointer(key), "duplicate_key", "the key stands here twice"))
        seen.add(key)
    return found
