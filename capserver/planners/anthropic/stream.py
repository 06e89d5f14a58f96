"""A message's server-sent events, as they come, to deltas. Strict: what is not whole is never shown as whole.

The API says: `message_start`, then blocks (`content_block_start`, deltas, `content_block_stop`),
`message_delta` with the reason of the end, `message_stop`. Unknown events, blocks and deltas are ignored, as
its versioning policy asks.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from capserver.planners.anthropic.failures import BrokenStreamError, told_by_event
from capserver.prompt import CallClosed, CallDelta, CallOpened, Delta, Stopped, TextDelta, Thought
from capserver.protocol.server import Usage

Event = Mapping[str, Any]
Reason = Literal["end", "calls", "max_tokens", "refusal"]

_REASONS: Final[Mapping[str | None, Reason]] = {
    "max_tokens": "max_tokens",
    "model_context_window_exceeded": "max_tokens",
    "pause_turn": "max_tokens",
    "refusal": "refusal",
}
"""`pause_turn` is told as cut: the model had more to say. All others mean that it ended by itself."""


def read(data: str) -> Event:
    """One event from the text of its `data` lines.

    Raises `ValueError` or `RecursionError` for what is not JSON, `BrokenStreamError` for what is no object.
    """
    event = json.loads(data)
    if not isinstance(event, dict):
        raise BrokenStreamError("an event is not an object")
    return event


class _Block:
    """One open content block."""

    __slots__ = ("index", "parts", "shown", "signature", "start", "type")

    def __init__(self, start: Mapping[str, Any], index: int) -> None:
        self.type = start["type"]
        self.start = start
        self.index = index
        """Of the call; of no meaning otherwise."""
        self.shown = False
        """Something of its input has come as a delta."""
        self.parts: list[str] = []
        self.signature: str | None = start.get("signature")


class Collector:
    """Takes in the events of one message in their order. `done` once it is complete or failed."""

    def __init__(self) -> None:
        self.done = False
        self.usage = Usage()
        self._blocks: dict[int, _Block] = {}
        self._calls = 0
        self._reason: str | None = None

    def take(self, event: Event) -> Iterator[Delta]:
        """The deltas of one event. Raises one of `failures.expected` for one out of order or form."""
        match event["type"]:
            case "content_block_delta":
                yield from self._more(self._open(event), event["delta"])
            case "content_block_start":
                yield from self._begin(event["index"], event["content_block"])
            case "content_block_stop":
                yield from self._end(self._open(event))
                del self._blocks[event["index"]]
            case "message_start":
                self._count(event["message"].get("usage"))
            case "message_delta":
                self._reason = event["delta"].get("stop_reason") or self._reason
                self._count(event.get("usage"))
            case "message_stop":
                self.done = True
                yield Stopped(self._stopped_by(), self.usage)
            case "error":
                self.done = True
                yield told_by_event(event.get("error"), self.usage)

    @staticmethod
    def is_progress(event: Event) -> bool:
        """Whether the model got further by this event; a `ping` only says that the server lives."""
        return bool(event["type"] != "ping")

    def _open(self, event: Event) -> _Block:
        block = self._blocks.get(event["index"])
        if block is None:
            raise BrokenStreamError("an event names a block that is not open")
        return block

    def _begin(self, index: int, start: Mapping[str, Any]) -> Iterator[Delta]:
        if index in self._blocks:
            raise BrokenStreamError("a block was opened twice")
        block = self._blocks[index] = _Block(start, self._calls)
        if block.type == "tool_use":
            self._calls += 1
            yield CallOpened(block.index, _clean(start["name"]))
        elif block.type == "text" and start.get("text"):
            yield TextDelta(_clean(start["text"]))
        elif block.type == "thinking":
            block.parts.append(start.get("thinking") or "")

    @staticmethod
    def _more(block: _Block, delta: Mapping[str, Any]) -> Iterator[Delta]:
        match block.type, delta["type"]:
            case "tool_use", "input_json_delta":
                if delta["partial_json"]:
                    block.shown = True
                    yield CallDelta(block.index, _clean(delta["partial_json"]))
            case "text", "text_delta":
                if delta["text"]:
                    yield TextDelta(_clean(delta["text"]))
            case "thinking", "thinking_delta":
                block.parts.append(delta["thinking"])
            case "thinking", "signature_delta":
                block.signature = delta["signature"]

    @staticmethod
    def _end(block: _Block) -> Iterator[Delta]:
        match block.type:
            case "tool_use":
                whole = block.start.get("input")
                if whole and not block.shown:
                    yield CallDelta(block.index, _clean(json.dumps(whole, ensure_ascii=False)))
                yield CallClosed(block.index)
            case "thinking":
                signed = {} if block.signature is None else {"signature": block.signature}
                yield Thought({"type": "thinking", "thinking": "".join(block.parts), **signed})
            case "redacted_thinking":
                yield Thought(block.start)

    def _stopped_by(self) -> Reason:
        return _REASONS.get(self._reason, "calls" if self._calls else "end")

    def _count(self, usage: Mapping[str, Any] | None) -> None:
        """Counts in the API are cumulative: the last one told holds."""
        counts = {name: (usage or {}).get(name) for name in Usage.model_fields}
        told = {name: count for name, count in counts.items() if isinstance(count, int)}
        self.usage = self.usage.model_copy(update=told)


def _clean(text: str) -> str:
    """The same text without lone halves of surrogate pairs, which no frame could carry."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
