"""One planner for all sessions: deadline, retries, breaker, places."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace

import pytest

from capserver.manifest import EMPTY
from capserver.planners.scripted import PuppetPlanner
from capserver.prompt import Delta, Failed, Prompt, Stopped, TextDelta
from capserver.worker import Pace, Worker
from tests.live import PATIENCE, Clock

OVERLOADED = Failed("planner_overloaded", "too much at once", retryable=True, retry_after=0.0)
DOWN = Failed("planner_unavailable", "down", retryable=True, retry_after=0.0)
REFUSED = Failed("planner_unavailable", "the key is not accepted")
END = Stopped("end")
HI = Prompt("hi", EMPTY)
ONCE = Pace(retries=0, breaker_failures=2, breaker_seconds=60.0)


class Answers:
    """A planner that gives the next of these answers to each plan, the last one from then on."""

    name = "answers"

    def __init__(self, *answers: Iterable[Delta]) -> None:
        self._answers = [list(answer) for answer in answers]
        self.plans = 0

    async def plan(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        answer = self._answers[min(self.plans, len(self._answers) - 1)]
        self.plans += 1
        for delta in answer:
            yield delta

    async def warm(self) -> None:
        """Nothing is to be loaded."""

    async def aclose(self) -> None:
        """Nothing is held."""


class Taken(list[Delta]):
    """Takes deltas. `some`: set once there is one."""

    def __init__(self) -> None:
        self.some = asyncio.Event()

    async def __call__(self, delta: Delta) -> None:
        self.append(delta)
        self.some.set()


async def run(worker: Worker, prompt: Prompt = HI) -> Taken:
    """What comes of one plan."""
    taken = Taken()
    async with asyncio.timeout(PATIENCE):
        await worker.run(prompt, taken)
    return taken


def trouble(worker: Worker) -> str | None:
    return worker.trouble


async def test_each_delta_is_given_on_and_the_end_too() -> None:
    assert await run(Worker(Answers([TextDelta("Hel"), TextDelta("lo"), END]))) == [
        TextDelta("Hel"),
        TextDelta("lo"),
        END,
    ]


async def test_what_comes_after_the_end_is_ignored() -> None:
    assert await run(Worker(Answers([END, TextDelta("more")]))) == [END]


async def test_a_plan_that_ends_without_a_word_has_failed() -> None:
    planner = Answers([TextDelta("I was about to")])
    assert await run(Worker(planner)) == [
        TextDelta("I was about to"),
        Failed("planner_failed", "the planner ended in the middle"),
    ]
    assert planner.plans == 1


async def test_a_planner_that_raises_leaves_its_place_to_the_next() -> None:
    class Broken(Answers):
        async def plan(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
            self.plans += 1
            if self.plans == 1:
                raise ZeroDivisionError
            yield END

    worker = Worker(Broken(), Pace(concurrency=1))
    with pytest.raises(ZeroDivisionError):
        await run(worker)
    assert await run(worker) == [END]


# retries


async def test_a_failure_before_the_first_delta_is_tried_again() -> None:
    planner = Answers([OVERLOADED], [DOWN], [TextDelta("Here I am."), END])
    assert await run(Worker(planner)) == [TextDelta("Here I am."), END]
    assert planner.plans == 3


async def test_the_last_attempt_is_the_answer() -> None:
    planner = Answers([DOWN], [DOWN], [OVERLOADED])
    assert await run(Worker(planner)) == [OVERLOADED]
    assert planner.plans == 3


async def test_after_a_delta_nothing_is_tried_again() -> None:
    planner = Answers([TextDelta("Wel"), DOWN], [END])
    assert await run(Worker(planner)) == [TextDelta("Wel"), DOWN]
    assert planner.plans == 1


async def test_what_would_fail_again_is_not_tried_again() -> None:
    planner = Answers([REFUSED], [END])
    assert await run(Worker(planner)) == [REFUSED]
    assert planner.plans == 1


async def test_a_pause_that_would_end_after_the_deadline_is_not_made() -> None:
    planner = Answers([replace(OVERLOADED, retry_after=60.0)], [END])
    assert await run(Worker(planner, Pace(turn_seconds=30))) == [replace(OVERLOADED, retry_after=60.0)]
    assert planner.plans == 1


async def test_the_pause_is_as_long_as_the_planner_asks_for(caplog: pytest.LogCaptureFixture) -> None:
    planner = Answers([replace(OVERLOADED, retry_after=0.01)], [END])
    with caplog.at_level(logging.INFO, "capserver.worker"):
        assert await run(Worker(planner)) == [END]
    assert [vars(record)["pause"] for record in caplog.records] == [0.01]


async def test_without_such_a_wish_pauses_grow(caplog: pytest.LogCaptureFixture) -> None:
    failed = replace(DOWN, retry_after=None)
    with caplog.at_level(logging.INFO, "capserver.worker"):
        assert await run(Worker(Answers([failed], [failed], [END]), Pace(first_pause=0.02))) == [END]
    first, second = (vars(record)["pause"] for record in caplog.records)
    assert 0.01 <= first <= 0.02 <= second <= 0.04


# the deadline


LATE = Failed("timeout", "the planner was not done after 5 s")


async def test_a_plan_that_is_not_done_in_time_has_failed_and_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    puppet = PuppetPlanner()
    taken = Taken()
    running = asyncio.create_task(Worker(puppet, Pace(turn_seconds=5)).run(HI, taken))
    performance = await puppet.next_plan()
    performance.send(TextDelta("Let me think"))
    await taken.some.wait()
    clock.forward(6)
    await running
    assert taken == [TextDelta("Let me think"), LATE]
    assert performance.over.is_set()


async def test_the_deadline_counts_the_wait_for_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    puppet = PuppetPlanner()
    worker = Worker(puppet, Pace(concurrency=1, turn_seconds=5))
    first = asyncio.create_task(run(worker))
    await puppet.next_plan()
    second = asyncio.create_task(run(worker))
    await asyncio.wait((first, second), timeout=0)
    clock.forward(6)
    assert await second == [LATE]
    assert await first == [LATE]


async def test_a_cancelled_plan_lets_go_at_once() -> None:
    puppet = PuppetPlanner()
    worker = Worker(puppet, Pace(concurrency=1))
    running = asyncio.create_task(run(worker))
    performance = await puppet.next_plan()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert performance.over.is_set()
    following = asyncio.create_task(run(worker))
    (await puppet.next_plan()).send(END)
    assert await following == [END]


# places


async def test_so_many_plans_run_at_a_time_in_the_order_of_asking() -> None:
    puppet = PuppetPlanner()
    worker = Worker(puppet, Pace(concurrency=2))
    runs = [asyncio.create_task(run(worker, Prompt(str(number), EMPTY))) for number in range(4)]
    first, second = await puppet.next_plan(), await puppet.next_plan()
    assert [first.prompt.text, second.prompt.text] == ["0", "1"]
    second.send(END)
    await runs[1]
    third = await puppet.next_plan()
    assert third.prompt.text == "2"
    first.send(END)
    third.send(END)
    await asyncio.gather(runs[0], runs[2])
    fourth = await puppet.next_plan()
    assert fourth.prompt.text == "3"
    fourth.send(END)
    assert await runs[3] == [END]


async def test_a_plan_keeps_its_place_while_its_deltas_wait_to_be_taken() -> None:
    room = asyncio.Event()
    ended = []

    async def take(delta: Delta) -> None:
        await room.wait()
        ended.append(delta)

    planner = Answers([TextDelta("Hi"), END])
    worker = Worker(planner, Pace(concurrency=1))
    first = asyncio.create_task(worker.run(HI, take))
    second = asyncio.create_task(worker.run(HI, take))
    await asyncio.wait((first, second), timeout=0)
    assert planner.plans == 1
    room.set()
    await asyncio.gather(first, second)
    assert ended == [TextDelta("Hi"), END, TextDelta("Hi"), END]


# the breaker


async def test_after_several_failures_the_planner_is_left_alone() -> None:
    planner = Answers([DOWN])
    worker = Worker(planner, ONCE)
    assert await run(worker) == [DOWN]
    assert trouble(worker) is None
    assert await run(worker) == [DOWN]
    (refused,) = await run(worker)
    assert isinstance(refused, Failed)
    assert refused.code == "planner_unavailable"
    assert refused.retry_after is not None
    assert 0 < refused.retry_after <= 60
    assert trouble(worker) == refused.message
    assert planner.plans == 2


async def test_five_failures_open_the_breaker_by_default() -> None:
    planner = Answers([REFUSED])
    worker = Worker(planner)
    for _ in range(7):
        await run(worker)
    assert planner.plans == 5


async def test_one_probe_is_let_through_and_its_success_closes_the_breaker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    puppet = PuppetPlanner()
    worker = Worker(puppet, replace(ONCE, breaker_failures=1))
    failing = asyncio.create_task(run(worker))
    (await puppet.next_plan()).send(DOWN)
    await failing
    assert trouble(worker) is not None
    clock.forward(60)
    assert trouble(worker) is None
    probe = asyncio.create_task(run(worker))
    performance = await puppet.next_plan()
    assert isinstance((await run(worker))[0], Failed)
    performance.send(END)
    assert await probe == [END]
    following = asyncio.create_task(run(worker))
    (await puppet.next_plan()).send(END)
    assert await following == [END]


async def test_a_probe_that_fails_leaves_the_breaker_open(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    planner = Answers([DOWN])
    worker = Worker(planner, replace(ONCE, breaker_failures=1))
    assert await run(worker) == [DOWN]
    clock.forward(60)
    assert await run(worker) == [DOWN]
    assert await run(worker) != [DOWN]
    assert planner.plans == 2


async def test_a_probe_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    planner = Answers([REFUSED], [DOWN])
    worker = Worker(planner, replace(ONCE, retries=2, breaker_failures=1))
    await run(worker)
    clock.forward(60)
    (refused,) = await run(worker)
    assert isinstance(refused, Failed)
    assert refused.retry_after == 60
    assert planner.plans == 2


async def test_a_success_forgets_the_failures_before_it() -> None:
    planner = Answers([DOWN], [END], [DOWN], [END])
    worker = Worker(planner, ONCE)
    for _ in range(4):
        await run(worker)
    assert planner.plans == 4
    assert trouble(worker) is None


async def test_an_answer_in_the_wrong_form_is_no_reason_to_leave_the_planner_alone() -> None:
    planner = Answers([Failed("planner_failed", "not in form")])
    worker = Worker(planner, ONCE)
    for _ in range(4):
        await run(worker)
    assert planner.plans == 4


async def test_without_a_number_of_failures_there_is_no_breaker() -> None:
    planner = Answers([DOWN])
    worker = Worker(planner, replace(ONCE, breaker_failures=0))
    for _ in range(8):
        await run(worker)
    assert planner.plans == 8
    assert trouble(worker) is None


# trouble


async def test_a_refused_key_is_trouble_until_a_plan_succeeds() -> None:
    worker = Worker(Answers([REFUSED], [DOWN], [END]), replace(ONCE, breaker_failures=5))
    assert trouble(worker) is None
    await run(worker)
    assert trouble(worker) == "the key is not accepted"
    await run(worker)
    assert trouble(worker) == "the key is not accepted"
    await run(worker)
    assert trouble(worker) is None


async def test_one_slow_answer_is_no_trouble() -> None:
    worker = Worker(Answers([Failed("timeout", "too slow")]))
    await run(worker)
    assert trouble(worker) is None
