"""Recordings: how many there are, how long they become, and who gets them."""

import json
from collections import defaultdict
from datetime import UTC, datetime

import pytest

from capserver import recorder
from capserver.inputs import Binary, Input, Opened, Over, give
from capserver.recorder import MOST, Recorder
from capserver.session import Session
from tests.drives import an_offer, some_terms

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def a_session(name: str = "s") -> Session:
    return Session(name, "token", an_offer(), some_terms({"frames_per_second": 0}), 0.0, principal="kim")


def happens(to: Recorder, session: Session, *inputs: Input) -> None:
    for given in inputs:
        to.observe(session, given, 7.5, give(session, given, 7.5))


def test_what_is_not_recorded_leaves_nothing() -> None:
    made, session = Recorder(), a_session()
    happens(made, session, Opened())
    assert made.state("s") == "off"
    assert (made.trace("s"), made.stop("s")) == (None, None)


def test_a_recording_says_when_it_was_started_and_by_which_clock() -> None:
    made, session = Recorder(lambda: NEW_YEAR), a_session()
    assert made.start(session, 7.5) == "on"
    happens(made, session, Binary())
    head, given, out = [json.loads(line) for line in (made.trace("s") or "").splitlines()]
    assert (head["started"], head["clock"]) == ("2027-01-01T00:00:00.000Z", 7)
    assert given == {"t": 0.5, "in": {"kind": "binary"}}
    assert out["out"]["frame"]["code"] == "invalid_frame"


def test_to_start_what_goes_on_changes_nothing() -> None:
    made, session = Recorder(), a_session()
    made.start(session, 7.5)
    happens(made, session, Binary())
    before = made.trace("s")
    assert made.start(session, 8.0) == "on"
    assert made.trace("s") == before


def test_what_was_stopped_can_be_started_anew() -> None:
    made, session = Recorder(), a_session()
    made.start(session, 7.5)
    first = made.stop("s") or ""
    assert json.loads(first.splitlines()[-1])["out"] == {"end": "it was stopped"}
    happens(made, session, Binary())
    assert made.trace("s") is None
    made.start(session, 8.0)
    assert len((made.trace("s") or "").splitlines()) == 1


def test_what_would_pass_the_bound_ends_the_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "LONGEST", 5000)
    made, session = Recorder(), a_session()
    made.start(session, 7.5)
    happens(made, session, *[Binary()] * 100)
    trace = made.trace("s") or ""
    assert 3000 < len(trace) < 5200
    last = json.loads(trace.splitlines()[-1])
    assert last["out"]["end"].startswith("it would have more than")
    assert made.state("s") == "off"
    assert made.start(session, 8.0) == "on"


def test_so_many_recordings_and_no_more_are_kept_and_ended_ones_make_room() -> None:
    made, sessions = Recorder(), [a_session(f"s{number}") for number in range(MOST + 1)]
    for session in sessions[:-1]:
        assert made.start(session, 7.5) == "on"
    assert made.start(sessions[-1], 7.5) is None
    happens(made, sessions[3], Over())
    assert "the session is over" in (made.trace("s3") or "")
    assert made.start(sessions[-1], 7.5) == "on"
    assert made.trace("s3") is None


def test_a_sink_is_given_every_session_from_its_opening_to_its_end() -> None:
    given: dict[str, str] = defaultdict(str)

    def sink(session_id: str, text: str) -> None:
        given[session_id] += text

    made, one, other = Recorder(sink=sink), a_session("one"), a_session("other")
    happens(made, one, Opened(), Binary())
    happens(made, other, Binary(), Opened(), Over(), Binary())
    assert [json.loads(line).get("in") for line in given["one"].splitlines()][1] == {
        "kind": "open",
        "findings": [],
        "reason": None,
        "lost": [],
    }
    lines = [json.loads(line) for line in given["other"].splitlines()]
    assert [line["in"]["kind"] for line in lines if "in" in line] == ["open", "end"]
    assert lines[-1]["out"] == {"end": "the session is over"}
