"""Buckets, and what a client may send."""

import pytest

from capserver.rates import BURST, Allowance, Bucket


def test_a_burst_is_given_at_once_and_no_more() -> None:
    bucket = Bucket(10, 3, 0.0)
    assert [bucket.take(0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 0.1]


def test_it_fills_at_its_rate_up_to_the_burst() -> None:
    bucket = Bucket(10, 2, 0.0)
    bucket.take(0.0)
    bucket.take(0.0)
    assert bucket.take(0.05) == pytest.approx(0.05)
    assert bucket.take(0.1) == 0.0
    assert [bucket.take(60.0) for _ in range(3)] == [0.0, 0.0, 0.1]


def test_a_rate_of_none_allows_everything() -> None:
    bucket = Bucket(0, 0, 0.0)
    assert [bucket.take(0.0) for _ in range(1000)] == [0.0] * 1000


def test_a_rate_below_one_a_second_still_lets_one_through() -> None:
    bucket = Bucket(0.1, 0.4, 0.0)
    assert bucket.take(0.0) == 0.0
    assert bucket.take(0.0) == pytest.approx(10.0)
    assert bucket.take(10.0) == 0.0


def test_an_allowance_is_spent_after_a_burst_and_another_one_that_was_refused() -> None:
    allowance = Allowance(2, 0.0)
    assert [bool(allowance.take(0.0)) for _ in range(2 * BURST + 1)] == [False] * 2 * BURST + [True]
    assert [allowance.is_spent(0.0) for _ in range(2 * BURST + 1)] == [False] * 2 * BURST + [True]


def test_frames_good_for_nothing_spend_what_is_left_first() -> None:
    allowance = Allowance(2, 0.0)
    assert not any(allowance.is_spent(0.0) for _ in range(4 * BURST))
    assert allowance.is_spent(0.0)
    assert allowance.take(0.0) > 0


def test_who_waits_is_forgiven() -> None:
    allowance = Allowance(2, 0.0)
    while not allowance.is_spent(0.0):
        pass
    assert allowance.take(1.0) == 0.0
    assert not allowance.is_spent(1.0)
