"""The rows of area `frame`, byte by byte over TCP. -10, -13, -14 and -17 (floods) are a later issue's."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.faults import rows
from tests.live import Live, manifest, serving
from tests.raw import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    TEXT,
    Raw,
    frame,
    text,
    upgraded,
)

LATER = {"frame-10", "frame-13", "frame-14", "frame-17"}
LARGEST = 1 << 20

# row: what is sent, the code of the close
BROKEN: dict[str, tuple[bytes, int]] = {
    "frame-01": (frame(TEXT, b"{}", masked=False), 1002),
    "frame-02": (frame(3), 1002),
    "frame-04": (frame(PING, b"x" * 126), 1002),
    "frame-05": (frame(CONTINUATION, b"{}"), 1002),
    "frame-07": (frame(TEXT, declared=1 << 40), 1009),
    "frame-08": (frame(TEXT, b" " * (LARGEST + 1)), 1009),
    "frame-08-in-parts": (
        frame(TEXT, b" " * LARGEST, fin=False) + frame(CONTINUATION, b" "),
        1009,
    ),
}
ELSEWHERE = {"frame-11", "frame-16", "frame-19"}


@pytest.fixture
async def live() -> AsyncIterator[Live]:
    async with serving() as live:
        yield live


async def registered(raw: Raw) -> None:
    raw.write(text(manifest()))
    await raw.next("welcome")


async def lives(raw: Raw) -> None:
    """The session still answers."""
    raw.write(text({"type": "instruct", "id": "still-here", "text": "anything"}))
    assert (await raw.next("turn.ended"))["status"] == "completed"


async def serves_others(live: Live) -> None:
    async with live.registered() as other:
        assert (await other.instruct("anything"))["status"] == "completed"


def test_every_row_has_its_test() -> None:
    covered = {name[:8] for name in BROKEN} | ELSEWHERE | LATER
    assert covered == {row.id for row in rows("frame")}


@pytest.mark.parametrize("row", BROKEN)
async def test_a_broken_first_frame_closes_its_connection_alone(live: Live, row: str) -> None:
    sent, code = BROKEN[row]
    async with upgraded(live.port) as raw:
        raw.write(sent)
        assert await raw.closed() == code
    await serves_others(live)


@pytest.mark.parametrize("row", BROKEN)
async def test_a_broken_frame_after_welcome_closes_its_connection_alone(live: Live, row: str) -> None:
    sent, code = BROKEN[row]
    async with live.registered() as other, upgraded(live.port) as raw:
        await registered(raw)
        raw.write(sent)
        assert await raw.closed() == code
        await other.pinged()
    await serves_others(live)


@pytest.mark.parametrize("row", ["frame-08"])
async def test_one_byte_more_than_a_frame_may_have_is_refused_and_the_session_lives(
    live: Live, row: str
) -> None:
    async with upgraded(live.port) as raw:
        await registered(raw)
        largest = b'{"type":"ping","t":"%b"}'
        fits = largest % (b"x" * (65536 - len(largest) + 2))
        raw.write(frame(TEXT, fits))
        await raw.next("pong")
        raw.write(frame(TEXT, fits + b" "))
        assert (await raw.next("error"))["code"] == "too_large"
        await lives(raw)


@pytest.mark.parametrize("row", ["frame-11"])
async def test_a_binary_frame_is_an_invalid_frame(live: Live, row: str) -> None:
    async with upgraded(live.port) as raw:
        raw.write(frame(BINARY, json.dumps(manifest()).encode()))
        assert (await raw.next("error"))["code"] == "invalid_frame"
        assert await raw.closed() == 4500
    async with upgraded(live.port) as raw:
        await registered(raw)
        raw.write(frame(BINARY, b"\xff\x00"))
        assert (await raw.next("error"))["code"] == "invalid_frame"
        await lives(raw)


@pytest.mark.parametrize("row", ["frame-16"])
async def test_what_comes_after_a_close_is_ignored(live: Live, row: str) -> None:
    async with upgraded(live.port) as raw:
        await registered(raw)
        raw.write(frame(CLOSE, b"\x03\xe8") + text({"type": "ping", "t": "too late"}) * 100)
        assert await raw.frame() == (CLOSE, b"\x03\xe8")
        assert await raw.frame() is None
    await serves_others(live)


@pytest.mark.parametrize("row", ["frame-19"])
async def test_a_character_may_lie_across_fragments(live: Live, row: str) -> None:
    async with upgraded(live.port) as raw:
        await registered(raw)
        data = json.dumps({"type": "ping", "t": "a🤸b"}, ensure_ascii=False).encode()
        cut = data.index("🤸".encode()) + 2
        raw.write(frame(TEXT, data[:cut], fin=False) + frame(PING) + frame(CONTINUATION, data[cut:]))
        assert (await raw.next("pong"))["t"] == "a🤸b"
        await lives(raw)
