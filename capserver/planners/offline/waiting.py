"""What was said to be done later or on a condition: `in ten minutes`, `at 7 pm`, `when I clap`, 如果下雨.

A plan is carried out at once, so what has to wait is left out, unless the command itself takes the time.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from capserver.planners.offline.clauses import Clause
from capserver.planners.offline.index import Command
from capserver.planners.offline.numbers import SCALES
from capserver.planners.offline.parameters import Parameter
from capserver.planners.offline.text import even
from capserver.planners.offline.words import LATER, Word

_BEFORE: Final = frozenset({"in", "after", "every", "wait", "wait for", "等", "等待", "过", "再过"})
_BEHIND: Final = frozenset({"later", "后", "之后", "以后", "过后"})
_HOUR: Final = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_WEEKDAY: Final = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_PART: Final = "(?:早上|上午|中午|下午|晚上|凌晨|傍晚|半夜|夜里)"
_DAY: Final = "(?:今天|明天|后天|今晚|明早|明晚|下周|下个?星期|周|星期)"
_HAN_HOUR: Final = r"(?:\d{1,2}|[零一二两三四五六七八九十]{1,3})"
_TIME: Final = re.compile(
    rf"\b(?:at |by )?{_HOUR}(?::\d\d)? ?(?:[ap]\.m\.|[ap]m\b|o'?clock\b)"
    r"|\bat \d{1,2}:\d\d\b|\bat (?:noon|midnight|dawn|dusk|sunset|sunrise)\b"
    rf"|\b(?:on|next|every) {_WEEKDAY}s?\b|\b(?:tomorrow|tonight)\b|\bnext (?:week|month)\b"
    r"|\blater\b(?! than)"
    r"|\bin the (?:morning|afternoon|evening)\b|\bin an? (?:moment|while|bit)\b"
    r"|\b(?:seconds|minutes|hours) from now\b"
    rf"|(?:{_DAY}[一二三四五六日天]?)?{_PART}?(?!一点[^钟半]){_HAN_HOUR}"
    rf"(?:点钟|点半|点整|点{_HAN_HOUR}分|点(?![一二三四五六七八九十零\d儿]|$))"
    rf"|(?:明天|后天|今晚|明早|明晚)(?:的?{_PART})?|(?:下?周|下?星期)[一二三四五六日天]"
    "|待会儿?|等会儿?再|过一?会儿?|稍后|晚点儿?(?=再)|一会儿(?=再)"
)
_CONDITION: Final = re.compile(
    r"(?<!see )(?<!check )(?<!me )(?<!know )(?<!ask )(?<!wonder )(?<!as )(?<!what )(?<!even )\bif\b"
    r"(?! (?:possible|necessary|you (?:can|could|please|want|wish|like|would|may|don't mind|do not mind)))"
    r"|\bwhen(?:ever)?\b(?! (?:(?:is|are|was|were|will|do|does|did|can|should)\b"
    r"|(?:possible|ready|you (?:can|like|want|wish|are))\b))"
    r"|\b(?:as soon as|every time|each time|the moment|unless)\b"
    r"|\b(?:once|after) (?=(?:i|he|she|it|they|we|someone|somebody)\b)"
)
_HAN_CONDITION: Final = re.compile(
    "(?:如果|要是|假如|倘若|若是)(?!可以|方便|可能|行的?话|你?愿意|你?想|你?能)|一旦|每当|除非|只要"
    "|(?<!什么)(?<!啥)(?<!有)(?<!小)的?时候|当(?=[^，,]+时)"
    "|(?<![小定计及准同有随临暂按平到延倒限点顺逆])时(?![间钟候长刻速装尚器段])"
    "|等(?=[我他她它天你][^，,]{1,8}(?:再|就|后))|(?<![给帮为替对跟让叫])我(?=[^，,]{1,6}(?:之后|以后))"
    "|(?<=[我他她它天人])一(?=[^，,]{1,6}[，,]?你?就)"
    "|(?<!可以)(?<!方便)(?<!可能)的话(?=[，,]|你?就)"
)
_ENDS: Final = re.compile("[.。!！?？;；\n…]")
_LASTING: Final = re.compile("how long|duration|lasts?\\b|lasting|时长|持续|多久|多少秒|多少分钟|秒数")
_TIMELY: Final = re.compile(
    "time|delay|when|hour|minute|second|date|day|later|from now|时间|时刻|延迟|日期|几点|分钟|小时|秒"
)
_COUNTING: Final = frozenset({"timer", "alarm", "remind", "wait"})
_CONDITIONAL: Final = "condition"


def timed(words: Sequence[Word], text: str) -> list[Word]:
    """The words, with those marked that tell when."""
    plain = even(text)
    at = _delays(words) | _within(_TIME, plain, words)
    on = _within(_CONDITION, plain, words) | _within(_HAN_CONDITION, plain, words)
    found = [_marked(word, LATER) if i in at else word for i, word in enumerate(words)]
    return [_marked(word, _CONDITIONAL) if i in on else word for i, word in enumerate(found)]


def _marked(word: Word, mark: str) -> Word:
    """It ends no clause and asks nothing any more."""
    kept = word.marks & {"light"}
    said = {"light"} if mark == _CONDITIONAL or word.marks or word.text in _BEHIND else set[str]()
    return replace(word, marks=kept | said | {mark})


def _delays(words: Sequence[Word]) -> set[int]:
    """The amounts of time that are said to pass before, with the words that say so."""
    found: set[int] = set()
    for at, word in enumerate(words):
        if word.amount is None or SCALES.get(word.amount.unit or "", ("",))[0] != "time":
            continue
        before = at - 1 if at and words[at - 1].text in _BEFORE else None
        if before is None and at > 1 and words[at - 1].text == "for" and words[at - 2].text == "wait":
            before = at - 2
        if before is not None:
            found |= {*range(before, at + 1)}
        if at + 1 < len(words) and words[at + 1].text in _BEHIND:
            found |= {at, at + 1}
    return found


def _within(pattern: re.Pattern[str], plain: str, words: Sequence[Word]) -> set[int]:
    spans = [found.span() for found in pattern.finditer(plain)]
    return {
        at
        for at, word in enumerate(words)
        if word.quote is None and any(word.start < end and start < word.end for start, end in spans)
    }


def waits(clause: Clause) -> bool:
    """Whether something in it tells when."""
    return conditional(clause) or any(LATER in word.marks for word in clause.words)


def conditional(clause: Clause) -> bool:
    """Whether it hangs on something else."""
    return any(_CONDITIONAL in word.marks for word in clause.words)


def at_once(clause: Clause) -> Clause | None:
    """The clause without the words that tell when; `None` where nothing else is said."""
    words = tuple(word for word in clause.words if LATER not in word.marks)
    return replace(clause, words=words) if any(word.keys for word in words) else None


def takes(command: Command, args: Mapping[str, Any], without: Mapping[str, Any], when: str) -> bool:
    """Whether a parameter takes what tells when; `without`: the arguments where that is not said."""
    return any(
        _takes(command, parameter, args[parameter.name], without.get(parameter.name), when)
        for parameter in command.parameters
        if parameter.name in args
    )


def _takes(command: Command, parameter: Parameter, value: Any, without: Any, when: str) -> bool:
    if parameter.kind in ("text", "thing"):
        return when in str(value) and "play" not in command.strength
    return value != without and (parameter.kind != "number" or _timely(command, parameter))


def _timely(command: Command, parameter: Parameter) -> bool:
    """Whether a number tells when, and not how long: that of a timer does both."""
    said = even(f"{parameter.name} {parameter.schema.get('description', '')}")
    counting = not _COUNTING.isdisjoint(command.heads)
    return _TIMELY.search(said) is not None and (counting or not _LASTING.search(said))


def told(clause: Clause, text: str) -> str:
    """What tells when, as it was said."""
    marked = [word for word in clause.words if not word.marks.isdisjoint({LATER, _CONDITIONAL})]
    return text[marked[0].start : marked[-1].end]


def leads(clause: Clause) -> bool:
    """Whether what tells when goes for all that follows: a condition, and a time that is said first."""
    first = next((word for word in clause.words if word.content or LATER in word.marks), None)
    return conditional(clause) or (first is not None and LATER in first.marks)


def followed(found: Sequence[Clause], text: str) -> Iterator[tuple[Clause, bool]]:
    """Each clause, and whether it hangs on the one before: in the same sentence, and joined by no `but`."""
    end: int | None = None
    for clause in found:
        gap = text[end : clause.words[0].start] if end is not None and clause.words else "."
        yield clause, not (_ENDS.search(gap) or re.search(r"\bbut\b|但|不过", even(gap)))
        end = clause.words[-1].end if clause.words else None
