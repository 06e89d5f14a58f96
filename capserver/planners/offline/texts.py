"""Free text that was said: what follows `say`, what something is called, what no other word explains."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from capserver.planners.offline.lexicon import SPEAKING, lexicon
from capserver.planners.offline.parameters import Parameter
from capserver.planners.offline.text import is_han
from capserver.planners.offline.words import Word

_TAKING_TEXT: Final = SPEAKING | {"add", "remove", "complete"}
_QUOTING: Final = frozenset({"saying", "says", "说"})
_OPENING: Final = frozenset({"for", "that"})
_CALLED: Final = frozenset({"called", "named", "名为", "名叫", "叫做", "叫"})
_EDGES: Final = " \t\n,，.。!！?？:：;；"


def spoken(text: str, words: Sequence[Word], span: range) -> str:
    """What was said in these words, as it was written."""
    return text[words[span.start].start : words[span.stop - 1].end].strip(_EDGES)


def after_speaking(words: Sequence[Word], used: set[int], anchors: set[int]) -> range | None:
    """What follows `say`, or the last of the words that name the command, up to what is taken."""
    if not anchors:
        return None
    start = _behind_verb(words, anchors)
    while start < len(words) and (start in used or not words[start].keys or words[start].text in _OPENING):
        start += 1
    end = next((at for at in range(start, len(words)) if at in used), len(words))
    loose = {"light", "polite"} if end < len(words) else {"polite"}
    while end > start and (not words[end - 1].keys or not loose.isdisjoint(words[end - 1].marks)):
        end -= 1
    return range(start, end) if start < end else None


def _behind_verb(words: Sequence[Word], anchors: set[int]) -> int:
    """Where the words begin that a verb like `say` announces."""
    quoting = [at for at, word in enumerate(words) if word.text in _QUOTING]
    if quoting:
        return quoting[0] + 1
    verbs = [at for at in sorted(anchors) if not _TAKING_TEXT.isdisjoint(words[at].keys)]
    start = (verbs[0] if verbs else max(anchors)) + 1
    ahead = start
    while ahead < len(words) and ("light" in words[ahead].marks or ahead in anchors):
        start = ahead + 1 if ahead in anchors else start
        ahead += 1
    return start


def after_called(words: Sequence[Word]) -> range | None:
    """What something is called: `a timer named pizza`."""
    for at, word in enumerate(words):
        if word.text in _CALLED:
            end = at + 1
            while end < len(words) and words[end].content:
                end += 1
            if end > at + 1:
                return range(at + 1, end)
    return None


def thing(parameter: Parameter, words: Sequence[Word], used: set[int], anchors: set[int]) -> range | None:
    """The longest run of words that mean something and are not taken.

    For a parameter that may be left out, only where a word in it is none that everybody knows: a proper name.
    """
    runs: list[range] = []
    start = 0
    for at in range(len(words) + 1):
        if at == len(words) or not words[at].content or at in used or at in anchors:
            if at > start:
                runs.append(range(start, at))
            start = at + 1
    if not parameter.required:
        runs = [run for run in runs if _proper(words[run.start : run.stop])]
    return max(runs, key=len, default=None)


def _proper(words: Sequence[Word]) -> bool:
    unknown = [word for word in words if word.keys[0] not in lexicon().section]
    return bool(unknown) and (len(unknown) > 1 or not is_han(unknown[0].text))


def announcing(examples: Iterable[str], name: str) -> frozenset[str]:
    """The words that stand right before the slot `name` in the examples: `to` in `remind me to {text}`."""
    before = re.compile(rf"([a-z']+|\w)\s*\{{{re.escape(name)}\}}")
    return frozenset(word for example in examples for word in before.findall(example.lower()))


def with_small_words(words: Sequence[Word], start: int, announced: frozenset[str]) -> int:
    """Where a text begins that was found by its first word of meaning; `announced`: what stands before it."""
    while start and words[start - 1].keys and words[start - 1].marks:
        if words[start - 1].amount is not None or words[start - 1].text in announced:
            break
        start -= 1
    return start
