"""The lines of a recording: JSON objects, one a line (JSON Lines).

The first one is the head, `{"capserver_trace": 1, "version", "started", "clock", "session"}`: when it was
started (ISO 8601), what the session's clock showed then (whole seconds, so that no time loses a digit) and
where the session stood (`capserver.snapshot`). Then, in order:

- `{"t", "in": {"kind", …}}`: the session was given this, `t` seconds after `clock`;
- `{"t", "out": {…}}`: what came of it, an effect: `frame` (sent), `replace` (put in its place), `replay`,
  `plan`, `stop`, `ended`, `authenticate` or `close`;
- `{"t", "out": {"end": "…"}}`, the last one: no effect, but why there are no more.

Credentials are left out where a line is made: those of a first frame, of `auth` and of `welcome`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, Literal, assert_never, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from capserver.effects import Authenticate, Close, Effect, Ended, Plan, Replace, Replay, Send, Stop
from capserver.errors import Fault, FrameError
from capserver.inputs import (
    Binary,
    Called,
    Detached,
    Dismissed,
    Framed,
    Held,
    Input,
    Instructed,
    Opened,
    Over,
    Planned,
    Resumed,
    Ticked,
    TokenRefused,
    WentOn,
    Wrote,
)
from capserver.prompt import (
    CallClosed,
    CallDelta,
    CallOpened,
    Delta,
    Failed,
    Stopped,
    TextDelta,
    Thought,
)
from capserver.protocol.client import read_frame
from capserver.protocol.server import AnyServerMessage, Welcome, encode

FORMAT: Final = 1
HIDDEN: Final = "*"
"""What stands where a credential was, once for each character."""

INPUTS: Final[Mapping[str, type]] = {
    "open": Opened,
    "frame": Framed,
    "binary": Binary,
    "delta": Planned,
    "wrote": Wrote,
    "tick": Ticked,
    "hold": Held,
    "go_on": WentOn,
    "resume": Resumed,
    "detach": Detached,
    "end": Over,
    "instruct": Instructed,
    "call": Called,
    "dismiss": Dismissed,
    "refuse_token": TokenRefused,
}
DELTAS: Final[Mapping[str, type]] = {
    "text": TextDelta,
    "thought": Thought,
    "call_opened": CallOpened,
    "call_delta": CallDelta,
    "call_closed": CallClosed,
    "stopped": Stopped,
    "failed": Failed,
}
_KINDS: Final = {kind: name for table in (INPUTS, DELTAS) for name, kind in table.items()}
_TOKEN: Final = re.compile(r'("token"\s*:\s*")((?:[^"\\]|\\.)*)')
_WITH_TOKEN: Final = ("manifest", "auth", "instruct")


def line(value: Mapping[str, Any]) -> str:
    """One line, without its end. A lone surrogate is escaped, for no file can hold it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if _is_whole(text) else json.dumps(value, separators=(",", ":"))


def _is_whole(text: str) -> bool:
    return text.isascii() or text == text.encode(errors="replace").decode()


# what is told


def told_input(given: Input) -> dict[str, Any]:
    """An input as it stands in a recording, without credentials."""
    if isinstance(given, Framed):
        given = Framed(_hidden_in(given.text))
    elif isinstance(given, Instructed):
        given = Instructed(given.message.model_copy(update={"token": None}), given.source)
    elif isinstance(given, Resumed):
        hidden = given.resume.model_copy(update={"token": HIDDEN})
        given = Resumed(hidden, HIDDEN)
    told: dict[str, Any] = _plain(given)
    return told


def _plain(value: Any) -> Any:
    if (kind := _KINDS.get(type(value))) is not None:
        return {"kind": kind} | {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return sorted(value) if isinstance(value, frozenset) else value


def told_effect(effect: Effect) -> dict[str, Any]:
    """An effect as it stands in a recording, without credentials."""
    match effect:
        case Send(message, seq):
            return {"frame": told_message(message, seq)}
        case Replace(message, seq):
            return {"replace": told_message(message, seq)}
        case Replay(after):
            return {"replay": after}
        case Plan(turn, prompt):
            of = {"text": prompt.text, "digest": prompt.commands.digest, "steps": len(prompt.steps)}
            return {"plan": {"turn": turn, **of}}
        case Stop(turn):
            return {"stop": turn}
        case Ended(call, turn, name, outcome):
            how = {"ending": outcome.ending, "code": outcome.code, "message": outcome.message}
            return {"ended": {"id": call, "turn": turn, "name": name, **how}}
        case Authenticate():
            return {"authenticate": HIDDEN}
        case Close(code, reason):
            return {"close": {"code": code, "reason": reason}}
        case _:
            assert_never(effect)


def told_message(message: AnyServerMessage, seq: int | None) -> dict[str, Any]:
    """A frame to the client, decoded, without credentials."""
    if isinstance(message, Welcome):
        message = message.model_copy(update={"token": HIDDEN})
    frame: dict[str, Any] = json.loads(encode(message, seq))
    return frame


def told_frame(text: str) -> dict[str, Any]:
    """A frame from the client, decoded, without credentials; `{"raw": text}` where it cannot be."""
    try:
        return _without_token(read_frame(text))
    except FrameError:
        return {"raw": _TOKEN.sub(_stars, text)}


def _hidden_in(text: str) -> str:
    """The same frame, no shorter, without credentials."""
    if "token" not in text and "\\u" not in text:
        return text
    try:
        frame = read_frame(text)
    except FrameError:
        return _TOKEN.sub(_stars, text)
    shown = _without_token(frame)
    if shown is frame:
        return text
    made = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return made + " " * (len(text.encode()) - len(made.encode()))


def _stars(found: "re.Match[str]") -> str:
    return found[1] + HIDDEN * len(found[2])


def _without_token(frame: dict[str, Any]) -> dict[str, Any]:
    if frame.get("type") not in _WITH_TOKEN:
        return frame
    shown = {key: _covered(value) if key == "token" else value for key, value in frame.items()}
    if isinstance(resume := frame.get("resume"), dict) and "token" in resume:
        shown["resume"] = {**resume, "token": _covered(resume["token"])}
    return shown if shown != frame else frame


def _covered(value: Any) -> Any:
    return HIDDEN * len(value) if isinstance(value, str) else value


# what is read


def read_input(told: Any) -> Input:
    """An input of a recording.

    Raises:
        ValueError: it is none.

    """
    made: Input = _made(told, INPUTS)
    return made


def _made(told: Any, kinds: Mapping[str, type]) -> Any:
    name = told.get("kind") if isinstance(told, dict) else None
    kind = kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"its kind is none of {', '.join(kinds)}")
    hints = get_type_hints(kind)
    if told.keys() != hints.keys() | {"kind"}:
        raise ValueError(f"{name} has the fields {', '.join(hints)}" if hints else f"{name} has no fields")
    return kind(**{field: _field(field, told[field], hint) for field, hint in hints.items()})


def _field(name: str, told: Any, hint: Any) -> Any:
    try:
        return _value(told, hint)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _value(told: Any, hint: Any) -> Any:
    """A JSON value as a field of this type has it."""
    if hint == Delta:
        return _made(told, DELTAS)
    inner = get_args(hint)
    match get_origin(hint) or hint:
        case _ if type(None) in inner:
            return None if told is None else _value(told, _present(inner))
        case kind if kind is Literal and told in inner:
            return told
        case kind if kind in (tuple, frozenset) and isinstance(told, list):
            return kind(_value(item, inner[0]) for item in told)
        case kind if kind is Fault and isinstance(told, list):
            return Fault(*told)
        case kind if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind.model_validate(told)
        case kind if kind in (Mapping, dict) and isinstance(told, dict):
            return told
        case kind if kind is Any or type(told) is kind or (kind is float and type(told) is int):
            return told
    raise ValueError(f"{told!r} is not {hint}")


def _present(hints: tuple[Any, ...]) -> Any:
    (hint,) = (hint for hint in hints if hint is not type(None))
    return hint
