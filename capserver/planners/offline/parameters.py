"""What a parameter's schema, name and description tell about the values that fill it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from capserver.planners.offline.lexicon import ACTIONS, lexicon
from capserver.planners.offline.numbers import UNITS
from capserver.planners.offline.text import even, is_han, split_name
from capserver.planners.offline.values import Values, shared_values
from capserver.planners.offline.words import Word, read, read_name

Kind = Literal["names", "values", "boolean", "number", "list", "text", "colour", "thing", "other"]
"""`names`: of a vocabulary list; `values`: of an enum; `text`: words to say; `thing`: any other string."""

_TEXT: Final = re.compile(
    r"\b(?:text|message|speech|content|words|sentence|utterance|query|prompt|title|body|note|caption|response|question|lyrics|line)\b"
    "|内容|文字|文本|的话|消息|台词|说"
)
_NAMING: Final = re.compile(
    r"\b(?:name|device|entity|object|target|item|label|thing)$|(?:名称|名字|物体|对象|设备)$"
)
_COUNT: Final = re.compile(
    r"\b(?:times|counts?|repeats?|repetitions|rounds|turns|laps|loops)\b|[次遍圈下回趟]数|几[次遍圈下回趟声]"
)
_HOW_MANY: Final = re.compile(r"\bhow many (?:\w+ )?(\w+)")
_FROM_TO: Final = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:to|-|–|~|到|至)\s*(-?\d+(?:\.\d+)?)")
_UNITS: Final = {
    unit: re.compile("times|次数" if unit == "times" else rf"(?<![a-z])(?:{words})(?![a-z])")
    for unit, words in UNITS.items()
}
_ABBREVIATED: Final = re.compile(r"[a-z]{1,2}|.")
_MEASURES: Final = (
    (re.compile("duration|delay|timeout|时长|时间"), "second"),
    (re.compile("angle|yaw|pitch|heading|角度"), "degree"),
)
_AS_SAID: Final = (
    (re.compile("temperature|温度|气温"), frozenset({"degree", "kelvin"})),
    (
        re.compile(r"distance|length|radius|\b(?:height|width|depth|offset|[xyz])\b|距离|长度|高度|宽度"),
        frozenset({"metre", "centimetre", "kilometre", "pixel", "step"}),
    ),
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter."""

    name: str
    schema: Mapping[str, Any]
    required: bool
    kind: Kind
    named: frozenset[str]
    """What the words of its name may mean."""
    keys: frozenset[str]
    """And those of its description."""
    length: int
    """The words of its name."""
    values: Values | None = None
    list: str | None = None
    """The vocabulary list whose ids it takes."""
    unit: str | None = None
    """What a number is in, as `numbers.UNITS` names it."""
    as_said: frozenset[str] = frozenset()
    """Units that suit it where it states none: a `distance` may be one in metres or in steps."""
    whole: bool = False
    """Whether a number has to be whole."""
    count: bool = False
    """Whether it says how often."""
    naming: bool = False
    """Whether it says by name which thing is meant."""
    low: float | None = None
    high: float | None = None


def parameters_of(
    schema: Mapping[str, Any], lists: Mapping[str, str], shown: Mapping[str, str]
) -> tuple[Parameter, ...]:
    """The parameters of a command, the required ones first.

    By parameter, `lists` are the vocabulary lists, and `shown` the units that examples give them.
    """
    required = schema.get("required", ())
    properties = schema.get("properties", {})
    undeclared = {name: None for name in required if name not in properties}
    found = [
        _parameter(name, _resolved(inner, schema), name in required, lists.get(name), shown.get(name))
        for name, inner in {**properties, **undeclared}.items()
    ]
    return tuple(sorted(found, key=lambda parameter: not parameter.required))


def _resolved(inner: Any, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A property's schema with its `$ref` followed, and the first alternative that is not null."""
    if not isinstance(inner, Mapping):
        return {}
    made = dict(inner)
    target = made.pop("$ref", None)
    if isinstance(target, str):
        made = {**schema.get("$defs", {}).get(target.rpartition("/")[2], {}), **made}
    branches = made.pop("anyOf", None) or made.pop("oneOf", None) or ()
    for branch in branches:
        if isinstance(branch, Mapping) and branch.get("type") != "null":
            return {**made, **_resolved(branch, schema)}
    return made


def _parameter(
    name: str, schema: Mapping[str, Any], required: bool, listed: str | None, shown: str | None
) -> Parameter:
    description = str(schema.get("description", ""))
    named, described = read_name(name), read(description)
    said = even(f"{split_name(name)} {description}")
    kind = _kind(schema, even(split_name(name)), said, described, listed)
    inner = schema.get("items") if kind == "list" else schema
    options = _options(inner) if isinstance(inner, Mapping) else ()
    low, high = _bounds(schema, said)
    return Parameter(
        name,
        schema,
        required,
        kind,
        frozenset(key for word in named for key in word.keys),
        frozenset(key for word in (*named, *described) if word.content for key in word.keys),
        len(named),
        values=shared_values(options) if options and kind != "boolean" else None,
        list=listed,
        unit=(_unit(said) or shown) if kind == "number" else None,
        whole=_type_of(schema) == "integer",
        as_said=_as_said(said),
        count=kind == "number" and (shown == "times" or _counts(said)),
        naming=_NAMING.search(even(split_name(name))) is not None,
        low=low,
        high=high,
    )


def _type_of(schema: Mapping[str, Any]) -> Any:
    stated = schema.get("type")
    if isinstance(stated, list):
        return next((one for one in stated if one != "null"), None)
    return stated


_KINDS: Final[Mapping[Any, Kind]] = {
    "array": "list",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "object": "other",
    "null": "other",
}


def _kind(
    schema: Mapping[str, Any], named: str, said: str, described: list[Word], listed: str | None
) -> Kind:
    stated = _type_of(schema)
    if stated != "array" and listed is not None:
        return "names"
    if stated != "array" and "enum" in schema:
        return "values"
    if stated in _KINDS:
        return _KINDS[stated]
    if re.search(r"\bcolou?r\b|颜色", named) or (described and "colour" in described[-1].keys):
        return "colour"
    return "text" if _TEXT.search(named) or (_TEXT.search(said) and not _NAMING.search(named)) else "thing"


def _options(schema: Mapping[str, Any]) -> tuple[tuple[Any, str], ...]:
    """The values that the schema names, and how each is said."""
    found = schema.get("enum") or [value for value in schema.get("examples", ()) if isinstance(value, str)]
    named = [(value, str(value)) for value in found if isinstance(value, str | int | float)]
    described = str(schema.get("description", "")) if "enum" in schema else ""
    return (*named, *((value, term) for value, name in named for term in _glosses(name, described)))


def _glosses(name: str, description: str) -> list[str]:
    """What a description calls a value: `left 左手, right 右手`, `左 left`, `0 = off`."""
    other = "[a-z]+(?: [a-z]+)?" if is_han(name) else "[\u4e00-\u9fff]+"
    quoted = rf"(?<!\w)[\"'“‘`]?{re.escape(name)}[\"'”’`]?"
    stated = r"\s*[:：=(（→]\s*([^\W\d_]+(?: [^\W\d_]+)?)" if name.isdigit() else "(?!)"
    found = re.search(rf"{quoted}(?:[ :：=(（→–-]*({other})|{stated})", description, re.IGNORECASE)
    return [term for term in found.groups() if term] if found else []


def _bounds(schema: Mapping[str, Any], said: str) -> tuple[float | None, float | None]:
    low, high = schema.get("minimum"), schema.get("maximum")
    spoken = _FROM_TO.search(said)
    if spoken and low is None and high is None:
        return float(spoken[1]), float(spoken[2])
    return low, high


def _unit(said: str) -> str | None:
    """The unit that a number is in, as far as its name and description tell."""
    for unit, pattern in _UNITS.items():
        found = pattern.search(said)
        if found and (not _ABBREVIATED.fullmatch(found[0]) or _set_off(found[0], said)):
            return unit
    return next((unit for pattern, unit in _MEASURES if pattern.search(said)), None)


def _as_said(said: str) -> frozenset[str]:
    return next((units for pattern, units in _AS_SAID if pattern.search(said)), frozenset())


def _counts(said: str) -> bool:
    """Whether a number says how often something is done: `times`, `how many jumps`, 转几圈."""
    asked = _HOW_MANY.search(said)
    keys = read_name(asked[1])[0].keys if asked else ()
    return _COUNT.search(said) is not None or any(lexicon().section.get(key) == ACTIONS for key in keys)


def _set_off(unit: str, said: str) -> bool:
    """Whether a unit of a letter or two stands as one: `(ms)`, `in s`, 秒数."""
    return re.search(rf"[(（\s]{re.escape(unit)}(?:[)）\s,.]|$)|{re.escape(unit)}数", said) is not None
