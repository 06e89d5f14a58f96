"""From a prompt to the calls to make and the words beside them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from capserver.manifest import CompiledCommand
from capserver.planners.offline import replies, waiting
from capserver.planners.offline.clauses import Clause, clauses
from capserver.planners.offline.index import index_of, spelled
from capserver.planners.offline.match import EXACT, Match, best
from capserver.planners.offline.slots import Filled, Said, fill
from capserver.planners.offline.text import Language, language
from capserver.planners.offline.words import read
from capserver.prompt import Prompt

_LONGEST: Final = 1000
_EFFORT: Final = 500
"""The words that are looked at for one instruction, each time they are; what goes beyond fits nothing."""
_EACH: Final = 5
"""What it takes to look at all, in words."""
_MOST_REPEATED: Final = 10
_MOST_CALLS: Final = 32
_AGAIN: Final = frozenset({"repeat"})

Planned = tuple[CompiledCommand, Mapping[str, Any]]


@dataclass(slots=True)
class Decision:
    """What to do, and what to say beside it."""

    calls: list[Planned] = field(default_factory=list)
    text: str = ""


def decide(prompt: Prompt) -> Decision:
    """What this prompt asks for."""
    return _after_results(prompt) if prompt.steps else _Reading(prompt).decision()


def _language(prompt: Prompt) -> Language:
    return language(prompt.text, prompt.client.locale if prompt.client else None)


def _after_results(prompt: Prompt) -> Decision:
    """All commands went out in the first step; now there is something to tell, and nothing to repeat."""
    return Decision(text=replies.told(prompt.steps[-1].calls, prompt.commands.commands, _language(prompt)))


class _Reading:
    """One instruction, being understood."""

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._language = _language(prompt)
        self._index = index_of(prompt.commands)
        names = prompt.commands.commands.keys()
        self._allowed = frozenset(names) if prompt.only is None else prompt.only & names
        self._matches: dict[tuple[int, int, int], Match | None] = {}
        self._effort = 0
        self._calls: list[Planned] = []
        self._last: Match | None = None
        self._lacking: list[str] = []
        self._unclear: list[Clause] = []
        self._found: list[Clause] = []
        self._later: list[Clause] = []
        self._denied = False

    def decision(self) -> Decision:
        self._found = found = self._clauses()
        if self._prompt.reaction:
            found = [clause for clause in found if self._exact(clause)]
        for clause in self._at_once(found):
            if len(self._calls) >= _MOST_CALLS:
                break
            if clause.content or any(word.amount for word in clause.words) or self._exact(clause):
                self._take(clause)
        if self._prompt.require and not self._calls and not self._denied and not self._later:
            self._force(found)
        return Decision(self._calls[:_MOST_CALLS], "" if self._prompt.reaction else self._text())

    def _clauses(self) -> list[Clause]:
        words = read(self._prompt.text[:_LONGEST])
        if spelled(words) in self._index.phrases:
            return [Clause(tuple(words))]
        words = waiting.timed(words, self._prompt.text[:_LONGEST])
        return list(clauses(words, self._fits, self._extends))

    def _at_once(self, found: list[Clause]) -> Iterator[Clause]:
        """The clauses that need not wait; the others are kept to be spoken of."""
        leading = behind = False
        for clause, follows in waiting.followed(found, self._prompt.text):
            leading, behind = leading and follows, behind and follows and clause.joined is None
            waits = self._waits(clause)
            leading = leading or (waits and waiting.leads(clause))
            behind = waits or leading or behind
            if behind:
                self._later.append(clause)
            else:
                yield clause

    def _waits(self, clause: Clause) -> bool:
        """Whether it says when, and its command does not take that."""
        if not waiting.waits(clause) or clause.asked or clause.negated:
            return False
        match, bare = self._match(clause), waiting.at_once(clause)
        without = self._match(bare) if bare else None
        if match is not None and match.accepted:
            args = without.filled.args if without else {}
            when = waiting.told(clause, self._prompt.text)
            return not waiting.takes(match.command, match.filled.args, args, when)
        return waiting.leads(clause) or (without is not None and without.accepted)

    def _said(self, clause: Clause) -> Said:
        return Said(clause.words, self._prompt.text, self._prompt.vocabulary, clause.asked)

    def _match(self, clause: Clause) -> Match | None:
        span = clause.words[0].start, clause.words[-1].end, len(clause.words)
        if span not in self._matches:
            self._effort += _EACH + len(clause.words)
            if self._effort > _EFFORT:
                return None
            self._matches[span] = best(self._said(clause), self._index, self._allowed)
        return self._matches[span]

    def _fits(self, clause: Clause) -> bool:
        match = self._match(clause)
        return match is not None and match.accepted

    def _extends(self, one: Clause, other: Clause) -> bool:
        match = self._match(one)
        if match is None or not match.accepted or other.asked:
            return False
        content = {at for at, word in enumerate(other.words) if word.content}
        return bool(content) and content <= fill(match.command, self._said(other), set()).used

    def _exact(self, clause: Clause) -> bool:
        match = self._match(clause) if clause.words else None
        return match is not None and match.score >= EXACT

    def _take(self, clause: Clause) -> None:
        if clause.negated and not (clause.denying and self._exact(clause)):
            self._denied = True
            return
        if self._repeat_earlier(clause):
            return
        match = self._match(clause)
        if match is None or not (match.accepted and match.named):
            match = self._continued(clause) or match
        if match is None or not match.accepted:
            self._unclear.append(clause)
        elif self._lacks(match):
            self._lacking.append(
                replies.missing(
                    match.command.compiled, match.filled.missing, match.filled.several, self._language
                )
            )
        else:
            self._last = match
            self._call(match, clause)

    def _lacks(self, match: Match) -> bool:
        """Whether a required value is missing, and was not said for the same command just before."""
        if self._last is not None and self._last.command is match.command:
            known = {one.name: self._last.filled.args[one.name] for one in match.filled.missing}
            match.filled.args = known | match.filled.args
            match.filled.missing.clear()
        return bool(match.filled.missing)

    def _call(self, match: Match, clause: Clause) -> None:
        planned = [(match.command.compiled, args) for args in _all_args(match.filled)]
        if any("or" in word.marks for word in clause.words):
            planned = planned[:1]
        self._calls += planned * _times(clause, match.filled.used)

    def _continued(self, clause: Clause) -> Match | None:
        """The command before, with other values: `turn left, then right`."""
        if self._last is None or clause.asked:
            return None
        before = self._last
        filled = fill(before.command, self._said(clause), set())
        content = {i for i, word in enumerate(clause.words) if word.content}
        if not content or not content <= filled.used:
            return None
        filled.args = {**before.filled.args, **filled.args}
        filled.missing.clear()
        return Match(before.command, filled, before.score, accepted=True, named=True)

    def _repeat_earlier(self, clause: Clause) -> bool:
        """`again`, `再来一次`: what was done in the turn before."""
        content = [word for word in clause.words if word.content]
        if not content or not all(_AGAIN & set(word.keys) for word in content):
            return False
        known = self._prompt.commands.commands
        for exchange in reversed(self._prompt.history):
            made = [call for step in exchange.steps for call in step.calls if not call.failed]
            again = [(known[call.name], call.arguments) for call in made if call.name in self._allowed]
            if again:
                self._calls += again * _times(clause, set())
                return True
        return False

    def _force(self, found: list[Clause]) -> None:
        """Something has to be done: what comes nearest."""
        matches = [match for clause in found if clause.words and (match := self._match(clause))]
        able = [match for match in matches if not match.filled.missing]
        if able:
            nearest = max(able, key=lambda match: match.score)
            self._calls.append((nearest.command.compiled, nearest.filled.args))
            self._unclear.clear()

    def _text(self) -> str:
        said = list(self._lacking)
        if self._unclear and (self._calls or self._lacking):
            said.append(replies.unclear([self._quoted(clause) for clause in self._unclear], self._language))
        if self._later:
            said.append(replies.cannot_wait([self._quoted(clause) for clause in self._later], self._language))
        if self._calls or said:
            return "".join(said) if self._language == "zh" else " ".join(said)
        if self._denied and not self._unclear:
            return replies.understood_not_to(self._language)
        commands = self._prompt.commands.commands
        allowed = [commands[name] for name in commands if name in self._allowed]
        return replies.cannot(allowed, self._language, self._opening())

    def _opening(self) -> replies.Opening:
        words = [word for clause in self._found for word in clause.words]
        if any("help" in word.marks for word in words):
            return "help"
        content = [word for word in words if word.content]
        return "hello" if content and all("greet" in word.keys for word in content) else "sorry"

    def _quoted(self, clause: Clause) -> str:
        return self._prompt.text[clause.words[0].start : clause.words[-1].end].strip(" ,，")


def _times(clause: Clause, used: set[int]) -> int:
    """How often, where no parameter took that."""
    for at, word in enumerate(clause.words):
        if at not in used and word.amount and word.amount.unit == "times":
            return min(max(int(word.amount.value), 1), _MOST_REPEATED)
    return 1


def _all_args(filled: Filled) -> Iterator[Mapping[str, Any]]:
    yield filled.args
    for name, values in filled.others.items():
        for value in values:
            yield {**filled.args, name: value}
