"""Every example, and the README's, run as its reader would run it."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from capserver.planners.offline import OfflinePlanner
from tests.live import PATIENCE, serving

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/main.py"))


async def run(*command: str, address: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        env={**os.environ, "CAPSERVER_URL": address, "PYTHONIOENCODING": "utf-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE):
        output, _ = await process.communicate()
    return process.returncode, output.decode()


@pytest.mark.parametrize("name", EXAMPLES)
async def test_an_example_does_what_it_shows(name: str) -> None:
    async with serving(OfflinePlanner()) as live:
        code, output = await run(f"examples/{name}/main.py", address=live.url)
    assert code == 0, output


async def test_the_plain_client_performs_in_chinese_too() -> None:
    async with serving(OfflinePlanner()) as live:
        code, output = await run("examples/plain_client/main.py", "挥挥手，然后跳两下", address=live.url)
    assert (code, output.split()[:3]) == (0, ["👋", "🦘", "🦘"])


async def test_an_example_fails_where_nothing_was_done() -> None:
    async with serving(OfflinePlanner()) as live:
        code, output = await run(
            "examples/plain_client/main.py", "what is the capital of France", address=live.url
        )
    assert code == 1, output


def test_the_examples_page_has_a_row_for_each() -> None:
    rows = re.findall(r"^\| \[(\w+)\]", (ROOT / "examples" / "README.md").read_text(), re.MULTILINE)
    assert sorted(rows) == EXAMPLES


async def test_the_client_in_the_readme_runs_as_it_stands(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    async with serving(OfflinePlanner()) as live:
        file = tmp_path / "pet.py"
        file.write_text(code.replace("ws://127.0.0.1:8787/v1/ws", live.url))
        status, output = await run(str(file), address=live.url)
    assert (status, output.strip()) == (0, "performing wave {}")


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150
