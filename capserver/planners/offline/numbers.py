"""Numbers in digits and words, in both languages, with the unit that follows them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Final


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that was said, and in what it counts."""

    value: float
    unit: str | None = None
    """One of `UNITS`, or `ordinal`; `None` where none was said."""

    @property
    def number(self) -> int | float:
        """The value, an `int` where it is whole."""
        return int(self.value) if self.value == int(self.value) else self.value


UNITS: Final[Mapping[str, str]] = {
    "millisecond": "milliseconds|millisecond|msecs?|ms|毫秒",
    "second": "seconds|second|secs|sec|s|秒钟|秒",
    "minute": "minutes|minute|mins|min|分钟|分",
    "hour": "hours|hour|hrs|hr|h|小时|钟头|钟",
    "day": "days|day|天",
    "percent": "%|percent|per cent|percentage|pct",
    "degree": "degrees|degree|°c|°f|°|℃|摄氏度|度",
    "times": "times|time|x|rounds|次|下|遍|回|圈|声|趟",
    "metre": "metres|metre|meters|meter|m|米",
    "centimetre": "centimetres|centimetre|centimeters|centimeter|cm|厘米",
    "kilometre": "kilometres|kilometre|kilometers|kilometer|km|公里|千米",
    "step": "steps|step|paces|步",
    "pixel": "pixels|pixel|px|像素",
    "kelvin": "kelvin|k",
}
"""Each unit with what it is called, as alternatives of a pattern, in the even text."""

SCALES: Final[Mapping[str, tuple[str, float]]] = {
    "millisecond": ("time", 0.001),
    "second": ("time", 1),
    "minute": ("time", 60),
    "hour": ("time", 3600),
    "day": ("time", 86400),
    "metre": ("length", 1),
    "centimetre": ("length", 0.01),
    "kilometre": ("length", 1000),
}
"""What a unit measures, and how much of it."""

_SMALL: Final = re.findall(
    r"\w+",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen",
)
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_ENGLISH: Final = {
    **{word: i for i, word in enumerate(_SMALL)},
    **{word: 10 * i for i, word in enumerate(_TENS, 2)},
    "dozen": 12,
    "couple": 2,
    "few": 3,
    "several": 3,
}
_ORDINALS: Final = re.findall(r"\w+", "first second third fourth fifth sixth seventh eighth ninth tenth")
_TIMES: Final = {"once": 1, "twice": 2, "thrice": 3}
_FRACTIONS: Final = {"half": 0.5, "quarter": 0.25}
_DIGITS: Final = {digit: i for i, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000}

_UNIT: Final = "(?P<unit>" + "|".join(f"(?P<{name}>{words})" for name, words in UNITS.items()) + r")(?![a-z])"
_AFTER: Final = re.compile(r"[ \-]?(?:个)?(?P<half>半)?(?:of )?(?:an? )?" + _UNIT)
_HALF_MORE: Final = re.compile(r" and an? (?P<part>half|quarter)\b")
_WORD: Final = "|".join(sorted([*_ENGLISH, "hundred", "thousand"], key=len, reverse=True))
_NUMBER: Final = re.compile(
    r"(?P<fraction>(?:(?P<whole>\d+) (?:and (?:an? )?)?)?(?P<over>\d+)/(?P<under>[1-9]\d*))"
    r"|(?P<nth>\d+)(?:st|nd|rd|th)\b"
    r"|(?P<digits>(?:(?<![\w.])[-−])?\d+(?:\.\d+)?)"
    r"|(?P<of_hundred>百分之(?P<share>[\d.]+|[零〇一二两三四五六七八九十百点]+))"
    r"|第(?P<han_nth>[一二三四五六七八九十\d]+)[个只条首张]?"
    r"|(?P<one_half>一半)"
    r"|(?P<half>半)(?=个?(?:小时|钟头|钟|分钟|圈|天|米|步))"
    r"|(?P<han>负?[零〇一二两三四五六七八九十][零〇一二两三四五六七八九十百千万]*(?:点[零〇一二三四五六七八九]+)?)"
    r"|(?P<words>(?:minus )?(?:an? (?=hundred|thousand|dozen|couple|few))?"
    rf"(?:(?:{_WORD})\b(?:(?: and)?[ -](?={_WORD}))?)+(?: point(?: (?:{'|'.join(_SMALL[:10])})\b)+)?)"
    rf"|(?P<ordinal>{'|'.join(_ORDINALS)})\b"
    r"|(?P<times>once|twice|thrice)\b"
    r"|(?P<part>half|(?:a )?quarter)\b"
    r"|(?P<single>an?) (?=(?:second|minute|hour|day|metre|meter|step|degree)\b)"
)


def amount_at(text: str, at: int) -> tuple[Amount, int] | None:
    """The amount that begins at `at` in the even `text`, and where it ends."""
    found = _NUMBER.match(text, at)
    if found is None:
        return None
    kind = next(kind for kind in _READ if found[kind] is not None)
    try:
        amount = _READ[kind](found)
    except OverflowError:
        amount = Amount(inf)
    if amount.unit is not None:
        return amount, found.end()
    return _with_unit(text, amount.value, kind, found.end())


def _with_unit(text: str, value: float, kind: str, end: int) -> tuple[Amount, int] | None:
    more = _HALF_MORE.match(text, end)
    if more and _AFTER.match(text, more.end()):
        value, end = value + _FRACTIONS[more["part"]], more.end()
    unit = _AFTER.match(text, end)
    if unit is None:
        return (Amount(value * 100, "percent"), end) if kind == "part" else (Amount(value), end)
    name = next(name for name in UNITS if unit[name] is not None)
    value, end = value + (0.5 if unit["half"] else 0), unit.end()
    more = _HALF_MORE.match(text, end)
    if more:
        value, end = value + _FRACTIONS[more["part"]], more.end()
    return Amount(value, name), end


def _fraction(found: re.Match[str]) -> Amount:
    return Amount(int(found["whole"] or 0) + int(found["over"]) / int(found["under"]))


def _share(found: re.Match[str]) -> Amount:
    share = found["share"]
    return Amount(float(share) if share[0].isdigit() else _chinese(share), "percent")


def _nth(found: re.Match[str]) -> Amount:
    said = found["han_nth"]
    return Amount(float(said) if said.isdigit() else _chinese(said), "ordinal")


def _chinese(said: str) -> float:
    """`一百二十` is 120, `一百二` too; `二零二六` is read digit by digit; `三点五` is 3.5."""
    if said.startswith("负"):
        return -_chinese(said[1:])
    whole, point, rest = said.partition("点")
    if point:
        return _chinese(whole) + float("0." + "".join(str(_DIGITS[digit]) for digit in rest))
    if not any(power in whole for power in _POWERS):
        return float("".join(str(_DIGITS[digit]) for digit in whole))
    total = section = digit = 0
    last = 1
    for character in whole:
        if character == "万":
            total, section, digit, last = (total + section + digit) * 10_000, 0, 0, 10_000
        elif character in _POWERS:
            last = _POWERS[character]
            section, digit = section + (digit or 1) * last, 0
        elif character in "零〇":
            last = 10
        else:
            digit = _DIGITS[character]
    return float(total + section + digit * (last // 10 if last > 10 else 1))


def _english(found: re.Match[str]) -> Amount:
    words, _, point = found["words"].partition(" point ")
    total = section = 0
    for word in re.findall("[a-z]+", words):
        if word == "hundred":
            section = (section or 1) * 100
        elif word == "thousand":
            total, section = total + (section or 1) * 1000, 0
        elif word == "dozen":
            section = (section or 1) * 12
        else:
            section += _ENGLISH.get(word, 0)
    digits = "".join(str(_ENGLISH[word]) for word in point.split())
    value = total + section + float(f"0.{digits or 0}")
    return Amount(-value if words.startswith("minus") else value)


_READ: Final[Mapping[str, Callable[[re.Match[str]], Amount]]] = {
    "fraction": _fraction,
    "nth": lambda found: Amount(float(found["nth"]), "ordinal"),
    "digits": lambda found: Amount(float(found["digits"].replace("−", "-"))),
    "of_hundred": _share,
    "han_nth": _nth,
    "one_half": lambda _: Amount(50, "percent"),
    "half": lambda _: Amount(0.5),
    "han": lambda found: Amount(_chinese(found["han"])),
    "words": _english,
    "ordinal": lambda found: Amount(_ORDINALS.index(found["ordinal"]) + 1, "ordinal"),
    "times": lambda found: Amount(_TIMES[found["times"]], "times"),
    "part": lambda found: Amount(_FRACTIONS[found["part"].removeprefix("a ")]),
    "single": lambda _: Amount(1),
}
