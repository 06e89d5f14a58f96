"""The terms on which a server takes sessions: the same for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from capserver.errors import Fault
from capserver.ledger import details
from capserver.offer import Offer
from capserver.protocol.server import Heartbeat, Limits, ServerInfo, Welcome


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

    def welcome(self, offer: Offer, *, findings: Sequence[Fault], **more: Any) -> Welcome:
        """What a client is told of a session that stands; `more`: the fields of its own."""
        return Welcome(
            server=self.server,
            epoch=self.epoch,
            rev=offer.rev,
            digest=offer.commands.digest,
            commands=len(offer.commands.commands),
            planner=self.planner,
            heartbeat=self.heartbeat,
            limits=self.limits,
            findings=details(tuple(findings)),
            **more,
        )
