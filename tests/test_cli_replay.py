"""`capserver replay`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capserver.cli.root import capserver
from capserver.inputs import Binary, Framed, Input, Opened, Wrote, give
from capserver.recorder import Recorder
from capserver.session import Session
from tests.drives import an_offer, some_terms


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    recorder = Recorder()
    session = Session("s", "token", an_offer(), some_terms(), 0.0, principal="kim")
    recorder.start(session, 1.0)
    inputs: list[Input] = [Opened(), Framed('{"type":"ping","t":"\x9b31m"}'), Binary(), Wrote(1)]
    for given in inputs:
        recorder.observe(session, given, 2.0, give(session, given, 2.0))
    path = tmp_path / "trace.jsonl"
    path.write_text(recorder.stop("s") or "", encoding="utf-8")
    return path


def run(path: Path) -> Result:
    return CliRunner().invoke(capserver, ["replay", str(path)], prog_name="capserver")


def changed(path: Path, line: int, old: str, new: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new)
    path.write_text("\n".join(lines), encoding="utf-8")


def test_help_shows_an_example() -> None:
    result = CliRunner().invoke(capserver, ["replay", "--help"], prog_name="capserver")
    assert "  capserver replay trace.jsonl" in result.output


def test_the_same_is_said_to_be_the_same(trace: Path) -> None:
    result = run(trace)
    assert (result.exit_code, result.output) == (0, "✓ 4 inputs, 3 effects: the same\n")


def test_what_differs_is_shown_with_what_came_before(trace: Path) -> None:
    changed(trace, 7, "invalid_frame", "too_large")
    result = run(trace)
    assert result.exit_code == 1
    first, versions, where, *shown = result.output.splitlines()
    assert first == "✗ 4 inputs, 3 effects: something else came of 1 input"
    assert versions.startswith("  recorded by ")
    assert where == f"  the first: {trace}:6"
    assert [line.split()[0] for line in shown] == ["before", "before", "given", "recorded", "now"]
    assert "too_large" in shown[3]
    assert "invalid_frame" in shown[4]
    assert "\x9b" not in result.output
    assert "\\u009b31m" in result.output


def test_an_effect_that_does_not_come_any_more_is_shown_as_nothing(trace: Path) -> None:
    extra = json.dumps({"t": 1.0, "out": {"stop": "t" * 400}})
    lines = trace.read_text(encoding="utf-8").splitlines()
    trace.write_text("\n".join([*lines[:8], extra]), encoding="utf-8")
    result = run(trace)
    assert result.exit_code == 1
    *_, recorded, now = result.output.splitlines()
    assert recorded.endswith("ttt…")
    assert now == "    now       (nothing more)"


def test_a_file_that_is_no_recording_is_refused_by_line(trace: Path) -> None:
    changed(trace, 4, '"kind":"frame"', '"kind":"phrase"')
    result = run(trace)
    assert result.exit_code == 2
    assert f'{trace}:4: "in": its kind is none of open, frame' in result.output


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n")
    result = run(path)
    assert result.exit_code == 2
    assert "not UTF-8" in result.output
    missing = run(tmp_path / "none.jsonl")
    assert missing.exit_code == 2
    assert "No such file" in missing.output
