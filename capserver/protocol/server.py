"""Messages from server to client, and how one becomes a frame."""

from typing import Any, ClassVar, Final, Literal

from pydantic import Field

from capserver.protocol.values import ErrorDetail, Id, TurnError, Value, optional

CancelReason = Literal["cancelled", "interrupted", "timeout", "expired", "removed", "rejected"]
TurnStatus = Literal["completed", "cancelled", "failed", "refused", "truncated"]
NotResumed = Literal["expired", "unknown", "epoch_changed", "gap", "unauthorized"]
Source = Literal["client", "http", "bridge"]


class ServerMessage(Value):
    """What every message from the server has in common."""

    reliable: ClassVar[bool] = False
    type: str


class ServerInfo(Value):
    """Which server this is."""

    name: str
    version: str


class Heartbeat(Value):
    """How often the server pings, and how long it waits for the answer, in seconds."""

    interval: float
    timeout: float


class Limits(Value):
    """What the server allows. 0 turns a limit off (`resume_seconds`: no resume)."""

    sessions: int = Field(5000, ge=0, description="sessions on this node")
    sessions_per_address: int = Field(200, ge=0, description="sessions from one address")
    sessions_per_principal: int = Field(50, ge=0, description="sessions of one principal")
    handshakes_per_second: float = Field(50, ge=0, description="handshakes from one address")
    manifest_seconds: float = Field(10, ge=0, description="from the handshake to the first frame")
    resume_seconds: float = Field(60, ge=0, description="how long a detached session is kept")
    frame_bytes: int = Field(65536, ge=0, description="the largest frame after the first")
    manifest_bytes: int = Field(1048576, ge=0, description="the largest manifest or update")
    commands: int = Field(512, ge=0, description="commands in a manifest")
    steps: int = Field(8, ge=0, description="requests to the model in one turn")
    commands_per_turn: int = Field(64, ge=0, description="commands sent in one turn")
    turns_queued: int = Field(8, ge=0, description="instructions that wait for their turn")
    frames_per_second: float = Field(50, ge=0, description="frames from one client; burst 4 x")
    commands_unacked: int = Field(16, ge=0, description="commands on their way, for who acks")
    outbox_bytes: int = Field(1048576, ge=0, description="frames kept for one client")


class Lost(Value):
    """A command that is in doubt."""

    id: Id
    turn: str | None
    name: str


class Welcome(ServerMessage):
    """The session stands."""

    type: Literal["welcome"] = "welcome"
    server: ServerInfo
    session: str
    token: str
    epoch: str
    resumed: bool
    reason: NotResumed | None = optional()
    lost: list[Lost] | None = optional()
    upto: int
    rev: int
    digest: str
    commands: int
    planner: str
    heartbeat: Heartbeat
    limits: Limits
    profile: str | None = optional()
    findings: list[ErrorDetail]


class ManifestUpdated(ServerMessage):
    """A change of the set is in force."""

    reliable = True
    type: Literal["manifest.updated"] = "manifest.updated"
    id: Id
    rev: int
    digest: str
    commands: list[str]
    findings: list[ErrorDetail]


class TurnStarted(ServerMessage):
    """A planner has it."""

    reliable = True
    type: Literal["turn.started"] = "turn.started"
    turn: str
    source: Source


class Text(ServerMessage):
    """What the model says beside its commands, as it is written."""

    type: Literal["text"] = "text"
    turn: str
    delta: str


class CommandDelta(ServerMessage):
    """A `stream` parameter as it is written."""

    type: Literal["command.delta"] = "command.delta"
    id: Id
    turn: str
    name: str
    param: str
    delta: str


class CommandFrame(ServerMessage):
    """Do this: complete, of the set in force, valid against its schema."""

    reliable = True
    type: Literal["command"] = "command"
    id: Id
    turn: str | None
    name: str
    args: dict[str, Any]
    rev: int
    lane: str
    returns: bool
    timeout: float
    confirm: bool


class CommandRejected(ServerMessage):
    """The model asked for what may not be sent; it was not sent."""

    reliable = True
    type: Literal["command.rejected"] = "command.rejected"
    id: Id
    turn: str
    name: str
    args: dict[str, Any] | None = optional()
    errors: list[ErrorDetail]


class CancelCommand(ServerMessage):
    """Stop doing this; no result is owed."""

    reliable = True
    type: Literal["cancel"] = "cancel"
    id: Id
    reason: CancelReason


class Usage(Value):
    """Tokens that the model took, as far as the planner knows. All zero: none."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_input_tokens: int = 0
    cache_creation_input_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_input_tokens=self.cache_read_input_tokens + other.cache_read_input_tokens,
            cache_creation_input_tokens=(
                self.cache_creation_input_tokens + other.cache_creation_input_tokens
            ),
        )


class Timing(Value):
    """Milliseconds from acceptance."""

    queued_ms: float
    first_command_ms: float | None
    total_ms: float


class TurnEnded(ServerMessage):
    """Exactly one for each accepted `instruct`, after the end of its commands."""

    reliable = True
    type: Literal["turn.ended"] = "turn.ended"
    turn: str
    status: TurnStatus
    commands: int
    text: str
    usage: Usage
    timing: Timing
    error: TurnError | None = optional()


class Error(ServerMessage):
    """What was wrong with what the client sent: all faults of a frame at once."""

    reliable = True  # after `welcome`
    type: Literal["error"] = "error"
    code: str
    message: str
    ref: str | None = optional()
    ref_type: str | None = optional()
    details: list[ErrorDetail] | None = optional()
    retry_after: float | None = optional(description="seconds")


class AuthExpiring(ServerMessage):
    """Send `auth`, or the connection closes with 4501."""

    type: Literal["auth.expiring"] = "auth.expiring"
    expires_in: float


class ServerAck(ServerMessage):
    """All of the client's reliable frames up to `upto` were taken in."""

    type: Literal["ack"] = "ack"
    upto: int


class Pong(ServerMessage):
    """The answer to `ping`."""

    type: Literal["pong"] = "pong"
    t: Any = None


AnyServerMessage = (
    Welcome
    | ManifestUpdated
    | TurnStarted
    | Text
    | CommandDelta
    | CommandFrame
    | CommandRejected
    | CancelCommand
    | TurnEnded
    | Error
    | AuthExpiring
    | ServerAck
    | Pong
)

SERVER_MESSAGES: Final[dict[str, type[AnyServerMessage]]] = {
    "welcome": Welcome,
    "manifest.updated": ManifestUpdated,
    "turn.started": TurnStarted,
    "text": Text,
    "command.delta": CommandDelta,
    "command": CommandFrame,
    "command.rejected": CommandRejected,
    "cancel": CancelCommand,
    "turn.ended": TurnEnded,
    "error": Error,
    "auth.expiring": AuthExpiring,
    "ack": ServerAck,
    "pong": Pong,
}


def encode(message: AnyServerMessage, seq: int | None = None) -> str:
    """The frame of a message, numbered where it is reliable."""
    text = message.model_dump_json()
    return text if seq is None else f'{text[:-1]},"seq":{seq}}}'
