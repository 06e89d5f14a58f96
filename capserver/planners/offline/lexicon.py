"""What words mean, in both languages: the table in `lexicon.txt`, read once."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from capserver.planners.offline.text import even, stem

COLOURS: Final = "colours"
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
    """The table, by word. Not changed once it was read."""

    english: dict[tuple[str, ...], Sense]
    """By stems, one a word."""
    chinese: dict[str, Sense]
    section: dict[str, str]
    """Of each concept: `actions`, `things`, `places`, …"""
    opposites: dict[str, frozenset[str]]
    kinds: dict[str, tuple[str, ...]]
    """The concepts that fall under a concept."""
    said: dict[str, tuple[str, str]]
    """The English and the Chinese word for a concept."""


@cache
def lexicon() -> Lexicon:
    """The lexicon that is shipped."""
    return _parsed(files(__package__).joinpath("lexicon.txt").read_text(encoding="utf-8"))


def _parsed(text: str) -> Lexicon:
    book = Lexicon({}, {}, {}, {}, {}, {})
    section = ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            _enter(book, section, line)
    return book


def _enter(book: Lexicon, section: str, line: str) -> None:
    concept, _, words = line.partition(": ")
    if section == _OPPOSITES:
        one, other = line.split()
        book.opposites[one] = book.opposites.get(one, frozenset()) | {other}
        book.opposites[other] = book.opposites.get(other, frozenset()) | {one}
    elif section == _KINDS:
        book.kinds[concept] = tuple(words.split())
    else:
        left, _, right = words.partition(" | ")
        phrases, terms = left.split(", "), right.split()
        _mean(book.english, [tuple(map(stem, even(phrase).split())) for phrase in phrases], concept, section)
        _mean(book.chinese, [even(term) for term in terms], concept, section)
        if section != _MARKS:
            book.section.setdefault(concept, section)
            book.said.setdefault(concept, (phrases[0], terms[0]))


def _mean(table: dict[Any, Sense], words: list[Any], concept: str, section: str) -> None:
    for word in words:
        sense = table.setdefault(word, Sense())
        if section == _MARKS:
            sense.marks |= {concept}
        elif concept not in sense.keys:
            sense.keys = (*sense.keys, concept)
