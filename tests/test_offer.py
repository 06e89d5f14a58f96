"""What a client offers, and how it changes."""

from typing import Any

import pytest

from capserver.errors import FrameError
from capserver.offer import STATE_BYTES, Offer
from capserver.protocol.client import ManifestUpdate
from tests.drives import an_offer


def update(**fields: Any) -> ManifestUpdate:
    return ManifestUpdate.model_validate({"type": "manifest.update", "id": "u1", **fields})


def refused(offer: Offer, limit: int = 0, **fields: Any) -> list[tuple[str, str]]:
    before = (offer.commands, offer.vocabulary, offer.persona, offer.rev)
    with pytest.raises(FrameError) as refusal:
        offer.change(update(**fields), limit)
    assert refusal.value.code == "invalid_manifest"
    assert (offer.commands, offer.vocabulary, offer.persona, offer.rev) == before
    return [(fault.path, fault.code) for fault in refusal.value.faults]


def test_an_update_changes_commands_vocabulary_and_persona_and_counts() -> None:
    offer = an_offer()
    things = {
        "people": [{"id": "k", "names": ["Kim"]}],
        "objects": {"put": [{"id": "ball", "names": ["ball"]}]},
    }
    offer.change(update(add=[{"name": "sit"}], remove=["wave"], vocabulary=things, persona="A cat."), 0)
    assert "sit" in offer.commands.commands
    assert "wave" not in offer.commands.commands
    assert offer.vocabulary.resolve("people", "kim") == "k"
    assert offer.vocabulary.resolve("objects", "red cube") == "cube"
    assert offer.vocabulary.resolve("objects", "ball") == "ball"
    assert (offer.persona, offer.rev) == ("A cat.", 2)


def test_an_update_of_nothing_counts_too() -> None:
    offer = an_offer()
    digest = offer.commands.digest
    offer.change(update(), 0)
    assert (offer.rev, offer.commands.digest, offer.persona) == (2, digest, None)


def test_all_faults_of_an_update_come_at_once_and_nothing_is_taken() -> None:
    faults = refused(
        an_offer(),
        add=[{"name": "1"}],
        remove=["dance"],
        vocabulary={"objects": {"drop": ["ball"]}},
        persona="A dog.",
    )
    assert faults == [
        ("/remove/0", "unknown_name"),
        ("/add/0/name", "string_pattern_mismatch"),
        ("/vocabulary/objects/drop/0", "unknown_id"),
    ]


@pytest.mark.parametrize("row", ["manifest-02"])
def test_one_command_more_than_the_limit_is_refused(row: str) -> None:
    offer = an_offer()
    most = len(offer.commands.commands)
    assert refused(offer, most, add=[{"name": "sit"}]) == [("/add", "too_many")]
    offer.change(update(add=[{"name": "sit"}], remove=["wave"]), most)
    offer.change(update(add=[{"name": "stand"}]), 0)
    assert offer.rev == 3


def test_a_parameter_without_its_list_is_a_finding() -> None:
    offer = an_offer()
    assert "unknown_list" not in [finding.code for finding in offer.findings()]
    offer.change(update(vocabulary={"objects": None}), 0)
    (finding,) = [finding for finding in offer.findings() if finding.code == "unknown_list"]
    assert finding.path == "/commands/point/at"
    assert "'objects'" in finding.message


def test_only_names_what_is_there() -> None:
    offer = an_offer()
    offer.check_names([])
    offer.check_names(["wave", "jump"])
    with pytest.raises(FrameError) as refusal:
        offer.check_names(["wave", "dance", "jump", "fly"])
    assert refusal.value.code == "invalid_frame"
    assert [(fault.path, fault.code) for fault in refusal.value.faults] == [
        ("/only/1", "unknown_command"),
        ("/only/3", "unknown_command"),
    ]


def test_a_text_replaces_the_one_before_and_leaves_the_state() -> None:
    offer = an_offer()
    offer.note("It is morning.", {"mood": "calm"})
    offer.note("It is noon.", None)
    assert (offer.context, offer.state) == ("It is noon.", {"mood": "calm"})
    offer.note(None, None)
    assert (offer.context, offer.state) == ("It is noon.", {"mood": "calm"})


@pytest.mark.parametrize(
    ("before", "patch", "after"),
    [
        # RFC 7396, appendix A, as far as both are objects
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": "text"}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ],
)
def test_a_state_is_patched(before: dict[str, Any], patch: dict[str, Any], after: dict[str, Any]) -> None:
    offer = an_offer()
    offer.state = before
    kept = repr(before)
    offer.note(None, patch)
    assert offer.state == after
    assert repr(before) == kept


def test_a_whole_state_has_64_kib_at_most() -> None:
    offer = an_offer()
    room = STATE_BYTES - len('{"a":""}')
    offer.note(None, {"a": "挥" * (room // 3)})
    kept = offer.state
    with pytest.raises(FrameError) as refusal:
        offer.note("too much", {"b": 1})
    assert (refusal.value.code, refusal.value.faults[0].path) == ("too_large", "/state")
    assert (offer.state, offer.context) == (kept, None)
