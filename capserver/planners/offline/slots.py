"""Values for a command's parameters, out of the words that were said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from capserver.planners.offline.index import Command
from capserver.planners.offline.lexicon import COLOURS, lexicon
from capserver.planners.offline.parameters import Parameter
from capserver.planners.offline.quantities import amounts_for, converted, extreme, suitable
from capserver.planners.offline.text import language
from capserver.planners.offline.texts import (
    after_called,
    after_speaking,
    announcing,
    spoken,
    thing,
    with_small_words,
)
from capserver.planners.offline.values import Hit, Near, Values, hits, names_of, partly, vocabulary_values
from capserver.planners.offline.words import Word, is_action
from capserver.vocabulary import Vocabulary

_TRUE: Final = frozenset({"turn_on", "true", "open"})
_FALSE: Final = frozenset({"turn_off", "false", "close"})


@dataclass(frozen=True, slots=True)
class Said:
    """Some words of a text, and what the names in it may stand for."""

    words: Sequence[Word]
    text: str
    vocabulary: Vocabulary
    asked: bool = False


@dataclass(slots=True)
class Filled:
    """Arguments for one command, and which words they took."""

    args: dict[str, Any] = field(default_factory=dict)
    others: dict[str, list[Any]] = field(default_factory=dict)
    """Further values of a parameter that takes one: `the kitchen and the bedroom`."""
    several: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    """The names of each of the values that may be meant, for a parameter that takes one of them."""
    used: set[int] = field(default_factory=set)
    missing: list[Parameter] = field(default_factory=list)
    guessed: bool = False
    """Whether a word that nothing explains was taken for a name."""
    telling: float = 0
    """How much the listed values that were said speak for this command, 0 to 1."""

    def take(self, parameter: Parameter, value: Any, words: Sequence[int]) -> None:
        """Give a parameter its value."""
        self.args[parameter.name] = value
        self.used.update(words)


def fill(command: Command, said: Said, anchors: set[int]) -> Filled:
    """The arguments that these words give the command; `anchors` are those that name it."""
    filled = Filled()
    _fill_listed(command, said, filled)
    numbers = list(_open(command, filled, "number"))
    for parameter, value, at in amounts_for(numbers, said.words, filled.used):
        filled.take(parameter, value, [at])
    for parameter in _open(command, filled, "number"):
        bound = extreme(parameter, said.words, filled.used)
        if bound:
            filled.take(parameter, bound[0], [bound[1]])
    for parameter in _open(command, filled, "boolean"):
        _fill_boolean(parameter, said.words, filled)
    for parameter in _open(command, filled, "colour"):
        _fill_colour(parameter, said, filled)
    quotes = [at for at, word in enumerate(said.words) if word.quote is not None]
    for at, parameter in zip(quotes, _open(command, filled, "text", "thing"), strict=False):
        filled.take(parameter, said.words[at].quote, [at])
    _fill_texts(command, said, filled, anchors)
    return finished(command, filled)


def _open(command: Command, filled: Filled, *kinds: str) -> Iterator[Parameter]:
    """Parameters of these kinds without a value, the required ones first."""
    for parameter in command.parameters:
        if parameter.kind in kinds and parameter.name not in filled.args:
            yield parameter


def listed(parameter: Parameter, vocabulary: Vocabulary) -> Values | None:
    """What can be said for this parameter: its enum, or the vocabulary list that it names."""
    return parameter.values if parameter.list is None else vocabulary_values(vocabulary, parameter.list)


def _fill_listed(command: Command, said: Said, filled: Filled) -> None:
    found: list[tuple[Hit, Parameter]] = []
    for parameter in command.parameters:
        values = listed(parameter, said.vocabulary)
        if values is not None:
            spoken = hits(said.words, values, literal=parameter.kind == "thing")
            found += [(hit, parameter) for hit in _told(spoken, said.words)]
    for hit, parameter in sorted(found, key=lambda pair: pair[0].start - pair[0].end):
        if filled.used.isdisjoint(range(hit.start, hit.end)):
            _take_hit(command, parameter, hit, filled)
    for parameter in _open(command, filled, "names", "values"):
        values = listed(parameter, said.vocabulary) if parameter.required else None
        heads = (-1,) if parameter.kind == "names" else (0, -1)
        near = partly(said.words, values, heads=heads) if values else []
        if len(near) == 1 and _picks(near[0], parameter, said.words):
            filled.take(parameter, near[0].value, [near[0].start])
        elif values and len(near) > 1:
            filled.several[parameter.name] = [names_of(values, one.value) for one in near]
            filled.used.update(one.start for one in near)
            filled.telling += 1


def _told(found: list[Hit], words: Sequence[Word]) -> list[Hit]:
    """Without a verb that may mean a value too, where another is named: 跳 in 跳个摇摆舞 is no `bounce`."""
    if all(hit.loose for hit in found):
        return found
    return [hit for hit in found if not (hit.loose and is_action(words[hit.start]))]


def _picks(near: Near, parameter: Parameter, words: Sequence[Word]) -> bool:
    """Whether more was said than what the parameter is called: `the animation` is no `heart gesture`."""
    return near.said > 1 or near.literally or parameter.named.isdisjoint(words[near.start].keys)


def _take_hit(command: Command, parameter: Parameter, hit: Hit, filled: Filled) -> None:
    span = range(hit.start, hit.end)
    before = filled.args.get(parameter.name)
    if parameter.kind == "list":
        filled.take(parameter, [*(before or ()), hit.value], span)
    elif before is None:
        filled.take(parameter, hit.value, span)
        telling = parameter.required or len(command.parameters) == 1
        filled.telling += 0 if parameter.kind == "thing" else 1 if telling else 0.5
    elif hit.value != before and parameter.kind in ("names", "values"):
        filled.others.setdefault(parameter.name, []).append(hit.value)
        filled.used.update(span)


def _fill_boolean(parameter: Parameter, words: Sequence[Word], filled: Filled) -> None:
    for at, word in enumerate(words):
        for keys, value in ((_TRUE, True), (_FALSE, False)):
            if not keys.isdisjoint(word.keys) and ("light" not in word.marks or word.text in ("on", "off")):
                filled.take(parameter, value, [at])
                return
    named = [at for at, word in enumerate(words) if word.content and not parameter.keys.isdisjoint(word.keys)]
    if named and not parameter.required:
        filled.take(parameter, True, named)


def _fill_colour(parameter: Parameter, said: Said, filled: Filled) -> None:
    for at, word in enumerate(said.words):
        if word.text.startswith("#"):
            filled.take(parameter, said.text[word.start : word.end], [at])
            return
        colour = next((key for key in word.keys if lexicon().section.get(key) == COLOURS), None)
        if colour and at not in filled.used:
            english, chinese = lexicon().said[colour]
            described = f"{parameter.name} {parameter.schema.get('description', '')}"
            filled.take(parameter, chinese if language(described) == "zh" else english, [at])
            filled.telling += parameter.required
            return


def _fill_texts(command: Command, said: Said, filled: Filled, anchors: set[int]) -> None:
    for parameter in list(_open(command, filled, "text", "thing")):
        span = None
        if parameter.kind == "text":
            span = after_speaking(said.words, filled.used, anchors)
            telling = span and any(not said.words[at].marks for at in span)
            span = span if telling or parameter.required else None
        elif parameter.required or (parameter.naming and not said.asked):
            span = after_called(said.words) or thing(parameter, said.words, filled.used, anchors)
            filled.guessed |= span is not None and not parameter.required
        if span:
            filled.take(parameter, spoken(said.text, said.words, span), span)


def put(command: Command, filled: Filled, name: str, said: Said, span: range) -> bool:
    """Give the parameter `name` what was said in `span`, the slot of an example; whether that can be."""
    parameter = next((parameter for parameter in command.parameters if parameter.name == name), None)
    if parameter is None:
        return False
    part = said.words[span.start : span.stop]
    if parameter.kind in ("text", "thing") and parameter.values is None:
        start = span.start
        if parameter.kind == "text":
            start = with_small_words(said.words, start, announcing(command.compiled.examples, name))
        quote = part[0].quote if len(part) == 1 else None
        filled.args[name] = quote or spoken(said.text, said.words, range(start, span.stop))
        return True
    amounts = [word.amount for word in part if word.amount]
    if parameter.kind == "number" and len(part) == len(amounts) == 1:
        value = converted(parameter, amounts[0]) if suitable(parameter, amounts[0]) else None
        filled.args |= {} if value is None else {name: value}
        return value is not None
    found = fill(command.alone(parameter), Said(part, said.text, said.vocabulary), set())
    whole = {at for at, word in enumerate(part) if word.content or word.amount} <= found.used
    if whole and name in found.args:
        filled.args[name] = found.args[name]
    return name in filled.args


def finished(command: Command, filled: Filled) -> Filled:
    """With what is required and was not said: its constant or default, 1 for a count, or noted as missing."""
    for parameter in command.parameters:
        if not parameter.required or parameter.name in filled.args:
            continue
        if "const" in parameter.schema or "default" in parameter.schema:
            filled.args[parameter.name] = parameter.schema.get("const", parameter.schema.get("default"))
        elif parameter.count:
            filled.args[parameter.name] = 1
        else:
            filled.missing.append(parameter)
    return filled
