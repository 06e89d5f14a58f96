"""A command set made ready for matching: once a set, whatever is asked of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import dropwhile
from math import log
from typing import Final

from capserver.manifest import CommandSet, CompiledCommand
from capserver.planners.offline.lexicon import COLOURS, lexicon
from capserver.planners.offline.numbers import amount_at
from capserver.planners.offline.parameters import Parameter, parameters_of
from capserver.planners.offline.text import even
from capserver.planners.offline.words import Word, read, read_name

_SLOT: Final = re.compile(r"\{(\w+)\}")
_JOINTS: Final = frozenset({"and", "or", "but", "then"})
_ASKING: Final = frozenset({"get", "state", "query"})
_NAMED, _SHOWN, _DESCRIBED, _OF_PARAMETERS = 1.0, 0.9, 0.7, 0.5
_OF_A_KIND: Final = 0.6
_LEADING: Final = 3
_MOST_HELD: Final = 256

Template = tuple[Word | str, ...]
"""An example: its words, and between them the names of parameters."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command, ready for matching."""

    compiled: CompiledCommand
    name: tuple[Word, ...]
    described: tuple[Word, ...]
    """The words of meaning in its description."""
    parameters: tuple[Parameter, ...]
    templates: tuple[Template, ...]
    strength: Mapping[str, float]
    """How much a word speaks for this command, 0 to 1."""
    opposed: frozenset[str]
    """What speaks against it."""
    asking: bool
    """Whether it answers a question."""
    heads: frozenset[str]
    """What it is about before all else: its name, its examples, the first words of its description."""

    def alone(self, parameter: Parameter) -> "Command":
        """As if it had this parameter alone."""
        return Command(self.compiled, (), (), (parameter,), (), {}, frozenset(), self.asking, frozenset())


@dataclass(frozen=True, slots=True)
class Index:
    """All commands of a set."""

    commands: tuple[Command, ...]
    rarity: Mapping[str, float]
    """By key, 0 to 1; 1: a word that one command alone has, or none."""
    postings: Mapping[str, tuple[int, ...]]
    """By key: the commands that it may lead to."""
    phrases: Mapping[tuple[str, ...], Command]
    """The commands by the words of their examples without slots."""


_held: dict[str, Index] = {}


def index_of(commands: CommandSet) -> Index:
    """The index of this set, kept while it is among the last that were used."""
    found = _held.pop(commands.digest, None)
    return keep(commands, found if found is not None else built(commands))


def is_kept(commands: CommandSet) -> bool:
    """Whether the index of this set need not be built."""
    return commands.digest in _held


def keep(commands: CommandSet, index: Index) -> Index:
    """Keep an index, and let go of those that were used least recently."""
    _held[commands.digest] = index
    while len(_held) > _MOST_HELD:
        del _held[next(iter(_held))]
    return index


def built(commands: CommandSet) -> Index:
    """The index of this set, made anew (40 ms for 60 commands); touches nothing that threads share."""
    made = tuple(_command(compiled) for compiled in commands.commands.values())
    postings: dict[str, list[int]] = {}
    counts: dict[str, int] = {}
    for i, command in enumerate(made):
        for key in command.strength:
            counts[key] = counts.get(key, 0) + 1
        for key in {*command.strength, *_said_values(command)}:
            postings.setdefault(key, []).append(i)
    most = log(1 + len(made))
    rarity = {key: log(1 + len(made) / count) / most for key, count in counts.items()}
    phrases = {
        spelled(read(example)): command
        for command in reversed(made)
        for example in command.compiled.examples
        if "{" not in example
    }
    return Index(made, rarity, {key: tuple(found) for key, found in postings.items()}, phrases)


def spelled(words: Iterable[Word]) -> tuple[str, ...]:
    """Words by their letters alone, without punctuation and what joins them to others."""
    said = dropwhile(lambda word: not word.marks.isdisjoint(_JOINTS) or not word.keys, words)
    return tuple(word.text for word in said if word.keys)


def _said_values(command: Command) -> Iterable[str]:
    """What values of its parameters begin with."""
    for parameter in command.parameters:
        yield from parameter.values.first if parameter.values else ()
        if parameter.kind == "colour":
            yield from (key for key, section in lexicon().section.items() if section == COLOURS)


def _command(compiled: CompiledCommand) -> Command:
    name = tuple(read_name(compiled.name))
    described = tuple(word for word in read(compiled.description) if word.content)
    lists = {path[0]: named for path, named in compiled.slots if path[1:] in ((), ("*",))}
    parameters = parameters_of(compiled.parameters, lists, _shown_units(compiled.examples))
    numbers = frozenset(parameter.name for parameter in parameters if parameter.kind == "number")
    templates = tuple(_template(example, numbers) for example in compiled.examples)
    strength = _strengths(name, described, templates, parameters)
    own = {key for word in name for key in word.keys}
    opposed = {other for key in own for other in lexicon().opposites.get(key, ())} - strength.keys()
    asking = compiled.returns is not None or not _ASKING.isdisjoint(strength)
    heads = own | {key for word in _leading(compiled.description) for key in word.keys}
    heads |= {key for part in templates for word in part if isinstance(word, Word) for key in word.keys}
    return Command(
        compiled,
        name,
        described,
        parameters,
        templates,
        strength,
        frozenset(opposed),
        asking,
        frozenset(heads),
    )


def _leading(description: str) -> Iterable[Word]:
    """The first words of each part of a description: `Fall over … as a joke. 装死、倒下` is about no joke."""
    left = _LEADING
    for word in read(description):
        if not word.keys and word.text != ",":
            left = _LEADING
        elif word.content and left:
            left -= 1
            yield word


def _shown_units(examples: Iterable[str]) -> Mapping[str, str]:
    """The unit behind a slot, by its name: `{n} times`."""
    units: dict[str, str] = {}
    for example in examples:
        for slot in _SLOT.finditer(example):
            found = amount_at("1" + even(example[slot.end() :]), 0)
            if found and found[0].unit:
                units.setdefault(slot[1], found[0].unit)
    return units


def _strengths(
    name: Iterable[Word],
    described: Iterable[Word],
    templates: Iterable[Template],
    parameters: Iterable[Parameter],
) -> Mapping[str, float]:
    strength: dict[str, float] = {}
    _strengthen(strength, (key for parameter in parameters for key in parameter.keys), _OF_PARAMETERS)
    _strengthen(strength, (key for word in described for key in word.keys), _DESCRIBED)
    shown = (word for template in templates for word in template if isinstance(word, Word) and word.content)
    _strengthen(strength, (key for word in shown for key in word.keys), _SHOWN)
    _strengthen(strength, (key for word in name for key in word.keys), _NAMED)
    for key, by in list(strength.items()):
        _strengthen(strength, lexicon().kinds.get(key, ()), _OF_A_KIND * by)
    return strength


def _strengthen(strength: dict[str, float], keys: Iterable[str], by: float) -> None:
    for key in keys:
        strength[key] = max(strength.get(key, 0), by)


def _template(example: str, numbers: frozenset[str]) -> Template:
    """An example as words and slots; the unit after a number's slot belongs to the slot."""
    parts: list[Word | str] = []
    text, at = "", 0
    counted: dict[int, str] = {}
    for slot in _SLOT.finditer(example):
        text += example[at : slot.start()]
        at = slot.end()
        if slot[1] in numbers:
            counted[len(text)] = slot[1]
            text += "1"
        else:
            parts += [*_literal(text, counted), slot[1]]
            text, counted = "", {}
    return (*parts, *_literal(text + example[at:], counted))


def _literal(text: str, counted: Mapping[int, str]) -> Iterable[Word | str]:
    for word in read(text):
        if word.start in counted:
            yield counted[word.start]
        elif tells(word):
            yield word


def tells(word: Word) -> bool:
    """Whether an example is another one without this word."""
    return word.content or word.amount is not None or "not" in word.marks
