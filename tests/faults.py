"""The rows of `faults.jsonl`: bad input and what has to become of it. Tests name the rows they cover."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """One row: its id, its area, what comes in and what is expected, in words."""

    id: str
    area: str
    input: str
    expected: str


@cache
def rows(area: str) -> tuple[Row, ...]:
    """The rows of one area, in order."""
    lines = Path(__file__).with_name("faults.jsonl").read_text(encoding="utf-8").splitlines()
    read = [Row(**json.loads(line)) for line in lines]
    return tuple(row for row in read if row.area == area)
