"""Every way in which the API can fail, as our own `Failed`."""

from typing import Any

import anthropic
import httpx2
import pytest

from capserver.planners.anthropic.failures import (
    LONGEST_RETRY,
    expected,
    told_by_event,
    told_by_exception,
    too_slow,
)
from capserver.prompt import Failed
from capserver.protocol.server import Usage

REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1/messages")
USED = Usage(input_tokens=7)
NOTHING = Usage()


def status_error(status: int, message: str = "no", headers: dict[str, str] | None = None) -> Exception:
    response = httpx2.Response(status, request=REQUEST, headers=headers or {})
    body = {"type": "error", "error": {"type": "some_error", "message": message}}
    return anthropic.APIStatusError(message, response=response, body=body)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (400, "planner_failed", False),
        (401, "planner_unavailable", False),
        (402, "planner_unavailable", False),
        (403, "planner_unavailable", False),
        (404, "planner_unavailable", False),
        (408, "planner_unavailable", True),
        (409, "planner_unavailable", True),
        (413, "planner_failed", False),
        (422, "planner_failed", False),
        (429, "planner_overloaded", True),
        (500, "planner_unavailable", True),
        (503, "planner_unavailable", True),
        (504, "planner_unavailable", True),
        (529, "planner_overloaded", True),
    ],
)
def test_a_status_becomes_a_code(status: int, code: str, retryable: bool) -> None:
    failed = told_by_exception(status_error(status), USED)
    assert (failed.code, failed.retryable, failed.usage) == (code, retryable, USED)
    assert str(status) in failed.message


@pytest.mark.parametrize(
    ("kind", "code", "retryable"),
    [
        ("overloaded_error", "planner_overloaded", True),
        ("rate_limit_error", "planner_overloaded", True),
        ("api_error", "planner_unavailable", True),
        ("timeout_error", "planner_unavailable", True),
        ("authentication_error", "planner_unavailable", False),
        ("billing_error", "planner_unavailable", False),
        ("permission_error", "planner_unavailable", False),
        ("not_found_error", "planner_unavailable", False),
        ("invalid_request_error", "planner_failed", False),
        ("something_new", "planner_failed", False),
    ],
)
def test_an_error_event_becomes_a_code(kind: str, code: str, retryable: bool) -> None:
    failed = told_by_event({"type": kind, "message": "no"}, USED)
    assert (failed.code, failed.retryable, failed.usage) == (code, retryable, USED)


@pytest.mark.parametrize("body", [None, "gone", {}, {"type": ["x"]}])
def test_an_error_event_without_form_is_a_failure_too(body: Any) -> None:
    assert told_by_event(body, NOTHING).code == "planner_failed"


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (anthropic.APITimeoutError(REQUEST), "timeout", False),
        (httpx2.ReadTimeout("slow"), "timeout", False),
        (TimeoutError(), "timeout", False),
        (httpx2.ReadError("reset"), "planner_failed", True),
        (httpx2.RemoteProtocolError("peer closed"), "planner_failed", True),
        (ConnectionResetError(), "planner_failed", True),
        (anthropic.APIConnectionError(request=REQUEST), "planner_failed", True),
        (
            caused(anthropic.APIConnectionError(request=REQUEST), httpx2.ConnectError("refused")),
            "planner_unavailable",
            True,
        ),
        (
            caused(anthropic.APITimeoutError(REQUEST), httpx2.ConnectTimeout("slow")),
            "planner_unavailable",
            True,
        ),
        (ValueError("not JSON"), "planner_failed", False),
        (KeyError("index"), "planner_failed", False),
        (RecursionError(), "planner_failed", False),
        (anthropic.AnthropicError("what"), "planner_failed", False),
    ],
)
def test_an_exception_becomes_a_code(error: Exception, code: str, retryable: bool) -> None:
    failed = told_by_exception(error, NOTHING)
    assert (failed.code, failed.retryable) == (code, retryable)
    assert isinstance(error, expected())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "1"}, 1.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "86400"}, LONGEST_RETRY),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "soon", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:07 GMT"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:07 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 7.0),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0.0),
    ],
)
def test_the_pause_that_is_asked_for_is_told_in_seconds(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert told_by_exception(status_error(429, headers=headers), NOTHING).retry_after == seconds


def test_a_server_that_says_not_to_come_again_is_believed() -> None:
    failed = told_by_exception(status_error(429, headers={"x-should-retry": "false"}), NOTHING)
    assert not failed.retryable


def test_a_refused_request_says_why_in_short_and_without_secrets() -> None:
    message = "tools.0: key sk-ant-1 does not fit" + "!" * 500
    failed = told_by_exception(status_error(400, message), NOTHING, ["sk-ant-1", ""])
    assert "tools.0: key [secret] does not fit" in failed.message
    assert len(failed.message) < 400


@pytest.mark.parametrize("body", [None, {"error": {"message": ["x"]}}, "text", {"error": {"message": ""}}])
def test_a_refused_request_without_a_reason_is_told_without_one(body: Any) -> None:
    response = httpx2.Response(400, request=REQUEST)
    error = anthropic.BadRequestError("x", response=response, body=body)
    assert told_by_exception(error, NOTHING).message == "the model's API refuses the request (400)"


def test_a_deadline_is_not_worth_another_try() -> None:
    assert too_slow(USED) == Failed("timeout", "the model took too long", usage=USED)
