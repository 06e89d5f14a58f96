"""Who is let in, on what terms, and who may come back."""

import json
from collections.abc import Sequence
from itertools import count
from typing import Any

import pytest

from capserver.auth import ANYONE, Gate
from capserver.effects import Effect, Plan, Replay, Send
from capserver.errors import FirstFrameError, FrameError
from capserver.hub import GRAVES, Arrival, Hub
from capserver.inputs import Input, Over, give
from capserver.protocol.client import Manifest
from capserver.session import Session
from tests.drives import COMMANDS, Frame, a_call, some_terms

HERE = Arrival("here")


class House:
    """A hub, a clock, and what its sessions asked for."""

    def __init__(self, tokens: Sequence[str] = (), default: str | None = None, **limits: Any) -> None:
        numbers = count(1)
        profile = Manifest.model_validate(manifest(persona="A cat."))
        self.hub = Hub(
            some_terms(limits),
            Gate(tokens),
            lambda: f"{next(numbers):016x}",
            {"pet": profile} if default else None,
            default,
        )
        self.hub.drive = self.drive
        self.driven: list[Input] = []
        self.now = 100.0

    def drive(self, session: Session, given: Input, now: float) -> None:
        self.driven.append(given)
        give(session, given, now)

    def admit(self, frame: Frame, arrival: Arrival = HERE) -> tuple[Session, Frame]:
        """The session of a first frame, and its welcome."""
        session, effects = self.admitted(frame, arrival)
        welcome = next(effect for effect in effects if isinstance(effect, Send))
        return session, json.loads(welcome.message.model_dump_json())

    def admitted(self, frame: Frame, arrival: Arrival = HERE) -> tuple[Session, list[Effect]]:
        session, inputs = self.hub.admit(self.hub.prepare(json.dumps(frame)), arrival, self.now)
        return session, [effect for given in inputs for effect in give(session, given, self.now)]

    def refused(self, frame: Frame, arrival: Arrival = HERE) -> FirstFrameError:
        with pytest.raises(FirstFrameError) as refusal:
            self.admit(frame, arrival)
        return refusal.value

    def planned(self, session: Session) -> None:
        """A command of the session is taken by its socket."""
        frame = {"type": "instruct", "id": "t1", "text": "wave"}
        session.receive(json.dumps(frame), self.now)
        for delta in a_call(0, "wave"):
            session.planned("t1", delta, self.now)
        session.wrote(1, self.now)
        session.wrote(2, self.now)


def manifest(**fields: Any) -> Frame:
    frame = {"type": "manifest", "protocol": 1, "client": {"name": "test"}, "commands": COMMANDS}
    return {key: value for key, value in {**frame, **fields}.items() if value is not None}


def back(welcome: Frame, upto: int = 0, **fields: Any) -> Frame:
    """A manifest that asks to go on."""
    resume = {key: welcome[key] for key in ("session", "token", "epoch")} | {"upto": upto, "rev": 1}
    return manifest(resume=resume | fields)


def lost_of(session: Session) -> list[Frame]:
    return [{"id": f"{session.id}-1", "turn": "t1", "name": "wave"}]


# coming in


def test_a_manifest_opens_a_session() -> None:
    house = House()
    session, welcome = house.admit(manifest())
    assert house.hub.sessions == {session.id: session}
    assert (welcome["session"], welcome["resumed"], welcome["upto"]) == (session.id, False, 0)
    assert welcome["token"] != welcome["session"]
    assert session.principal == ANYONE
    assert welcome["digest"].startswith("sha256:")


@pytest.mark.parametrize("row", ["manifest-01"])
def test_a_manifest_without_commands_is_accepted(row: str) -> None:
    assert House().admit(manifest(commands=[]))[1]["commands"] == 0


@pytest.mark.parametrize("row", ["manifest-02"])
def test_one_command_more_than_the_limit_is_refused(row: str) -> None:
    house = House(commands=2)
    refusal = house.refused(manifest(commands=[{"name": name} for name in "abc"]))
    assert (refusal.close, refusal.code) == (4500, "invalid_manifest")
    assert house.hub.sessions == {}


@pytest.mark.parametrize("row", ["handshake-11"])
def test_a_version_from_the_future_is_refused(row: str) -> None:
    refusal = House().refused(manifest(protocol=2))
    assert (refusal.close, refusal.code, refusal.faults[0].path) == (4500, "invalid_manifest", "/protocol")


@pytest.mark.parametrize("kind", ["result", "ping", "cancel"], ids=lambda kind: f"handshake-07-{kind}")
def test_a_first_frame_that_opens_nothing_is_refused(kind: str) -> None:
    house = House(default="pet")
    refusal = house.refused({"type": kind, "id": "x", "ok": True})
    assert (refusal.close, refusal.code) == (4500, "invalid_frame")
    assert house.hub.sessions == {}


def test_what_would_make_the_manifest_better_is_told() -> None:
    _, welcome = House().admit(manifest(comands=[]))
    codes = [finding["code"] for finding in welcome["findings"]]
    assert codes[0] == "unknown_field"
    assert "unknown_list" in codes
    _, welcome = House().admit(manifest(vocabulary={"objects": []}))
    assert "unknown_list" not in [finding["code"] for finding in welcome["findings"]]


@pytest.mark.parametrize("row", ["manifest-10"])
def test_a_digest_alone_is_enough_where_the_set_is_held(row: str) -> None:
    house = House()
    first, welcome = house.admit(manifest())
    second, again = house.admit(manifest(commands=None, digest=welcome["digest"]))
    assert (again["digest"], again["commands"]) == (welcome["digest"], welcome["commands"])
    assert first is not second
    with pytest.raises(FrameError) as refusal:
        house.admit(manifest(commands=None, digest="sha256:unknown"))
    assert refusal.value.code == "manifest_unknown"


def test_ids_of_sessions_are_never_given_twice() -> None:
    house = House()
    house.hub._new_token = iter(["a", "ta", "a", "b", "tb", "a", "b", "c", "tc"]).__next__
    first, _ = house.admit(manifest())
    second, _ = house.admit(manifest())
    first.end(house.now)
    house.hub.bury(first)
    third, _ = house.admit(manifest())
    assert [first.id, second.id, third.id] == ["a", "b", "c"]


# tokens


@pytest.mark.parametrize("token", [None, "wrong", 7, ["secret"]])
@pytest.mark.parametrize("kind", ["manifest", "instruct"])
def test_without_a_token_of_this_server_nothing_else_is_judged(token: object, kind: str) -> None:
    house = House(["secret"], default="pet")
    frame = manifest(commands="nonsense", token=token) | {"type": kind}
    refusal = house.refused(frame)
    assert (refusal.close, refusal.code, refusal.faults[0].path) == (4501, "unauthorized", "/token")
    assert "secret" not in refusal.message + refusal.faults[0].message


def test_a_token_lets_in_its_principal() -> None:
    house = House(["secret", "other"])
    first, _ = house.admit(manifest(token="secret"))
    second, _ = house.admit(manifest(token="other"))
    assert first.principal != second.principal


# room


def test_a_node_takes_only_so_many_sessions() -> None:
    house = House(sessions=1)
    session, _ = house.admit(manifest())
    refusal = house.refused(manifest())
    assert (refusal.close, refusal.code, refusal.retry_after) == (4029, "busy", 5.0)
    session.end(house.now)
    house.hub.bury(session)
    house.admit(manifest())


def test_an_address_has_only_so_many_sessions() -> None:
    house = House(sessions_per_address=1)
    house.admit(manifest(), Arrival("a"))
    refusal = house.refused(manifest(), Arrival("a"))
    assert (refusal.close, refusal.code) == (4029, "rate_limited")
    assert "limits.sessions_per_address" in refusal.message
    house.admit(manifest(), Arrival("b"))


def test_a_principal_has_only_so_many_sessions_and_anyone_any_number() -> None:
    house = House(["secret", "other"], sessions_per_principal=1)
    house.admit(manifest(token="secret"))
    assert "limits.sessions_per_principal" in house.refused(manifest(token="secret")).message
    house.admit(manifest(token="other"))
    free = House(sessions_per_principal=1)
    free.admit(manifest())
    free.admit(manifest())


def test_without_limits_there_is_room() -> None:
    house = House(["secret"], sessions=0, sessions_per_address=0, sessions_per_principal=0)
    for _ in range(3):
        house.admit(manifest(token="secret"))
    assert len(house.hub.sessions) == 3


def test_a_buried_session_frees_every_place_that_it_had() -> None:
    house = House(["secret"], sessions=2, sessions_per_address=2, sessions_per_principal=2)
    for _ in range(3):
        sessions = [house.admit(manifest(token="secret"))[0] for _ in range(2)]
        for session in sessions:
            session.end(house.now)
            house.hub.bury(session)
            house.hub.bury(session)
    assert house.hub.sessions == {}
    assert not house.hub._addresses
    assert not house.hub._principals
    assert not house.hub.arrivals


# coming back


def test_a_client_comes_back_to_its_session() -> None:
    house = House()
    session, welcome = house.admit(manifest())
    house.planned(session)
    session.detach(house.now)
    again, effects = house.admitted(back(welcome, 1) | {"commands": "not even read"})
    assert again is session
    sent, replay = effects
    assert isinstance(sent, Send)
    assert (sent.message.model_dump()["resumed"], replay) == (True, Replay(1))
    assert house.hub.sessions == {session.id: session}


def test_the_newest_connection_wins() -> None:
    house = House()
    session, welcome = house.admit(manifest())
    house.planned(session)
    again, _ = house.admitted(back(welcome, 2))
    assert again is session
    assert session.attached


@pytest.mark.parametrize("upto", [3, 99, 2**53 - 1], ids=lambda upto: f"resume-08-{upto}")
@pytest.mark.parametrize("attached", [True, False])
def test_a_number_ahead_is_a_gap_and_a_new_session(upto: int, attached: bool) -> None:
    house = House()
    session, welcome = house.admit(manifest())
    house.planned(session)
    if not attached:
        session.detach(house.now)
    other, again = house.admit(back(welcome, upto))
    assert other is not session
    assert (again["resumed"], again["reason"], again["upto"]) == (False, "gap", 0)
    assert again["lost"] == lost_of(session)
    assert session.over
    assert house.hub.sessions == {other.id: other}
    assert house.driven == [Over()]


@pytest.mark.parametrize("row", ["resume-10"])
def test_another_epoch_is_told_and_leaves_the_session_alone(row: str) -> None:
    house = House()
    session, welcome = house.admit(manifest())
    other, again = house.admit(back(welcome, epoch="another"))
    assert (again["resumed"], again["reason"], again["lost"]) == (False, "epoch_changed", [])
    assert house.hub.sessions == {session.id: session, other.id: other}


def test_a_session_that_never_was_is_unknown() -> None:
    house = House()
    _, welcome = house.admit(manifest())
    _, again = house.admit(back(welcome, session="nobody"))
    assert (again["reason"], again["lost"]) == ("unknown", [])


def test_a_session_that_is_over_is_told_with_what_is_in_doubt() -> None:
    house = House()
    session, welcome = house.admit(manifest())
    house.planned(session)
    session.detach(house.now)
    session.tick(house.now + 61)
    house.hub.bury(session)
    _, again = house.admit(back(welcome, 2))
    assert (again["resumed"], again["reason"]) == (False, "expired")
    assert again["lost"] == lost_of(session)
    _, again = house.admit(back(welcome, 2, token="wrong"))
    assert (again["reason"], again["lost"]) == ("expired", [])


def test_another_token_or_principal_leaves_the_session_alone() -> None:
    house = House(["secret", "other"])
    session, welcome = house.admit(manifest(token="secret"))
    house.planned(session)
    for frame in (back(welcome, token="wrong") | {"token": "secret"}, back(welcome) | {"token": "other"}):
        other, again = house.admit(frame)
        assert (again["resumed"], again["reason"], again["lost"]) == (False, "unauthorized", [])
        assert other is not session
    assert not session.over
    assert house.admit(back(welcome, 2) | {"token": "secret"})[0] is session


@pytest.mark.parametrize("resume", ["x", {}, {"session": "s", "token": "t", "epoch": "e", "upto": -1}])
def test_a_resume_that_is_none_is_refused_by_path(resume: object) -> None:
    refusal = House().refused(manifest(resume=resume))
    assert (refusal.close, refusal.code) == (4500, "invalid_manifest")
    assert all(fault.path.startswith("/resume") for fault in refusal.faults)


def test_where_there_is_nothing_to_go_on_with_the_manifest_counts() -> None:
    house = House()
    _, welcome = house.admit(manifest())
    frame = back(welcome, session="nobody")
    refusal = house.refused(frame | {"commands": [{"name": "1"}]})
    assert refusal.faults[0].path == "/commands/0/name"
    with pytest.raises(FrameError) as unknown:
        house.admit({**back(welcome, session="nobody"), "commands": None, "digest": "sha256:unknown"})
    assert unknown.value.code == "manifest_unknown"
    assert house.admit(manifest(resume=None))[1]["resumed"] is False


def test_only_so_many_sessions_that_are_over_are_remembered() -> None:
    house = House(sessions_per_address=0)
    _, welcome = house.admit(manifest())
    for session in list(house.hub.sessions.values()):
        session.end(house.now)
        house.hub.bury(session)
    for _ in range(GRAVES):
        session, _ = house.admit(manifest())
        session.end(house.now)
        house.hub.bury(session)
    assert house.admit(back(welcome))[1]["reason"] == "unknown"


# without a manifest


def test_an_instruct_opens_a_session_on_the_default_profile() -> None:
    house = House(default="pet")
    session, effects = house.admitted({"type": "instruct", "id": "t1", "text": "wave", "only": None})
    welcome, started, plan = effects
    assert isinstance(welcome, Send)
    assert welcome.message.model_dump()["profile"] == session.profile == "pet"
    assert isinstance(started, Send)
    assert (started.message.type, started.seq) == ("turn.started", 1)
    assert isinstance(plan, Plan)
    assert plan.prompt.persona == "A cat."


def test_a_profile_can_be_chosen() -> None:
    house = House(default="pet")
    frame = {"type": "instruct", "id": "t1", "text": "wave"}
    assert house.admit(frame, Arrival("here", "pet"))[1]["profile"] == "pet"
    refusal = house.refused(frame, Arrival("here", "cat"))
    assert (refusal.close, refusal.code) == (4500, "invalid_manifest")
    assert "pet" in refusal.faults[0].message
    assert "no such profile" in refusal.message


def test_without_a_default_profile_a_manifest_is_asked_for() -> None:
    refusal = House().refused({"type": "instruct", "id": "t1", "text": "wave"})
    assert (refusal.close, refusal.code) == (4500, "invalid_manifest")
    assert "no default profile is configured" in refusal.message
    assert "none" in refusal.faults[0].message


def test_a_hub_that_nobody_drives_lets_effects_go() -> None:
    hub = Hub(some_terms(), Gate(), iter(["a", "ta", "b", "tb"]).__next__)
    session, _ = hub.admit(hub.prepare(json.dumps(manifest())), HERE, 100.0)
    resume = {"session": "a", "token": "ta", "epoch": "epoch", "upto": 9}
    other, _ = hub.admit(hub.prepare(json.dumps(manifest(resume=resume))), HERE, 100.0)
    assert session.over
    assert not other.over


def test_how_a_session_came_in_is_known_until_it_is_over() -> None:
    house = House()
    arrival = Arrival("192.0.2.7", at=1_800_000_000.0)
    session, _ = house.admit(manifest(), arrival)
    assert house.hub.arrivals == {session.id: arrival}
    house.drive(session, Over(), house.now)
    house.hub.bury(session)
    assert house.hub.arrivals == {}
