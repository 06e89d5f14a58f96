"""A command set made ready for matching: once a set, whatever is asked of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import Any, Final, Literal

from capserver.manifest import CommandSet, CompiledCommand
from capserver.planners.offline.lexicon import lexicon
from capserver.planners.offline.numbers import UNITS
from capserver.planners.offline.text import even
from capserver.planners.offline.words import Word, read, read_name

Kind = Literal["names", "values", "boolean", "number", "list", "text", "colour", "thing", "other"]

_SLOT: Final = re.compile(r"\{(\w+)\}")
_FROM_TO: Final = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:to|-|–|~|到|至)\s*(-?\d+(?:\.\d+)?)")
_UNIT_NAMES: Final = {
    unit: re.compile("times|次数" if unit == "times" else rf"(?<![a-z])(?:{words})(?![a-z])")
    for unit, words in UNITS.items()
}
_SHORT_UNITS: Final = re.compile(r"^(?:s|h|m|k|x|c|分|度|次|下|回|圈|声|天|米|步|钟)$")
_TEXTS: Final = frozenset(
    "text message speech content words sentence utterance query prompt title body note caption response question "
    "lyrics line 内容 文字 文本 话 消息 台词".split()
)
_COUNTS: Final = frozenset("times count repeat repeats repetitions number n 次数 遍数".split())
_ASKING: Final = frozenset({"get", "state", "query"})
_NAME, _EXAMPLE, _DESCRIPTION, _PARAMETER = 1.0, 0.9, 0.7, 0.5


@dataclass(frozen=True, slots=True)
class Values:
    """Values that can be said, and the words for each."""

    values: tuple[Any, ...]
    words: tuple[tuple[Word, ...], ...]
    """One a value; a value with several names stands several times."""
    first: Mapping[str, tuple[int, ...]]
    """Where to look, by what the first word may mean."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter and what could fill it."""

    name: str
    schema: Mapping[str, Any]
    required: bool
    kind: Kind
    keys: frozenset[str]
    values: Values | None = None
    vocabulary: str | None = None
    unit: str | None = None
    count: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """An example: words, and the names of the parameters between them."""

    parts: tuple[Word | str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One command."""

    command: CompiledCommand
    name: tuple[Word, ...]
    parameters: tuple[Parameter, ...]
    templates: tuple[Template, ...]
    strength: Mapping[str, float]
    """How much a word speaks for this command, 0 to 1."""
    opposed: frozenset[str]
    """What speaks against it."""
    asking: bool
    """Whether it answers a question."""


@dataclass(frozen=True, slots=True)
class Index:
    """All commands of a set."""

    entries: tuple[Entry, ...]
    rarity: Mapping[str, float]
    """By key: 1 is a word that one command alone has, or none."""
    postings: Mapping[str, tuple[int, ...]]
    """By key: the entries that it may lead to."""


_held: dict[str, Index] = {}
_MOST_HELD: Final = 256


def index_of(commands: CommandSet) -> Index:
    """The index of this set, from a small cache by digest."""
    found = _held.pop(commands.digest, None) or _build(commands)
    _held[commands.digest] = found
    while len(_held) > _MOST_HELD:
        del _held[next(iter(_held))]
    return found


def _build(commands: CommandSet) -> Index:
    entries = tuple(_entry(command) for command in commands.commands.values())
    postings: dict[str, list[int]] = {}
    named: dict[str, int] = {}
    for i, entry in enumerate(entries):
        for key in entry.strength:
            named[key] = named.get(key, 0) + 1
        for key in {*entry.strength, *_said_values(entry)}:
            postings.setdefault(key, []).append(i)
    most = log(1 + len(entries))
    rarity = {key: log(1 + len(entries) / count) / most for key, count in named.items()}
    return Index(entries, rarity, {key: tuple(found) for key, found in postings.items()})


def _said_values(entry: Entry) -> Iterable[str]:
    for parameter in entry.parameters:
        if parameter.values:
            yield from parameter.values.first


def _entry(command: CompiledCommand) -> Entry:
    name = tuple(read_name(command.name))
    schema = command.parameters
    required = frozenset(schema.get("required", ()))
    lists = {path[0]: listed for path, listed in command.slots if path[1:] in ((), ("*",))}
    parameters = tuple(
        _parameter(key, _resolved(inner, schema), key in required, lists.get(key))
        for key, inner in schema.get("properties", {}).items()
    )
    templates = tuple(_template(example) for example in command.examples)
    described = read(command.description)
    strength: dict[str, float] = {}
    _strengthen(strength, (key for p in parameters for key in p.keys), _PARAMETER)
    _strengthen(strength, _content_keys(described), _DESCRIPTION)
    for template in templates:
        _strengthen(strength, _content_keys(p for p in template.parts if isinstance(p, Word)), _EXAMPLE)
    _strengthen(strength, (key for word in name for key in word.keys), _NAME)
    own = {key for word in name for key in word.keys}
    opposed = {other for key in own for other in lexicon().opposites.get(key, ())} - strength.keys()
    asking = command.returns is not None or not _ASKING.isdisjoint(strength)
    return Entry(command, name, parameters, templates, strength, frozenset(opposed), asking)


def _strengthen(strength: dict[str, float], keys: Iterable[str], by: float) -> None:
    for key in keys:
        strength[key] = max(strength.get(key, 0), by)


def _content_keys(words: Iterable[Word]) -> Iterable[str]:
    return (key for word in words if word.content for key in word.keys)


def _resolved(inner: Any, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A property's schema with its `$ref` followed, and the first alternative that is not null."""
    if not isinstance(inner, Mapping):
        return {}
    target = inner.get("$ref")
    if isinstance(target, str):
        inner = {**schema.get("$defs", {}).get(target.rpartition("/")[2], {}), **inner}
    for branches in (inner.get("anyOf"), inner.get("oneOf")):
        for branch in branches or ():
            if isinstance(branch, Mapping) and branch.get("type") != "null":
                return {**inner, **_resolved(branch, schema)}
    return inner


def _parameter(name: str, schema: Mapping[str, Any], required: bool, listed: str | None) -> Parameter:
    named, described = read_name(name), read(str(schema.get("description", "")))
    keys = frozenset(_content_keys([*named, *described]))
    inner = schema.get("items") if _type_of(schema) == "array" else None
    kind = _kind(schema, named, described, listed)
    options = _options(inner if isinstance(inner, Mapping) else schema)
    said = even(f"{' '.join(word.text for word in named)} {schema.get('description', '')}")
    low, high = _bounds(schema, said)
    return Parameter(
        name,
        schema,
        required,
        kind,
        keys,
        _shared_values(options) if options else None,
        listed,
        _unit(said, high) if kind == "number" else None,
        kind == "number" and not _COUNTS.isdisjoint(word.text for word in [*named, *described]),
        low,
        high,
    )


def _type_of(schema: Mapping[str, Any]) -> Any:
    stated = schema.get("type")
    if isinstance(stated, list):
        return next((one for one in stated if one != "null"), None)
    return stated


def _kind(schema: Mapping[str, Any], named: list[Word], described: list[Word], listed: str | None) -> Kind:
    stated = _type_of(schema)
    if stated == "array":
        return "list"
    if listed is not None:
        return "names"
    if "enum" in schema:
        return "values"
    if stated in ("integer", "number"):
        return "number"
    if stated == "boolean":
        return "boolean"
    if stated not in ("string", None):
        return "other"
    if any("colour" in word.keys for word in named) or (described and "colour" in described[-1].keys):
        return "colour"
    texts = any(word.text in _TEXTS or "say" in word.keys for word in [*named, *described])
    return "text" if texts else "thing"


def _options(schema: Mapping[str, Any]) -> tuple[tuple[Any, str], ...]:
    """The values that the schema names, and how each is said."""
    found = schema.get("enum") or [value for value in schema.get("examples", ()) if isinstance(value, str)]
    return tuple((value, str(value)) for value in found if isinstance(value, str | int | float))


@lru_cache(maxsize=1024)
def _shared_values(options: tuple[tuple[Any, str], ...]) -> Values:
    """One object for equal options: many commands name the same rooms."""
    return values_of(options)


def values_of(options: Iterable[tuple[Any, str]]) -> Values:
    """Values from `(value, name)`."""
    values, words = [], []
    first: dict[str, list[int]] = {}
    for value, name in options:
        spoken = tuple(word for word in read_name(name) if word.keys)
        spoken = tuple(word for word in spoken if "light" not in word.marks) or spoken
        if spoken:
            for key in spoken[0].keys:
                first.setdefault(key, []).append(len(values))
            values.append(value)
            words.append(spoken)
    return Values(tuple(values), tuple(words), {key: tuple(found) for key, found in first.items()})


def _bounds(schema: Mapping[str, Any], said: str) -> tuple[float | None, float | None]:
    low, high = schema.get("minimum"), schema.get("maximum")
    spoken = _FROM_TO.search(said)
    if spoken and low is None and high is None:
        return float(spoken[1]), float(spoken[2])
    return low, high


def _unit(said: str, high: float | None) -> str | None:
    """The unit that a number is in, as far as its name and description tell."""
    for unit, pattern in _UNIT_NAMES.items():
        found = pattern.search(said)
        if found and not (
            _SHORT_UNITS.match(found[0]) and not re.search(rf"[（(\s]{found[0]}[)）\s]|{found[0]}数", said)
        ):
            return unit
    if re.search("duration|delay|时长|时间", said):
        return "second"
    if re.search("angle|角度|yaw|pitch|heading", said):
        return "degree"
    return None


def _template(example: str) -> Template:
    parts: list[Word | str] = []
    at = 0
    for slot in _SLOT.finditer(example):
        parts += _literal(example[at : slot.start()])
        parts.append(slot[1])
        at = slot.end()
    return Template(tuple(parts + _literal(example[at:])))


def _literal(text: str) -> list[Word | str]:
    return [word for word in read(text) if word.content or word.amount]
