"""What the log says of turns."""

import logging

import pytest

from capserver.planners.scripted import ScriptedPlanner
from tests.live import serving

SECRET = "the password is swordfish"


def lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "capserver.journal"]


async def test_a_turn_that_ended_has_a_line_with_ids_counts_and_times(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "capserver")
    async with (
        serving(ScriptedPlanner.from_json({SECRET: ["Noted.", {"call": "wave"}]})) as live,
        live.registered() as client,
    ):
        ended = await client.instruct(SECRET)
    (line,) = lines(caplog)
    told = vars(line)
    assert (line.message, told["turn"], told["status"], told["commands"]) == (
        "a turn ended",
        ended["turn"],
        "completed",
        1,
    )
    assert told["ms"] == ended["timing"]["total_ms"]
    assert not any("swordfish" in str(vars(record)) for record in caplog.records)


async def test_a_turn_that_failed_says_why_by_its_code(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "capserver")
    script = {"go": [{"fail": "planner_failed", "message": "no"}]}
    async with serving(ScriptedPlanner.from_json(script)) as live, live.registered() as client:
        await client.instruct("go")
    assert vars(lines(caplog)[0])["code"] == "planner_failed"
