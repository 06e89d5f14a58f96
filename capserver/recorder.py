"""Recordings of sessions: everything that one is given and what comes of it, as `capserver.trace` has it.

The recorder observes and keeps lines; it reads no socket and writes no file. A recording begins where a
session opens, or at the next moment at which nothing is going on in it: from there on the session can be
made anew and be told all of it again (`capserver.replay`). It is bounded; what would pass the bound ends it.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import floor
from typing import Any, Final, Literal

from capserver import __version__
from capserver.effects import Effect
from capserver.inputs import Input, Opened
from capserver.session import Session
from capserver.snapshot import is_quiet, snapshot
from capserver.trace import FORMAT, line, told_effect, told_input

LONGEST: Final = 32 * 1024 * 1024
"""Bytes of one recording."""
MOST: Final = 8
"""Recordings that are kept at once, those of ended sessions among them."""

State = Literal["off", "waiting", "on"]
Sink = Callable[[str, str], None]
"""Is given the id of a session and lines of its recording, each with its end."""


class Recording:
    """What is written down of one session."""

    def __init__(self, write: Callable[[str], None], at: Callable[[], datetime]) -> None:
        self.over = False
        """Whether no more comes."""
        self._write = write
        self._at = at
        self._room = LONGEST
        self._clock: int | None = None
        self._t = 0.0

    @property
    def state(self) -> State:
        """Whether it waits for a quiet moment, goes on, or has ended."""
        if self.over:
            return "off"
        return "waiting" if self._clock is None else "on"

    def begin(self, session: Session, now: float) -> None:
        """Write down where the session stands, if nothing is going on in it."""
        if self.over or not is_quiet(session):
            return
        self._clock = floor(now)
        self._t = now - self._clock
        head = {
            "capserver_trace": FORMAT,
            "version": __version__,
            "started": self._at().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "clock": self._clock,
            "session": snapshot(session),
        }
        self._put([head])

    def hear(self, session: Session, given: Input, now: float, effects: Sequence[Effect]) -> None:
        """Write down what the session was given and what came of it."""
        if self.over:
            return
        if self._clock is None:
            self.over = session.over
            self.begin(session, now)
            return
        self._t = t = now - self._clock
        self._put(
            [{"t": t, "in": told_input(given)}, *({"t": t, "out": told_effect(one)} for one in effects)]
        )
        if session.over:
            self.end("the session is over")

    def end(self, why: str) -> None:
        """Write down no more."""
        if not self.over and self._clock is not None:
            self._write(line({"t": self._t, "out": {"end": why}}) + "\n")
        self.over = True

    def _put(self, values: Sequence[dict[str, Any]]) -> None:
        text = "".join(line(value) + "\n" for value in values)
        self._room -= len(text) if text.isascii() else len(text.encode())
        if self._room < 0:
            self.end(f"it would have more than {LONGEST >> 20} MiB")
        else:
            self._write(text)


class Recorder:
    """The recordings of this process. `observe` hears of every session."""

    def __init__(
        self, at: Callable[[], datetime] = lambda: datetime.now(UTC), sink: Sink | None = None
    ) -> None:
        """`sink`: every session is recorded from its opening, and given to it."""
        self._at = at
        self._sink = sink
        self._kept: OrderedDict[str, tuple[Recording, list[str]]] = OrderedDict()
        self._sunk: dict[str, Recording] = {}

    def observe(self, session: Session, given: Input, now: float, effects: Sequence[Effect]) -> None:
        """Write down what a session was given, where it is recorded."""
        if (kept := self._kept.get(session.id)) is not None:
            kept[0].hear(session, given, now, effects)
        if self._sink is not None:
            self._give_sink(self._sink, session, given, now, effects)

    def _give_sink(
        self, sink: Sink, session: Session, given: Input, now: float, effects: Sequence[Effect]
    ) -> None:
        if isinstance(given, Opened):
            # To be welcomed changes nothing in a session that is new: this is where it stood before, too.
            recording = Recording(lambda text: sink(session.id, text), self._at)
            self._sunk[session.id] = recording
            recording.begin(session, now)
        if (found := self._sunk.get(session.id)) is not None:
            found.hear(session, given, now, effects)
            if found.over:
                del self._sunk[session.id]

    def start(self, session: Session, now: float) -> State | None:
        """Record a session from now on or from its next quiet moment; none where no more fit in.

        One that is recorded already goes on; one that was ended begins anew.
        """
        if self.state(session.id) == "off":
            self._kept.pop(session.id, None)
            if not self._make_room():
                return None
            lines: list[str] = []
            recording = Recording(lines.append, self._at)
            self._kept[session.id] = recording, lines
            recording.begin(session, now)
        return self.state(session.id)

    def _make_room(self) -> bool:
        over = (name for name, (recording, _) in self._kept.items() if recording.over)
        if len(self._kept) >= MOST and (oldest := next(over, None)) is not None:
            del self._kept[oldest]
        return len(self._kept) < MOST

    def state(self, session_id: str) -> State:
        """Whether a session is recorded."""
        kept = self._kept.get(session_id)
        return "off" if kept is None else kept[0].state

    def trace(self, session_id: str) -> str | None:
        """What was recorded of a session so far; none where nothing is."""
        kept = self._kept.get(session_id)
        return None if kept is None else "".join(kept[1])

    def stop(self, session_id: str) -> str | None:
        """End a recording and let go of it: what it holds; none where there is none."""
        if session_id not in self._kept:
            return None
        recording, lines = self._kept.pop(session_id)
        recording.end("it was stopped")
        return "".join(lines)
