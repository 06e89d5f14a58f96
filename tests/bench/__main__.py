"""Runs every row, prints the table, writes `bench.json`; exits with an error where a bound is not kept."""

import asyncio
import json
import platform
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from capserver import __version__
from tests.bench import core, page, wire
from tests.bench.rows import Row

PARTS = ("uvicorn", "uvloop", "websockets", "pydantic", "anthropic", "aiohttp")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


async def _wire() -> list[Row]:
    return [await wire.block_to_frame(), await wire.first_command(), await wire.session_overhead()]


def main() -> None:
    """All rows, in the order of the table."""
    core.compiled()
    rows = [*core.frames(), *core.registering(), *asyncio.run(_wire()), *page.rows()]
    parts = ", ".join(f"{name} {_version(name)}" for name in PARTS)
    where = f"capserver {__version__}, Python {platform.python_version()}, {platform.machine()}, {parts}"
    table = Table(title=where, title_justify="left")
    for heading in ("what", "must", "got", ""):
        table.add_column(heading)
    for row in rows:
        table.add_row(row.what, row.must, row.got, "✓" if row.kept else "✗")
    Console(width=150).print(table)
    Path("bench.json").write_text(
        json.dumps({"where": where, "rows": [asdict(row) for row in rows]}, indent=1)
    )
    sys.exit(not all(row.kept for row in rows))


main()
