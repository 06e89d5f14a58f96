"""Which command a clause means, if any."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from capserver.planners.offline.index import Command, Index, spelled
from capserver.planners.offline.lexicon import lexicon
from capserver.planners.offline.slots import Filled, Said, fill
from capserver.planners.offline.templates import aligned
from capserver.planners.offline.text import is_han
from capserver.planners.offline.words import DETERMINERS, Word, is_action, meets

EXACT: Final = 2.0
"""The score of a clause that an example says in the same words, or more."""

_TRIED: Final = 8
_A_VALUE: Final = 0.3
_COVERED: Final = 0.5
_NAMED: Final = 0.3
_SURE: Final = 0.6
_TOLD: Final = 0.65
_DESCRIBED: Final = 0.7
_TAKEN: Final = 0.8
_VAGUE: Final = frozenset({"set", "look", "get", "move", "start", "show", "turn", "play", "all", "both"})
_ENDING: Final = frozenset({"stop", "cancel", "pause", "turn_off", "mute", "close"})
_QUESTION: Final = frozenset({"get", "state"})


@dataclass(frozen=True, slots=True)
class Match:
    """A command for a clause."""

    command: Command
    filled: Filled
    score: float
    accepted: bool
    """Whether enough of what was said is about this command."""
    named: bool
    """Whether the command itself was said, and not its values alone."""


def best(said: Said, index: Index, allowed: frozenset[str]) -> Match | None:
    """The command that fits best, accepted or not; `None` where none has a word in common."""
    shown = index.phrases.get(spelled(said.words))
    if shown is not None and shown.compiled.name in allowed:
        filled = fill(shown, said, _anchors(shown, said.words))
        return Match(shown, filled, EXACT + 1, accepted=True, named=True)
    weighed = [_Weighed.of(word, index) for word in said.words]
    found = [_match(command, said, index, weighed) for command in _candidates(said, index, allowed)]
    return max(found, key=lambda match: (match.accepted, match.score), default=None)


def _candidates(said: Said, index: Index, allowed: frozenset[str]) -> list[Command]:
    """The commands that share most with what was said, by a rough count."""
    rough: dict[int, float] = {}
    for word in said.words:
        for i in {i for key in word.keys for i in index.postings.get(key, ())}:
            rough[i] = rough.get(i, 0) + (_speaks(index.commands[i], word) or 0.3) * (
                1 if word.content else 0.1
            )
    for i, command in enumerate(index.commands):
        if any(parameter.list is not None for parameter in command.parameters):
            rough.setdefault(i, 0.1)
    ranked = (index.commands[i] for i in sorted(rough, key=lambda i: -rough[i]))
    return [command for command in ranked if command.compiled.name in allowed][:_TRIED]


def _match(command: Command, said: Said, index: Index, weighed: Sequence["_Weighed"]) -> Match:
    shown = aligned(command, said) if command.asking or not said.asked else None
    if shown is not None:
        return Match(command, shown, EXACT + len(shown.used) / 100, accepted=True, named=True)
    filled = fill(command, said, _anchors(command, said.words))
    covered, ranked = _coverage(command, said, filled, weighed)
    named = _named(command, said, index)
    unsaid = [parameter for parameter in filled.missing if parameter.name not in filled.several]
    score = 0.6 * ranked + 0.3 * named + 0.1 * min(filled.telling, 1) - 0.1 * len(unsaid)
    enough = _SURE if filled.guessed else _NAMED
    about = named >= enough or _described(command, said.words)
    about = (about and _leads(command, said)) or (filled.telling >= 1 and covered >= _TOLD)
    against = _against(command, said.words)
    whole = covered >= _COVERED and _object_covered(command, said, filled)
    accepted = not against and whole and about and (not said.asked or _answers(command, said, filled))
    return Match(command, filled, score - against, accepted, named >= _NAMED)


def _answers(command: Command, said: Said, filled: Filled) -> bool:
    """Whether it tells something, and what was asked about is in its words."""
    telling = (at for at, word in enumerate(said.words) if word.content)
    return command.asking and any(
        at in filled.used or _speaks(command, said.words[at]) > 0.5 for at in telling
    )


def _leads(command: Command, said: Said) -> bool:
    """Whether anything was said that the command is about before all else."""
    if said.asked:
        return True
    kinds = lexicon().kinds
    heads = command.heads | {inner for key in command.heads for inner in kinds.get(key, ())}
    return any(word.content and not heads.isdisjoint(word.keys) for word in said.words)


def _object_covered(command: Command, said: Said, filled: Filled) -> bool:
    """Whether what is to be done is known to be done to this: not `clean my shoes` for a vacuum cleaner."""
    words = said.words
    verb = next((at for at, word in enumerate(words) if is_action(word) and _speaks(command, word)), None)
    if verb is None or all(meets(words[verb], part) for part in command.name):
        return True
    start = verb + 1
    while start < len(words) and words[start].text in DETERMINERS:
        start += 1
    end = start
    while end < len(words) and words[end].content:
        end += 1
    if start == end:
        return True
    told = start > verb + 1 or "things" in map(lexicon().section.get, words[end - 1].keys)
    of_note = not any(lexicon().section.get(key, "things") != "things" for key in words[end - 1].keys)
    known = any(at in filled.used or _speaks(command, words[at]) for at in range(start, end))
    return known or not (told and of_note)


def _anchors(command: Command, words: Sequence[Word]) -> set[int]:
    """The words that name the command, or else that its description holds."""
    telling = [at for at, word in enumerate(words) if word.content]
    named = {at for at in telling if any(meets(words[at], part) for part in command.name)}
    return named or {at for at in telling if _speaks(command, words[at]) >= 0.5}


def _speaks(command: Command, word: Word) -> float:
    if len(word.keys) == 1:
        return command.strength.get(word.keys[0], 0.0)
    return max((command.strength.get(key, 0.0) for key in word.keys), default=0.0)


def _against(command: Command, words: Sequence[Word]) -> bool:
    """Whether the opposite was said, or to stop it."""
    ends = not _ENDING.isdisjoint(command.strength)
    opposed = command.opposed if ends else command.opposed | {"stop", "cancel"}
    said = (word for word in words if word.content and not opposed.isdisjoint(word.keys))
    return any(not _speaks(command, word) for word in said)


def _weight(word: Word) -> float:
    """How much of what was said this word is."""
    if not word.content:
        return 1.0 if word.amount and word.amount.unit != "ordinal" else 0.0
    if not _VAGUE.isdisjoint(word.keys):
        return 0.5
    if is_action(word):
        return 1.5
    return 0.5 if is_han(word.text) and len(word.text) == 1 and word.keys == (word.text,) else 1.0


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What a word counts, whatever the command."""

    weight: float
    rarity: float
    measure: bool
    repeated: bool

    @classmethod
    def of(cls, word: Word, index: Index) -> "_Weighed":
        """The word as it counts among the commands of this index."""
        rarity = max((index.rarity.get(key, 1.0) for key in word.keys), default=1.0)
        unit = word.amount.unit if word.amount else None
        return cls(_weight(word), rarity, unit is not None, unit == "times")


def _coverage(
    command: Command, said: Said, filled: Filled, weighed: Sequence[_Weighed]
) -> tuple[float, float]:
    """How much of what was said is about this command: as it is, and weighted by how well and how rare."""
    total = covered = ranked = weights = 0.0
    for at, (word, one) in enumerate(zip(said.words, weighed, strict=True)):
        if not one.weight:
            continue
        strength = max(_speaks(command, word), _TAKEN if at in filled.used or one.repeated else 0)
        total += one.weight / 2 if one.measure and not strength else one.weight
        covered += one.weight * (1.0 if strength > 0.5 else 0.5 if strength else 0)
        weights += one.weight * one.rarity
        ranked += one.weight * one.rarity * strength
    return (covered / total, ranked / weights) if total else (float(bool(filled.used)), 0.5)


def _named(command: Command, said: Said, index: Index) -> float:
    """How much of the command's name was said, or else of its description."""
    keys = {key for word in said.words if word.content for key in word.keys}
    if said.asked:
        keys |= _QUESTION
    return max(_said_of(command.name, keys, index), _TAKEN * _said_of(command.described, keys, index))


def _said_of(parts: Sequence[Word], keys: set[str], index: Index) -> float:
    kinds = lexicon().kinds
    said = total = 0.0
    for part in parts:
        rarity = max((index.rarity.get(key, 1.0) for key in part.keys), default=0.0) if part.content else 0.0
        of_a_kind = any(not keys.isdisjoint(kinds.get(key, ())) for key in part.keys)
        total += rarity
        said += rarity * (1.0 if not keys.isdisjoint(part.keys) else 0.6 if of_a_kind else 0.0)
    return said / total if total else 0.0


def _described(command: Command, words: Sequence[Word]) -> bool:
    """Whether name, examples and description hold nearly all that was said."""
    content = [word for word in words if word.content]
    held = sum(_weight(word) for word in content if _speaks(command, word) >= _DESCRIBED)
    return held >= 1 and held >= 0.75 * sum(map(_weight, content))
