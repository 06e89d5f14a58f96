"""Text to JSON value, strictly. Rows `json-*` of the fault table at the level of the decoder."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capserver.errors import FrameError
from capserver.protocol.client import read_frame, read_message
from capserver.protocol.codes import ErrorCode
from capserver.protocol.decode import decode_json
from capserver.protocol.server import Error, encode
from capserver.protocol.values import ErrorDetail
from tests.faults import rows

MOST_VALUES = 200_000


def refused(text: str) -> list[tuple[str, str]]:
    """The path and code of each fault; what is told about them fits a frame."""
    with pytest.raises(FrameError) as caught:
        decode_json(text)
    error = caught.value
    assert error.code == ErrorCode.INVALID_FRAME
    found = [ErrorDetail(path=path, code=code, message=message) for path, code, message in error.faults]
    encode(Error(code=error.code, message=error.message, details=found), 1)
    return [(fault.path, fault.code) for fault in error.faults]


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


REFUSED: dict[str, list[tuple[str, list[tuple[str, str]]]]] = {
    "json-01": [
        ("[" * 100_000, [("", "depth")]),
        ("[" * 100_000 + "]" * 100_000, [("", "depth")]),
    ],
    "json-02": [
        (nested(33), [("/a" * 32, "depth")]),
        ("[" * 33 + "]" * 33, [("/0" * 32, "depth")]),
        ('{"a":[' + nested(40) + "]}", [("/a/0" + "/a" * 30, "depth")]),
    ],
    "json-04": [
        (f'{{"n":{2**70}}}', [("/n", "int_range")]),
        (f"[1,{2**53},{-(2**53) - 1}]", [("/1", "int_range"), ("/2", "int_range")]),
        ('{"n":' + "9" * 10_000 + "}", [("/n", "int_range")]),
    ],
    "json-05": [
        ('{"t":1e400}', [("/t", "non_finite")]),
        ('{"t":[-1e400, NaN, Infinity, -Infinity]}', [(f"/t/{n}", "non_finite") for n in range(4)]),
    ],
    "json-08": [
        ('{"id":"a","id":"b"}', [("/id", "duplicate_key")]),
        ('{"a":[{"b":{"c/d":1,"c/d":1}}]}', [("/a/0/b/c~1d", "duplicate_key")]),
        (r'{"a":1,"\u0061":2}', [("/a", "duplicate_key")]),
    ],
    "json-10": [
        ("\ufeff{}", [("", "json")]),
        (r'{"a":"\ud800"}', [("/a", "surrogate")]),
        (r'{"\udfff":1}', [("", "surrogate")]),
    ],
    "json-11": [('{"a":"\n"}', [("", "json")]), ('{"a":"\x00"}', [("", "json")])],
    "json-13": [
        (text, [("", "json")])
        for text in ('{"a":1,}', "{} // no", "{'a':1}", "{}{}", "", '{"a":', '{"a":1', "nul", "01")
    ],
    "json-14": [("[" + ",".join(["[]"] * MOST_VALUES) + "]", [("", "values")])],
}

ACCEPTED: dict[str, list[str]] = {
    "json-02": [nested(32), "[" * 32 + "]" * 32, json.dumps("[" * 40), json.dumps(["{" * 40, "["])],
    "json-04": [f"[{2**53 - 1},{1 - 2**53}]", "12345678901234567e-5"],
    "json-07": ["[-0, -0.0, 1e-999999999]", "0." + "1" * 1_000_000],
    "json-10": [r'{"a":"\ud83d\ude00"}', '{"a":"😀"}', r'"\\ud800"'],
    "json-14": ["[" + ",".join(["0"] * (MOST_VALUES - 1)) + "]", json.dumps("," * MOST_VALUES * 2)],
    "json-16": ['{"__proto__":{"a":1},"constructor":{"prototype":null}}'],
    "json-17": [json.dumps({f"{n:x}": n for n in range(50)})],
}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        pytest.param(text, faults, id=f"{row}-{number}")
        for row, cases in REFUSED.items()
        for number, (text, faults) in enumerate(cases, 1)
    ],
)
def test_what_two_readers_could_read_twofold_is_refused_by_path(
    text: str, faults: list[tuple[str, str]]
) -> None:
    assert refused(text) == faults


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=f"{row}-{number}")
        for row, texts in ACCEPTED.items()
        for number, text in enumerate(texts, 1)
    ],
)
def test_what_every_reader_reads_alike_is_accepted_unchanged(text: str) -> None:
    assert decode_json(text) == json.loads(text)


@pytest.mark.parametrize("row", ["json-19"])
def test_an_unknown_field_of_a_frame_is_ignored(row: str) -> None:
    message = read_message(read_frame('{"type":"ping","t":1,"later":{"x":[]}}'))
    assert message.model_dump() == {"type": "ping", "t": 1}


def test_every_row_of_the_table_has_its_case() -> None:
    assert {row.id for row in rows("json")} <= REFUSED.keys() | ACCEPTED.keys() | {"json-19"}


def test_every_fault_comes_at_once_in_the_order_of_the_text() -> None:
    text = r'{"a":NaN,"fine":[1.5,-2,"x"],"b":{"c":1,"c":9007199254740993},"d":["\ud800",1e999]}'
    assert refused(text) == [
        ("/a", "non_finite"),
        ("/b/c", "duplicate_key"),
        ("/b/c", "int_range"),
        ("/d/0", "surrogate"),
        ("/d/1", "non_finite"),
    ]


@pytest.mark.parametrize(
    "text",
    ["[" + ",".join(["NaN"] * 1000) + "]", "{" + ",".join(['"a":1'] * 1000) + "}"],
    ids=["many values", "many keys"],
)
def test_no_more_than_twenty_faults_are_told(text: str) -> None:
    assert len(refused(text)) == 20


def test_a_long_key_is_cut_in_the_path_and_a_surrogate_in_it_replaced() -> None:
    assert refused('{"' + "k" * 60_000 + '":[NaN]}') == [("/" + "k" * 127 + "…/0", "non_finite")]
    assert refused(r'{"\ud800":NaN}') == [("", "surrogate"), ("/?", "non_finite")]


def test_text_that_is_no_json_after_a_first_fault_is_not_json() -> None:
    assert refused("[NaN, ") == [("", "json")]


def test_what_came_in_is_never_told_back() -> None:
    with pytest.raises(FrameError) as caught:
        decode_json('{"password":"hunter2"')
    assert "hunter2" not in str(caught.value.faults)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(json_values, st.booleans())
def test_a_value_within_the_rules_comes_back_as_it_was_sent(value: Any, ascii_only: bool) -> None:
    assert decode_json(json.dumps(value, ensure_ascii=ascii_only)) == value


@given(st.text(alphabet='{}[]",:0123456789eE.-+ tfn\\u', max_size=60))
def test_what_the_standard_reader_takes_is_taken_alike_or_refused(text: str) -> None:
    try:
        value = decode_json(text)
    except FrameError:
        return
    assert value == json.loads(text)
