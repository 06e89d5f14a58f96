"""What a client may send: numbered frames are counted, the rate is bounded, who overdoes it is sent away."""

from typing import Any

from capserver.delivery import Delivery, gap
from capserver.effects import Close, Effect
from capserver.errors import FrameError
from capserver.ledger import error_frame
from capserver.protocol.client import CLIENT_MESSAGES, refer
from capserver.protocol.codes import MAX_INT, CloseCode, ErrorCode
from capserver.rates import Allowance


class Intake:
    """The way in of one session."""

    __slots__ = ("_delivery", "_rate", "allowance", "closing")

    def __init__(self, delivery: Delivery, rate: float, now: float) -> None:
        self._delivery = delivery
        self._rate = rate
        self.allowance = Allowance(rate, now)
        self.closing = False
        """Whether the client was sent away: the socket that stands is deaf."""

    def take(self, frame: dict[str, Any], now: float, effects: list[Effect]) -> bool:
        """Count a numbered frame; whether it is new."""
        kind, seq = frame.get("type"), frame.get("seq")
        model = CLIENT_MESSAGES.get(kind) if isinstance(kind, str) else None
        if model is None or not model.reliable or type(seq) is not int or not 1 <= seq <= MAX_INT:
            return True
        new, missing = self._delivery.take(seq, now)
        if missing:
            error = gap(missing)
            refer(error, frame)
            effects.append(self._delivery.send(error_frame(error)))
        return new

    def check_rate(self, now: float) -> None:
        """Count a frame.

        Raises:
            FrameError: `rate_limited`.

        """
        if wait := self.allowance.take(now):
            message = f"more than {self._rate:g} frames a second (limits.frames_per_second)"
            raise FrameError(ErrorCode.RATE_LIMITED, message, retry_after=round(wait, 3))

    def flooding(self, now: float) -> list[Effect]:
        """A frame came that is good for nothing: too many of them close the socket."""
        if not self.allowance.is_spent(now):
            return []
        message = f"far more than {self._rate:g} frames a second (limits.frames_per_second)"
        error = FrameError(ErrorCode.RATE_LIMITED, message, retry_after=1)
        return self.shut(error, CloseCode.TOO_MANY)

    def crowding(self) -> list[Effect]:
        """A client that makes the log grow and takes nothing in is sent away; what is in it stays."""
        if self.closing or not self._delivery.overfull:
            return []
        error = FrameError(ErrorCode.TOO_LARGE, "too much waits for your ack (limits.outbox_bytes)")
        return self.shut(error, CloseCode.SLOW_READER)

    def shut(self, error: FrameError, code: CloseCode) -> list[Effect]:
        """Say why, close the socket, and be deaf to it from now on."""
        self.closing = True
        return [self._delivery.send(error_frame(error)), Close(code, error.message)]
