"""The whole application: what is joined to what, and what it says about itself."""

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from capserver import __version__
from capserver.app import create_app, create_planner, from_environment
from capserver.asyncapi import asyncapi
from capserver.config import PlannerChoice, Settings
from capserver.errors import ConfigError
from capserver.planners.anthropic.planner import AnthropicPlanner
from capserver.planners.offline import OfflinePlanner
from capserver.planners.scripted import PuppetPlanner, ScriptedPlanner
from tests.live import Frame, manifest, serving
from tests.raw import get


async def test_it_says_that_it_lives() -> None:
    async with serving() as live:
        answer = await get(live.port, "/healthz")
        assert (answer.status, json.loads(answer.body)) == (200, {"status": "ok"})
        assert len(answer.headers["x-request-id"]) == 16


async def test_it_says_that_it_is_ready_and_for_how_many() -> None:
    async with serving() as live, live.registered():
        answer = await get(live.port, "/readyz")
        assert answer.status == 200
        assert json.loads(answer.body) == {"status": "ready", "planner": "scripted", "sessions": 1}


async def test_it_is_not_ready_while_its_planner_is_refused() -> None:
    message = "the model's API does not accept the key (401)"
    script = {
        "one": [{"fail": "planner_unavailable", "message": message}],
        "two": ["Well again."],
    }
    async with serving(ScriptedPlanner.from_json(script)) as live, live.registered() as client:
        assert (await client.instruct("one"))["status"] == "failed"
        answer = await get(live.port, "/readyz")
        assert answer.status == 503
        assert json.loads(answer.body)["trouble"] == message
        assert (await get(live.port, "/healthz")).status == 200
        assert (await client.instruct("two"))["status"] == "completed"
        assert (await get(live.port, "/readyz")).status == 200


async def test_it_describes_its_protocol() -> None:
    async with serving() as live:
        answer = await get(live.port, "/asyncapi.json")
        assert json.loads(answer.body) == json.loads(json.dumps(asyncapi()))


async def test_it_counts() -> None:
    async with serving() as live:
        assert "capserver_sessions" in (await get(live.port, "/metrics")).body


async def test_it_serves_its_page_at_the_root() -> None:
    async with serving() as live:
        answer = await get(live.port, "/")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/html")


async def test_welcome_says_what_the_settings_say() -> None:
    settings = Settings.model_validate(
        {"limits": {"commands": 7}, "server": {"heartbeat_interval": 3, "heartbeat_timeout": 4}}
    )
    async with serving(settings=settings) as live, live.client() as client:
        welcome = await client.register()
        assert welcome["limits"]["commands"] == 7
        assert welcome["heartbeat"] == {"interval": 3, "timeout": 4}
        assert welcome["server"] == {"name": "capserver", "version": __version__}
        assert welcome["planner"] == "scripted"


async def test_epochs_differ_from_run_to_run() -> None:
    epochs = set()
    for _ in range(2):
        async with serving() as live, live.client() as client:
            epochs.add((await client.register())["epoch"])
    assert len(epochs) == 2


async def test_the_end_of_the_server_stops_the_plans_that_are_open() -> None:
    puppet = PuppetPlanner()
    async with serving(puppet) as live, live.registered() as client:
        await client.tell("say something")
        performance = await puppet.next_plan()
        await client.drop()
        assert not performance.over.is_set()
    assert performance.over.is_set()


async def test_the_default_profile_serves_who_sends_no_manifest(tmp_path: Path) -> None:
    frame = manifest([{"name": "blink"}])
    (tmp_path / "lamp.json").write_text(json.dumps(frame))
    settings = Settings.model_validate({"profiles": {"folder": str(tmp_path), "default": "lamp"}})
    script = ScriptedPlanner.from_json({"blink": [{"call": "blink"}]})
    async with serving(script, settings) as live, live.client() as client:
        assert (await client.instruct("blink"))["commands"] == 1
        assert client.of("welcome")[0]["profile"] == "lamp"


def test_a_default_profile_that_does_not_exist_is_refused_by_name() -> None:
    settings = Settings.model_validate({"profiles": {"default": "unicorn"}})
    with pytest.raises(ConfigError) as refusal:
        create_app(settings, planner=ScriptedPlanner({}))
    (fault,) = refusal.value.faults
    assert fault.path == "/profiles/default"
    assert "desktop_pet" in fault.message


async def test_the_offline_planner_works_end_to_end() -> None:
    planner = create_planner(Settings(), PlannerChoice("offline", "asked for"))
    assert isinstance(planner, OfflinePlanner)
    commands: list[Frame] = [
        {"name": "wave", "description": "Wave a hand.", "examples": ["wave", "挥挥手"]},
        {
            "name": "jump",
            "description": "Jump up.",
            "examples": ["jump", "jump {times} times", "跳"],
            "parameters": {"type": "object", "properties": {"times": {"type": "integer", "minimum": 1}}},
        },
    ]
    async with serving(planner) as live, live.registered(commands) as client:
        for text in ("wave and then jump twice", "挥挥手，然后跳两下"):
            assert (await client.instruct(text))["status"] == "completed"
        assert [(frame["name"], frame["args"]) for frame in client.of("command")] == [
            ("wave", {}),
            ("jump", {"times": 2}),
        ] * 2


def test_a_model_with_settings_of_its_own_is_asked_so() -> None:
    settings = Settings.model_validate({"planner": {"models": {"claude-opus-4": {"max_tokens": 99}}}})
    choice = PlannerChoice(
        "anthropic", "asked for", "claude-opus-4", "https://models.example.org", SecretStr("sk-ant-x")
    )
    planner = create_planner(settings, choice)
    assert isinstance(planner, AnthropicPlanner)
    assert planner.name == "anthropic:claude-opus-4"


def test_without_a_choice_settings_and_environment_decide(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    assert callable(create_app())
    monkeypatch.setattr("capserver.logs.configure", lambda *_: None)
    assert callable(from_environment())
