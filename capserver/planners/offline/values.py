"""Values that a schema or a vocabulary lists, and which of them were said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from capserver.planners.offline.lexicon import lexicon
from capserver.planners.offline.words import Word, meets, read_name
from capserver.protocol.values import Entry
from capserver.vocabulary import Vocabulary

_MOST_LISTS: Final = 256


@dataclass(frozen=True, slots=True)
class Values:
    """Values, each with the words for it; a value with several names stands several times."""

    values: tuple[Any, ...]
    words: tuple[tuple[Word, ...], ...]
    first: Mapping[str, tuple[int, ...]]
    """Where to look, by what the first word may mean."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A value that was said, in the words from `start` to before `end`."""

    value: Any
    start: int
    end: int


def values_of(options: Iterable[tuple[Any, str]]) -> Values:
    """Values from `(value, name)`."""
    values: list[Any] = []
    words: list[tuple[Word, ...]] = []
    first: dict[str, list[int]] = {}
    for value, name in options:
        spoken = tuple(word for word in read_name(name) if word.keys)
        spoken = tuple(word for word in spoken if "light" not in word.marks) or spoken
        for key in spoken[0].keys if spoken else ():
            first.setdefault(key, []).append(len(values))
        values.append(value)
        words.append(spoken)
    return Values(tuple(values), tuple(words), {key: tuple(found) for key, found in first.items()})


@lru_cache(maxsize=1024)
def shared_values(options: tuple[tuple[Any, str], ...]) -> Values:
    """One object for equal options: many commands name the same rooms."""
    return values_of(options)


_read: dict[int, tuple[tuple[Entry, ...], Values]] = {}


def vocabulary_values(vocabulary: Vocabulary, name: str) -> Values:
    """The values of a vocabulary list; kept while it is among the last that were used."""
    entries = vocabulary.lists.get(name, ())
    held = _read.pop(id(entries), None)
    if held is None:
        held = entries, values_of((one.id, said) for one in entries for said in (one.id, *one.names))
    _read[id(entries)] = held
    while len(_read) > _MOST_LISTS:
        del _read[next(iter(_read))]
    return held[1]


def hits(words: Sequence[Word], values: Values, *, literal: bool = False) -> list[Hit]:
    """Which of these values were said, in order; of two that overlap, the longer.

    `literal`: only in the very words, and not as the end of a longer name (`Light` is not `overhead light`).
    """
    found: list[Hit] = []
    for start, word in enumerate(words):
        for i in {i for key in word.keys for i in values.first.get(key, ())}:
            end = _matched(words, start, values.words[i], literal)
            if end is not None and not (literal and start and _unknown(words[start - 1])):
                found.append(Hit(values.values[i], start, end))
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (hit.start - hit.end, hit.start)):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def partly(words: Sequence[Word], values: Values, *, heads: tuple[int, ...]) -> Hit | None:
    """The one value of which half or more was said, with a word at one of `heads`; else `None`."""
    found: dict[Any, tuple[int, int]] = {}
    for value, wanted in zip(values.values, values.words, strict=True):
        at = [i for i, word in enumerate(words) if word.content and any(meets(word, part) for part in wanted)]
        said = [part for part in wanted if any(meets(words[i], part) for i in at)]
        if 2 * len(said) >= len(wanted) > 1 and any(wanted[head] in said for head in heads):
            found[value] = min(at), max(at) + 1
    if len(found) != 1:
        return None
    (value, span), *_ = found.items()
    return Hit(value, *span)


def _matched(words: Sequence[Word], start: int, wanted: tuple[Word, ...], literal: bool) -> int | None:
    """The end of `wanted` where it is said from `start` on; small words may stand between its words."""
    at = start
    for part in wanted:
        while start < at < len(words) and "light" in words[at].marks and not meets(words[at], part):
            at += 1
        if at == len(words) or not meets(words[at], part) or (literal and words[at].text != part.text):
            return None
        at += 1
    return at


def _unknown(word: Word) -> bool:
    return word.content and word.keys[0] not in lexicon().section
