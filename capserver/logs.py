"""Logging: one readable line or one JSON line for each event, on standard error.

Modules below log with the standard library: a short event as message, facts as `extra`:
`log.info("session opened", extra={"session": id})`. At `info` and above no facts carry what people said, what
a model wrote or what a manifest holds. What comes from outside cannot forge lines or drive a terminal:
control characters are written as escapes. Secrets are hidden by their key or their look.
"""

import json
import logging
import math
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, TextIO

LONGEST: Final = 2000
"""Characters of one value that are written."""
HIDDEN: Final = "***"

# C0, DEL, C1 (CSI among them), line separators, direction marks, surrogates that no encoding takes.
_CONTROL: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SECRET_KEY: Final = re.compile(
    r"token$|tokens$|api_?key|authorization|secret|password|cookie", re.IGNORECASE
)
_SECRET: Final = re.compile(
    r"(bearer\s+|[?&](?:token|ticket|key)=|x-api-key:\s*)[^\s&\"',;]+|sk-ant-[\w-]+", re.IGNORECASE
)
_BARE: Final = re.compile(r"[^\s\"'=]+")
_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


def configure(
    style: Literal["text", "json"] = "text",
    level: Literal["debug", "info", "warning", "error"] = "info",
    stream: TextIO | None = None,
) -> None:
    """Send all log records of this process to one place, uvicorn's among them.

    `level` is for this project and uvicorn; others speak from `warning` on, since at lower levels
    HTTP libraries write contents and credentials. Start uvicorn with `log_config=None`.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, _number(level)))
    for name in ("capserver", "uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(_number(level))
    if level != "debug":  # probes ask for /healthz all day long, and where we listen we say ourselves
        for name in ("uvicorn.error", "uvicorn.access"):
            logging.getLogger(name).setLevel(max(logging.WARNING, _number(level)))


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def trimmed(text: str) -> str:
    """The text without what looks like a secret, cut where it is long."""
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… ({len(text)} characters)"
    return _without_secrets(text)


def escaped(text: str) -> str:
    """The text on one line: control characters as JSON escapes."""
    return _CONTROL.sub(_escape, text)


def _without_secrets(text: str) -> str:
    return _SECRET.sub(_hide, text)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _hide(match: re.Match[str]) -> str:
    return (match[1] or "") + HIDDEN


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """What `extra` brought, secrets hidden."""
    return {
        key: HIDDEN if _SECRET_KEY.search(key) else _plain(value)
        for key, value in vars(record).items()
        if key not in _OWN
    }


def _plain(value: Any) -> Any:
    """The value as JSON has it, strings trimmed; what JSON does not have, as text."""
    if value is None or isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, Mapping):
        return {
            str(key): HIDDEN if _SECRET_KEY.search(str(key)) else _plain(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return trimmed(str(value))


class JsonLines(logging.Formatter):
    """`{"time": RFC 3339 in UTC, "level", "logger", "event", …fields, "exception"?}`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        own: dict[str, Any] = {
            "time": _utc(record).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": trimmed(record.getMessage()),
        }
        if record.exc_info:
            own["exception"] = _without_secrets(self.formatException(record.exc_info))
        # The second `own` keeps a field of the same name from taking its place.
        return escaped(json.dumps({**own, **fields(record), **own}, ensure_ascii=False))


class TextLines(logging.Formatter):
    """`22:49:15.123 info    session opened  session=s1`; a traceback follows, indented."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback's."""
        clock = _utc(record).astimezone().strftime("%H:%M:%S.%f")[:-3]
        shown = [f"{key}={_shown(value)}" for key, value in fields(record).items()]
        head = f"{clock} {record.levelname.lower():<7} {trimmed(record.getMessage())}"
        line = escaped("  ".join([head, " ".join(shown)]).rstrip())
        if record.exc_info:
            trace = _without_secrets(self.formatException(record.exc_info))
            line += "".join(f"\n    {escaped(item)}" for item in trace.splitlines())
        return line


def _utc(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def _shown(value: Any) -> str:
    if isinstance(value, str) and _BARE.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)
