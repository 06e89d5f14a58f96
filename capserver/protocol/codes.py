"""Error codes, close codes and the limits that both sides may know. Fixed by `PROTOCOL.md`."""

from enum import IntEnum, StrEnum
from typing import Final

SUBPROTOCOL: Final = "capserver.v1"
VERSION: Final = 1
PATH: Final = "/v1/ws"

MAX_DEPTH: Final = 32
MAX_INT: Final = 2**53 - 1
MAX_ID: Final = 128


class ErrorCode(StrEnum):
    """The codes of an `error` frame and of `turn.ended.error`."""

    INVALID_FRAME = "invalid_frame"
    UNKNOWN_TYPE = "unknown_type"
    INVALID_MANIFEST = "invalid_manifest"
    MANIFEST_UNKNOWN = "manifest_unknown"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    DUPLICATE_ID = "duplicate_id"
    UNKNOWN_ID = "unknown_id"
    INVALID_RESULT = "invalid_result"
    LATE_RESULT = "late_result"
    BUSY = "busy"
    RATE_LIMITED = "rate_limited"
    TOO_LARGE = "too_large"
    PLANNER_UNAVAILABLE = "planner_unavailable"
    PLANNER_OVERLOADED = "planner_overloaded"
    PLANNER_FAILED = "planner_failed"
    NO_COMMAND = "no_command"
    TIMEOUT = "timeout"
    INTERNAL = "internal"


class CloseCode(IntEnum):
    """Why a connection closes. 4000-4499: come again and resume; 4500-4999: stop."""

    NORMAL = 1000
    RESTART = 1012
    NO_MANIFEST = 4008
    SLOW_READER = 4013
    TOO_MANY = 4029
    BAD_MANIFEST = 4500
    UNAUTHORIZED = 4501
    FORBIDDEN = 4503
    RESUMED_ELSEWHERE = 4509


def ends_session(code: int) -> bool:
    """Whether a close with this code, by either side, ends the session instead of detaching it."""
    return code == CloseCode.NORMAL or (4500 <= code <= 4599 and code != CloseCode.RESUMED_ELSEWHERE)
