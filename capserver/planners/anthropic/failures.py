"""What goes wrong between us and the API, as our own `Failed`. Vendor errors end here.

| what happened | code | again? |
| --- | --- | --- |
| 401, 402, 403, 404: the key, the account or the model's name | `planner_unavailable` | no |
| 429, 529, `overloaded_error`, `rate_limit_error`: too much at once | `planner_overloaded` | yes, later |
| 408, 409, other 5xx, `api_error`, `timeout_error`, no connection | `planner_unavailable` | yes |
| our deadline for progress or for the whole | `timeout` | no |
| a connection that broke inside an answer | `planner_failed` | yes |
| other 4xx, an answer that is not in the API's form | `planner_failed` | no |

"Later" is after `retry-after`, where the API says it. `rate_limited` stays what it is in the protocol: a
client that sends too much. Messages are our own words; what the API said is added only where it tells an
operator what to set right, with every secret struck out.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any, Final

from capserver.prompt import Failed
from capserver.protocol.codes import ErrorCode
from capserver.protocol.server import Usage

LONGEST_RETRY: Final = 3600.0
"""Seconds; a longer `retry-after` is told as this."""
_LONGEST_DETAIL: Final = 300

_UNAVAILABLE: Final = {
    401: "the model's API does not accept the key",
    402: "the model's API wants to be paid",
    403: "the model's API does not allow this key to do that",
    404: "the model's API knows no such model or address",
}
_OVERLOADED: Final = "the model's API is overloaded"
_LIMITED: Final = "the model's API asks to slow down"
_DOWN: Final = "the model's API has an error of its own"
_TOO_SLOW: Final = "the model took too long"
_BROKE: Final = "the connection to the model broke"
_NOT_IN_FORM: Final = "the model's answer is not in the form of the API"

_EVENTS: Final[Mapping[str, Failed]] = {
    "overloaded_error": Failed(ErrorCode.PLANNER_OVERLOADED, _OVERLOADED, retryable=True),
    "rate_limit_error": Failed(ErrorCode.PLANNER_OVERLOADED, _LIMITED, retryable=True),
    "api_error": Failed(ErrorCode.PLANNER_UNAVAILABLE, _DOWN, retryable=True),
    "timeout_error": Failed(ErrorCode.PLANNER_UNAVAILABLE, _DOWN, retryable=True),
    "authentication_error": Failed(ErrorCode.PLANNER_UNAVAILABLE, _UNAVAILABLE[401]),
    "billing_error": Failed(ErrorCode.PLANNER_UNAVAILABLE, _UNAVAILABLE[402]),
    "permission_error": Failed(ErrorCode.PLANNER_UNAVAILABLE, _UNAVAILABLE[403]),
    "not_found_error": Failed(ErrorCode.PLANNER_UNAVAILABLE, _UNAVAILABLE[404]),
}


class BrokenStreamError(ValueError):
    """Events that do not make a message."""


def expected() -> tuple[type[Exception], ...]:
    """Every kind of exception that a request to the API may end with."""
    import anthropic
    import httpx2

    theirs = (anthropic.AnthropicError, httpx2.HTTPError, httpx2.InvalidURL)
    return (*theirs, OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)


def told_by_event(error: Any, usage: Usage) -> Failed:
    """The failure that an `error` event inside a stream tells of; its HTTP status was 200."""
    kind = error.get("type") if isinstance(error, Mapping) else None
    unknown = Failed(ErrorCode.PLANNER_FAILED, "the model's API gave up in the middle of its answer")
    return replace(_EVENTS.get(str(kind), unknown), usage=usage)


def too_slow(usage: Usage) -> Failed:
    """The failure of a request that met one of our deadlines."""
    return Failed(ErrorCode.TIMEOUT, _TOO_SLOW, usage=usage)


def told_by_exception(error: Exception, usage: Usage, secrets: Iterable[str] = ()) -> Failed:
    """The failure behind one of the `expected` exceptions. Its message holds none of the secrets."""
    import anthropic
    import httpx2

    if isinstance(error, anthropic.APIStatusError):
        failed = _by_status(error.status_code, error.response.headers, _detail(error, secrets))
        return replace(failed, usage=usage)
    if isinstance(error, anthropic.APIConnectionError) and _never_sent(error.__cause__):
        return Failed(ErrorCode.PLANNER_UNAVAILABLE, "the model's API cannot be reached", retryable=True)
    if isinstance(error, TimeoutError | httpx2.TimeoutException | anthropic.APITimeoutError):
        return too_slow(usage)
    if isinstance(error, OSError | httpx2.TransportError | anthropic.APIConnectionError):
        return Failed(ErrorCode.PLANNER_FAILED, _BROKE, retryable=True, usage=usage)
    return Failed(ErrorCode.PLANNER_FAILED, _NOT_IN_FORM, usage=usage)


def _never_sent(cause: BaseException | None) -> bool:
    """Whether no connection could be had at all."""
    import httpx2

    return isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError)


def _by_status(status: int, headers: Mapping[str, str], detail: str) -> Failed:
    again = headers.get("x-should-retry") != "false"
    after = _retry_after(headers)
    if status in _UNAVAILABLE:
        return Failed(ErrorCode.PLANNER_UNAVAILABLE, f"{_UNAVAILABLE[status]} ({status})")
    if status == 429:
        return Failed(ErrorCode.PLANNER_OVERLOADED, f"{_LIMITED} ({status})", again, after)
    if status == 529:
        return Failed(ErrorCode.PLANNER_OVERLOADED, f"{_OVERLOADED} ({status})", again, after)
    if status in {408, 409} or status >= 500:
        return Failed(ErrorCode.PLANNER_UNAVAILABLE, f"{_DOWN} ({status})", again, after)
    return Failed(ErrorCode.PLANNER_FAILED, f"the model's API refuses the request ({status}){detail}")


def _detail(error: Any, secrets: Iterable[str]) -> str:
    """What the API itself said, short and without secrets."""
    text = error.api_message
    if not isinstance(text, str) or not text:
        return ""
    for secret in filter(None, secrets):
        text = text.replace(secret, "[secret]")
    return ": " + (text if len(text) <= _LONGEST_DETAIL else text[:_LONGEST_DETAIL] + "…")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from `retry-after-ms` or `retry-after` (RFC 9110, section 10.2.3: seconds or a date)."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return min(milliseconds / 1000, LONGEST_RETRY)
    seconds = _number(headers.get("retry-after"))
    if seconds is None:
        seconds = _until(headers.get("retry-after"), headers.get("date"))
    return None if seconds is None else min(seconds, LONGEST_RETRY)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _until(then: str | None, now: str | None) -> float | None:
    """From the server's own date to the one that it names: its clock need not be ours."""
    if then is None or now is None:
        return None
    try:
        seconds = (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds()
    except (ValueError, TypeError):
        return None
    return max(seconds, 0.0)
