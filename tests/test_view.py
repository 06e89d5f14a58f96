"""What is told about a session."""

from capserver.hub import Arrival
from capserver.view import detail, view
from tests.drives import Drive, a_call, the_set

ARRIVAL = Arrival("192.0.2.7", at=1_800_000_000.25)


def test_a_new_session() -> None:
    assert view(Drive().session, ARRIVAL) == {
        "id": "s",
        "client": {"name": "test"},
        "state": "attached",
        "opened": "2027-01-15T08:00:00.250Z",
        "address": "192.0.2.7",
        "rev": 1,
        "digest": the_set().digest,
        "commands": 6,
        "turn": None,
        "queued": 0,
        "open": [],
        "last_turn": None,
        "log": {"last": 0, "acked": 0, "waiting": 0},
        "taken": 0,
    }


def test_a_session_at_work() -> None:
    drive = Drive()
    drive.instruct(seq=1)
    drive.instruct("t2")
    drive.plan(a_call(0, "say", {"text": "hi"}))
    seen = view(drive.session, ARRIVAL)
    assert seen["turn"] == {"id": "t1", "text": "go", "stage": "planning"}
    assert seen["queued"] == 1
    assert seen["open"] == [{"id": "s-1", "name": "say", "turn": "t1", "lane": "voice"}]
    assert seen["log"] == {"last": 2, "acked": 0, "waiting": 2}
    assert seen["taken"] == 1


def test_a_turn_that_ended_and_a_client_that_is_gone() -> None:
    drive = Drive()
    drive.run()
    drive.drop()
    seen = view(drive.session, ARRIVAL)
    assert (seen["state"], seen["turn"]) == ("detached", None)
    assert seen["last_turn"] == {
        "turn": "t1",
        "status": "completed",
        "commands": 0,
        "timing": {"queued_ms": 0.0, "first_command_ms": None, "total_ms": 0.0},
    }


def test_a_turn_that_failed_says_why() -> None:
    drive = Drive()
    drive.run(require=True)
    assert view(drive.session, ARRIVAL)["last_turn"]["error"]["code"] == "no_command"


def test_one_without_a_client_on_a_profile() -> None:
    session = Drive().session
    session.offer.client, session.profile = None, "pet"
    seen = view(session, ARRIVAL)
    assert (seen["client"], seen["profile"]) == (None, "pet")


def test_in_detail_it_has_its_findings_and_the_sizes_of_its_lists() -> None:
    drive = Drive({"name": "sit"})
    seen = detail(drive.session, ARRIVAL)
    assert seen.items() >= view(drive.session, ARRIVAL).items()
    assert seen["vocabulary"] == {"objects": 1}
    assert {"path", "code", "message"} == seen["findings"][0].keys()


def test_its_findings_count_the_commands_as_they_are_listed() -> None:
    drive = Drive({"name": "aim"})
    assert next(iter(drive.session.offer.commands.commands)) == "aim"
    found = detail(drive.session, ARRIVAL)["findings"]
    assert {"/commands/0/description", "/commands/0/examples"} <= {finding["path"] for finding in found}
    at = next(finding.path for finding in drive.session.offer.findings() if finding.code == "no_description")
    assert at != "/commands/0/description"
