"""A call while it is written: what is streamed of it, and when it is whole."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capserver.calls import (
    ARGUMENT_BYTES,
    ARGUMENT_NODES,
    Accepted,
    Collector,
    Rejected,
    judge,
)
from tests.calling import COMMANDS, ROOM, collected, judged, rejected, streamed

# What is streamed while it is written


def test_a_streamed_parameter_is_given_out_as_it_is_written() -> None:
    collector = Collector(COMMANDS.commands["say"])
    assert collector.add('{"times": 2, "te') == []
    assert collector.add('xt": "Hel') == [("text", "Hel")]
    assert collector.add('lo", "mood":"so') == [("text", "lo"), ("mood", "so")]
    assert collector.add("") == []
    assert collector.add('"}') == []
    assert collector.streamed


@given(
    st.dictionaries(st.sampled_from(["text", "mood", "other", "téxt", 'q"\\', "😀"]), st.text(), max_size=4),
    st.booleans(),
    st.sampled_from([None, 1]),
    st.lists(st.integers(0, 400), max_size=30),
)
def test_however_it_is_cut_the_deltas_join_to_the_value(
    value: dict[str, str], ascii_only: bool, indent: int | None, cuts: list[int]
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    parts = [text[start:end] for start, end in itertools.pairwise(edges)]
    expected = {key: value[key] for key in ("text", "mood") if value.get(key)}
    assert streamed(parts) == expected
    assert streamed(list(text)) == expected


@given(
    st.dictionaries(st.text(max_size=4), st.text(), max_size=4)
    | st.dictionaries(
        st.text(max_size=2),
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**53) + 1, 2**53 - 1)
            | st.floats(-1e300, 1e300)
            | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
            ),
            max_leaves=8,
        ),
        max_size=3,
    ),
    st.booleans(),
    st.data(),
)
def test_every_object_is_read_whole_and_every_beginning_of_it_is_incomplete(
    value: dict[str, Any], ascii_only: bool, data: st.DataObject
) -> None:
    text = json.dumps({"value": value}, ensure_ascii=ascii_only)
    assert collected(text, name="anything").complete
    assert judged(text, "anything") == Accepted({"value": value})
    cut = data.draw(st.integers(0, len(text) - 1))
    assert not collected(text[:cut], name="anything").complete


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'{"te\u0078t": "a\n\"\/\\\u00e9"}', 'a\n"/\\é'),
        (r'{"text": "\ud83d\ude00\uD83D\uDE00!"}', "😀😀!"),
        ('{"mood": ["text", {"text": "no"}], "text": "yes"}', "yes"),
        ('{"other": -1.5e+3 , "more": [], "none": {}, "text" : "yes"}', "yes"),
        ('{"times": [true, [null], 0], "text": "yes"}', "yes"),
    ],
)
def test_escapes_in_keys_and_values_and_nested_values_are_understood(text: str, expected: str) -> None:
    for parts in ([text], list(text)):
        assert streamed(parts)["text"] == expected


@pytest.mark.parametrize(
    ("text", "given_out"),
    [
        (r'{"text": "ab\ud83d", "mood": "x"}', {"text": "ab"}),
        (r'{"text": "ab\ude00", "mood": "x"}', {"text": "ab"}),
        (r'{"text": "ab\ud83d\n", "mood": "x"}', {"text": "ab"}),
        ('{"text": "ab\ud83d", "mood": "x"}', {"text": "ab"}),
        (r'{"text": "ab\x", "mood": "x"}', {"text": "ab"}),
        ('{"text": "ab\n", "mood": "x"}', {"text": "ab"}),
        (r'{"text": "ab", "te\u0078t": "cd", "mood": "x"}', {"text": "ab"}),
        ('{"times": 1, "times": 2, "text": "x"}', {}),
        ('{"times": 01, "text": "x"}', {}),
        ('{"times": tru, "text": "x"}', {}),
        ('{"times": [1}, "text": "x"}', {}),
        ('{"times": [1 2], "text": "x"}', {}),
        ('{"text" "x"}', {}),
        ('{"text": "a"} {"text": "b"}', {"text": "a"}),
        ('[{"text": "x"}]', {}),
        ('{"times": ' + "[" * 32 + "]" * 32 + ', "text": "x"}', {}),
    ],
)
def test_streaming_stops_at_the_first_doubt_and_the_call_is_rejected(
    text: str, given_out: dict[str, str]
) -> None:
    assert streamed([text]) == given_out
    assert streamed(list(text)) == given_out
    assert isinstance(judged(text, "say"), Rejected)


@pytest.mark.parametrize("name", ["vow", "name", "wave", "unheard of"])
def test_what_needs_a_yes_or_becomes_an_id_or_is_unknown_is_not_streamed(name: str) -> None:
    assert streamed(['{"text": "a", "who": "Kim"}'], name) == {}


def test_a_renamed_key_streams_under_its_real_name() -> None:
    made = COMMANDS.commands["write"]
    offered = [key for key in made.offered["properties"] if made.restore({key: ""}) == {"the text": ""}]
    assert streamed(list(json.dumps({offered[0]: "abc"})), "write") == {"the text": "abc"}


def test_sixteen_kilobytes_in_small_parts_are_read_once() -> None:
    text = json.dumps({"text": "abc😀\n" * 900})
    parts = [text[at : at + 8] for at in range(0, len(text), 8)]
    assert streamed(parts) == {"text": "abc😀\n" * 900}
    digits = '{"times": ' + "1" * 16_000
    assert not collected(*digits).complete


# Too much


@pytest.mark.parametrize("letter", ["a", "é", "灯", "😀"])
def test_arguments_are_bounded_in_bytes_of_utf_8(letter: str) -> None:
    frame = '{"text": ""}'
    room = ARGUMENT_BYTES - len(frame)
    fitting = letter * (room // len(letter.encode()))
    assert not collected(json.dumps({"text": fitting}, ensure_ascii=False)).oversize
    assert collected(json.dumps({"text": fitting + letter}, ensure_ascii=False)).oversize


@pytest.mark.parametrize("part", ["x" * 64, "灯" * 5_000_000], ids=["llm-19-in-parts", "llm-19-at-once"])
def test_five_megabytes_of_arguments_are_cut_and_rejected(part: str) -> None:
    collector = collected('{"text": "')
    given_out = ""
    for _ in range(80_000 if len(part) == 64 else 1):
        given_out += "".join(delta for _, delta in collector.add(part))
    assert collector.oversize
    assert collector.complete
    assert not collector.empty
    assert collector.text == ""
    assert len(given_out) <= ARGUMENT_BYTES
    verdict = judge(collector, COMMANDS, "say", ROOM)
    assert isinstance(verdict, Rejected)
    assert verdict.args is None
    assert [fault.code for fault in verdict.faults] == ["too_large"]


def test_more_values_than_allowed_are_rejected_before_anything_looks_at_them() -> None:
    fits = json.dumps({"value": [0] * (ARGUMENT_NODES - 2)})
    assert isinstance(judged(fits, "anything"), Accepted)
    too_many = json.dumps({"value": {"a": [[]] * (ARGUMENT_NODES - 2)}})
    assert rejected(too_many, "anything") == [("", "too_many")]


# Whole, cut or empty


@pytest.mark.parametrize("text", ["", "  ", "\n\t"], ids=["llm-13-nothing", "llm-13-spaces", "llm-13-lines"])
def test_no_input_is_not_complete_and_means_no_arguments_in_the_end(text: str) -> None:
    collector = collected(text, name="wave")
    assert collector.empty
    assert not collector.complete
    assert judged(text, "wave") == Accepted({})


CUT = [
    "{",
    '{"a',
    '{"a"',
    '{"a":',
    '{"a": tr',
    '{"a": -',
    '{"a": 1.',
    '{"a": 1e+',
    '{"a": 12',
    '{"a": null',
    '{"a": "x\\',
    '{"a": "\\ud83d\\u',
    '{"a": 1,',
    '{"a": [1, {"b": 2}',
    '{"a": [',
]


@pytest.mark.parametrize("text", CUT, ids=[f"llm-05-llm-07-{text}" for text in CUT])
def test_arguments_that_were_cut_are_not_complete_and_never_accepted(text: str) -> None:
    collector = collected(text)
    assert not collector.complete
    assert not collector.empty
    assert rejected(text, "anything") == [("", "json")]


MALFORMED = [
    ("{'text': 1}", "json"),
    ('{"text": "a",}', "json"),
    ('{"text": tru}', "json"),
    ('{"text": +1}', "json"),
    ('{"text": "a"} x', "json"),
    ('{"text": 1} // said', "json"),
    ('{"text": [}', "json"),
    ('{"text": trux', "json"),
    ('{"text": 1.2.', "json"),
    ('{"text": "a", "text": "b"}', "duplicate_key"),
    ('{"times": NaN}', "non_finite"),
    ('{"times": 9007199254740993}', "int_range"),
    (r'{"text": "\ud83d"}', "surrogate"),
    ('{"text": "\ud83d"}', "surrogate"),
    ('["text"]', "object"),
    ('"text"', "object"),
    ("null", "object"),
    ("[" * 100, "json"),
    ('{"times": ' + "[" * 40 + "]" * 40 + "}", "depth"),
]


@pytest.mark.parametrize(("text", "code"), MALFORMED, ids=[f"llm-08-{code}" for _, code in MALFORMED])
def test_malformed_arguments_are_complete_and_rejected(text: str, code: str) -> None:
    assert collected(text).complete
    verdict = judged(text, "say")
    assert isinstance(verdict, Rejected)
    assert verdict.args is None
    assert [fault.code for fault in verdict.faults] == [code]


@given(st.text(alphabet='{}[]":, \\u0d8e1tnf-.\n', max_size=20))
def test_what_can_still_become_an_object_is_what_is_not_complete(text: str) -> None:
    collector = collected(text)
    if not collector.complete and not collector.empty:
        assert rejected(text, "say") == [("", "json")]
