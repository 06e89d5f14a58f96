"""Rules of the house that no linter knows."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.splitlines()
GENERATED = "clients/js/src/protocol.ts"
CODE = [
    ROOT / name
    for name in TRACKED
    if Path(name).suffix in {".py", ".js", ".mjs", ".ts", ".tsx", ".css"}
    and (ROOT / name).exists()
    and name != GENERATED
]
BANNED = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "core",
    "base",
    "types",
    "constants",
    "misc",
    "manager",
}

TASK_TOPS = {("connection.py", "_plan"), ("replay.py", "_effects")}
"""Where an exception of any kind is caught: it must not take its siblings with it, or is what is sought."""


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_enough_to_be_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_file_of_the_packages_has_a_name_that_says_nothing() -> None:
    parts = {
        part
        for name in TRACKED
        if name.startswith(("capserver/", "clients/"))
        for part in Path(name).with_suffix("").parts
    }
    assert not parts & BANNED


def test_exceptions_of_any_kind_are_caught_at_the_top_of_a_task_alone() -> None:
    found = set()
    for path in CODE:
        if path.suffix != ".py" or not path.is_relative_to(ROOT / "capserver"):
            continue
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                found |= {(path.name, function.name) for node in ast.walk(function) if _catches_all(node)}
    assert found == TASK_TOPS


def _catches_all(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    return node.type is None or (
        isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
    )
