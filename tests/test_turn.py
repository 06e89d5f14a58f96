"""One turn: what the planner's deltas come to, and where the turn stands."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from capserver.calls import ARGUMENT_BYTES
from capserver.history import History
from capserver.lanes import Call
from capserver.prompt import (
    CallClosed,
    CallDelta,
    CallOpened,
    Delta,
    Failed,
    PastCall,
    Stopped,
    TextDelta,
    Thought,
)
from capserver.protocol.client import Instruct
from capserver.protocol.server import Usage
from capserver.turn import Asked, Dropped, Event, Refused, Request, Said, Stage, Streamed, Turn
from tests.drives import END, ROOM, a_call, the_set

SET = the_set()


def new_ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"c{next(numbers)}"


def planned(**fields: Any) -> Turn:
    turn = Turn(Request("t1", "go", **fields), 100.0, new_ids())
    history = History(20, 8000)
    turn.begin(101.0, history.begin("go"))
    turn.plan()
    history.request(turn.record)
    return turn


def absorb(turn: Turn, *deltas: Delta | list[Delta]) -> list[Event]:
    flat = [one for delta in deltas for one in (delta if isinstance(delta, list) else [delta])]
    return [event for delta in flat for event in turn.absorb(delta, SET, ROOM)]


def send(turn: Turn, event: Asked, now: float = 102.0) -> Call:
    call = Call(event.id, "t1", SET.commands[event.name], event.args, 1, 0.0)
    turn.sent_call(call, now)
    return call


def parts(turn: Turn) -> list[Any]:
    return turn.record.steps[-1]


def test_an_instruct_says_what_is_asked_for() -> None:
    plain = Instruct.model_validate({"type": "instruct", "id": "t", "text": "go"})
    assert Request.of(plain) == Request("t", "go", "client", None, False, True)
    more = {"only": ["wave", "wave"], "require": True, "remember": False}
    message = Instruct.model_validate({"type": "instruct", "id": "t", "text": "go", **more})
    assert Request.of(message) == Request("t", "go", "client", frozenset({"wave"}), True, False)
    nothing = Instruct.model_validate({"type": "instruct", "id": "t", "text": "go", "only": []})
    assert Request.of(nothing).only == frozenset()


def test_only_planning_and_waiting_are_busy() -> None:
    assert {stage for stage in Stage if stage.busy} == {Stage.PLANNING, Stage.WAITING}


def test_what_is_said_is_joined() -> None:
    turn = planned()
    for event in absorb(turn, TextDelta("Hel"), TextDelta("lo")):
        assert isinstance(event, Said)
        turn.say(event.text)
    assert "".join(turn.text) == "Hello"
    assert parts(turn) == ["Hello"]


@pytest.mark.parametrize(("said", "told"), [("好\ud83d", "好?"), ("\udc00a", "?a"), ("😀", "😀")])
def test_what_no_frame_could_carry_is_replaced(said: str, told: str) -> None:
    turn = planned()
    assert absorb(turn, TextDelta(said)) == [Said(told)]
    (refused,) = absorb(turn, a_call(0, said))
    assert isinstance(refused, Refused)
    assert refused.name == told
    turn.fail("planner_failed", said)
    assert turn.error is not None
    assert turn.error.message == told


def test_a_whole_call_may_be_sent_at_once() -> None:
    assert absorb(planned(), a_call(0, "jump", {"times": 2})) == [Asked("c1", "jump", {"times": 2}, False)]


@pytest.mark.parametrize("row", ["llm-10"])
def test_each_call_has_an_id_of_its_own_whatever_the_model_calls_it(row: str) -> None:
    events = absorb(planned(), a_call(0, "wave"), a_call(1, "wave"))
    assert events == [Asked("c1", "wave", {}, False), Asked("c2", "wave", {}, False)]


def test_a_streamed_parameter_is_given_out_while_it_is_written() -> None:
    turn = planned()
    events = absorb(turn, CallOpened(0, "say"), CallDelta(0, '{"text":"He'), CallDelta(0, 'llo"}'))
    assert events == [Streamed("c1", "say", "text", "He"), Streamed("c1", "say", "text", "llo")]
    assert turn.writing == {"c1"}
    assert absorb(turn, CallClosed(0)) == [Asked("c1", "say", {"text": "Hello"}, True)]
    assert turn.writing == set()


def test_several_calls_may_be_open_at_once() -> None:
    turn = planned()
    events = absorb(
        turn,
        CallOpened(0, "jump"),
        CallOpened(1, "wave"),
        CallDelta(0, '{"times":'),
        CallDelta(1, "{}"),
        CallDelta(0, "3}"),
        CallClosed(1),
        CallClosed(0),
    )
    assert events == [Asked("c2", "wave", {}, False), Asked("c1", "jump", {"times": 3}, False)]


@pytest.mark.parametrize(
    "written", ["[1]", "{} x", '{"times":"a"}', '{"times":9}'], ids=lambda w: f"llm-08-{w}"
)
def test_a_bad_call_is_refused_at_once_and_told_to_the_model(written: str) -> None:
    turn = planned()
    (event,) = absorb(turn, a_call(0, "jump", written))
    assert isinstance(event, Refused)
    assert event.faults
    assert not event.streamed
    (past,) = parts(turn)
    assert isinstance(past, PastCall)
    assert past.failed
    assert past.told.startswith("rejected, not sent: ")


@pytest.mark.parametrize("row", ["llm-11"])
def test_an_unknown_name_is_refused_and_the_model_is_told_the_names(row: str) -> None:
    turn = planned()
    (event,) = absorb(turn, a_call(0, "jmp"))
    assert isinstance(event, Refused)
    assert [fault.code for fault in event.faults] == ["unknown_command"]
    assert "jump" in parts(turn)[0].told


def test_what_is_not_allowed_in_the_turn_is_refused_and_not_streamed() -> None:
    turn = planned(only=frozenset({"wave"}))
    events = absorb(turn, a_call(0, "say", {"text": "hi"}), a_call(1, "wave"))
    assert isinstance(events[0], Refused)
    assert [fault.code for fault in events[0].faults] == ["not_allowed"]
    assert events[1:] == [Asked("c2", "wave", {}, False)]


@pytest.mark.parametrize("row", ["llm-19"])
def test_arguments_past_their_bound_are_refused_at_once_and_the_rest_is_not_worth_reading(row: str) -> None:
    turn = planned()
    text = '{"text":"' + "x" * ARGUMENT_BYTES
    events = absorb(turn, CallOpened(0, "say"), CallDelta(0, '{"text":"x'), CallDelta(0, text))
    assert isinstance(events[-1], Refused)
    assert events[-1].streamed
    assert [fault.code for fault in events[-1].faults] == ["too_large"]
    assert turn.overflowed
    assert absorb(turn, CallDelta(0, "x"), CallClosed(0)) == []
    turn.plan()
    assert not turn.overflowed


@pytest.mark.parametrize("written", [None, "", " ", '{"times":', "{"], ids=lambda w: f"llm-07-{w}")
@pytest.mark.parametrize("reason", ["max_tokens", "refusal"])
def test_the_last_call_is_dropped_where_the_model_was_stopped_in_it(written: str | None, reason: Any) -> None:
    turn = planned()
    opened: list[Delta] = [CallOpened(0, "jump")]
    if written is not None:
        opened.append(CallDelta(0, written))
    assert absorb(turn, opened, CallClosed(0)) == []
    assert turn.writing == {"c1"}
    assert absorb(turn, Stopped(reason)) == []
    assert turn.status == ("truncated" if reason == "max_tokens" else "refused")
    assert parts(turn) == []


@pytest.mark.parametrize("reason", ["end", "calls"])
def test_the_last_call_is_judged_where_the_model_stopped_by_itself(reason: Any) -> None:
    assert absorb(planned(), CallOpened(0, "wave"), CallClosed(0), Stopped(reason)) == [
        Asked("c1", "wave", {}, False)
    ]
    turn = planned()
    (event,) = absorb(turn, a_call(0, "jump", '{"times":'), Stopped(reason))
    assert isinstance(event, Refused)


@pytest.mark.parametrize("next_one", [TextDelta("!"), Thought({"type": "x"}), CallOpened(1, "wave")])
def test_what_comes_next_shows_that_a_call_was_not_cut(next_one: Delta) -> None:
    turn = planned()
    events = absorb(turn, CallOpened(0, "wave"), CallClosed(0), next_one)
    assert events[0] == Asked("c1", "wave", {}, False)


@pytest.mark.parametrize("row", ["llm-07"])
def test_a_whole_call_before_the_cut_is_sent(row: str) -> None:
    events = absorb(
        planned(), a_call(0, "wave"), CallOpened(1, "jump"), CallDelta(1, '{"times":1'), Stopped("max_tokens")
    )
    assert events == [Asked("c1", "wave", {}, False)]


def test_a_call_that_was_streamed_in_part_is_dropped_out_loud() -> None:
    stops: list[Delta] = [
        Stopped("max_tokens"),
        Stopped("end"),
        Stopped("refusal"),
        Failed("timeout", "late"),
    ]
    for stop in stops:
        turn = planned()
        absorb(turn, CallOpened(0, "say"), CallDelta(0, '{"text":"He'), CallOpened(1, "jump"))
        assert absorb(turn, stop) == [Dropped("c1")]
        assert turn.writing == set()


def test_deltas_of_a_call_that_is_not_open_are_nothing() -> None:
    turn = planned()
    assert absorb(turn, CallDelta(3, "{}"), CallClosed(3)) == []
    absorb(turn, a_call(0, "wave"))
    assert absorb(turn, CallDelta(0, "{}"), CallClosed(0)) == []


def test_a_thought_is_kept_for_the_planner() -> None:
    thought = Thought({"type": "thinking"})
    assert absorb(planned(), thought) == [thought]


def test_a_call_that_is_dropped_while_it_is_written_is_not_heard_of_again() -> None:
    turn = planned()
    absorb(turn, CallOpened(0, "say"), CallDelta(0, '{"text":"He'), CallOpened(1, "wave"))
    turn.drop("c1")
    assert turn.writing == {"c2"}
    assert absorb(turn, CallDelta(0, 'llo"}'), CallClosed(0)) == []
    (past,) = parts(turn)
    assert (past.id, past.name, past.failed) == ("c1", "say", True)
    assert absorb(turn, CallClosed(1), TextDelta("!"))[0] == Asked("c2", "wave", {}, False)


def test_a_call_that_waits_for_its_judgement_can_be_dropped() -> None:
    turn = planned()
    absorb(turn, CallOpened(0, "wave"), CallClosed(0))
    turn.drop("c1")
    assert absorb(turn, END) == []


def test_usage_adds_up_over_steps() -> None:
    turn = planned()
    absorb(turn, Stopped("calls", Usage(input_tokens=5, output_tokens=1)))
    absorb(turn, Failed("timeout", "late", usage=Usage(input_tokens=6, cache_read_input_tokens=2)))
    assert turn.usage == Usage(input_tokens=11, output_tokens=1, cache_read_input_tokens=2)


def test_a_failure_says_why_and_when_to_come_again() -> None:
    turn = planned()
    absorb(turn, Failed("planner_overloaded", "busy", retryable=True, retry_after=3.0))
    turn.settle(8)
    assert (turn.status, turn.stage) == ("failed", Stage.DRAINING)
    assert turn.error is not None
    assert turn.error.model_dump() == {"code": "planner_overloaded", "message": "busy", "retry_after": 3.0}


# how a step ends


def test_a_step_without_values_and_rejections_is_the_last() -> None:
    turn = planned()
    for event in absorb(turn, a_call(0, "wave")):
        assert isinstance(event, Asked)
        send(turn, event)
    turn.settle(8)
    assert (turn.stage, turn.status, turn.sent, turn.first_command) == (Stage.DRAINING, "completed", 1, 102.0)
    assert turn.calls == {"c1"}
    for event in absorb(turn, a_call(1, "wave")):
        assert isinstance(event, Asked)
        send(turn, event, 109.0)
    assert turn.first_command == 102.0


def test_a_step_that_asked_for_a_value_goes_on_even_if_the_value_is_there_already() -> None:
    turn = planned()
    for event in absorb(turn, a_call(0, "look")):
        assert isinstance(event, Asked)
        call = send(turn, event)
        assert turn.waiting == {call.id}
        turn.waiting.discard(call.id)
        turn.calls.discard(call.id)
    turn.settle(8)
    stages = [turn.stage]
    turn.plan()
    turn.settle(8)
    assert [*stages, turn.stage] == [Stage.WAITING, Stage.DRAINING]


@pytest.mark.parametrize("row", ["llm-08"])
def test_one_call_is_repaired_twice(row: str) -> None:
    turn = planned()
    for _ in range(2):
        absorb(turn, a_call(0, "jump"))
        absorb(turn, a_call(1, "fly"))
        turn.settle(8)
        assert turn.stage is Stage.WAITING
        turn.plan()
    absorb(turn, a_call(0, "jump"))
    turn.settle(8)
    assert (turn.stage, turn.status) == (Stage.DRAINING, "truncated")
    assert turn.error is not None
    assert turn.error.code == "planner_failed"
    assert "jump" in turn.error.message


@pytest.mark.parametrize(("steps", "stage"), [(1, Stage.DRAINING), (2, Stage.WAITING), (0, Stage.WAITING)])
def test_steps_are_bounded_where_there_is_a_bound(steps: int, stage: Stage) -> None:
    turn = planned()
    absorb(turn, a_call(0, "jump"))
    turn.settle(steps)
    assert turn.stage is stage
    assert turn.status == ("truncated" if steps == 1 else "completed")


def test_a_command_that_was_required_has_to_come() -> None:
    turn = planned(require=True)
    absorb(turn, TextDelta("No."), END)
    turn.settle(8)
    assert turn.status == "failed"
    assert turn.error is not None
    assert turn.error.code == "no_command"


def test_a_required_command_may_come_after_a_repair() -> None:
    turn = planned(require=True)
    absorb(turn, a_call(0, "jump"))
    turn.settle(8)
    turn.plan()
    (event,) = absorb(turn, a_call(0, "jump", {"times": 1}))
    assert isinstance(event, Asked)
    send(turn, event)
    turn.settle(8)
    assert turn.status == "completed"


def test_a_stopped_turn_goes_no_further_even_with_something_to_repair() -> None:
    for reason in ("max_tokens", "refusal"):
        turn = planned()
        absorb(turn, a_call(0, "jump"), Stopped(reason))
        turn.held = 5.0
        turn.settle(8)
        assert turn.stage is Stage.DRAINING
        assert [turn.held, turn.error] == [None, None]


def test_a_forgotten_turn_is_marked_as_such() -> None:
    assert planned(remember=False).record.forgotten
    assert not planned().record.forgotten
