"""Calls from their sending to their end, and what a result means at any time."""

from typing import Any

import pytest

from capserver.delivery import Delivery
from capserver.effects import Ended, Replace, Send
from capserver.errors import Fault, FrameError
from capserver.history import History
from capserver.lanes import Call, Ending, Outcome
from capserver.ledger import REMEMBERED, Ledger, details, error_frame
from capserver.manifest import compile_set
from capserver.protocol.client import Result
from capserver.protocol.server import CancelCommand, CommandFrame
from tests.drives import JUMP, the_set

SET = the_set()


class Book:
    """A ledger with its log."""

    def __init__(self) -> None:
        self.delivery = Delivery(0)
        self.history = History(20, 8000)
        self.record = self.history.begin("go")
        self.history.request(self.record)
        self.ledger = Ledger(self.delivery, self.history)

    def send(self, call_id: str = "c1", name: str = "wave", *, written: bool = True) -> Call:
        call, _ = self.ledger.send(call_id, "t1", SET.commands[name], {}, 1, 100.0)
        self.record.write(call)
        if written:
            self.delivery.wrote(call.seq)
            self.ledger.lanes.wrote(call, 100.0)
        return call

    def notes(self) -> tuple[str, ...]:
        return self.history.begin("next").notes


def result(call_id: str = "c1", **fields: Any) -> Result:
    return Result.model_validate({"type": "result", "id": call_id, "ok": True, **fields})


def refusal(book: Book, call_id: str = "c1") -> str:
    with pytest.raises(FrameError) as refused:
        book.ledger.stray(result(call_id))
    assert (refused.value.ref, refused.value.ref_type) == (call_id, "result")
    return refused.value.code


def test_a_call_is_sent_with_all_that_a_client_needs() -> None:
    book = Book()
    call, sent = book.ledger.send("c1", None, SET.commands["look"], {"a": 1}, 3, 100.0)
    assert sent == Send(
        CommandFrame(
            id="c1",
            turn=None,
            name="look",
            args={"a": 1},
            rev=3,
            lane="main",
            returns=True,
            timeout=10,
            confirm=False,
        ),
        1,
    )
    assert (call.seq, call.expires, call.written) == (1, 130.0, False)
    assert book.ledger.open == {"c1": call}
    assert book.ledger.knows("c1")


def test_what_the_server_ends_it_tells_by_a_cancel_of_its_own() -> None:
    book = Book()
    call = book.send()
    effects = book.ledger.end(call, Outcome("timeout"), 130.0, "timeout")
    cancel = CancelCommand(id="c1", reason="timeout")
    assert effects == [Send(cancel, 2), Ended("c1", "t1", "wave", Outcome("timeout"))]
    assert book.ledger.open == {}
    assert book.ledger.knows("c1")


def test_what_no_socket_took_is_replaced_by_its_cancel() -> None:
    book = Book()
    call = book.send(written=False)
    effects = book.ledger.end(call, Outcome("cancelled"), 101.0, "cancelled")
    assert effects[0] == Replace(CancelCommand(id="c1", reason="cancelled"), 1)
    assert book.delivery.last == 1


def test_what_the_ring_let_go_has_a_cancel_of_its_own() -> None:
    book = Book()
    call = book.send(written=False)
    book.delivery.attach(1)
    effects = book.ledger.end(call, Outcome("expired"), 101.0, "expired")
    assert effects[0] == Send(CancelCommand(id="c1", reason="expired"), 2)


def test_what_the_client_ended_needs_no_cancel() -> None:
    book = Book()
    assert book.ledger.end(book.send(), Outcome("done"), 101.0) == [
        Ended("c1", "t1", "wave", Outcome("done"))
    ]


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({}, Outcome("done")),
        ({"value": {"a": 1}}, Outcome("done", value={"a": 1})),
        ({"ok": False}, Outcome("failed", code="failed")),
        ({"ok": False, "error": {"code": "declined"}}, Outcome("failed", code="declined")),
        (
            {"ok": False, "error": {"code": "x", "message": "y"}},
            Outcome("failed", code="x", message="y"),
        ),
        ({"ok": False, "error": {"code": "in_doubt"}}, Outcome("in_doubt", code="in_doubt")),
    ],
)
def test_what_a_result_makes_of_a_call(fields: dict[str, Any], outcome: Outcome) -> None:
    book = Book()
    assert book.ledger.outcome(book.send(), result(**fields)) == (outcome, [])


def test_a_value_that_does_not_fit_fails_the_call_and_is_told_by_path() -> None:
    book = Book()
    call = book.send(name="look")
    outcome, (sent,) = book.ledger.outcome(call, result(value=7))
    assert (outcome.ending, outcome.code) == ("failed", "invalid_result")
    assert isinstance(sent, Send)
    error = sent.message.model_dump()
    assert (error["code"], error["ref"], error["ref_type"]) == ("invalid_result", "c1", "result")
    assert [detail["path"] for detail in error["details"]] == ["/value"]
    assert sent.seq == book.delivery.last


@pytest.mark.parametrize("ending", ["done", "failed", "in_doubt"])
def test_a_second_result_is_a_duplicate(ending: Ending) -> None:
    book = Book()
    book.ledger.end(book.send(), Outcome(ending, code="x"), 101.0)
    assert [refusal(book), refusal(book)] == ["duplicate_id"] * 2


@pytest.mark.parametrize("ending", ["timeout", "expired"], ids=lambda e: f"resume-17-{e}")
def test_a_result_after_the_time_is_late_once_and_then_a_duplicate(ending: Ending) -> None:
    book = Book()
    book.ledger.end(book.send(), Outcome(ending), 101.0)
    assert [refusal(book), refusal(book)] == ["late_result", "duplicate_id"]
    assert book.notes() == ()


@pytest.mark.parametrize("ending", ["cancelled", "interrupted", "removed"])
def test_a_result_that_crossed_its_cancel_is_kept_in_silence(ending: Ending) -> None:
    book = Book()
    book.ledger.end(book.send(), Outcome(ending), 101.0)
    book.ledger.stray(result())
    assert refusal(book) == "duplicate_id"
    _, (step,) = book.history.request(book.record)
    assert step.calls[0].told.endswith("its result came all the same: done")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"value": "a cat"}, '"a cat"'),
        ({"value": 7}, "failed (invalid_result): "),
        ({"ok": False, "error": {"code": "stuck"}}, "failed (stuck): no reason given"),
    ],
)
def test_a_result_that_crossed_is_judged_but_nothing_is_sent(fields: dict[str, Any], words: str) -> None:
    book = Book()
    book.ledger.end(book.send(name="look"), Outcome("interrupted"), 101.0)
    last = book.delivery.last
    assert book.notes() == ()
    book.ledger.stray(result(**fields))
    assert book.delivery.last == last
    (note,) = book.notes()
    assert note.startswith("look (c1): its result came all the same: " + words)


def test_a_result_that_crossed_and_is_of_no_interest_any_more_is_let_go() -> None:
    book = Book()
    call, _ = book.ledger.send("c1", None, SET.commands["wave"], {}, 1, 100.0)
    book.ledger.end(call, Outcome("cancelled"), 101.0)
    book.ledger.stray(result())
    assert book.notes() == ()


def test_a_result_that_nobody_asked_for_is_silence_once() -> None:
    book = Book()
    call = book.send(name="blink")
    assert book.ledger.take(call, 100.0) == [Ended("c1", "t1", "blink", Outcome("done"))]
    book.ledger.stray(result())
    assert refusal(book) == "duplicate_id"
    assert book.notes() == ()


@pytest.mark.parametrize("call_id", ["nobody", "t1"], ids=lambda i: f"resume-14-{i}")
def test_a_result_of_no_command_is_unknown(call_id: str) -> None:
    book = Book()
    book.ledger.remember("t1")
    assert [refusal(book, call_id), refusal(book, call_id)] == ["unknown_id"] * 2


def test_the_last_ended_ids_are_remembered_and_no_more() -> None:
    ledger = Book().ledger
    for number in range(REMEMBERED + 1):
        ledger.remember(str(number))
    assert not ledger.knows("0")
    assert ledger.knows("1")
    assert ledger.knows(str(REMEMBERED))


def test_at_the_end_of_a_session_what_a_socket_took_is_in_doubt() -> None:
    book = Book()
    taken, waiting = book.send("c1"), book.send("c2", written=False)
    calls, effects = book.ledger.lose(200.0)
    assert calls == [taken]
    assert effects == [
        Ended("c1", "t1", "wave", Outcome("in_doubt")),
        Ended("c2", "t1", "wave", Outcome("expired")),
    ]
    assert waiting.outcome == Outcome("expired")
    assert book.ledger.open == {}


def test_unsent_calls_of_commands_that_went_or_changed_are_found() -> None:
    book = Book()
    book.send("c1", "wave", written=False)
    book.send("c2", "jump", written=False)
    book.send("c3", "jump")
    book.send("c4", "blink", written=False)
    changed = compile_set([JUMP | {"description": "Jumps high."}, {"name": "blink"}, {"name": "sit"}])
    assert [call.id for call in book.ledger.redefined(changed)] == ["c1", "c2", "c4"]
    assert book.ledger.redefined(SET) == []


def test_errors_on_the_wire_name_every_fault() -> None:
    error = FrameError(
        "busy", "later", [Fault("/a", "b", "c")], ref="r", ref_type="instruct", retry_after=2.0
    )
    assert error_frame(error).model_dump() == {
        "type": "error",
        "code": "busy",
        "message": "later",
        "ref": "r",
        "ref_type": "instruct",
        "details": [{"path": "/a", "code": "b", "message": "c"}],
        "retry_after": 2.0,
    }
    assert "details" not in error_frame(FrameError("busy", "later")).model_dump()
    assert details([]) == []
