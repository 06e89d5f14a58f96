"""The terms on which a server takes sessions: the same for all of them."""

from dataclasses import dataclass

from capserver.protocol.server import Heartbeat, Limits, ServerInfo


@dataclass(frozen=True, slots=True)
class Terms:
    """What a server gives to every session."""

    server: ServerInfo
    epoch: str
    planner: str
    heartbeat: Heartbeat
    limits: Limits
    history_turns: int = 20
    history_tokens: int = 8000
    halted_seconds: float = 30.0
