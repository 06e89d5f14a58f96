"""The schema that a model's API takes, made from a client's schema, and the way back from its arguments.

The API refuses the whole request for one key beyond `^[a-zA-Z0-9_.-]{1,64}$`, one `$ref`, or a root
`oneOf`, `anyOf` or `allOf`. What is offered may be wider than what is accepted: every call is checked against
the client's own schema afterwards.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from unicodedata import normalize

from capserver.manifest.slots import list_of
from capserver.manifest.text import cleaned, hides
from capserver.schema.keywords import BRANCHES, IN_PLACE, children, rebuilt

MAX_SAMPLE: Final = 128
"""Characters of text in a `default` or in one of `examples`; a longer one is not offered."""

_KEY: Final = re.compile(r"[a-zA-Z0-9_.-]{1,64}")
_NOT_KEY: Final = re.compile(r"[^a-zA-Z0-9_.-]+")
_LONGEST_STEM: Final = 56


@dataclass(slots=True)
class Names:
    """The way back, for one place of the arguments: offered keys to real ones, and what lies below."""

    keys: dict[str, str] = field(default_factory=dict)
    inner: dict[str, "Names"] = field(default_factory=dict)
    others: "Names | None" = None
    """For the items of an array, and for properties that are not named."""

    def __bool__(self) -> bool:
        return bool(self.keys or self.others or any(self.inner.values()))

    def restore(self, value: Any) -> Any:
        """The same value with its real keys."""
        if isinstance(value, list):
            return [self.others.restore(item) for item in value] if self.others else value
        if not isinstance(value, dict):
            return value
        made: dict[str, Any] = {}
        for offered, item in value.items():
            key = str(self.keys.get(offered, offered))
            below = self.inner.get(key, self.others)
            made[key] = below.restore(item) if below else item
        return made


def offer(schema: Mapping[str, Any]) -> tuple[dict[str, Any], Names]:
    """What a model may be shown of an inlined, linted schema of an object, and the way back."""
    given = _given(schema)
    shown: dict[str, Any] = _shown(schema, given)
    return _rooted(shown), _names(schema, {real: key for real, key in given.items() if real != key})


def _given(schema: Mapping[str, Any]) -> dict[str, str]:
    """A key for each property key anywhere in the schema: itself where the API takes it."""
    keys = sorted(set(_keys(schema)))
    given = {key: key for key in keys if _KEY.fullmatch(key)}
    taken = set(given)
    for key in keys:
        if key not in given:
            given[key] = _free(key, taken)
            taken.add(given[key])
    return given


def _keys(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        for _, child in children(schema):
            yield from _keys(child)


def _free(key: str, taken: set[str]) -> str:
    stem = _NOT_KEY.sub("_", normalize("NFKC", key)).strip("_")[:_LONGEST_STEM] or "param"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name


def _shown(schema: Any, given: Mapping[str, str]) -> Any:
    if isinstance(schema, bool):
        return schema
    made: dict[str, Any] = {}
    for key, value in rebuilt(schema, lambda inner: _shown(inner, given)).items():
        if key in _CHANGED:
            value = _CHANGED[key](value, given)
        if value is not _LEFT_OUT and not key.startswith("x-"):
            made[key] = value
    if (listed := list_of(schema)) is not None:
        made["description"] = " ".join(filter(None, (made.get("description"), _from_list(listed))))
    return made


class _LeftOut:
    """The mark of what is not offered."""


_LEFT_OUT: Final = _LeftOut()
_Given = Mapping[str, str]


def _from_list(listed: str) -> str:
    return f"(an id or a name from the list {cleaned(listed)})"


def _text(value: str, _: _Given) -> str:
    return cleaned(value)


def _sample(value: Any, _: _Given) -> Any:
    return value if _short(value) else _LEFT_OUT


def _samples(value: Any, _: _Given) -> Any:
    return [item for item in value if _short(item)] or _LEFT_OUT if isinstance(value, list) else _LEFT_OUT


def _short(value: Any) -> bool:
    texts = list(_texts(value))
    return sum(map(len, texts)) <= MAX_SAMPLE and not any(map(hides, texts))


def _choices(value: list[Any], _: _Given) -> Any:
    return [item for item in value if not any(map(hides, _texts(item)))] or _LEFT_OUT


def _choice(value: Any, _: _Given) -> Any:
    return _LEFT_OUT if any(map(hides, _texts(value))) else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _properties(value: dict[str, Any], given: _Given) -> dict[str, Any]:
    return {given[key]: _told(key, given[key], inner) for key, inner in value.items()}


def _told(key: str, offered: str, shown: Any) -> dict[str, Any]:
    if isinstance(shown, bool):
        shown = {} if shown else {"not": {}}
    if key == offered:
        return dict(shown)
    return {**shown, "description": ": ".join(filter(None, (cleaned(key), shown.get("description"))))}


def _renamed(value: list[str], given: _Given) -> list[str]:
    return [given.get(key, key) for key in value]


def _by_key(value: dict[str, Any], given: _Given) -> dict[str, Any]:
    return {given.get(key, key): inner for key, inner in value.items()}


def _renamed_by_key(value: dict[str, list[str]], given: _Given) -> dict[str, Any]:
    return {given.get(key, key): _renamed(names, given) for key, names in value.items()}


_CHANGED: Final[dict[str, Callable[[Any, _Given], Any]]] = {
    "const": _choice,
    "default": _sample,
    "dependentRequired": _renamed_by_key,
    "dependentSchemas": _by_key,
    "description": _text,
    "enum": _choices,
    "examples": _samples,
    "properties": _properties,
    "required": _renamed,
    "title": _text,
}


def _rooted(shown: dict[str, Any]) -> dict[str, Any]:
    """The same without branches at the root; what they name stays known where it may be used at all."""
    made = {"type": "object", "properties": {}} | {k: v for k, v in shown.items() if k not in BRANCHES}
    if shown.get("additionalProperties") is False:
        return made
    for keyword in sorted(BRANCHES & shown.keys()):
        for branch in shown[keyword]:
            inner = _rooted(branch) if isinstance(branch, dict) else {"properties": {}}
            made["properties"] = inner["properties"] | made["properties"]
            if keyword == "allOf" and "required" in inner:
                made["required"] = list(dict.fromkeys([*made.get("required", ()), *inner["required"]]))
    return made


def _names(schema: Any, renamed: Mapping[str, str]) -> Names:
    found = Names()
    for way, child in children(schema) if isinstance(schema, dict) else ():
        below = _names(child, renamed)
        if way[0] in IN_PLACE:
            _merge(found, below)
        elif way[0] == "properties":
            key = str(way[1])
            _merge(found.inner.setdefault(key, Names()), below)
            if key in renamed:
                found.keys[renamed[key]] = key
        elif below:
            found.others = _merge(found.others or Names(), below)
    return found


def _merge(into: Names, more: Names) -> Names:
    into.keys.update(more.keys)
    for key, below in more.inner.items():
        _merge(into.inner.setdefault(key, Names()), below)
    if more.others:
        into.others = _merge(into.others or Names(), more.others)
    return into
