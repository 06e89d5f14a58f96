"""What is counted, and how it is told to Prometheus."""

from prometheus_client.parser import text_string_to_metric_families

from capserver.planners.scripted import ScriptedPlanner
from tests.live import WAVE, serving
from tests.raw import get

SCRIPT = {
    "wave": [{"call": "wave"}],
    "fly": [[{"call": "fly"}], ["I cannot."]],
    "fail": [{"fail": "planner_failed"}],
    "talk": ["Hello."],
}


async def counted(port: int) -> dict[str, float]:
    """All samples, by name and label values."""
    text = (await get(port, "/metrics")).body
    return {
        " ".join([sample.name, *(value for key, value in sample.labels.items() if key != "le")]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith(("_bucket", "_created"))
    }


async def test_turns_commands_and_errors_are_counted_by_what_became_of_them() -> None:
    async with serving(ScriptedPlanner.from_json(SCRIPT)) as live, live.registered() as client:
        for text in ("wave", "fly", "fail", "talk"):
            await client.instruct(text)
        await client.send("no JSON")
        await client.next("error")
        samples = await counted(live.port)
        assert samples["capserver_turns_total completed"] == 3
        assert samples["capserver_turns_total failed"] == 1
        assert samples["capserver_commands_total sent"] == 1
        assert samples["capserver_commands_total rejected"] == 1
        assert samples["capserver_commands_total done"] == 1
        assert samples["capserver_errors_total invalid_frame"] == 1
        assert samples["capserver_turn_seconds_count"] == 4
        assert samples["capserver_turn_queued_seconds_count"] == 4
        assert samples["capserver_turn_first_command_seconds_count"] == 1
        assert samples["capserver_turn_seconds_sum"] > 0


async def test_sessions_and_what_waits_for_them_are_told_as_they_are_now() -> None:
    async with serving(ScriptedPlanner.from_json(SCRIPT)) as live:
        assert (await counted(live.port))["capserver_sessions attached"] == 0
        async with live.registered() as client, live.registered():
            await client.instruct("talk")
            samples = await counted(live.port)
            assert samples["capserver_sessions attached"] == 2
            assert samples["capserver_sessions detached"] == 0
            assert samples["capserver_outbox_frames"] == 2
            await client.send({"type": "ack", "upto": 2})
            await client.pinged()
            assert (await counted(live.port))["capserver_outbox_frames"] == 0


async def test_no_label_holds_what_a_client_chose() -> None:
    offered = [WAVE, {"name": "secret_name"}]
    async with serving() as live, live.registered(offered) as client:
        await client.send({"type": "secret_type"})
        await client.next("error")
        text = (await get(live.port, "/metrics")).body
        assert "secret" not in text
        assert str(client.of("welcome")[0]["session"]) not in text


async def test_the_answer_is_in_prometheus_own_format() -> None:
    async with serving() as live:
        answer = await get(live.port, "/metrics")
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "# TYPE capserver_sessions gauge" in answer.body
