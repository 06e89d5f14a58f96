"""A row of the table, and how figures are made of samples."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was measured, the bound that it must keep, what it came to."""

    what: str
    must: str
    got: str
    kept: bool
    figures: dict[str, float]


def percentile(samples: Sequence[float], part: float) -> float:
    """The value below which `part` of the samples lie."""
    ordered = sorted(samples)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]


def median_seconds(call: Callable[[], Any], times: int, rounds: int = 7) -> float:
    """Seconds of one call: the median of several rounds."""
    taken = []
    for _ in range(rounds):
        start = perf_counter()
        for _ in range(times):
            call()
        taken.append((perf_counter() - start) / times)
    return statistics.median(taken)
