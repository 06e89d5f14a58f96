"""What the model is told of earlier turns and steps."""

from typing import Any

import pytest

from capserver.history import History, Record, describe
from capserver.lanes import Call, Outcome
from capserver.manifest import compile_set
from capserver.prompt import PastCall, Thought

SET = compile_set([{"name": "wave"}, {"name": "look", "returns": {"type": "string"}}])
DONE = Outcome("done")


def a_call(call_id: str, name: str = "wave") -> Call:
    return Call(call_id, "t", SET.commands[name], {"n": 1}, 1, 0.0)


def a_history(turns: int = 20, tokens: int = 8000) -> History:
    return History(turns, tokens)


def told(history: History, record: Record) -> list[tuple[str, str]]:
    """What the next request says of every call so far."""
    earlier, steps = history.request(record)
    all_steps = [step for exchange in earlier for step in exchange.steps] + list(steps)
    return [(call.id, call.told) for step in all_steps for call in step.calls]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (DONE, "done"),
        (Outcome("done", value="a red cube"), '"a red cube"'),
        (Outcome("done", value={"数": 3}), '{"数":3}'),
        (Outcome("failed", code="stuck"), "failed (stuck): no reason given"),
        (Outcome("failed", code="stuck", message="a wall"), "failed (stuck): a wall"),
        (Outcome("cancelled"), "cancelled before it ended"),
        (Outcome("timeout"), "timed out: no result came"),
        (
            Outcome("interrupted", message="its result came"),
            "interrupted by a newer instruction; its result came",
        ),
    ],
    ids=lambda value: value.ending if isinstance(value, Outcome) else "",
)
def test_the_end_of_a_call_in_words(outcome: Outcome, words: str) -> None:
    assert describe(outcome) == words


def test_a_long_value_is_cut() -> None:
    words = describe(Outcome("done", value="x" * 9000))
    assert len(words) < 8100
    assert words.endswith("… (cut)")


def test_the_parts_of_a_step_stand_in_the_order_of_writing() -> None:
    history = a_history()
    record = history.begin("go")
    assert history.request(record) == ((), ())
    thought = Thought({"type": "thinking"})
    call = a_call("c1")
    for part in (thought, "Hel", "lo", call, "there"):
        record.write(part)
    call.outcome = DONE
    _, (step,) = history.request(record)
    past = PastCall("c1", "wave", {"n": 1}, "done")
    assert step.parts == (thought, "Hello", past, "there")


def test_a_step_in_which_nothing_was_written_is_left_out() -> None:
    history = a_history()
    record = history.begin("go")
    history.request(record)
    assert history.request(record) == ((), ())


def test_an_earlier_turn_is_told_with_its_notes_and_its_reaction() -> None:
    history = a_history()
    history.note("The door opened.")
    record = history.begin("It rings.", reaction=True)
    history.request(record)
    record.write("Who is it?")
    second = history.begin("go")
    ((exchange,), steps) = history.request(second)
    assert (exchange.text, exchange.notes, exchange.reaction) == ("It rings.", ("The door opened.",), True)
    assert [step.parts for step in exchange.steps] == [("Who is it?",)]
    assert (second.notes, steps) == ((), ())


def test_what_runs_is_told_as_running_for_good_and_its_end_as_a_note() -> None:
    history = a_history()
    record = history.begin("go")
    history.request(record)
    call = a_call("c1")
    record.write(call)
    assert told(history, record) == [("c1", "running")]
    call.outcome = DONE
    history.ended(call, DONE)
    assert told(history, record) == [("c1", "running")]
    second = history.begin("again")
    assert second.notes == ("wave (c1): done",)
    assert told(history, second) == [("c1", "running")]
    history.ended(call, DONE)
    assert history.begin("and again").notes == ()


def test_what_ended_before_it_was_told_needs_no_note() -> None:
    history = a_history()
    record = history.begin("go")
    history.request(record)
    call = a_call("c1")
    record.write(call)
    call.outcome = Outcome("timeout")
    history.ended(call, call.outcome)
    second = history.begin("again")
    assert second.notes == ()
    ((exchange,), _) = history.request(second)
    (past,) = exchange.steps[0].calls
    assert (past.told, past.failed) == ("timed out: no result came", True)


def test_a_turn_that_is_not_remembered_leaves_nothing_behind() -> None:
    history = a_history()
    record = history.begin("secret")
    record.forgotten = True
    history.request(record)
    running, cancelled = a_call("c1"), a_call("c2")
    cancelled.outcome = Outcome("cancelled")
    record.write(running)
    record.write(cancelled)
    assert told(history, record) == [("c1", "running"), ("c2", "cancelled before it ended")]
    running.outcome = DONE
    history.ended(running, DONE)
    assert history.command("c2") is None
    second = history.begin("go")
    assert second.notes == ()
    assert history.request(second) == ((), ())


def test_what_a_turn_that_is_not_remembered_was_told_is_news_again() -> None:
    history = a_history()
    record = history.begin("go")
    history.request(record)
    call = a_call("c1")
    record.write(call)
    assert told(history, record) == [("c1", "running")]
    history.ended(call, Outcome("failed", code="fell", message="on ice"))
    secret = history.begin("secret")
    secret.forgotten = True
    assert secret.notes == ("wave (c1): failed (fell): on ice",)
    history.note("The door opened.")
    assert history.begin("again").notes == (*secret.notes, "The door opened.")
    assert history.begin("and again").notes == ()


def crossed(history: History, call_id: str, outcome: Outcome = DONE) -> None:
    assert history.command(call_id) is not None
    history.crossed(call_id, outcome)


def cancelled_call(history: History, record: Record, call_id: str = "c1") -> Call:
    call = a_call(call_id)
    record.write(call)
    call.outcome = Outcome("interrupted")
    history.ended(call, call.outcome)
    return call


def test_a_result_that_crossed_a_cancel_is_told_with_it() -> None:
    history = a_history()
    record = history.begin("go")
    history.request(record)
    cancelled_call(history, record)
    crossed(history, "c1", Outcome("done", value=7))
    assert told(history, record) == [
        ("c1", "interrupted by a newer instruction; its result came all the same: 7")
    ]


def test_a_result_that_crossed_a_cancel_that_was_told_is_a_note() -> None:
    history = a_history()
    record = history.begin("go")
    history.request(record)
    cancelled_call(history, record)
    second = history.begin("stop")
    before = told(history, second)
    crossed(history, "c1")
    assert told(history, second) == before
    assert history.begin("go on").notes == ("wave (c1): its result came all the same: done",)


def test_a_result_that_crossed_the_cancel_of_what_was_told_as_running_is_a_second_note() -> None:
    history = a_history()
    record = history.begin("go")
    history.request(record)
    call = a_call("c1")
    record.write(call)
    second = history.begin("again")
    call.outcome = Outcome("cancelled")
    history.ended(call, call.outcome)
    crossed(history, "c1")
    history.request(second)
    assert history.begin("go on").notes == (
        "wave (c1): cancelled before it ended",
        "wave (c1): its result came all the same: done",
    )


def test_a_result_of_a_call_that_no_turn_made_is_nobodys() -> None:
    history = a_history()
    assert history.command("direct") is None
    history.crossed("direct", DONE)
    assert history.begin("go").notes == ()


def test_only_so_many_crossings_and_notes_are_waited_for() -> None:
    history = a_history()
    record = history.begin("go")
    history.request(record)
    for number in range(300):
        cancelled_call(history, record, f"c{number}")
    history.begin("stop")
    assert history.command("c0") is None
    for number in range(100, 300):
        crossed(history, f"c{number}", Outcome("done", value="x" * 2000))
    notes = history.begin("go on").notes
    assert len(notes) == 64
    assert notes[-1].startswith("wave (c299)")
    assert max(map(len, notes)) < 1100


def exchange(history: History, text: str, part: Any = "ok") -> Record:
    record = history.begin(text)
    history.request(record)
    record.write(part)
    return record


def texts(history: History) -> list[str]:
    earlier, _ = history.request(history.begin("last"))
    return [exchange.text for exchange in earlier]


def test_past_a_number_of_turns_half_of_them_are_kept() -> None:
    history = a_history(turns=4)
    for number in range(4):
        exchange(history, str(number))
    assert texts(history) == ["0", "1", "2", "3"]
    exchange(history, "5")
    assert texts(history) == ["3", "last", "5"]


def filling(size: int) -> list[Any]:
    call = Call("c", "t", SET.commands["wave"], {"text": "x" * size}, 1, 0.0, outcome=DONE)
    return ["x" * size, call, Thought({"type": "thinking", "thinking": "x" * size})]


@pytest.mark.parametrize("kind", range(3), ids=["text", "call", "thought"])
def test_past_a_size_half_of_it_is_kept(kind: int) -> None:
    history = a_history(tokens=1000)
    for number in range(3):
        exchange(history, str(number), filling(1200)[kind])
    assert texts(history) == ["0", "1", "2"]
    exchange(history, "3", filling(1200)[kind])
    assert texts(history) == ["last", "3"]


def test_one_turn_that_is_too_large_for_itself_is_forgotten() -> None:
    history = a_history(tokens=10)
    exchange(history, "big", "x" * 1000)
    assert texts(history) == []


@pytest.mark.parametrize("bounds", [(0, 8000), (20, 0)])
def test_a_bound_of_none_keeps_nothing(bounds: tuple[int, int]) -> None:
    history = a_history(*bounds)
    exchange(history, "a")
    assert texts(history) == []
