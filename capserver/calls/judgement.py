"""Whether a call may be sent, and if not, what the model is told."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from capserver.calls.collector import ARGUMENT_BYTES, Collector
from capserver.errors import Fault, FrameError, pointer
from capserver.manifest import CommandSet, CompiledCommand
from capserver.protocol.codes import ErrorCode
from capserver.protocol.decode import decode_json
from capserver.vocabulary import Vocabulary, nearest

ARGUMENT_NODES: Final = 2_000
"""Values, nested ones and the object itself included."""

_NAMES_TOLD: Final = 20
_WORDS_TOLD: Final = 5
_LONGEST_TOLD: Final = 64
_MOST_FAULTS: Final = 20
_LONGEST_PATH: Final = 256
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Accepted:
    """The call may be sent, with these arguments."""

    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rejected:
    """The call may not be sent. `args`: as the model wrote them, where they could be read."""

    args: dict[str, Any] | None
    faults: tuple[Fault, ...]


def judge(
    collector: Collector,
    commands: CommandSet,
    name: str,
    vocabulary: Vocabulary,
    only: frozenset[str] | None = None,
) -> Accepted | Rejected:
    """Judge a call as it stands: one without any input means `{}`, one that was cut is rejected (`json`).

    `only`: the names allowed; `None`: all. At most 20 faults, by JSON Pointer into the arguments; their codes
    are those of `decode_json`, of `CompiledCommand.check`, and `unknown_command`, `not_allowed`, `too_large`,
    `too_many`, `object` and `vocabulary`.
    """
    if collector.oversize:
        fault = Fault("", "too_large", f"arguments have at most {ARGUMENT_BYTES} bytes")
        return _rejected(None, [*_name_faults(name, commands, only), fault])
    try:
        args = _arguments(collector.text)
    except FrameError as error:
        return _rejected(None, [*_name_faults(name, commands, only), *error.faults])
    return judge_arguments(args, commands, name, vocabulary, only)


def judge_arguments(
    args: dict[str, Any],
    commands: CommandSet,
    name: str,
    vocabulary: Vocabulary,
    only: frozenset[str] | None = None,
    *,
    offered: bool = True,
) -> Accepted | Rejected:
    """Judge arguments that were strictly decoded and bounded in bytes elsewhere; they are not changed.

    `offered`: their keys are those that a model was offered, not those of the command itself.
    """
    faults = _name_faults(name, commands, only)
    command = commands.commands.get(name)
    if _count(args) > ARGUMENT_NODES:
        fault = Fault("", "too_many", f"arguments have at most {ARGUMENT_NODES} values")
        return _rejected(None, [*faults, fault])
    if command is None:
        return _rejected(args, faults)
    real = command.restore(args) if offered else args
    if real is not args and _count(real) < _count(args):
        return _rejected(args, [*faults, Fault("", "duplicate_key", "two keys mean the same parameter")])
    resolved = _resolved(real, command, vocabulary, faults)
    faults += command.check(resolved)
    return _rejected(real, faults) if faults else Accepted(resolved)


def _rejected(args: dict[str, Any] | None, faults: list[Fault]) -> Rejected:
    told = (fault._replace(path=fault.path[:_LONGEST_PATH]) for fault in faults[:_MOST_FAULTS])
    return Rejected(args, tuple(told))


def _arguments(text: str) -> dict[str, Any]:
    """The object that the text of a call means.

    Raises:
        FrameError: it is no JSON object within the rules.
    """
    if not text.strip():
        return {}
    fault = Fault("", "object", "arguments are one JSON object")
    if _HALF_PAIR.search(text):
        fault = Fault("", "surrogate", "a lone surrogate is not a character")
    elif isinstance(value := decode_json(text), dict):
        return value
    raise FrameError(ErrorCode.INVALID_FRAME, fault.message, [fault])


def _count(value: Any) -> int:
    """How many values there are, itself included; it stops counting once there are too many."""
    count = 0
    waiting = [value]
    while waiting and count <= ARGUMENT_NODES:
        item = waiting.pop()
        count += 1
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return count


def _name_faults(name: str, commands: CommandSet, only: frozenset[str] | None) -> list[Fault]:
    """What is wrong with the name, and the names there are, the nearest first."""
    known = name in commands.commands
    if known and (only is None or name in only):
        return []
    names = [each for each in commands.commands if only is None or each in only]
    told = ", ".join(nearest(name, names, _NAMES_TOLD)) or "none: answer in text"
    if len(names) > _NAMES_TOLD:
        told += f" and {len(names) - _NAMES_TOLD} more"
    if known:
        return [Fault("", "not_allowed", f"not allowed in this turn; allowed are: {told}")]
    return [Fault("", "unknown_command", f"no command has this name; there are: {told}")]


def _resolved(
    args: dict[str, Any], command: CompiledCommand, vocabulary: Vocabulary, faults: list[Fault]
) -> dict[str, Any]:
    """The arguments with ids in place of names; of several lists the first that knows a name counts."""
    asked: dict[tuple[str, ...], list[str]] = {}
    for way, list_name in command.slots:
        asked.setdefault(way, []).append(list_name)
    for way, lists in asked.items():
        change = partial(_id, lists=lists, vocabulary=vocabulary, faults=faults)
        args = _at(args, way, "", change)
    return args


def _at(value: Any, way: tuple[str, ...], where: str, change: Callable[[str, str], str]) -> Any:
    """The value with the strings at `way` changed; what has another shape is left to the schema."""
    if not way:
        return change(value, where) if isinstance(value, str) else value
    key, rest = way[0], way[1:]
    if isinstance(value, dict) and key in value:
        return {**value, key: _at(value[key], rest, where + pointer(key), change)}
    if isinstance(value, list) and key == "*":
        return [_at(item, rest, where + pointer(index), change) for index, item in enumerate(value)]
    return value


def _id(said: str, where: str, *, lists: list[str], vocabulary: Vocabulary, faults: list[Fault]) -> str:
    """The id that was meant, or what was said and a fault."""
    found = next(filter(None, (vocabulary.matches(each, said) for each in lists)), ())
    if len(found) == 1:
        return found[0]
    if found:
        message = f"ambiguous: {_either(found)}"
    elif near := [name for each in lists for name in vocabulary.nearest(each, said)]:
        message = f"not in {_either(lists)}; nearest: {', '.join(map(_short, near))}"
    else:
        message = f"the client has nothing in {_either(lists)} right now"
    faults.append(Fault(where, "vocabulary", message))
    return said


def _either(words: Sequence[str]) -> str:
    more = len(words) - _WORDS_TOLD
    told = " or ".join(map(_short, words[:_WORDS_TOLD]))
    return f"{told} or {more} more" if more > 0 else told


def _short(text: str) -> str:
    """A client's word, quoted, and never long."""
    return f'"{text}"' if len(text) <= _LONGEST_TOLD else f'"{text[: _LONGEST_TOLD - 1]}…"'
