"""The rows of area `json` against one real server, which survives all of them: one session hears every bad
frame and still answers, and others still register.
"""

import json
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
import pytest_asyncio

from tests.faults import rows
from tests.live import Client, Frame, Live, limits, manifest, resume, serving
from tests.raw import TEXT, frame, text, upgraded

pytestmark = pytest.mark.asyncio(loop_scope="module")


def ping(value: str) -> str:
    return f'{{"type":"ping","t":{value}}}'


def in_manifest(value: str) -> str:
    """A manifest with a field of our own, so that it may be large."""
    return f'{{"type":"manifest","protocol":1,"client":{{"name":"test"}},"commands":[],"x-more":{value}}}'


INVALID: Final = "invalid_frame"
MANY: Final = "[" + "[]," * 300_000 + "[]]"

# row: the frame, the code of the error, the code of its detail
REFUSED: Final[dict[str, tuple[str, str, str | None]]] = {
    "json-01": ("[" * 100_000, "too_large", None),
    "json-01-manifest": (in_manifest("[" * 100_000), INVALID, "depth"),
    "json-01-closed": (in_manifest("[" * 100_000 + "]" * 100_000), INVALID, "depth"),
    "json-02": ('{"a":' * 33 + "1" + "}" * 33, INVALID, "depth"),
    "json-02-ping": (ping("[" * 32 + "]" * 32), INVALID, "depth"),
    "json-04-2**70": (ping(str(2**70)), INVALID, "int_range"),
    "json-04-2**53+1": (ping(str(2**53 + 1)), INVALID, "int_range"),
    "json-04--2**53-1": (ping(str(-(2**53) - 1)), INVALID, "int_range"),
    "json-05": (ping("1e400"), INVALID, "non_finite"),
    "json-05-nan": (ping("NaN"), INVALID, "non_finite"),
    "json-08": ('{"type":"ping","t":1,"t":2}', INVALID, "duplicate_key"),
    "json-08-deep": (ping('[{"a":{"id":"a","id":"b"}}]'), INVALID, "duplicate_key"),
    "json-10-surrogate": (ping(r'"\ud800"'), INVALID, "surrogate"),
    "json-10-bom": ("\ufeff" + ping("1"), INVALID, "json"),
    "json-10-utf-16": (ping("1").encode("utf-16-le").decode(), INVALID, "json"),
    "json-11": (ping('"a\nb"'), INVALID, "json"),
    "json-11-nul": (ping('"a\x00b"'), INVALID, "json"),
    "json-13-comma": (ping("[1,]"), INVALID, "json"),
    "json-13-comment": (ping("1 /* one */"), INVALID, "json"),
    "json-13-quotes": ("{'type':'ping'}", INVALID, "json"),
    "json-13-two": (ping("1") * 2, INVALID, "json"),
    "json-13-empty": ("", INVALID, "json"),
    "json-13-truncated": (ping("1")[:-1], INVALID, "json"),
    "json-13-code": ("__import__('os').abort()", INVALID, "json"),
    "json-14": (MANY, "too_large", None),
    "json-14-manifest": (in_manifest(MANY), INVALID, "values"),
    "no-object": ("[]", INVALID, "object"),
}

# row: bytes that are no UTF-8
NO_TEXT: Final = {
    "json-10-fffe": b"\xff\xfe",
    "json-10-eda080": b'{"type":"ping","t":"\xed\xa0\x80"}',
    "json-10-c0af": b'{"type":"ping","t":"\xc0\xaf"}',
    "json-10-utf-16-bom": '{"type":"ping"}'.encode("utf-16"),
}

# row: a value that comes back as it went
KEPT: Final[dict[str, Any]] = {
    "json-07-minus-zero": -0.0,
    "json-07-fraction": 0.1,
    "json-16": {"__proto__": {"polluted": True}, "constructor": {"prototype": {"polluted": True}}},
    "json-17": {chr(first) + chr(second): 1 for first in range(97, 123) for second in range(97, 123)},
}
ELSEWHERE: Final = {"json-07", "json-19"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def live() -> AsyncIterator[Live]:
    async with serving(settings=limits(handshakes_per_second=0, frames_per_second=1000)) as live:
        yield live


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(live: Live) -> AsyncIterator[Client]:
    """The one session that hears all of them."""
    async with live.registered() as client:
        yield client


async def serves_others(live: Live) -> None:
    async with live.registered() as other:
        assert (await other.instruct("anything"))["status"] == "completed"


def codes(error: Frame) -> set[str]:
    return {detail["code"] for detail in error.get("details", ())}


async def test_every_row_has_its_test() -> None:
    covered = {name[:7] for name in [*REFUSED, *NO_TEXT, *KEPT]} | ELSEWHERE
    assert {row.id for row in rows("json")} <= covered


@pytest.mark.parametrize("row", REFUSED)
async def test_as_a_first_frame_it_is_told_and_closed(live: Live, row: str) -> None:
    sent, code, detail = REFUSED[row]
    async with live.client() as client:
        await client.send(sent)
        error = await client.next("error")
        assert error["code"] == code
        assert codes(error) == ({detail} if detail else set())
        assert (await client.closed()).code == 4500
    await serves_others(live)


@pytest.mark.parametrize("row", REFUSED)
async def test_after_welcome_it_is_told_and_the_session_lives(live: Live, client: Client, row: str) -> None:
    sent, code, detail = REFUSED[row]
    await client.send(sent)
    error = await client.next("error")
    assert error["code"] == code
    assert codes(error) == ({detail} if detail else set())
    assert (await client.instruct("anything"))["status"] == "completed"
    await serves_others(live)


@pytest.mark.parametrize("row", NO_TEXT)
async def test_bytes_that_are_no_text_close_the_socket_and_the_session_waits(live: Live, row: str) -> None:
    async with upgraded(live.port) as raw:
        raw.write(frame(TEXT, NO_TEXT[row]))
        assert await raw.closed() == 1007
    async with upgraded(live.port) as raw:
        raw.write(text(manifest()))
        welcome = await raw.next("welcome")
        raw.write(frame(TEXT, NO_TEXT[row]))
        assert await raw.closed() == 1007
    async with live.client() as client:
        await client.send(resume(welcome))
        assert (await client.next("welcome"))["resumed"] is True


@pytest.mark.parametrize("row", KEPT)
async def test_plain_data_comes_back_as_it_went(client: Client, row: str) -> None:
    await client.send({"type": "ping", "t": KEPT[row]})
    back = (await client.next("pong"))["t"]
    assert json.dumps(back) == json.dumps(KEPT[row])


@pytest.mark.parametrize("row", ["json-07-small"])
async def test_a_number_too_small_is_zero(client: Client, row: str) -> None:
    await client.send(ping("1e-999999999"))
    assert (await client.next("pong"))["t"] == 0


@pytest.mark.parametrize("row", ["json-07-long"])
async def test_a_long_number_is_refused_by_length_or_accepted(live: Live, client: Client, row: str) -> None:
    long = "0." + "1" * 1_000_000
    await client.send(ping(long))
    assert (await client.next("error"))["code"] == "too_large"
    async with live.client() as other:
        await other.send(in_manifest(long))
        assert (await other.next())["type"] == "welcome"


@pytest.mark.parametrize("row", ["json-19"])
async def test_an_unknown_field_is_ignored_and_in_a_manifest_found(
    live: Live, client: Client, row: str
) -> None:
    await client.send({"type": "ping", "t": 1, "colour": "blue"})
    assert await client.next("pong", "error") == {"type": "pong", "t": 1}
    async with live.client() as other:
        await other.send(manifest() | {"personna": "a pirate", "x-mine": 1})
        welcome = await other.next("welcome")
        unknown = [found for found in welcome["findings"] if found["code"] == "unknown_field"]
        assert [found["path"] for found in unknown] == ["/personna"]
        assert "persona?" in unknown[0]["message"]
