"""The planner with the real SDK against a real server that behaves; else see `test_anthropic_faults`."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from capserver.errors import ConfigError
from capserver.manifest import compile_set
from capserver.planners.anthropic.planner import AnthropicPlanner
from capserver.prompt import (
    CallClosed,
    CallDelta,
    CallOpened,
    Delta,
    Failed,
    Prompt,
    Stopped,
    TextDelta,
)
from tests.model_endpoint import (
    Call,
    Cut,
    ModelEndpoint,
    Raw,
    Silence,
    Wait,
    block,
    message,
    message_end,
    message_start,
)

pytestmark = pytest.mark.usefixtures("http_client")

KEY = "sk-ant-test-Zm9vYmFy"
STREAMS = Path(__file__).parent / "data" / "anthropic"
PROMPT = Prompt("wave twice", compile_set([{"name": "wave", "description": "Wave."}]))


@pytest.fixture
async def endpoint() -> AsyncIterator[ModelEndpoint]:
    async with ModelEndpoint() as server:
        yield server


@pytest.fixture
async def planner(endpoint: ModelEndpoint) -> AsyncIterator[AnthropicPlanner]:
    made = AnthropicPlanner(api_key=KEY, base_url=endpoint.url)
    yield made
    await made.aclose()


async def planned(planner: AnthropicPlanner, prompt: Prompt = PROMPT) -> list[Delta]:
    async with aclosing(planner.plan(prompt)) as deltas:
        return [delta async for delta in deltas]


def joined(deltas: Iterable[Delta], index: int = 0) -> str:
    return "".join(delta.json for delta in deltas if isinstance(delta, CallDelta) and delta.index == index)


# what goes well


async def test_a_plan_gives_words_and_calls_and_the_reason_of_its_end(
    planner: AnthropicPlanner, endpoint: ModelEndpoint
) -> None:
    endpoint.script(message("Sure, twice!", Call("wave", {"times": 2}), Call("wave")))
    *deltas, end = await planned(planner)
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == "Sure, twice!"
    assert json.loads(joined(deltas)) == {"times": 2}
    assert [delta for delta in deltas if isinstance(delta, CallOpened | CallClosed)] == [
        CallOpened(0, "wave"),
        CallClosed(0),
        CallOpened(1, "wave"),
        CallClosed(1),
    ]
    assert isinstance(end, Stopped)
    assert (end.reason, end.usage.output_tokens) == ("calls", 42)


async def test_a_call_is_there_before_the_model_goes_on(
    planner: AnthropicPlanner, endpoint: ModelEndpoint
) -> None:
    go_on = asyncio.Event()
    endpoint.script([message_start(), *block(0, Call("wave")), Wait(go_on), *message_end("tool_use")])
    async with aclosing(planner.plan(PROMPT)) as deltas:
        assert await anext(deltas) == CallOpened(0, "wave")
        assert await anext(deltas) == CallClosed(0)
        go_on.set()
        assert isinstance(await anext(deltas), Stopped)


@pytest.mark.parametrize("name", [path.stem for path in sorted(STREAMS.glob("*.sse"))])
@pytest.mark.parametrize("lines", [b"\n", b"\r\n"], ids=["lf", "crlf"])
async def test_a_recorded_stream_is_understood_in_any_slices(
    planner: AnthropicPlanner, endpoint: ModelEndpoint, name: str, lines: bytes
) -> None:
    body = STREAMS.joinpath(f"{name}.sse").read_bytes().replace(b"\n", lines)
    endpoint.script([Raw(body)])
    endpoint.script([Raw(body[at : at + 7]) for at in range(0, len(body), 7)])
    whole, sliced = await planned(planner), await planned(planner)
    assert isinstance(whole[-1], Stopped)
    assert sliced == whole


async def test_requests_carry_the_key_and_nothing_is_tried_twice(
    planner: AnthropicPlanner, endpoint: ModelEndpoint
) -> None:
    endpoint.script(message("Hi"))
    await planned(planner)
    (request,) = endpoint.requests
    assert request.path == "/v1/messages"
    assert KEY in request.headers["authorization"]
    assert request.body["stream"] is True
    assert request.body["messages"][0]["content"] == [{"type": "text", "text": "wave twice"}]
    assert planner.name == "anthropic:claude-haiku-5-5"


async def test_a_finished_plan_leaves_its_connection_for_the_next(
    planner: AnthropicPlanner, endpoint: ModelEndpoint
) -> None:
    endpoint.script(message("Hi", Call("wave")))
    await planned(planner)
    await planned(planner)
    assert [request.connection for request in endpoint.requests] == [0, 0]


async def test_plans_run_side_by_side_over_one_client(
    planner: AnthropicPlanner, endpoint: ModelEndpoint
) -> None:
    endpoint.script(message("Hi", Call("wave", {"n": 1})), tokens_per_second=1000)
    plans = await asyncio.gather(*(planned(planner) for _ in range(20)))
    assert all(plan == plans[0] for plan in plans)
    assert len(endpoint.written) == 40


async def test_the_end_of_a_message_counts_even_if_its_connection_breaks_or_hangs_after_it(
    planner: AnthropicPlanner, endpoint: ModelEndpoint
) -> None:
    for after in (Cut(), Silence(), Raw(b"data: nonsense\n\n")):
        endpoint.script([*message("Hi"), after])
    ends = [(await planned(planner))[-1] for _ in range(3)]
    assert all(isinstance(end, Stopped) for end in ends)


async def test_time_that_the_reader_takes_is_not_the_models() -> None:
    later = asyncio.Event()
    pings = [{"type": "ping"}] * 30
    async with ModelEndpoint(on_block=lambda written: later.set() if written.block else None) as endpoint:
        endpoint.script(
            [message_start(), *block(0, "Hi"), *pings, *block(1, "!"), *message_end()], tokens_per_second=20
        )
        planner = AnthropicPlanner(api_key=KEY, base_url=endpoint.url, idle_seconds=1.0)
        async with aclosing(planner.plan(PROMPT)) as deltas:
            assert await anext(deltas) == TextDelta("Hi")
            await later.wait()
            assert await anext(deltas) == TextDelta("!")
            assert isinstance(await anext(deltas), Stopped)
        await planner.aclose()


async def test_events_without_data_are_passed_over(
    planner: AnthropicPlanner, endpoint: ModelEndpoint
) -> None:
    endpoint.script([Raw(b": a comment\n\nevent: ping\n\n"), *message("Hi")])
    assert (await planned(planner))[0] == TextDelta("Hi")


async def test_another_server_of_the_api_gets_its_own_headers(endpoint: ModelEndpoint) -> None:
    endpoint.script([Raw(STREAMS.joinpath("whole_in_start.sse").read_bytes())])
    with_key = AnthropicPlanner(api_key=KEY, base_url=endpoint.url, model="qwen3:4b", compat=True)
    without = AnthropicPlanner(api_key=None, base_url=endpoint.url, model="qwen3:4b", compat=True)
    for planner in (with_key, without):
        assert isinstance((await planned(planner))[-1], Stopped)
        await planner.aclose()
    first, second = endpoint.requests
    assert (first.headers["x-api-key"], first.headers["anthropic-version"]) == (KEY, "2023-06-01")
    assert "x-api-key" not in second.headers
    assert "thinking" not in first.body


async def test_a_token_is_sent_as_a_bearer_but_a_key_goes_before_it(endpoint: ModelEndpoint) -> None:
    endpoint.script(message("Hi"))
    for key in (None, KEY):
        planner = AnthropicPlanner(api_key=key, auth_token="token-1", base_url=endpoint.url)
        await planned(planner)
        await planner.aclose()
    assert [request.headers["authorization"] for request in endpoint.requests] == [
        "Bearer token-1",
        f"Bearer {KEY}",
    ]


# before and after


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({"api_key": None}, ["/planner/api_key"]),
        ({"api_key": ""}, ["/planner/api_key"]),
        ({"api_key": KEY, "base_url": "localhost:8080"}, ["/planner/base_url"]),
        ({"api_key": None, "base_url": "http://"}, ["/planner/api_key", "/planner/base_url"]),
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(settings: Any, paths: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        AnthropicPlanner(**settings)
    assert [fault.path for fault in caught.value.faults] == paths


def test_the_sdk_is_loaded_when_it_is_needed_and_not_before() -> None:
    code = (
        "import sys; from capserver.planners.anthropic.planner import AnthropicPlanner;"
        "AnthropicPlanner(api_key='k'); sys.exit('anthropic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])


async def test_warming_up_makes_the_client_that_all_plans_share(
    planner: AnthropicPlanner, endpoint: ModelEndpoint
) -> None:
    endpoint.script(message("Hi"))
    await asyncio.gather(planner.warm(), planner.warm(), planned(planner))
    await planned(planner)
    assert len({request.connection for request in endpoint.requests}) == 1


async def test_a_planner_that_was_never_used_closes_in_peace() -> None:
    await AnthropicPlanner(api_key=KEY).aclose()


async def test_a_plan_after_the_end_is_a_failure(planner: AnthropicPlanner, endpoint: ModelEndpoint) -> None:
    endpoint.script(message("Hi"))
    await planned(planner)
    await planner.aclose()
    (failed,) = await planned(planner)
    assert isinstance(failed, Failed)
    assert failed.code == "planner_failed"


# the endpoint itself


async def test_the_endpoint_tells_when_each_block_was_written(endpoint: ModelEndpoint) -> None:
    seen: list[Any] = []
    async with ModelEndpoint(on_block=seen.append) as watched:
        watched.script(message("Hi", Call("wave"), Call("sit")))
        planner = AnthropicPlanner(api_key=KEY, base_url=watched.url)
        await planned(planner)
        await planner.aclose()
        assert seen == watched.written
    assert [(written.request, written.block) for written in seen] == [(0, 0), (0, 1), (0, 2)]
    assert seen == sorted(seen, key=lambda written: written.at)
