"""Which command a clause means, if any."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from capserver.planners.offline.clauses import Clause
from capserver.planners.offline.index import Entry, Index
from capserver.planners.offline.lexicon import ACTIONS, lexicon
from capserver.planners.offline.slots import Filled, fill
from capserver.planners.offline.templates import aligned
from capserver.planners.offline.text import is_han
from capserver.planners.offline.words import Word, meets
from capserver.vocabulary import Vocabulary

_TRIED: Final = 8
_COVERED: Final = 0.5
_NAMED: Final = 0.3
_MARGIN: Final = 0.02
EXACT: Final = 2.0


@dataclass(frozen=True, slots=True)
class Match:
    """A command for a clause."""

    entry: Entry
    filled: Filled
    score: float
    accepted: bool
    """Whether enough of what was said is about this command."""
    named: bool
    """Whether the command itself was said, and not its values alone."""


def best(
    clause: Clause, text: str, index: Index, allowed: frozenset[str], vocabulary: Vocabulary
) -> Match | None:
    """The command that fits best, accepted or not; `None` where none has a word in common."""
    found = [
        _match(entry, clause, text, index, vocabulary)
        for entry in _candidates(clause.words, index, allowed, vocabulary)
    ]
    found.sort(key=lambda match: (match.accepted, match.score), reverse=True)
    return found[0] if found else None


def _candidates(
    words: Sequence[Word], index: Index, allowed: frozenset[str], vocabulary: Vocabulary
) -> Iterable[Entry]:
    rough: dict[int, float] = {}
    for word in words:
        for i in {i for key in word.keys for i in index.postings.get(key, ())}:
            strength = max(index.entries[i].strength.get(key, 0.3) for key in word.keys)
            rough[i] = rough.get(i, 0) + strength * (1 if word.content else 0.1)
    for i, entry in enumerate(index.entries):
        if i not in rough and any(p.vocabulary in vocabulary.lists for p in entry.parameters):
            rough[i] = 0.2
    ranked = sorted(rough, key=lambda i: -rough[i])
    return [index.entries[i] for i in ranked if index.entries[i].command.name in allowed][:_TRIED]


def _match(entry: Entry, clause: Clause, text: str, index: Index, vocabulary: Vocabulary) -> Match:
    template = aligned(entry, clause.words, text, vocabulary)
    if template is not None:
        return Match(entry, template, EXACT + len(template.used) / 100, accepted=True, named=True)
    words = clause.words
    anchors = {
        i for i, word in enumerate(words) if word.content and any(meets(word, part) for part in entry.name)
    }
    filled = fill(entry, words, text, vocabulary, anchors)
    covered, ranked = _coverage(entry, words, filled, index)
    named = _recall(entry, words, index)
    score = 0.6 * ranked + 0.3 * named + 0.1 * min(filled.named, 1) - 0.1 * len(filled.missing)
    against = any(
        not entry.opposed.isdisjoint(word.keys) and not _speaks(entry, word) for word in words if word.content
    )
    accepted = (
        not against
        and covered >= _COVERED
        and (named >= _NAMED or (filled.named >= 1 and covered >= 0.8) or _described(entry, words))
        and (not clause.asked or entry.asking)
    )
    return Match(entry, filled, score - against, accepted, named >= _NAMED)


def _weight(word: Word) -> float:
    """How much of what was said this word is."""
    if any(lexicon().section.get(key) == ACTIONS for key in word.keys):
        return 1.5
    return 0.5 if is_han(word.text) and len(word.text) == 1 and word.keys == (word.text,) else 1.0


def _speaks(entry: Entry, word: Word) -> float:
    return max((entry.strength.get(key, 0.0) for key in word.keys), default=0.0)


def _coverage(entry: Entry, words: Sequence[Word], filled: Filled, index: Index) -> tuple[float, float]:
    """How much of what was said is about this command: as it is, and weighted by how well and how rare."""
    total = covered = ranked = weights = 0.0
    for i, word in enumerate(words):
        if not word.content:
            continue
        weight = _weight(word)
        strength = max(_speaks(entry, word), 0.8 if i in filled.used else 0)
        rarity = max((index.rarity.get(key, 1.0) for key in word.keys), default=1.0)
        total += weight
        covered += weight * (strength > 0)
        weights += weight * rarity
        ranked += weight * rarity * strength
    return (covered / total, ranked / weights) if total else (1.0, 0.5) if filled.used else (0.0, 0.0)


def _recall(entry: Entry, words: Sequence[Word], index: Index) -> float:
    """How much of the command's name was said."""
    said = total = 0.0
    for part in entry.name:
        if "light" in part.marks and len(entry.name) > 1:
            continue
        rarity = max((index.rarity.get(key, 1.0) for key in part.keys), default=0.0)
        total += rarity
        said += rarity * any(meets(part, word) for word in words if word.content)
    return said / total if total else 0.0


def _described(entry: Entry, words: Sequence[Word]) -> bool:
    """Whether description and examples hold nearly all that was said."""
    content = [word for word in words if word.content]
    held = sum(_weight(word) for word in content if _speaks(entry, word) >= 0.7)
    return held >= 1 and held >= 0.75 * sum(map(_weight, content))
