"""Recordings of all sessions in files."""

import stat
from pathlib import Path

import pytest

from capserver import archive
from capserver.app import create_app
from capserver.archive import Archive
from capserver.config import Settings
from capserver.errors import ConfigError
from capserver.planners.scripted import ScriptedPlanner
from capserver.replay import read_trace, replay
from tests.live import resume, serving


def keeping(folder: Path) -> Settings:
    return Settings.model_validate({"server": {"traces": folder}, "auth": {"tokens": ["swordfish-1"]}})


async def test_every_session_is_kept_in_a_file_of_its_own_that_can_be_replayed(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "traces"
    planner = ScriptedPlanner.from_json({"wave": ["Sure.", {"call": "wave"}]})
    async with serving(planner, keeping(folder)) as live, live.client() as one, live.client() as other:
        first = await one.register(token="swordfish-1")
        await other.register(token="swordfish-1")
        await one.instruct("wave")
        await one.drop()
        async with live.client() as again:
            await again.send(resume(first) | {"token": "swordfish-1"})
            await again.next("welcome")
            await again.socket.close(1000)
    files = sorted(folder.iterdir())
    assert len(files) == 2
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        text = file.read_text(encoding="utf-8")
        assert "swordfish" not in text
        assert first["token"] not in text
        outcome = replay(read_trace(text.splitlines()))
        assert (outcome.first, outcome.inputs > 1) == (None, True)
    whole = (folder / f"{first['session']}.jsonl").read_text(encoding="utf-8")
    assert '"kind":"resume"' in whole
    assert whole.endswith('"out":{"end":"the session is over"}}\n')


async def test_lines_stay_in_order_whatever_the_disk_does(tmp_path: Path) -> None:
    kept = Archive(tmp_path)
    for number in range(100):
        kept.put("a", f"{number}\n")
        kept.put("b", f"{number}\n")
    await kept.aclose()
    await kept.aclose()
    kept.put("a", "100\n")
    await kept.aclose()
    assert (tmp_path / "a.jsonl").read_text() == "".join(f"{number}\n" for number in range(101))


async def test_a_disk_that_is_too_slow_costs_a_recording_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(archive, "MOST", 10)
    kept = Archive(tmp_path)
    for text in ("123456\n", "too much\n", "8\n"):
        kept.put("a", text)
    kept.put("b", "1\n")
    await kept.aclose()
    kept.put("a", "9\n")
    await kept.aclose()
    assert (tmp_path / "a.jsonl").read_text() == "123456\n"
    assert (tmp_path / "b.jsonl").read_text() == "1\n"
    assert caplog.text.count("the disk is too slow") == 1


async def test_a_file_that_cannot_be_written_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a.jsonl").mkdir()
    kept = Archive(tmp_path)
    kept.put("a", "1\n")
    kept.put("b", "1\n")
    await kept.aclose()
    assert "a recording cannot be written" in caplog.text
    assert (tmp_path / "b.jsonl").read_text() == "1\n"


def test_a_folder_that_cannot_be_made_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as refusal:
        create_app(keeping(tmp_path / "file" / "traces"), planner=ScriptedPlanner({}))
    assert refusal.value.faults[0].path == "/server/traces"
