"""Every example, and the README's, run as its reader would run it."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from capserver.planners.offline import OfflinePlanner
from tests.live import PATIENCE, serving

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.name for path in (ROOT / "examples").glob("*/"))
PROGRAMS = sorted((ROOT / "examples").glob("*/main.py")) + sorted((ROOT / "examples").glob("*/main.mjs"))


def node() -> list[str]:
    """The Node that builds the pages, with the WebSocket that Node 20 has behind a flag."""
    find = [sys.executable, str(ROOT / "clients" / "js" / "build_pages.py"), "--find"]
    path = subprocess.run(find, capture_output=True, text=True, check=True).stdout.strip()
    return [path, "--experimental-websocket", "--no-warnings"]


async def run(*command: str, address: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(node() if command[0].endswith(".mjs") else [sys.executable]),
        *command,
        env={**os.environ, "CAPSERVER_URL": address, "PYTHONIOENCODING": "utf-8"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE):
        output, _ = await process.communicate()
    return process.returncode, output.decode()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.parent.name)
async def test_an_example_does_what_it_shows(program: Path) -> None:
    async with serving(OfflinePlanner()) as live:
        code, output = await run(str(program), address=live.url)
    assert code == 0, output


async def test_the_plain_client_performs_in_chinese_too() -> None:
    async with serving(OfflinePlanner()) as live:
        code, output = await run("examples/plain_client/main.py", "挥挥手，然后跳两下", address=live.url)
    assert (code, output.split()[:3]) == (0, ["👋", "🦘", "🦘"])


async def test_the_node_client_performs_in_chinese_too() -> None:
    async with serving(OfflinePlanner()) as live:
        code, output = await run("examples/node_client/main.mjs", "变成蓝色，然后开灯", address=live.url)
    assert (code, output.split()[:3]) == (0, ["⚫", "🔵", "completed"])


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.parent.name)
async def test_an_example_fails_where_nothing_was_done(program: Path) -> None:
    async with serving(OfflinePlanner()) as live:
        code, output = await run(str(program), "what is the capital of France", address=live.url)
    assert code == 1, output


async def test_the_node_client_fails_where_there_is_no_server() -> None:
    code, output = await run("examples/node_client/main.mjs", address="ws://127.0.0.1:1/v1/ws")
    assert (code, "Start it with: capserver serve" in output) == (1, True)


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
