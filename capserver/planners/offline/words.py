"""A text as words: each with what it may mean, its part in the sentence, and where it stands."""

import re
from dataclasses import dataclass, field, replace
from typing import Final

from capserver.planners.offline.lexicon import ACTIONS, Sense, lexicon
from capserver.planners.offline.numbers import Amount, amount_at
from capserver.planners.offline.text import even, is_han, split_name, stem

_RUN: Final = re.compile(r"[^\W\d_\u3400-\u9fff]+(?:'[^\W\d_\u3400-\u9fff]+)*")
_QUOTED: Final = re.compile(
    "\"(?P<a>[^\"]+)\"|“(?P<b>[^“”]+)”|「(?P<c>[^「」]+)」|『(?P<d>[^『』]+)』|‘(?P<e>[^‘’]+)’|(?<!\\w)'(?P<f>[^']+(?:'\\w[^']*)*)'(?!\\w)"
)
_COLOUR: Final = re.compile("#[0-9a-f]{6}(?![0-9a-z])")
_PUNCTUATION: Final = {
    **dict.fromkeys(",，、", frozenset({"comma"})),
    **dict.fromkeys(".。!！;；\n…", frozenset({"then"})),
    **dict.fromkeys("?？", frozenset({"then", "asked"})),
    "&": frozenset({"and"}),
}
_PARTICLES: Final = frozenset({"on", "off", "up", "down", "away", "out", "around", "over"})
DETERMINERS: Final = frozenset(
    {"the", "a", "an", "my", "your", "its", "this", "that", *["我的", "你的", "我", "你", "这个", "那个"]}
)
LATER: Final = "later"
"""The mark of words that say when something is to be done."""
_TELLING: Final = frozenset({LATER})
_LARGEST: Final = 1e15
"""Beyond it, digits are no amount but the name of something."""
_LONGEST_ENGLISH: Final = 5
_LONGEST_CHINESE: Final = 6
_BETWEEN_PARTS: Final = 6
_MEASURES: Final = frozenset("个支首了着过下声")


@dataclass(frozen=True, slots=True)
class Word:
    """One word, number, quotation or mark of punctuation. `start` and `end` count characters of the text."""

    text: str
    keys: tuple[str, ...]
    """What it may mean: concepts of the lexicon, or its own stem. Empty: punctuation."""
    marks: frozenset[str]
    start: int
    end: int
    amount: Amount | None = None
    quote: str | None = None
    content: bool = field(init=False, compare=False)
    """Whether it carries meaning of its own: no mark, number or quotation."""

    def __post_init__(self) -> None:
        meant = bool(self.keys) and self.marks <= _TELLING and self.amount is None and self.quote is None
        object.__setattr__(self, "content", meant)


def read(text: str) -> list[Word]:
    """The words of `text`, in order."""
    return _joined_particles(_rejoined(_phrases(_pieces(text))))


def read_name(name: str) -> list[Word]:
    """The words of an identifier: `pickUp_ball` has two."""
    return read(split_name(name))


def meets(one: Word, other: Word) -> bool:
    """Whether two words may mean the same."""
    for key in one.keys:  # noqa: SIM110 - the innermost loop of all; a generator costs three times as much
        if key in other.keys:
            return True
    return False


def is_action(word: Word) -> bool:
    """Whether it says, among what it may mean, something that is done."""
    return word.content and any(lexicon().section.get(key) == ACTIONS for key in word.keys)


def alike(one: Word, other: Word) -> bool:
    """Whether two words are the same but for their ending."""
    return stem(one.text) == stem(other.text)


def _pieces(text: str) -> list[Word]:
    plain, words, at = even(text), [], 0
    while at < len(plain):
        found = (
            _quotation(text, at)
            or _colour(plain, at)
            or _number(plain, at)
            or _latin(text, plain, at)
            or _chinese(plain, at)
        )
        words += found
        at = found[-1].end if found else at + 1
    return words


def _quotation(text: str, at: int) -> list[Word]:
    found = _QUOTED.match(text, at) if text[at] in "\"“「『‘'" else None
    if found is None or found.lastgroup is None:
        return []
    return [Word(found[0], (), frozenset(), at, found.end(), quote=found[found.lastgroup])]


def _colour(plain: str, at: int) -> list[Word]:
    found = _COLOUR.match(plain, at)
    return [Word(found[0], (found[0],), frozenset(), at, found.end())] if found else []


def _number(plain: str, at: int) -> list[Word]:
    found = amount_at(plain, at)
    if found is None:
        return []
    amount, end = found
    phrase = _longest(plain, at)
    if phrase and len(phrase) > 1 and end - at <= len(phrase):
        return []
    if abs(amount.value) > _LARGEST:
        return [Word(plain[at:end], (plain[at:end],), frozenset(), at, end)]
    if plain[at:end] == "one" and re.search(r"\b(the|this|that|which|red|green|blue) $", plain[:at]):
        return []
    keys = (f"#{amount.number}{'.' if amount.unit == 'ordinal' else ''}",)
    return [Word(plain[at:end], keys, frozenset(), at, end, amount)]


def _latin(text: str, plain: str, at: int) -> list[Word]:
    found = _RUN.match(plain, at)
    if found is None:
        return []
    said = text[at : found.end()]
    words: list[Word] = []
    for part in split_name(said).split() if said not in (said.lower(), said.upper()) else [said]:
        start = text.index(part, words[-1].end if words else at)
        words.append(Word(even(part), (stem(even(part)),), frozenset(), start, start + len(part)))
    return words


def _chinese(plain: str, at: int) -> list[Word]:
    marks = _PUNCTUATION.get(plain[at])
    if marks is not None:
        return [Word(plain[at], (), marks, at, at + 1)]
    phrase = _longest(plain, at)
    if phrase is not None:
        sense = lexicon().chinese[phrase]
        return [Word(phrase, sense.keys or (phrase,), sense.marks, at, at + len(phrase))]
    return [Word(plain[at], (plain[at],), frozenset(), at, at + 1)] if is_han(plain[at]) else []


def _longest(plain: str, at: int) -> str | None:
    book = lexicon()
    for length in range(min(_LONGEST_CHINESE, len(plain) - at), 0, -1):
        if plain[at : at + length] in book.chinese:
            return plain[at : at + length]
    return None


def _phrases(words: list[Word]) -> list[Word]:
    """English words put together and looked up, the longest phrase first."""
    found: list[Word] = []
    at = 0
    while at < len(words):
        length, sense = _phrase(words, at)
        if sense is None or _part_of_code(words, at):
            length = 1
            found.append(words[at])
        else:
            first, last = words[at], words[at + length - 1]
            text = " ".join(word.text for word in words[at : at + length])
            keys = sense.keys or first.keys
            found.append(Word(text, keys, sense.marks, first.start, last.end))
        at += length
    return found


def _part_of_code(words: list[Word], at: int) -> bool:
    """Whether a number goes on right where the word ends: `NO2` denies nothing."""
    return at + 1 < len(words) and words[at + 1].amount is not None and words[at + 1].start == words[at].end


def _phrase(words: list[Word], at: int) -> tuple[int, Sense | None]:
    book, stems = lexicon(), list[str]()
    for word in words[at : at + _LONGEST_ENGLISH]:
        if word.amount or word.quote or not word.keys or is_han(word.text):
            break
        stems.append(word.keys[0])
    for length in range(len(stems), 0, -1):
        sense = book.english.get(tuple(stems[:length]))
        if sense is not None:
            return length, sense
    return 1, None


def _rejoined(words: list[Word]) -> list[Word]:
    """Chinese verbs that were drawn apart: 跳个舞, 转三圈, 点两下头, 挥挥手, 跳一跳."""
    found: list[Word] = []
    for word in words:
        if found and is_han(word.text) and len(word.text) == 2 and found[-1].text == word.text[0]:
            found.pop()
        if found and is_han(word.text) and len(word.text) == 1:
            if word.text == found[-1].text and not word.marks:
                continue
            if _doubled_around_one(found, word):
                found.pop()
                continue
            at = _verb_before(found, word)
            if at is not None:
                sense = lexicon().chinese[found[at].text + word.text]
                found[at] = replace(found[at], text=found[at].text + word.text, keys=sense.keys, end=word.end)
                continue
        found.append(word)
    return found


def _doubled_around_one(found: list[Word], word: Word) -> bool:
    return len(found) > 1 and found[-1].text == "一" and found[-2].text == word.text


def _verb_before(found: list[Word], word: Word) -> int | None:
    book = lexicon().chinese
    for at in range(len(found) - 1, max(len(found) - 4, -1), -1):
        sense = book.get(found[at].text + word.text)
        if sense is not None and sense.keys and len(found[at].text) == 1:
            return at
        if not (found[at].amount or "light" in found[at].marks or found[at].text in _MEASURES):
            return None
    return None


def _joined_particles(words: list[Word]) -> list[Word]:
    """English verbs that were drawn apart (`turn the light on`), and `on` where it says all that is said."""
    found = list(words)
    for i, word in enumerate(words):
        if word.text not in _PARTICLES or (i + 1 < len(words) and words[i + 1].text in DETERMINERS):
            continue
        opened = _opened_by(found, i)
        if opened is not None:
            at, sense = opened
            found[at] = replace(found[at], keys=sense.keys)
            found[i] = replace(word, marks=frozenset({"light"}))
        elif word.text == "on" and (i + 1 == len(words) or not words[i + 1].keys or _joins(words[i + 1])):
            found[i] = replace(word, marks=frozenset())
    return found


def _opened_by(words: list[Word], i: int) -> tuple[int, Sense] | None:
    """The verb that the particle at `i` belongs to."""
    for at in range(i - 1, max(i - 1 - _BETWEEN_PARTS, -1), -1):
        if not words[at].keys or _joins(words[at]):
            return None
        sense = lexicon().english.get((stem(words[at].text), words[i].text))
        if sense is not None and sense.keys:
            return at, sense
    return None


def _joins(word: Word) -> bool:
    return not word.marks.isdisjoint({"and", "or", "but", "then"})
