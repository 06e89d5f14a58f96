"""Numbers in digits and words."""

import pytest

from capserver.planners.offline.numbers import Amount, amount_at


@pytest.mark.parametrize(
    ("said", "value", "unit"),
    [
        ("3", 3, None),
        ("-3", -3, None),
        ("2.5", 2.5, None),
        ("50%", 50, "percent"),
        ("45-second", 45, "second"),
        ("10x", 10, "times"),
        ("2700k", 2700, "kelvin"),
        ("90°", 90, "degree"),
        ("1/2 an hour", 0.5, "hour"),
        ("1 1/2 hours", 1.5, "hour"),
        ("1 and a 1/2 hours", 1.5, "hour"),
        ("3rd", 3, "ordinal"),
        ("twenty-five", 25, None),
        ("one hundred and twenty", 120, None),
        ("a hundred", 100, None),
        ("hundred", 100, None),
        ("a thousand", 1000, None),
        ("three hundred thousand", 300_000, None),
        ("two thousand and five", 2005, None),
        ("a dozen", 12, None),
        ("two dozen", 24, None),
        ("minus five", -5, None),
        ("five point two", 5.2, None),
        ("thirty percent", 30, "percent"),
        ("three times", 3, "times"),
        ("a couple of times", 2, "times"),
        ("once", 1, "times"),
        ("twice", 2, "times"),
        ("thrice", 3, "times"),
        ("first", 1, "ordinal"),
        ("half", 50, "percent"),
        ("half an hour", 0.5, "hour"),
        ("a quarter of an hour", 0.25, "hour"),
        ("an hour", 1, "hour"),
        ("an hour and a half", 1.5, "hour"),
        ("one and a half hours", 1.5, "hour"),
        ("三", 3, None),
        ("十", 10, None),
        ("十五秒", 15, "second"),
        ("二十", 20, None),
        ("一百二十度", 120, "degree"),
        ("一百二", 120, None),
        ("一百零五", 105, None),
        ("一千零一", 1001, None),
        ("一万两千", 12_000, None),
        ("三十二万", 320_000, None),
        ("二零二六", 2026, None),
        ("三点五", 3.5, None),
        ("负三", -3, None),
        ("两下", 2, "times"),
        ("三次", 3, "times"),
        ("两个半小时", 2.5, "hour"),
        ("半小时", 0.5, "hour"),
        ("1个钟头", 1, "hour"),
        ("一半", 50, "percent"),
        ("百分之三十", 30, "percent"),
        ("百分之50", 50, "percent"),
        ("百分之三点五", 3.5, "percent"),
        ("第三个", 3, "ordinal"),
        ("第2", 2, "ordinal"),
    ],
)
def test_a_number_is_read_with_its_unit(said: str, value: float, unit: str | None) -> None:
    assert amount_at(said, 0) == (Amount(value, unit), len(said))


@pytest.mark.parametrize("said", ["jump", "onesie", "tension", "a day's work"[2:], "万一", "an apple", "-x"])
def test_what_only_begins_like_a_number_is_none(said: str) -> None:
    assert amount_at(said, 0) is None


def test_a_number_ends_where_its_unit_does() -> None:
    assert amount_at("3 steps left", 0) == (Amount(3, "step"), 7)
    assert amount_at("5 maps", 0) == (Amount(5), 1)
    assert amount_at("2 and a half apples", 0) == (Amount(2), 1)


def test_a_whole_value_is_an_int() -> None:
    assert isinstance(Amount(2.0).number, int)
    assert Amount(2.5).number == 2.5
