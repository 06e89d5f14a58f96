"""Text made even without moving a character: a place in the even text is the same place in what was said."""

import re
from functools import lru_cache
from typing import Final, Literal

from capserver.vocabulary import fold

Language = Literal["en", "zh"]

_HAN: Final = re.compile("[\u3400-\u9fff]")
_SPLITS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\-\s]+")
_VOWEL: Final = re.compile("[aeiouy]")
_WHOLE: Final = frozenset({"note", "quite", "mine"})
"""Words that would become another one without their last letter."""
_QUOTES: Final = {"’": "'", "‘": "'", "＇": "'"}


@lru_cache(maxsize=8192)
def _even(character: str) -> str:
    folded = _QUOTES.get(character) or fold(character)
    return folded if len(folded) == 1 and folded < "\U00010000" else character


def even(text: str) -> str:
    """Lower case, half width, simplified Chinese; as long as `text`."""
    return text.lower() if text.isascii() else "".join(map(_even, text))


def language(text: str, locale: str | None = None) -> Language:
    """The language to answer in: Chinese with a Han character, or where only the locale tells and says so."""
    if _HAN.search(text) or (not re.search("[A-Za-z]", text) and (locale or "").startswith("zh")):
        return "zh"
    return "en"


def is_han(text: str) -> bool:
    """Whether this begins with a Han character."""
    return _HAN.match(text) is not None


def split_name(name: str) -> str:
    """`pickUp_the-ball` as words: `pick Up the ball`."""
    return " ".join(part for part in _SPLITS.split(name) if part)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """An English word without its ending: `waves`, `waved` and `waving` are `wav`."""
    word = word.removesuffix("'s")
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("es") and word[:-2].endswith(("s", "x", "z", "ch", "sh")):
        word = word[:-2]
    elif word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 1 and _VOWEL.search(rest) and not word.endswith("eed"):
            word = rest[:-1] if _doubled(rest) else rest
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 and word not in _WHOLE else word


def _doubled(rest: str) -> bool:
    return len(rest) > 2 and rest[-1] == rest[-2] and rest[-1] not in "lsz"
