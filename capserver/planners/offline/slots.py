"""Values for a command's parameters, out of the words that were said."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from capserver.planners.offline.index import Entry as Indexed
from capserver.planners.offline.index import Parameter, Values, values_of
from capserver.planners.offline.lexicon import COLOURS, THINGS, lexicon
from capserver.planners.offline.numbers import SCALES, Amount
from capserver.planners.offline.text import language
from capserver.planners.offline.words import Word, meets
from capserver.protocol.values import Entry
from capserver.vocabulary import Vocabulary

_TRUE: Final = frozenset({"turn_on", "true", "open"})
_FALSE: Final = frozenset({"turn_off", "false", "close"})
_SPEAKING: Final = frozenset(
    {"say", "shout", "write", "send", "find", "play", "add", "sing", "remind", "record"}
)
_CALLED: Final = frozenset({"called", "named", "名为", "名叫", "叫做", "叫"})
_HEX: Final = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)
_EDGES: Final = " \t\n,，.。!！?？:：;；"


@dataclass(slots=True)
class Filled:
    """Arguments for one command, and which words they took."""

    args: dict[str, Any] = field(default_factory=dict)
    others: dict[str, list[Any]] = field(default_factory=dict)
    """Further values of a parameter that takes one: `the kitchen and the bedroom`."""
    used: set[int] = field(default_factory=set)
    missing: list[Parameter] = field(default_factory=list)
    named: float = 0
    """How many of the command's listed values were said."""

    def take(self, parameter: Parameter, value: Any, words: range | Sequence[int]) -> None:
        """Give a parameter its value."""
        self.args[parameter.name] = value
        self.used.update(words)


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed value that was said, in the words `start` to `end`."""

    value: Any
    start: int
    end: int


def hits(words: Sequence[Word], values: Values) -> list[Hit]:
    """Which of these values were said, the longest first, none within another, then in order."""
    found: list[Hit] = []
    for start, word in enumerate(words):
        for i in {i for key in word.keys for i in values.first.get(key, ())}:
            end = _matched(words, start, values.words[i])
            if end is not None:
                found.append(Hit(values.values[i], start, end))
    found.sort(key=lambda hit: (hit.start - hit.end, hit.start))
    kept: list[Hit] = []
    for hit in found:
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def _matched(words: Sequence[Word], start: int, wanted: tuple[Word, ...]) -> int | None:
    at = start
    for i, part in enumerate(wanted):
        while i and at < len(words) and "light" in words[at].marks and not meets(words[at], part):
            at += 1
        if at >= len(words) or not meets(words[at], part):
            return None
        at += 1
    return at


def fill(
    entry: Indexed, words: Sequence[Word], text: str, vocabulary: Vocabulary, anchors: set[int]
) -> Filled:
    """The arguments that `words` of `text` give this command; `anchors` are the words that name it."""
    filled = Filled()
    _fill_listed(entry, words, vocabulary, filled)
    _fill_numbers(entry, words, filled)
    for parameter in _open(entry, filled, "boolean"):
        _fill_boolean(parameter, words, filled)
    for parameter in _open(entry, filled, "colour"):
        _fill_colour(parameter, words, text, filled)
    _fill_quotes(entry, words, filled)
    _fill_texts(entry, words, text, filled, anchors)
    return finished(entry, filled)


def _open(entry: Indexed, filled: Filled, *kinds: str) -> Iterator[Parameter]:
    """Parameters of these kinds without a value, the required ones first."""
    for parameter in sorted(entry.parameters, key=lambda parameter: not parameter.required):
        if parameter.kind in kinds and parameter.name not in filled.args:
            yield parameter


def listed_values(parameter: Parameter, vocabulary: Vocabulary) -> Values | None:
    """What can be said for this parameter: its enum, or the vocabulary list that it names."""
    if parameter.vocabulary is None:
        return parameter.values
    return _values_of_list(vocabulary.lists.get(parameter.vocabulary, ()))


_read_lists: dict[int, tuple[tuple[Entry, ...], Values]] = {}
_MOST_LISTS: Final = 256


def _values_of_list(entries: tuple[Entry, ...]) -> Values:
    """The values of a vocabulary list, kept as long as it is among the last that were used."""
    held = _read_lists.pop(id(entries), None)
    if held is None:
        held = entries, values_of([(one.id, name) for one in entries for name in (one.id, *one.names)])
    _read_lists[id(entries)] = held
    while len(_read_lists) > _MOST_LISTS:
        del _read_lists[next(iter(_read_lists))]
    return held[1]


def _fill_listed(entry: Indexed, words: Sequence[Word], vocabulary: Vocabulary, filled: Filled) -> None:
    found: list[tuple[Hit, Parameter]] = []
    for parameter in sorted(entry.parameters, key=lambda parameter: not parameter.required):
        values = listed_values(parameter, vocabulary)
        if values is not None:
            found += [(hit, parameter) for hit in hits(words, values)]
    found.sort(key=lambda pair: pair[0].start - pair[0].end)
    for hit, parameter in found:
        span = range(hit.start, hit.end)
        if not filled.used.isdisjoint(span):
            continue
        if parameter.kind == "list":
            filled.take(parameter, [*filled.args.get(parameter.name, ()), hit.value], span)
        elif parameter.name not in filled.args:
            filled.take(parameter, hit.value, span)
            filled.named += 1 if parameter.required or len(entry.parameters) == 1 else 0.5
        elif hit.value != filled.args[parameter.name] and parameter.kind in ("names", "values"):
            filled.others.setdefault(parameter.name, []).append(hit.value)
            filled.used.update(span)


def _fill_numbers(entry: Indexed, words: Sequence[Word], filled: Filled) -> None:
    amounts = [(i, word) for i, word in enumerate(words) if word.amount and i not in filled.used]
    pairs = [
        (fit, -i, parameter, word.amount)
        for i, word in amounts
        for parameter in _open(entry, filled, "number")
        if word.amount and (fit := _fit(parameter, word.amount, words, i)) > 0
    ]
    for _, at, parameter, amount in sorted(pairs, key=lambda pair: pair[:2], reverse=True):
        if parameter.name not in filled.args and -at not in filled.used:
            value = _converted(parameter, amount)
            if value is not None:
                filled.take(parameter, value, [-at])
    for parameter in _open(entry, filled, "number"):
        _fill_extreme(parameter, words, filled)


def _fit(parameter: Parameter, amount: Amount, words: Sequence[Word], at: int) -> float:
    """How well an amount suits a parameter; 0: not at all."""
    fit = 0.5 * parameter.required + (0.4 if _named_near(parameter, words, at) else 0)
    if amount.unit is None or amount.unit == "ordinal":
        return fit + (1 if amount.unit is None else 0.5)
    if amount.unit == parameter.unit or (amount.unit == "times" and parameter.count):
        return fit + 3
    measured, wanted = SCALES.get(amount.unit), SCALES.get(parameter.unit or "")
    if measured and wanted and measured[0] == wanted[0]:
        return fit + 2
    if amount.unit == "percent" and parameter.unit is None and parameter.high in (1, 100, None):
        return fit + 2
    return fit + 1 if parameter.unit is None and not parameter.count and amount.unit != "times" else 0


def _named_near(parameter: Parameter, words: Sequence[Word], at: int) -> bool:
    return any(not parameter.keys.isdisjoint(word.keys) for word in words[max(at - 3, 0) : at + 2])


def _converted(parameter: Parameter, amount: Amount) -> int | float | None:
    """The amount in the parameter's unit; `None` where that is no whole number and must be one."""
    value = amount.value
    measured, wanted = SCALES.get(amount.unit or ""), SCALES.get(parameter.unit or "")
    if measured and wanted:
        value = value * measured[1] / wanted[1]
    elif amount.unit == "percent" and parameter.high == 1:
        value /= 100
    number = Amount(round(value, 6)).number
    return None if parameter.schema.get("type") == "integer" and isinstance(number, float) else number


def _fill_extreme(parameter: Parameter, words: Sequence[Word], filled: Filled) -> None:
    high = parameter.high if parameter.high is not None else 100 if parameter.unit == "percent" else None
    low = parameter.low if parameter.low is not None else 0 if parameter.unit == "percent" else None
    for key, bound in (("maximum", high), ("minimum", low)):
        said = [i for i, word in enumerate(words) if key in word.keys and i not in filled.used]
        if said and bound is not None:
            filled.take(parameter, Amount(bound).number, said[:1])


def _fill_boolean(parameter: Parameter, words: Sequence[Word], filled: Filled) -> None:
    for i, word in enumerate(words):
        for keys, value in ((_TRUE, True), (_FALSE, False)):
            if not keys.isdisjoint(word.keys) and ("light" not in word.marks or word.text in ("on", "off")):
                filled.take(parameter, value, [i])
                return
    named = [i for i, word in enumerate(words) if word.content and not parameter.keys.isdisjoint(word.keys)]
    if named and not parameter.required:
        filled.take(parameter, True, named)


def _fill_colour(parameter: Parameter, words: Sequence[Word], text: str, filled: Filled) -> None:
    literal = _HEX.search(text)
    if literal:
        filled.take(parameter, literal[0], [])
        return
    for i, word in enumerate(words):
        colour = next((key for key in word.keys if lexicon().section.get(key) == COLOURS), None)
        if colour and i not in filled.used:
            english, chinese = lexicon().said[colour]
            described = f"{parameter.name} {parameter.schema.get('description', '')}"
            filled.take(parameter, chinese if language(described) == "zh" else english, [i])
            return


def _fill_quotes(entry: Indexed, words: Sequence[Word], filled: Filled) -> None:
    quotes = [i for i, word in enumerate(words) if word.quote is not None]
    for i, parameter in zip(quotes, _open(entry, filled, "text", "thing"), strict=False):
        filled.take(parameter, words[i].quote, [i])


def _fill_texts(entry: Indexed, words: Sequence[Word], text: str, filled: Filled, anchors: set[int]) -> None:
    for parameter in list(_open(entry, filled, "text")):
        span = _after_speaking(words, filled.used, anchors) if parameter.required or len(anchors) else None
        if span:
            filled.take(parameter, spoken(text, words, span), span)
    for parameter in list(_open(entry, filled, "thing")):
        span = _after_called(words) or _thing(parameter, words, filled.used, anchors)
        if span:
            filled.take(parameter, spoken(text, words, span), span)


def spoken(text: str, words: Sequence[Word], span: range) -> str:
    """What was said in these words, as it was written."""
    return text[words[span.start].start : words[span.stop - 1].end].strip(_EDGES)


def _after_speaking(words: Sequence[Word], used: set[int], anchors: set[int]) -> range | None:
    """What follows `say`, or the last of the words that name the command."""
    verbs = [i for i in sorted(anchors) if not _SPEAKING.isdisjoint(words[i].keys)]
    if not anchors:
        return None
    start = (verbs[0] if verbs else max(anchors)) + 1
    if (
        start < len(words)
        and words[start - 1].text in ("tell", "告诉")
        and words[start].text in ("me", "us", "我")
    ):
        return None
    while start < len(words) and (not words[start].keys and words[start].quote is None):
        start += 1
    end = len(words)
    while end > start and not words[end - 1].keys and words[end - 1].quote is None:
        end -= 1
    return range(start, end) if start < end and used.isdisjoint(range(start, end)) else None


def _after_called(words: Sequence[Word]) -> range | None:
    for i, word in enumerate(words):
        if word.text in _CALLED:
            end = i + 1
            while end < len(words) and words[end].keys and not words[end].marks and not words[end].amount:
                end += 1
            if end > i + 1:
                return range(i + 1, end)
    return None


def _thing(parameter: Parameter, words: Sequence[Word], used: set[int], anchors: set[int]) -> range | None:
    """The longest run of words that mean something and are not taken."""
    runs: list[range] = []
    start = 0
    for i in range(len(words) + 1):
        if i == len(words) or not words[i].content or i in used or i in anchors:
            if i > start:
                runs.append(range(start, i))
            start = i + 1
    if not parameter.required:
        section = lexicon().section
        runs = [run for run in runs if any(words[i].keys[0] not in section for i in run)]
    return max(runs, key=len, default=None)


def _fill_required(parameter: Parameter, filled: Filled) -> None:
    schema = parameter.schema
    if "const" in schema or "default" in schema:
        filled.args[parameter.name] = schema["const"] if "const" in schema else schema["default"]
    elif parameter.count:
        filled.args[parameter.name] = 1
    else:
        filled.missing.append(parameter)


def put_span(
    entry: Indexed,
    filled: Filled,
    name: str,
    words: Sequence[Word],
    span: range,
    text: str,
    vocabulary: Vocabulary,
) -> bool:
    """Give the parameter `name` what was said in `span`; whether that can be."""
    parameter = next((parameter for parameter in entry.parameters if parameter.name == name), None)
    if parameter is None:
        return False
    part = words[span.start : span.stop]
    if parameter.kind in ("text", "thing") and listed_values(parameter, vocabulary) is None:
        said = part[0].quote if len(part) == 1 else None
        start = _with_small_words(words, span.start) if parameter.kind == "text" else span.start
        filled.args[name] = said if said is not None else spoken(text, words, range(start, span.stop))
        return True
    alone = Indexed(entry.command, (), (parameter,), (), {}, frozenset(), asking=False)
    found = fill(alone, part, text, vocabulary, set())
    if name in found.args and name not in [one.name for one in found.missing]:
        filled.args[name] = found.args[name]
        return True
    return False


def _with_small_words(words: Sequence[Word], start: int) -> int:
    while start and words[start - 1].keys and words[start - 1].marks:
        start -= 1
    return start


def finished(entry: Indexed, filled: Filled) -> Filled:
    """With what is required and was not said: its default, or named as missing."""
    for parameter in entry.parameters:
        if parameter.required and parameter.name not in filled.args:
            _fill_required(parameter, filled)
    return filled
