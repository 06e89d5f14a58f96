"""Amounts that were said, as values of number parameters."""

from collections.abc import Iterator, Sequence
from typing import Final

from capserver.planners.offline.numbers import SCALES, Amount
from capserver.planners.offline.parameters import Parameter
from capserver.planners.offline.words import Word

_NEAR: Final = 3


def amounts_for(
    parameters: Sequence[Parameter], words: Sequence[Word], used: set[int]
) -> Iterator[tuple[Parameter, int | float, int]]:
    """Which parameter takes which amount, and where it was said; the best suited first."""
    suited = [
        (-fit, at, i, value)
        for at, word in enumerate(words)
        for i, parameter in enumerate(parameters)
        if word.amount and at not in used
        if (fit := _fit(parameter, word.amount, words, at)) > 0
        if (value := converted(parameter, word.amount)) is not None
    ]
    taken: set[int] = set()
    given: set[int] = set()
    for _, at, i, value in sorted(suited):
        if at not in taken and i not in given:
            taken.add(at)
            given.add(i)
            yield parameters[i], value, at


def _fit(parameter: Parameter, amount: Amount, words: Sequence[Word], at: int) -> float:
    """How well an amount suits a parameter; 0: not at all."""
    suits = suitable(parameter, amount)
    nearby = 0.5 * parameter.required + 0.4 * _named_near(parameter, words, at) - 0.1 * parameter.length
    return suits + nearby if suits else 0


def suitable(parameter: Parameter, amount: Amount) -> float:
    """How well the unit of an amount suits a parameter; 0: not at all, as seconds for a speed."""
    if amount.unit is None or amount.unit == "ordinal":
        return 1.5 if amount.unit is None else 0.8
    if amount.unit == "times":
        return 3 if parameter.count else 0
    if amount.unit == parameter.unit:
        return 3
    if parameter.unit is not None:
        measured, wanted = SCALES.get(amount.unit), SCALES.get(parameter.unit)
        return 2 if measured and wanted and measured[0] == wanted[0] else 0
    if parameter.count:
        return 0
    if amount.unit == "percent":
        return 2 if parameter.high in (1, 100, None) else 1
    plain = amount.unit == "step" and parameter.whole
    return 1 if plain or amount.unit in parameter.as_said else 0


def _named_near(parameter: Parameter, words: Sequence[Word], at: int) -> bool:
    near = words[max(at - _NEAR, 0) : at + 2]
    return any(not parameter.named.isdisjoint(word.keys) for word in near if word.content)


def converted(parameter: Parameter, amount: Amount) -> int | float | None:
    """The amount in the parameter's unit; `None` where that is no whole number and has to be one."""
    value = amount.value
    measured, wanted = SCALES.get(amount.unit or ""), SCALES.get(parameter.unit or "")
    if measured and wanted:
        value = value * measured[1] / wanted[1]
    elif parameter.high == 1 and (amount.unit == "percent" or (amount.unit is None and value > 1)):
        value /= 100
    number = Amount(round(value, 6)).number
    return None if parameter.whole and isinstance(number, float) else number


def extreme(parameter: Parameter, words: Sequence[Word], used: set[int]) -> tuple[int | float, int] | None:
    """The parameter's upper or lower bound, where the most or the least was said, and where."""
    percent = parameter.unit == "percent"
    high = 100 if parameter.high is None and percent else parameter.high
    low = 0 if parameter.low is None and percent else parameter.low
    for at, word in enumerate(words):
        bound = high if "maximum" in word.keys else low if "minimum" in word.keys else None
        if bound is not None and at not in used:
            return Amount(bound).number, at
    return None
