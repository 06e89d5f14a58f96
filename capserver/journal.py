"""A line in the log for each turn that ended: ids, counts and times, never what was said."""

import logging
from collections.abc import Sequence

from capserver.effects import Effect, Send
from capserver.inputs import Input
from capserver.protocol.server import TurnEnded
from capserver.session import Session

log = logging.getLogger(__name__)


def observe(session: Session, _given: Input, _now: float, effects: Sequence[Effect]) -> None:
    """Write down what a session did."""
    for effect in effects:
        if isinstance(effect, Send) and isinstance(effect.message, TurnEnded):
            log.info("a turn ended", extra=_facts(session, effect.message))


def _facts(session: Session, turn: TurnEnded) -> dict[str, object]:
    return {
        "session": session.id,
        "turn": turn.turn,
        "status": turn.status,
        "commands": turn.commands,
        "ms": turn.timing.total_ms,
        **({"code": turn.error.code} if turn.error else {}),
    }
