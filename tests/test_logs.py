import io
import json
import logging
from collections.abc import Iterator

import pytest

from capserver import logs

LOGGER_NAMES = ("capserver", "uvicorn", "uvicorn.error", "uvicorn.access", "httpx2")


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in LOGGER_NAMES}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)


def lines(style: str = "json", level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    logs.configure(style, level, stream)  # type: ignore[arg-type]
    return stream


def test_a_json_line_holds_time_level_event_and_fields() -> None:
    stream = lines()
    logging.getLogger("capserver.hub").info("session opened", extra={"session": "s1", "planner": "offline"})
    line = json.loads(stream.getvalue())
    assert line["time"].endswith("Z")
    assert {key: line[key] for key in line if key != "time"} == {
        "level": "info",
        "logger": "capserver.hub",
        "event": "session opened",
        "session": "s1",
        "planner": "offline",
    }


def test_a_readable_line_holds_time_level_event_and_fields() -> None:
    stream = lines("text")
    extra = {"session": "s1", "why": "two words", "count": 3, "none": None}
    logging.getLogger("capserver").info("session %s", "opened", extra=extra)
    clock, rest = stream.getvalue().split(" ", 1)
    assert len(clock) == len("22:49:15.123")
    assert rest == 'info    session opened  session=s1 why="two words" count=3 none=null\n'


def test_a_readable_line_without_fields_ends_after_the_event() -> None:
    stream = lines("text")
    logging.getLogger("capserver").warning("draining")
    assert stream.getvalue().endswith(" warning draining\n")


@pytest.mark.parametrize("style", ["text", "json"])
@pytest.mark.parametrize(
    "hostile", ["a\n12:00:00 error forged", "\x1b[2J", "\x9b31m", "\u202e", "\u2028", "\ud800"]
)
def test_what_comes_from_outside_cannot_forge_a_line_or_drive_a_terminal(style: str, hostile: str) -> None:
    stream = lines(style)
    logging.getLogger("capserver").info(
        f"refused {hostile}", extra={"origin": hostile, "all": [{"x": hostile}]}
    )
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert text.endswith("\n")
    assert not set(hostile) & set("\x1b\x9b\u202e\u2028\ud800") & set(text)
    text.encode()


@pytest.mark.parametrize("style", ["text", "json"])
def test_secrets_are_hidden_by_their_key_or_their_look(style: str) -> None:
    stream = lines(style)
    extra = {"token": "s3cret", "api_key": "s3cret", "headers": {"Authorization": "s3cret", "Host": "shown"}}
    logging.getLogger("capserver").info(
        'got Bearer s3cret"x and /v1/ws?token=s3cret&a=1 sk-ant-s3cret', extra=extra
    )
    text = stream.getvalue()
    assert "s3cret" not in text
    assert "shown" in text
    assert "&a=1" in text


def test_a_field_cannot_take_the_place_of_the_line_s_own() -> None:
    stream = lines()
    logging.getLogger("capserver").info("real", extra={"event": "forged", "time": 0})
    assert json.loads(stream.getvalue())["event"] == "real"


def test_long_values_are_cut() -> None:
    stream = lines()
    logging.getLogger("capserver").info("x" * 5000)
    assert json.loads(stream.getvalue())["event"].endswith("… (5000 characters)")
    assert len(stream.getvalue()) < 2300


def test_what_json_does_not_have_is_written_as_text() -> None:
    stream = lines()
    logging.getLogger("capserver").info("odd", extra={"number": float("nan"), "thing": b"x", "set": {1}})
    line = json.loads(stream.getvalue())
    assert (line["number"], line["thing"], line["set"]) == ("nan", "b'x'", [1])


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_traceback_cannot_forge_a_line_either(style: str) -> None:
    stream = lines(style)
    try:
        raise ValueError("bad\n12:00:00.000 error   forged\x1b[2J")
    except ValueError:
        logging.getLogger("capserver").exception("a task failed")
    first, *rest = stream.getvalue().splitlines()
    assert "a task failed" in first
    assert all(line.startswith("    ") for line in rest)
    assert "ValueError" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_uvicorn_speaks_through_the_same_lines() -> None:
    stream = lines()
    logging.getLogger("uvicorn.error").warning("Exceeded the limit")
    assert json.loads(stream.getvalue())["logger"] == "uvicorn.error"


def test_requests_are_logged_at_debug_alone() -> None:
    stream = lines(level="info")
    logging.getLogger("uvicorn.access").info("GET /healthz")
    assert stream.getvalue() == ""
    stream = lines(level="debug")
    logging.getLogger("uvicorn.access").info("GET /healthz")
    assert "healthz" in stream.getvalue()


def test_libraries_that_would_log_contents_are_silent_below_warning() -> None:
    stream = lines(level="debug")
    logging.getLogger("httpx2").debug("request body")
    assert stream.getvalue() == ""


def test_configuring_twice_writes_each_line_once() -> None:
    lines()
    stream = lines()
    logging.getLogger("capserver").info("once")
    assert stream.getvalue().count("\n") == 1
