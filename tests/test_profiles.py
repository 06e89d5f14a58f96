import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from capserver.config import Settings
from capserver.errors import ConfigError
from capserver.greeting import make_offer
from capserver.planners.offline import OfflinePlanner
from capserver.profile import READY, manifest_frame, read_profiles
from capserver.prompt import CallDelta, CallOpened, Prompt
from capserver.protocol.server import Limits

NAMES = ("avatar_3d", "desktop_pet", "smart_home")
NOWHERE = Path("/nowhere/at/all")


def frame(name: str) -> dict[str, object]:
    return manifest_frame((READY / f"{name}.json").read_text(encoding="utf-8"), name)


def test_three_profiles_are_ready() -> None:
    assert tuple(read_profiles(NOWHERE)) == NAMES
    assert tuple(read_profiles(Settings().profiles.folder)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_ready_profile_has_nothing_that_could_be_better(name: str) -> None:
    offer, unknown = make_offer(frame(name), Limits())
    assert [*offer.findings(), *unknown] == []
    assert len(offer.commands.commands) >= 20
    assert offer.commands.tokens < 5000


@pytest.mark.parametrize("name", NAMES)
def test_a_ready_profile_shows_what_commands_can_be(name: str) -> None:
    commands = make_offer(frame(name), Limits())[0].commands.commands.values()
    assert len({command.lane for command in commands}) > 3
    assert any(command.returns for command in commands)
    assert any(command.stream for command in commands)
    assert any(command.slots for command in commands)
    for command in commands:
        spoken = "".join(command.examples)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in spoken), command.name
        assert any("a" <= letter <= "z" for letter in spoken), command.name


def said() -> Iterator[tuple[str, str, list[tuple[str, dict[str, object]]]]]:
    yield "desktop_pet", "wave and then jump twice", [("wave", {}), ("jump", {"times": 2})]
    yield "desktop_pet", "挥挥手，然后跳两下", [("wave", {}), ("jump", {"times": 2})]
    yield "desktop_pet", "go to the top left corner", [("go_to", {"place": "top_left"})]
    yield "desktop_pet", "吃苹果", [("eat", {"food": "apple"})]
    yield "avatar_3d", "walk to the sofa", [("walk_to", {"object": "sofa"})]
    yield "avatar_3d", "看着红球", [("look_at", {"target": "red_ball"})]
    yield "smart_home", "turn on the kitchen light", [("turn_on", {"device": "kitchen_light"})]
    yield "smart_home", "打开客厅灯", [("turn_on", {"device": "living_room_light"})]
    yield (
        "smart_home",
        "set the bedroom light to thirty percent",
        [("set_brightness", {"light": "bedroom_light", "percent": 30})],
    )


@pytest.mark.parametrize(("name", "text", "wanted"), list(said()))
async def test_the_offline_planner_understands_a_ready_profile(
    name: str, text: str, wanted: list[tuple[str, dict[str, object]]]
) -> None:
    offer = make_offer(frame(name), Limits())[0]
    prompt = Prompt(text=text, commands=offer.commands, vocabulary=offer.vocabulary)
    calls: dict[int, list[str]] = {}
    names: list[str] = []
    async for delta in OfflinePlanner().plan(prompt):
        if isinstance(delta, CallOpened):
            names.append(delta.name)
            calls[delta.index] = []
        elif isinstance(delta, CallDelta):
            calls[delta.index].append(delta.json)
    given = [json.loads("".join(parts) or "{}") for parts in calls.values()]
    in_ids = [offer_ids(args, wanted) for args in given]
    assert list(zip(names, in_ids, strict=True)) == wanted


def offer_ids(args: dict[str, object], wanted: list[tuple[str, dict[str, object]]]) -> dict[str, object]:
    asked = {key for _, expected in wanted for key in expected}
    return {key: value for key, value in args.items() if key in asked}


def test_a_folder_s_profiles_go_over_the_ready_ones(tmp_path: Path) -> None:
    (tmp_path / "desktop_pet.json").write_text('[{"name": "bark"}]', encoding="utf-8-sig")
    (tmp_path / "mine.json").write_text('{"commands": [], "client": {"name": "me"}, "persona": null}')
    (tmp_path / "notes.txt").write_text("no profile")
    found = read_profiles(tmp_path)
    assert set(found) == {*NAMES, "mine"}
    assert found["desktop_pet"].commands == [{"name": "bark"}]
    assert found["desktop_pet"].client.name == "desktop_pet"
    assert found["mine"].client.name == "me"


def test_every_bad_profile_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"persona": "no commands"}')
    (tmp_path / "b.json").write_text('[{"name": "1"}, {"name": "ok", "parameters": {"type": "array"}}]')
    (tmp_path / "c.json").write_bytes(b'["\xff"]')
    (tmp_path / "d.json").write_text("{")
    (tmp_path / "e.json").mkdir()
    with pytest.raises(ConfigError) as caught:
        read_profiles(tmp_path)
    told = "\n".join(f"{fault.path} {fault.message}" for fault in caught.value.faults)
    assert [name for name in "abcde" if f"{name}.json" in told] == list("abcde")
    assert "/commands/0/name" in told
    assert "/commands/1/parameters" in told
