"""Events of the Messages API to deltas: recorded streams, order, form, and what is unknown."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capserver.planners.anthropic.failures import BrokenStreamError
from capserver.planners.anthropic.stream import Collector, read
from capserver.prompt import CallClosed, CallDelta, CallOpened, Delta, Failed, Stopped, TextDelta, Thought
from capserver.protocol.server import Usage
from tests.model_endpoint import Call, block, error, message, message_end, message_start

STREAMS = Path(__file__).parent / "data" / "anthropic"


def deltas_of(events: Iterable[Any]) -> list[Delta]:
    collector = Collector()
    return [delta for event in events for delta in collector.take(event)]


def recorded(name: str) -> list[Delta]:
    lines = STREAMS.joinpath(f"{name}.sse").read_text(encoding="utf-8").splitlines()
    return deltas_of(read(line.removeprefix("data: ")) for line in lines if line.startswith("data: "))


def call(index: int, name: str, *parts: str) -> list[Delta]:
    return [CallOpened(index, name), *(CallDelta(index, part) for part in parts), CallClosed(index)]


def used(output: int, taken: int = 472, cached: int = 0) -> Usage:
    return Usage(input_tokens=taken, output_tokens=output, cache_read_input_tokens=cached)


RECORDED: dict[str, list[Delta]] = {
    "text_then_call": [
        TextDelta("好"),
        TextDelta("的，挥"),
        TextDelta("挥手！"),
        *call(0, "wave", '{"hand"', ': "le', 'ft", "ti', 'mes": 2}'),
        Stopped("calls", used(89)),
    ],
    "two_calls": [
        *call(0, "wave", '{"times', '": 1}'),
        *call(1, "jump", '{"height": "', 'high"', ', "times": ', "2}"),
        Stopped("calls", used(118, 21, 2188)),
    ],
    "no_arguments": [*call(0, "sit"), Stopped("calls", used(37))],
    "thinking": [
        Thought(
            {
                "type": "thinking",
                "thinking": "They want a wave, with the left hand.",
                "signature": "EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds",
            }
        ),
        Thought(
            {
                "type": "redacted_thinking",
                "data": "EmwKAhgBEgy3va3pzix/LafPsn4aDFIT2Xlxh0L5L8rLVyIwxtE3rAFBa8cr3qpP",
            }
        ),
        *call(0, "wave", '{"hand":', ' "left"}'),
        Stopped("calls", used(131)),
    ],
    "whole_in_start": [
        *call(0, "wave", '{"times": 2, "hand": "left"}'),
        *call(1, "sit"),
        Stopped("calls", used(24)),
    ],
    "whole_in_one_delta": [*call(0, "wave", '{"times":2}'), Stopped("calls", used(19))],
    "refusal": [TextDelta("I can"), Stopped("refusal", used(4))],
}


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_stream_becomes_these_deltas(name: str) -> None:
    assert recorded(name) == RECORDED[name]


def test_every_recorded_stream_is_tried() -> None:
    assert {path.stem for path in STREAMS.glob("*.sse")} == set(RECORDED)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("end_turn", "end"),
        ("stop_sequence", "end"),
        ("tool_use", "end"),
        ("max_tokens", "max_tokens"),
        ("model_context_window_exceeded", "max_tokens"),
        ("pause_turn", "max_tokens"),
        ("refusal", "refusal"),
        ("something_new", "end"),
        (None, "end"),
    ],
)
def test_the_reason_of_the_end_is_told_in_our_words(reason: Any, told: str) -> None:
    assert deltas_of([message_start(), *message_end(reason, 1)]) == [Stopped(told, used(1, cached=1024))]  # type: ignore[arg-type]


def test_a_message_with_calls_waits_for_results_even_if_its_server_calls_that_an_end() -> None:
    assert deltas_of(message(Call("wave"), stop_reason="end_turn"))[-1] == Stopped(
        "calls", used(42, cached=1024)
    )


def test_unknown_events_blocks_and_deltas_are_ignored() -> None:
    unknown: list[Any] = [
        {"type": "something_new", "value": 1},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "server_tool_use", "name": "x"},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": "{"},
        },
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "Hi"}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "citations_delta", "citation": {}}},
        {"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": ""}},
        {"type": "content_block_stop", "index": 1},
    ]
    assert deltas_of(unknown) == [TextDelta("Hi")]


def test_a_thought_without_a_signature_is_given_back_without_one() -> None:
    events = [
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "thinking", "thinking": "So"},
        },
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "…"}},
        {"type": "content_block_stop", "index": 0},
    ]
    assert deltas_of(events) == [Thought({"type": "thinking", "thinking": "So…"})]


def test_an_index_may_serve_again_once_its_block_is_closed_but_calls_stay_apart() -> None:
    events = [*block(0, Call("wave")), *block(0, Call("jump"))]
    assert deltas_of(events) == [*call(0, "wave"), *call(1, "jump")]


def test_several_calls_may_be_open_at_once() -> None:
    first, second = block(0, Call("wave", {"n": 1})), block(1, Call("jump", {"n": 2}))
    together = [event for pair in zip(first, second, strict=True) for event in pair]
    assert [delta.index for delta in deltas_of(together) if isinstance(delta, CallDelta)] == [0, 1, 0, 1]


def test_what_the_whole_input_said_is_not_said_twice() -> None:
    events = [
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "a", "name": "wave", "input": {"n": 1}},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": '{"n":1}'},
        },
        {"type": "content_block_stop", "index": 0},
    ]
    assert deltas_of(events) == call(0, "wave", '{"n":1}')


def test_an_error_event_ends_the_message_with_what_was_used_so_far() -> None:
    collector = Collector()
    events: list[Any] = [message_start(), error("overloaded_error")]
    (failed,) = [delta for event in events for delta in collector.take(event)]
    assert isinstance(failed, Failed)
    assert (failed.code, failed.retryable, failed.usage) == (
        "planner_overloaded",
        True,
        used(1, cached=1024),
    )
    assert collector.done


@pytest.mark.parametrize(
    "event",
    [
        {"type": "content_block_delta", "index": 3, "delta": {"type": "text_delta", "text": "x"}},
        {"type": "content_block_stop", "index": 3},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    ],
)
def test_a_block_out_of_order_is_refused(event: Any) -> None:
    collector = Collector()
    list(collector.take(block(0, "")[0]))
    with pytest.raises(BrokenStreamError):
        list(collector.take(event))


@pytest.mark.parametrize("data", ["[1]", "1", "null"])
def test_an_event_that_is_no_object_is_refused(data: str) -> None:
    with pytest.raises(BrokenStreamError):
        read(data)


def test_only_a_ping_is_no_progress() -> None:
    assert not Collector.is_progress({"type": "ping"})
    assert all(Collector.is_progress(event) for event in message_end())


def test_lone_halves_of_surrogate_pairs_do_not_get_through() -> None:
    event = read(
        '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"\\ud83d!😀"}}'
    )
    assert deltas_of([event]) == [TextDelta("\ufffd!😀")]


@given(
    st.recursive(st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_the_deltas_of_a_call_join_to_its_input(value: Any) -> None:
    text = str(value)
    joined = "".join(
        delta.json for delta in deltas_of(block(0, Call("wave", text))) if isinstance(delta, CallDelta)
    )
    assert joined == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
