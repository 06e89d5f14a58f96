"""The words that sessions and planners share: what is asked (`Prompt`), what comes back (`Delta`).

A planner is anything with `plan(prompt) -> AsyncGenerator[Delta]`. Its contract:

- It yields, in order, any number of `TextDelta`, `Thought` and calls. A call is one `CallOpened`, any number
  of `CallDelta` whose `json` parts join to the text of one JSON object, one `CallClosed`. `index` tells the
  calls of one plan apart; it is never used twice. Several calls may be open at once.
- It ends with exactly one `Stopped` or `Failed`; what comes after is ignored. Iteration that ends without
  either counts as `Failed("planner_failed")`: a plan that was cut is never taken for a whole one.
- It checks no arguments and sends nothing: parsing, validation, vocabulary and limits are the session's.
- It raises nothing but `asyncio.CancelledError`, upon which it lets go of what it holds (an HTTP stream) at
  once. A failure is a value: `Failed`, `retryable` where the same request may succeed a moment later. The
  worker retries only while nothing was yielded.
- It keeps no state between plans: everything is in the prompt.
"""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from capserver.manifest import CommandSet
from capserver.protocol.server import Usage
from capserver.protocol.values import Client
from capserver.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of what the model says beside its commands."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """A block that means something to its planner alone; it comes back in `Step.parts` unchanged."""

    block: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CallOpened:
    """The model begins a call of the command `name`."""

    index: int
    name: str


@dataclass(frozen=True, slots=True)
class CallDelta:
    """More of the arguments, as JSON text."""

    index: int
    json: str


@dataclass(frozen=True, slots=True)
class CallClosed:
    """The call is complete."""

    index: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """The model ended by itself (`end`: nothing more; `calls`: it waits for results) or was stopped."""

    reason: Literal["end", "calls", "max_tokens", "refusal"]
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Failed:
    """The planner could not go on. `code` is an `ErrorCode`; `retry_after` is in seconds."""

    code: str
    message: str
    retryable: bool = False
    retry_after: float | None = None
    usage: Usage = Usage()


Delta = TextDelta | Thought | CallOpened | CallDelta | CallClosed | Stopped | Failed


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call that was made, and what the model is told of it."""

    id: str
    """Unique in the session, `^[A-Za-z0-9_-]+$`."""
    name: str
    arguments: Mapping[str, Any]
    told: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What the model wrote in one request: texts, calls and thoughts in the order of writing."""

    parts: tuple[str | Thought | PastCall, ...]

    @property
    def calls(self) -> tuple[PastCall, ...]:
        """The calls alone."""
        return tuple(part for part in self.parts if isinstance(part, PastCall))


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier turn: what was said then (`notes` before it), and the steps that followed."""

    text: str
    notes: tuple[str, ...]
    steps: tuple[Step, ...]
    reaction: bool = False
    """It was no instruction but what became the case."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request to a planner: everything that it may know."""

    text: str
    """What was said or what happened."""
    commands: CommandSet
    """The set in force; its order and content are stable from request to request."""
    only: frozenset[str] | None = None
    """The names that may be called in this turn; `None`: all; empty: answer in text alone."""
    require: bool = False
    """At least one command has to come, in the first step."""
    reaction: bool = False
    """`text` is no instruction but what became the case: react if there is reason to."""
    history: tuple[Exchange, ...] = ()
    """Earlier turns, oldest first, as they were told then."""
    notes: tuple[str, ...] = ()
    """What has happened since the model was last told, one sentence each."""
    steps: tuple[Step, ...] = ()
    """The earlier steps of this turn."""
    persona: str | None = None
    context: str | None = None
    state: Mapping[str, Any] | None = None
    vocabulary: Vocabulary = Vocabulary()
    client: Client | None = None


class Planner(Protocol):
    """What turns a prompt into deltas. The contract is at the top of this module."""

    name: str
    """What `welcome.planner` says: the kind and, after a colon, the model."""

    def plan(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        """Plan one step."""
        ...

    async def warm(self) -> None:
        """Load what the first plan would otherwise have to wait for."""
        ...

    async def aclose(self) -> None:
        """Let go of what is shared between plans."""
        ...
