"""The clocks of open calls."""

from typing import Any

from capserver.lanes import Call, Lanes, Outcome
from capserver.manifest import CompiledCommand, compile_set

DONE = Outcome("done")


def compiled(**more: Any) -> CompiledCommand:
    return compile_set([{"name": "go", **more}]).commands["go"]


def a_call(call_id: str, *, at: float = 0.0, **more: Any) -> Call:
    made = compiled(**more)
    return Call(call_id, "t", made, {}, 1, at + made.ttl)


def test_ttl_runs_until_a_socket_takes_the_call() -> None:
    lanes = Lanes()
    call = a_call("a", ttl=5)
    lanes.add(call)
    assert lanes.deadline == 5
    assert lanes.due(4.9) == []
    assert lanes.due(5) == [(call, "expired")]
    lanes.wrote(call, 4.9)
    assert lanes.due(5) == []


def test_timeout_runs_from_the_moment_of_taking() -> None:
    lanes = Lanes()
    call = a_call("a", timeout=10)
    lanes.add(call)
    lanes.wrote(call, 3)
    lanes.wrote(call, 9)
    assert lanes.deadline == 13
    assert lanes.due(12.9) == []
    assert lanes.due(13) == [(call, "timeout")]


def test_in_a_lane_the_timeout_runs_from_the_end_of_the_one_before() -> None:
    lanes = Lanes()
    first, second = a_call("a", timeout=10), a_call("b", timeout=10)
    for call in (first, second):
        lanes.add(call)
        lanes.wrote(call, 0)
    assert (first.deadline, second.deadline) == (10, None)
    lanes.end(first, DONE, 7)
    assert second.deadline == 17
    lanes.end(second, DONE, 8)
    assert lanes.deadline is None
    assert lanes.calls == {}


def test_lanes_run_side_by_side() -> None:
    lanes = Lanes()
    first, second = a_call("a", timeout=10), a_call("b", timeout=4, lane="voice")
    for call in (first, second):
        lanes.add(call)
        lanes.wrote(call, 0)
    assert (first.deadline, second.deadline) == (10, 4)


def test_the_end_of_a_later_one_leaves_the_clock_of_the_first_alone() -> None:
    lanes = Lanes()
    first, second = a_call("a", timeout=10), a_call("b", timeout=10)
    for call in (first, second):
        lanes.add(call)
        lanes.wrote(call, 0)
    lanes.end(second, DONE, 5)
    assert first.deadline == 10


def test_the_next_one_of_a_lane_has_no_clock_before_a_socket_took_it() -> None:
    lanes = Lanes()
    first, second = a_call("a", timeout=10), a_call("b", timeout=10, ttl=100)
    lanes.add(first)
    lanes.add(second)
    lanes.wrote(first, 0)
    lanes.end(first, DONE, 5)
    assert second.deadline is None
    lanes.wrote(second, 20)
    assert second.deadline == 30


def test_without_a_timeout_nothing_times_out() -> None:
    lanes = Lanes()
    call = a_call("a", timeout=0)
    lanes.add(call)
    lanes.wrote(call, 0)
    lanes.progress(call, 1)
    assert lanes.deadline is None
    assert lanes.due(1e9) == []


def test_progress_starts_the_timeout_anew() -> None:
    lanes = Lanes()
    call = a_call("a", timeout=10)
    lanes.add(call)
    lanes.wrote(call, 0)
    lanes.progress(call, 8)
    assert lanes.deadline == 18


def test_progress_of_what_no_socket_took_is_nothing() -> None:
    lanes = Lanes()
    call = a_call("a", timeout=10)
    lanes.add(call)
    lanes.progress(call, 8)
    assert call.deadline is None


def test_a_call_that_has_begun_out_of_turn_keeps_its_own_clock() -> None:
    lanes = Lanes()
    first, second = a_call("a", timeout=10), a_call("b", timeout=10)
    for call in (first, second):
        lanes.add(call)
        lanes.wrote(call, 0)
    lanes.progress(second, 6)
    lanes.end(first, DONE, 9)
    assert second.deadline == 16


def test_timeouts_stand_still_while_detached_and_ttl_does_not() -> None:
    lanes = Lanes()
    taken, waiting = a_call("a", timeout=10), a_call("b", lane="voice", ttl=50)
    lanes.add(taken)
    lanes.add(waiting)
    lanes.wrote(taken, 0)
    lanes.pause(4)
    assert lanes.deadline == 50
    assert lanes.due(40) == []
    assert lanes.due(50) == [(waiting, "expired")]
    lanes.go_on(60)
    assert taken.deadline == 66
    lanes.go_on(70)
    assert taken.deadline == 66


def test_a_clock_that_starts_while_detached_starts_whole() -> None:
    lanes = Lanes()
    first, second = a_call("a", timeout=10), a_call("b", timeout=10)
    for call in (first, second):
        lanes.add(call)
        lanes.wrote(call, 0)
    lanes.pause(2)
    lanes.end(first, DONE, 5)
    lanes.progress(second, 6)
    lanes.go_on(100)
    assert second.deadline == 110


def test_what_is_due_comes_in_the_order_of_sending() -> None:
    lanes = Lanes()
    calls = [a_call(str(n), lane=f"l{n}", timeout=5 - n, ttl=9) for n in range(3)]
    for call in calls:
        lanes.add(call)
    for call in calls[:2]:
        lanes.wrote(call, 0)
    assert lanes.due(100) == [(calls[0], "timeout"), (calls[1], "timeout"), (calls[2], "expired")]


def test_an_ended_call_knows_its_outcome() -> None:
    lanes = Lanes()
    call = a_call("a")
    lanes.add(call)
    lanes.end(call, DONE, 1)
    assert (call.outcome, call.deadline, call.returns) == (DONE, None, False)
    assert a_call("b", returns={"type": "string"}).returns
