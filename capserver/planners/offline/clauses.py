"""A text as clauses: where it certainly ends one thing and begins another, and where it may."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from capserver.planners.offline.lexicon import SPEAKING
from capserver.planners.offline.text import is_han
from capserver.planners.offline.words import Word

_SURE: Final = frozenset({"then", "but"})
_MAYBE: Final = frozenset({"and", "or", "comma"})
_ANSWERS: Final = frozenset({"no", "不"})
_ANNOUNCING: Final = SPEAKING | {"get"}
_AFRESH: Final = frozenset({"再", "也"})
_LONGEST: Final = 150
_QUESTION_WITHIN: Final = 3
_ASKING_ENDS: Final = frozenset({"吗", "么", "没有", "没"})


@dataclass(frozen=True, slots=True)
class Clause:
    """Some words that say one thing."""

    words: tuple[Word, ...]
    joined: str | None = None
    """What stands before it: `and`, `or`, `comma`; `None` at a sure beginning."""
    negated: bool = False
    asked: bool = False
    """Whether it is a question or a statement, and so asks for nothing to be done."""

    @property
    def denying(self) -> bool:
        """Whether it has a `not` of its own, which an example of a command may have too."""
        return any("not" in word.marks for word in self.words)

    @property
    def content(self) -> bool:
        """Whether anything is said in it."""
        return any(word.content or word.quote is not None for word in self.words)


def clauses(
    words: Sequence[Word], fits: Callable[[Clause], bool], extends: Callable[[Clause, Clause], bool]
) -> Iterator[Clause]:
    """The clauses of a text, in order.

    At `then`, `but` and the end of a sentence a clause always ends; at `and`, 再 or a comma only where what
    stands on both sides `fits` a command by itself, and the second does not only name further values for the
    command of the first (`extends`): `turn left and right`.
    """
    for sentence in _cut(words, _SURE):
        asked = any("asked" in word.marks for word in sentence)
        pieces = [_clause(piece, asked) for piece in _with_joints(_trimmed(sentence))]
        yield from _inherited(_joined([piece for piece in pieces if piece.words], fits, extends))


def _cut(words: Sequence[Word], marks: frozenset[str]) -> Iterator[list[Word]]:
    part: list[Word] = []
    for word in words:
        part.append(word)
        if not marks.isdisjoint(word.marks):
            yield part
            part = []
    yield part


def _trimmed(sentence: list[Word]) -> list[Word]:
    return [word for word in sentence if _SURE.isdisjoint(word.marks)]


def _with_joints(words: Sequence[Word]) -> Iterator[tuple[str | None, list[Word]]]:
    joint: str | None = None
    part: list[Word] = []
    for word in words:
        at = next((mark for mark in ("comma", "or", "and", "not") if mark in word.marks), None)
        if at == "not" and not _denies_anew(part):
            at = None
        if at is None:
            part.append(word)
            continue
        if part:
            yield joint, part
            joint, part = at, [word]
        else:
            joint = joint or at
            part.append(word)
    yield joint, part


def _denies_anew(before: Sequence[Word]) -> bool:
    """Whether a denial after these words begins something else: not in `say no`, nor as the first word."""
    content = [word for word in before if word.content]
    return bool(content) and _ANNOUNCING.isdisjoint(content[-1].keys)


def _clause(piece: tuple[str | None, list[Word]], asked: bool) -> Clause:
    joint, words = piece
    return _judged(Clause(tuple(words), joint), asked)


def _judged(clause: Clause, asked: bool) -> Clause:
    """The clause with what its words tell of denial and asking."""
    content = [i for i, word in enumerate(clause.words) if word.content]
    denied = next((i for i, word in enumerate(clause.words) if "not" in word.marks), None)
    negated = denied is not None and (not content or denied < content[0])
    return replace(clause, negated=negated, asked=_asks(clause.words, asked))


def _asks(words: Sequence[Word], asked: bool) -> bool:
    said = [word for word in words if word.keys]
    if not said:
        return False
    polite = any("polite" in word.marks for word in said)
    if "opens" in said[0].marks and not polite:
        return True
    first = next((word for word in said if word.content), None)
    if first is not None and not SPEAKING.isdisjoint(first.keys):
        return False
    if any("states" in word.marks for word in said[1:]) and not polite:
        return True
    if said[-1].text in _ASKING_ENDS and not polite:
        return True
    near = said if asked or is_han(said[0].text) else said[:_QUESTION_WITHIN]
    return any(_interrogative(word) for word in near)


def _interrogative(word: Word) -> bool:
    return word.text not in _ASKING_ENDS and (
        "question" in word.marks or any(part in word.text for part in ("几", "多少"))
    )


def _joined(
    pieces: list[Clause], fits: Callable[[Clause], bool], extends: Callable[[Clause, Clause], bool]
) -> Iterator[Clause]:
    """Pieces put together again where one of two neighbours says nothing by itself."""
    if not pieces:
        return
    current = pieces[0]
    for piece in pieces[1:]:
        far = len(current.words) > _LONGEST
        if far or piece.joined == "not" or (not extends(current, piece) and _apart(current, piece, fits)):
            yield current
            current = piece
        else:
            current = _together(current, piece)
    yield current


def _apart(one: Clause, other: Clause, fits: Callable[[Clause], bool]) -> bool:
    if one.words[-1].amount and _first(other).amount:
        return False
    if fits(other) and (fits(one) or (one.negated and other.joined == "comma")):
        return True
    return other.joined == "comma" and (fits(one) or fits(other)) and not fits(_together(one, other))


def _first(clause: Clause) -> Word:
    """Its first word after what joins it."""
    return next((word for word in clause.words if word.marks.isdisjoint(_MAYBE)), clause.words[0])


def _together(one: Clause, other: Clause) -> Clause:
    negated = other.negated if _answer(one) and other.joined == "comma" else one.negated
    return Clause((*one.words, *other.words), one.joined, negated, one.asked or other.asked)


def _answer(clause: Clause) -> bool:
    """Whether it is the `no` before a comma, which denies nothing of what follows."""
    return all(word.text in _ANSWERS for word in clause.words if word.keys)


def _inherited(found: Iterable[Clause]) -> Iterator[Clause]:
    """`don't wave or jump` denies both, and `don't wave, jump or dance` all three."""
    clauses = list(found)
    denied = False
    for at, clause in enumerate(clauses):
        follows = at and clause.words[0].text not in _AFRESH
        denied = clause.negated or bool(denied and follows and _listed(clauses, at))
        yield replace(clause, negated=denied)


def _listed(clauses: Sequence[Clause], at: int) -> bool:
    """Whether the clause is a further part of a list: after `and`, `or`, 、, and commas before an `or`."""
    while clauses[at].joined == "comma" and clauses[at].words[0].text != "、":
        at += 1
        if at == len(clauses) or clauses[at].joined == "and":
            return False
    return clauses[at].joined in ("and", "or", "comma") and not clauses[at].negated
