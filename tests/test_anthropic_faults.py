"""The planner against a server that misbehaves: the rows of `faults.jsonl`, each by its id."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing

import pytest

from capserver.manifest import compile_set
from capserver.planners.anthropic.planner import AnthropicPlanner
from capserver.prompt import CallClosed, CallDelta, Delta, Failed, Prompt, Stopped
from tests.model_endpoint import (
    Call,
    Cut,
    ModelEndpoint,
    Raw,
    Reset,
    Silence,
    Status,
    Step,
    Wait,
    block,
    error,
    message,
    message_end,
    message_start,
)

pytestmark = pytest.mark.usefixtures("http_client")

KEY = "sk-ant-test-Zm9vYmFy"
PROMPT = Prompt("wave twice", compile_set([{"name": "wave", "description": "Wave."}]))
PING = {"type": "ping"}
START = message_start()
OPEN = block(0, Call("wave", '{"x":1'))[:-1]
"""A call that is being written."""

FAILED, OVERLOADED, UNAVAILABLE = "planner_failed", "planner_overloaded", "planner_unavailable"

# row: what the server answers, the code, whether to try again, and after how many seconds
RESPONSES: dict[str, tuple[Status, str, bool, float | None]] = {
    "llm-01": (Status(429, "rate_limit_error", headers={"retry-after": "1"}), OVERLOADED, True, 1.0),
    "llm-02-529": (Status(529, "overloaded_error"), OVERLOADED, True, None),
    "llm-02-500": (Status(500), UNAVAILABLE, True, None),
    "llm-02-html": (Status(502, body=b"<html>bad gateway</html>"), UNAVAILABLE, True, None),
    "llm-26": (Status(401, "authentication_error"), UNAVAILABLE, False, None),
    "llm-26-403": (Status(403, "permission_error"), UNAVAILABLE, False, None),
    "refused-400": (Status(400, "invalid_request_error"), FAILED, False, None),
}

# row: the steps of the answer, the code, whether to try again
STREAMS: dict[str, tuple[list[Step], str, bool]] = {
    "llm-02-inside": ([START, error("overloaded_error")], OVERLOADED, True),
    "llm-02-api-error": ([START, *OPEN, error("api_error")], UNAVAILABLE, True),
    "llm-05": ([START, *OPEN], FAILED, True),
    "llm-05-in-the-body": ([START, *OPEN, Cut()], FAILED, True),
    "llm-16": ([START, Raw(b"event: content_block_start\ndata: {no\n\n")], FAILED, False),
    "llm-16-error": ([START, Raw(b"event: error\ndata: gone\n\n")], FAILED, False),
    "llm-16-deep": ([START, Raw(b"data: " + b"[" * 100_000 + b"\n\n")], FAILED, False),
    "llm-16-no-fields": ([START, Raw(b'data: {"type":"message_delta"}\n\n')], FAILED, False),
    "llm-16-no-object": ([START, Raw(b'data: {"type":"message_delta","delta":1}\n\n')], FAILED, False),
    "llm-16-not-utf-8": ([START, Raw(b'data: {"type":"\xff"}\n\n')], FAILED, False),
    "llm-17": ([START, *block(7, "Hi")[1:]], FAILED, False),
    "llm-20": ([START, Silence()], "timeout", False),
    "llm-20-at-once": ([Silence()], "timeout", False),
}

# row: the steps of the answer, the reason of its end, the arguments as they were written
JUDGED: dict[str, tuple[list[Step], str, str]] = {
    "llm-07": (message(Call("wave", '{"x":1'), stop_reason="max_tokens"), "max_tokens", '{"x":1'),
    "llm-07-open": ([START, *OPEN, *message_end("max_tokens")], "max_tokens", '{"x":1'),
    "llm-08": (message(Call("wave", '{"x":')), "calls", '{"x":'),
    "llm-11": (message(Call("no such name", "{}")), "calls", "{}"),
    "llm-13": ([START, *message_end()], "end", ""),
    "llm-14": (message("I can", stop_reason="refusal"), "refusal", ""),
}


@pytest.fixture
async def endpoint() -> AsyncIterator[ModelEndpoint]:
    async with ModelEndpoint() as server:
        yield server


@pytest.fixture
async def planner(endpoint: ModelEndpoint) -> AsyncIterator[AnthropicPlanner]:
    made = AnthropicPlanner(api_key=KEY, base_url=endpoint.url)
    yield made
    await made.aclose()


async def planned(planner: AnthropicPlanner) -> list[Delta]:
    async with aclosing(planner.plan(PROMPT)) as deltas:
        return [delta async for delta in deltas]


async def ended(planner: AnthropicPlanner) -> tuple[str, bool]:
    """The code of the failure that a plan ends with, and whether to try again; no call was shown as whole."""
    *deltas, end = await planned(planner)
    assert isinstance(end, Failed)
    assert not [delta for delta in deltas if isinstance(delta, CallClosed)]
    return end.code, end.retryable


def joined(deltas: Iterable[Delta], index: int = 0) -> str:
    return "".join(delta.json for delta in deltas if isinstance(delta, CallDelta) and delta.index == index)


@pytest.mark.parametrize("row", RESPONSES)
async def test_an_error_response_is_told_once_with_its_pause(
    planner: AnthropicPlanner, endpoint: ModelEndpoint, row: str
) -> None:
    answer, code, retryable, after = RESPONSES[row]
    endpoint.script([answer])
    (failed,) = await planned(planner)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.retryable, failed.retry_after) == (code, retryable, after)
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("row", STREAMS)
async def test_a_broken_answer_is_a_failure_and_shows_no_whole_call(
    endpoint: ModelEndpoint, row: str
) -> None:
    steps, code, retryable = STREAMS[row]
    endpoint.script(steps)
    planner = AnthropicPlanner(api_key=KEY, base_url=endpoint.url, idle_seconds=0.2)
    assert await ended(planner) == (code, retryable)
    await planner.aclose()


@pytest.mark.parametrize("row", ["llm-04"])
async def test_a_reset_in_the_middle_of_a_call_is_a_failure(
    planner: AnthropicPlanner, endpoint: ModelEndpoint, row: str
) -> None:
    seen = asyncio.Event()
    endpoint.script([message_start(), *OPEN, Wait(seen), Reset()])
    got: list[Delta] = []
    async with aclosing(planner.plan(PROMPT)) as deltas:
        async for delta in deltas:
            got.append(delta)
            if isinstance(delta, CallDelta):
                seen.set()
    assert isinstance(got[-1], Failed)
    assert (got[-1].code, got[-1].usage.input_tokens) == ("planner_failed", 472)
    assert joined(got) == '{"x":1'[: len(joined(got))]


@pytest.mark.parametrize("row", JUDGED)
async def test_what_the_session_judges_comes_to_it_as_it_was_written(
    planner: AnthropicPlanner, endpoint: ModelEndpoint, row: str
) -> None:
    steps, reason, arguments = JUDGED[row]
    endpoint.script(steps)
    *deltas, end = await planned(planner)
    assert isinstance(end, Stopped)
    assert (end.reason, joined(deltas)) == (reason, arguments)


@pytest.mark.parametrize("row", ["llm-10"])
async def test_calls_of_the_same_id_stay_apart(
    planner: AnthropicPlanner, endpoint: ModelEndpoint, row: str
) -> None:
    endpoint.script(message(Call("wave", {"n": 1}, id="toolu_1"), Call("wave", {"n": 2}, id="toolu_1")))
    deltas = await planned(planner)
    assert [json.loads(joined(deltas, index)) for index in (0, 1)] == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("row", ["llm-19"])
async def test_who_stops_reading_in_the_middle_of_endless_arguments_closes_the_stream(
    planner: AnthropicPlanner, endpoint: ModelEndpoint, row: str
) -> None:
    start, delta, _ = block(0, Call("wave"))
    more = {**delta, "delta": {"type": "input_json_delta", "partial_json": "x" * 4096}}
    endpoint.script([message_start(), start, *([more] * 1280), Silence()])
    size = 0
    async with aclosing(planner.plan(PROMPT)) as deltas:
        async for got in deltas:
            size += len(got.json) if isinstance(got, CallDelta) else 0
            if size > 16 * 1024:
                break
    assert await endpoint.closed() is endpoint.requests[0]


@pytest.mark.parametrize("row", ["llm-20"])
async def test_pings_are_no_progress(endpoint: ModelEndpoint, row: str) -> None:
    endpoint.script([message_start(), *([PING] * 100)], tokens_per_second=50)
    planner = AnthropicPlanner(api_key=KEY, base_url=endpoint.url, idle_seconds=0.2)
    assert await ended(planner) == ("timeout", False)
    assert await endpoint.closed() is endpoint.requests[0]
    await planner.aclose()


@pytest.mark.parametrize("row", ["llm-22"])
async def test_a_slow_drip_is_kept_until_the_deadline_for_the_whole(
    endpoint: ModelEndpoint, row: str
) -> None:
    endpoint.script([message_start(), *block(0, "word" * 200)], tokens_per_second=20)
    planner = AnthropicPlanner(api_key=KEY, base_url=endpoint.url, idle_seconds=0.5, total_seconds=2.0)
    *deltas, end = await planned(planner)
    assert isinstance(end, Failed)
    assert end.code == "timeout"
    assert len(deltas) > 10, "more than the idle limit alone would have let through"
    await planner.aclose()


@pytest.mark.parametrize("row", ["llm-23"])
@pytest.mark.parametrize(
    "steps", [[message_start(), *OPEN, Silence()], [Silence()]], ids=["inside", "before"]
)
async def test_a_cancel_closes_the_stream_at_once(
    planner: AnthropicPlanner, endpoint: ModelEndpoint, steps: list[Step], row: str
) -> None:
    endpoint.script(steps)
    task = asyncio.ensure_future(planned(planner))
    request = await endpoint.came()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await endpoint.closed() is request


@pytest.mark.parametrize("row", ["llm-25"])
async def test_an_api_that_cannot_be_reached_is_unavailable(endpoint: ModelEndpoint, row: str) -> None:
    async with ModelEndpoint() as gone:
        url = gone.url
    planner = AnthropicPlanner(api_key=KEY, base_url=url)
    assert await ended(planner) == ("planner_unavailable", True)
    await planner.aclose()


@pytest.mark.parametrize("row", ["llm-26"])
async def test_the_key_is_never_told_or_logged(
    planner: AnthropicPlanner, endpoint: ModelEndpoint, caplog: pytest.LogCaptureFixture, row: str
) -> None:
    caplog.set_level(logging.DEBUG)
    told = []
    for status in (401, 403, 400, 500):
        endpoint.script([Status(status, message=f"invalid key {KEY}")])
        told += await planned(planner)
    assert KEY not in repr(told)
    assert KEY not in caplog.text
