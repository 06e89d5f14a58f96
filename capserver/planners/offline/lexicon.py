"""What words mean, in both languages: the table in `lexicon.txt`, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from capserver.planners.offline.text import even, stem

COLOURS: Final = "colours"
PLACES: Final = "places"
THINGS: Final = "things"
ACTIONS: Final = "actions"
SPEAKING: Final = frozenset({"say", "shout", "write", "send", "find", "play", "sing", "remind", "record"})
"""Actions that are followed by words which are not about the action."""
_MARKS: Final = "marks"
_OPPOSITES: Final = "opposites"
_KINDS: Final = "kinds"


@dataclass(slots=True)
class Sense:
    """What one word may mean: concepts, and marks (its part in the sentence)."""

    keys: tuple[str, ...] = ()
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The table, by word."""

    english: Mapping[tuple[str, ...], Sense]
    """By stems, one a word."""
    chinese: Mapping[str, Sense]
    section: Mapping[str, str]
    """Of each concept: `actions`, `things`, `places`, …"""
    opposites: Mapping[str, frozenset[str]]
    kinds: Mapping[str, tuple[str, ...]]
    """The concepts that are examples of a concept."""
    said: Mapping[str, tuple[str, str]]
    """The English and the Chinese word for a concept."""
    longest_english: int
    longest_chinese: int


@cache
def lexicon() -> Lexicon:
    """The lexicon that is shipped."""
    return _parse(files(__package__).joinpath("lexicon.txt").read_text(encoding="utf-8"))


def _parse(text: str) -> Lexicon:
    english: dict[tuple[str, ...], Sense] = {}
    chinese: dict[str, Sense] = {}
    sections: dict[str, str] = {}
    opposites: dict[str, frozenset[str]] = {}
    kinds: dict[str, tuple[str, ...]] = {}
    said: dict[str, tuple[str, str]] = {}
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif section == _OPPOSITES and line:
            one, other = line.split()
            opposites[one] = opposites.get(one, frozenset()) | {other}
            opposites[other] = opposites.get(other, frozenset()) | {one}
        elif section == _KINDS and line:
            concept, _, members = line.partition(": ")
            kinds[concept] = tuple(members.split())
        elif line and not line.startswith("#"):
            concept, _, words = line.partition(": ")
            left, _, right = words.partition(" | ")
            phrases, terms = left.split(", "), right.split()
            _mean(english, [tuple(stem(part) for part in even(p).split()) for p in phrases], concept, section)
            _mean(chinese, [even(term) for term in terms], concept, section)
            if section != _MARKS:
                sections.setdefault(concept, section)
                said.setdefault(concept, (phrases[0], terms[0]))
    return Lexicon(
        english, chinese, sections, opposites, kinds, said, max(map(len, english)), max(map(len, chinese))
    )


def _mean(table: dict[Any, Sense], words: list[Any], concept: str, section: str) -> None:
    for word in words:
        sense = table.setdefault(word, Sense())
        if section == _MARKS:
            sense.marks |= {concept}
        elif concept not in sense.keys:
            sense.keys = (*sense.keys, concept)
