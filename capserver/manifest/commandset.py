"""Sets of commands: all faults at once, one digest, one object for all who send the same."""

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Final
from unicodedata import normalize
from weakref import WeakValueDictionary

from capserver.errors import Fault, FrameError
from capserver.manifest import findings
from capserver.manifest.command import CompiledCommand, compile_command
from capserver.protocol.codes import ErrorCode

MOST_FAULTS: Final = 100
"""Faults that are told of one manifest."""
MAX_WEIGHT: Final = 20_000
"""Schemas of one manifest, references followed: a small text may unfold to seconds of compiling."""
KEPT_SETS: Final = 64
KEPT_BYTES: Final = 8 * 1024 * 1024
"""Of their RFC 8785 form; compiled they take about ten times that."""

_encode: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode

_NOTHING: Final[Mapping[str, CompiledCommand]] = MappingProxyType({})

_Placed = tuple[str, CompiledCommand]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CommandSet:
    """Everything that a client offers at one time."""

    commands: Mapping[str, CompiledCommand]
    """Sorted by name."""
    digest: str
    """`sha256:` and the hex of the RFC 8785 form of the commands as sent, sorted by name."""
    findings: tuple[Fault, ...]
    """What would make it better. `/commands/i` counts as the manifest did; after `changed`, by name."""
    tokens: int
    """About how many tokens a model reads for the whole set."""

    def changed(self, add: list[object], remove: list[str], *, limit: int) -> "CommandSet":
        """The set without `remove`, then with `add` put in, a known name replaced: all of it or nothing.

        At most `limit` commands; 0: any number.

        Raises:
            FrameError: `invalid_manifest`, with all faults under `/add/i` and `/remove/i`.

        """
        faults = [
            Fault(f"/remove/{index}", "unknown_name", "no command of this name is in the set")
            for index, name in enumerate(remove)
            if name not in self.commands
        ]
        gone = set(remove)
        kept = {name: command for name, command in self.commands.items() if name not in gone}
        for name in filter(None, _names(add)):
            kept.pop(name, None)
        made, more = _compiled(add, "/add", kept)
        faults += more
        if limit and len(kept) + len(add) > limit:
            faults.append(_too_many("/add", limit))
        if faults:
            raise _refusal(faults)
        commands = sorted((kept | {command.name: command for command in made}).items())
        return _shared(dict(commands), [(f"/commands/{at}", c) for at, (_, c) in enumerate(commands)])


class _Shelf:
    """Sets by digest and by what was sent, while anybody holds them; the latest few are held here."""

    def __init__(self) -> None:
        self.by_digest: WeakValueDictionary[str, CommandSet] = WeakValueDictionary()
        self.by_content: WeakValueDictionary[bytes, CommandSet] = WeakValueDictionary()
        self._recent: OrderedDict[str, tuple[CommandSet, int]] = OrderedDict()
        self._weight = 0

    def hold(self, made: CommandSet) -> None:
        """Make this set the latest."""
        if made.digest in self._recent:
            self._recent.move_to_end(made.digest)
            return
        weight = sum(len(command.canonical) for command in made.commands.values())
        self._recent[made.digest] = made, weight
        self._weight += weight
        while len(self._recent) > KEPT_SETS or self._weight > KEPT_BYTES:
            _, (_, dropped) = self._recent.popitem(last=False)
            self._weight -= dropped


_shelf: Final = _Shelf()


def compile_set(commands: list[object], *, limit: int = 512) -> CommandSet:
    """Compile the commands of a manifest, as decoded; what was compiled before is used again.

    At most `limit` commands; 0: any number.

    Raises:
        FrameError: `invalid_manifest`, with all faults under `/commands/i`.

    """
    if limit and len(commands) > limit:
        raise _refusal([_too_many("/commands", limit)])
    key = _content_key(commands)
    if (known := _shelf.by_content.get(key)) is not None:
        _shelf.hold(known)
        return known
    made, faults = _compiled(commands, "/commands")
    if faults:
        raise _refusal(faults)
    placed = [(f"/commands/{index}", command) for index, command in enumerate(made)]
    whole = _shared({command.name: command for command in sorted(made, key=_name)}, placed)
    _shelf.by_content[key] = whole
    return whole


def find_set(digest: str) -> CommandSet | None:
    """The set of this digest, where it is still held: a client need not send it again."""
    return _shelf.by_digest.get(digest)


def _name(command: CompiledCommand) -> str:
    return command.name


def _content_key(commands: list[object]) -> bytes:
    """A key for exactly this content in this order; cheaper than the digest, which forgets orders."""
    try:
        return sha256(_encode(commands).encode()).digest()
    except RecursionError:
        return b""  # never kept: compiling finds that it nests too deep


def _compiled(
    commands: list[object], prefix: str, beside: Mapping[str, CompiledCommand] = _NOTHING
) -> tuple[list[CompiledCommand], list[Fault]]:
    made: list[CompiledCommand] = []
    faults: list[Fault] = []
    weight = sum(command.weight for command in beside.values())
    for index, raw in enumerate(commands):
        result = compile_command(raw)
        if isinstance(result, list):
            faults += [fault.under(f"{prefix}/{index}") for fault in result]
        else:
            made.append(result)
            weight += result.weight
        if len(faults) >= MOST_FAULTS or weight > MAX_WEIGHT:
            faults += [_too_heavy(prefix)] if weight > MAX_WEIGHT else []
            break
    return made, faults + _duplicates(commands, prefix, beside)


def _names(commands: list[object]) -> list[str | None]:
    """What each command calls itself, where that is a text to compare at all."""
    named = [raw.get("name") if isinstance(raw, dict) else None for raw in commands]
    return [name if isinstance(name, str) and len(name) <= 256 else None for name in named]


def _duplicates(commands: list[object], prefix: str, others: Iterable[str]) -> list[Fault]:
    """Names that a reader could take for one another, also where a name is at fault for itself."""
    seen = {_folded(name) for name in others}
    faults = []
    for index, name in enumerate(_names(commands)):
        if name is None:
            continue
        if _folded(name) in seen:
            message = "another command has this name, or one that differs in case or width alone"
            faults.append(Fault(f"{prefix}/{index}/name", "duplicate_name", message))
        seen.add(_folded(name))
    return faults


def _folded(name: str) -> str:
    return normalize("NFKC", normalize("NFKC", name).casefold())


def _too_many(path: str, limit: int) -> Fault:
    return Fault(path, "too_many", f"at most {limit:,} commands")


def _too_heavy(path: str) -> Fault:
    return Fault(
        path, "expansion", f"all commands together: at most {MAX_WEIGHT:,} schemas, references followed"
    )


def _refusal(faults: list[Fault]) -> FrameError:
    told = faults[:MOST_FAULTS]
    more = " (there may be more)" if len(faults) >= MOST_FAULTS else ""
    count = f"{len(told)} faults" if len(told) > 1 else "one fault"
    return FrameError(ErrorCode.INVALID_MANIFEST, f"the commands have {count}{more}", told)


def _shared(commands: dict[str, CompiledCommand], placed: list[_Placed]) -> CommandSet:
    """The set of these commands; its commands are those of an equal set that is still held."""
    joined = b"[" + b",".join(command.canonical for command in commands.values()) + b"]"
    digest = "sha256:" + sha256(joined).hexdigest()
    tokens = sum(command.tokens for command in commands.values())
    found = _findings(placed, findings.of_set(commands, tokens))
    held = _shelf.by_digest.get(digest)
    if held is None:
        held = _shelf.by_digest[digest] = CommandSet(MappingProxyType(commands), digest, found, tokens)
    _shelf.hold(held)
    return held if held.findings == found else CommandSet(held.commands, digest, found, tokens)


def _findings(placed: list[_Placed], whole: Iterable[Fault]) -> tuple[Fault, ...]:
    found = list(whole)
    for prefix, command in placed:
        found += [finding.under(prefix) for finding in command.findings]
    return tuple(found[: findings.MOST])


EMPTY: Final = compile_set([])
