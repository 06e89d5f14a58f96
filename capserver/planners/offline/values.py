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
    names: tuple[str, ...]
    """As they were given, to speak of them."""
    first: Mapping[str, tuple[int, ...]]
    """Where to look, by what the first word may mean."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A value that was said, in the words from `start` to before `end`."""

    value: Any
    start: int
    end: int
    loose: bool = False
    """Whether other words than these were said, which may mean the same."""


@dataclass(frozen=True, slots=True)
class Near:
    """A value that may be meant: part of a name of it was said, from the word at `start` on."""

    value: Any
    start: int
    said: int
    """How many words of the name."""
    literally: bool


def values_of(options: Iterable[tuple[Any, str]]) -> Values:
    """Values from `(value, name)`."""
    values: list[Any] = []
    words: list[tuple[Word, ...]] = []
    names: list[str] = []
    first: dict[str, list[int]] = {}
    for value, name in options:
        spoken = tuple(word for word in read_name(name) if word.keys)
        spoken = tuple(word for word in spoken if "light" not in word.marks) or spoken
        for key in spoken[0].keys if spoken else ():
            first.setdefault(key, []).append(len(values))
        values.append(value)
        words.append(spoken)
        names.append(name)
    return Values(
        tuple(values), tuple(words), tuple(names), {key: tuple(found) for key, found in first.items()}
    )


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
    """Which of these values were said, in order; of two that overlap, the longer, then the more literal.

    `literal`: only in the very words, and not as the end of a longer name (`Light` is not `overhead light`).
    A name of one word that only means the same (`blinds` for `curtains`) gives way to names that end in it.
    """
    found: list[Hit] = []
    for start, word in enumerate(words):
        if values.first.keys().isdisjoint(word.keys):
            continue
        for i in {i for key in word.keys for i in values.first.get(key, ())}:
            end = _matched(words, start, values.words[i], literal)
            if end is not None and not (literal and start and _unknown(words[start - 1])):
                loose = [part.text for part in values.words[i]] != [one.text for one in words[start:end]]
                if not (loose and end - start == 1 and _is_kind(word, values)):
                    found.append(Hit(values.values[i], start, end, loose))
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda hit: (hit.start - hit.end, hit.start, hit.loose)):
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def partly(words: Sequence[Word], values: Values, *, heads: tuple[int, ...]) -> list[Near]:
    """The values of which most was said, with a word at one of `heads`.

    Where some were said in the very words, only these: of curtains and blinds, the curtains.
    """
    found: dict[Any, Near] = {}
    telling = {key for word in words if word.content for key in word.keys}
    for value, wanted in zip(values.values, values.words, strict=True):
        if len(wanted) > 1 and any(not telling.isdisjoint(wanted[head].keys) for head in heads):
            near = _near(words, value, wanted)
            found[value] = max(found.get(value, near), near, key=_rated)
    most = max(map(_rated, found.values()), default=None)
    return [near for near in found.values() if _rated(near) == most]


def _near(words: Sequence[Word], value: Any, wanted: tuple[Word, ...]) -> Near:
    at = [i for i, word in enumerate(words) if word.content and any(meets(word, part) for part in wanted)]
    said = [part for part in wanted if any(meets(words[i], part) for i in at)]
    literally = not {part.text for part in said}.isdisjoint(words[i].text for i in at)
    return Near(value, min(at), len(said), literally)


def _rated(near: Near) -> tuple[int, bool]:
    return near.said, near.literally


def names_of(values: Values, value: Any) -> tuple[str, ...]:
    """All names of a value."""
    return tuple(name for one, name in zip(values.values, values.names, strict=True) if one == value)


def _is_kind(word: Word, values: Values) -> bool:
    """Whether names of several words end in this one, so that it says what they are and not which."""
    return any(len(name) > 1 and name[-1].text == word.text for name in values.words)


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
