"""What is counted: from effects and at the edge, never from inside. Labels are few, no ids, no texts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from capserver.effects import Effect, Ended, Send
from capserver.inputs import Input
from capserver.protocol.codes import ErrorCode
from capserver.protocol.server import CommandFrame, CommandRejected, Error, TurnEnded
from capserver.session import Session

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_CODES = frozenset(ErrorCode)


class Metrics:
    """Prometheus metrics of one process; the text for `/metrics`."""

    def __init__(self, sessions: Callable[[], Iterable[Session]]) -> None:
        self._registry = CollectorRegistry()
        self._sessions = sessions
        self._registry.register(self)
        self._queued = self._histogram("turn_queued_seconds", "From acceptance to the planner.")
        self._first = self._histogram("turn_first_command_seconds", "From acceptance to the first command.")
        self._total = self._histogram("turn_seconds", "From acceptance to the end.")
        self._turns = self._counter("turns", "Turns that ended.", "status")
        self._commands = self._counter("commands", "Commands by what became of them.", "outcome")
        self._errors = self._counter("errors", "Error frames sent.", "code")

    def _histogram(self, name: str, help_text: str) -> Histogram:
        return Histogram(f"capserver_{name}", help_text, buckets=_SECONDS, registry=self._registry)

    def _counter(self, name: str, help_text: str, label: str) -> Counter:
        return Counter(f"capserver_{name}", help_text, [label], registry=self._registry)

    def observe(self, _session: Session, _given: Input, _now: float, effects: Sequence[Effect]) -> None:
        """Count what a session did."""
        for effect in effects:
            match effect:
                case Send(CommandFrame()):
                    self._commands.labels("sent").inc()
                case Send(CommandRejected()):
                    self._commands.labels("rejected").inc()
                case Ended(outcome=outcome):
                    self._commands.labels(outcome.ending).inc()
                case Send(TurnEnded() as turn):
                    self._turn(turn)
                case Send(Error(code=code)):
                    self._errors.labels(code if code in _CODES else "other").inc()
                case _:
                    pass

    def _turn(self, turn: TurnEnded) -> None:
        self._turns.labels(turn.status).inc()
        self._queued.observe(turn.timing.queued_ms / 1000)
        self._total.observe(turn.timing.total_ms / 1000)
        if turn.timing.first_command_ms is not None:
            self._first.observe(turn.timing.first_command_ms / 1000)

    def collect(self) -> Iterator[Metric]:
        """What is the case now, read at each scrape."""
        sessions = list(self._sessions())
        attached = sum(session.attached for session in sessions)
        family = GaugeMetricFamily("capserver_sessions", "Sessions held.", labels=["state"])
        family.add_metric(["attached"], attached)
        family.add_metric(["detached"], len(sessions) - attached)
        yield family
        yield GaugeMetricFamily(
            "capserver_outbox_frames",
            "Numbered frames that no client has acked yet.",
            value=sum(session.waiting for session in sessions),
        )

    def latency(self) -> dict[str, dict[str, list[float]]]:
        """How long turns took, in seconds: `{first_command, total: {le: bounds, counts}}`.

        A count is that of its bucket alone; the last one is of what lies beyond all bounds.
        """
        return {"first_command": _buckets(self._first), "total": _buckets(self._total)}

    def text(self) -> bytes:
        """The exposition in Prometheus' text format."""
        return generate_latest(self._registry)


def _buckets(histogram: Histogram) -> dict[str, list[float]]:
    (family,) = histogram.collect()
    upto = [int(sample.value) for sample in family.samples if sample.name.endswith("_bucket")]
    return {"le": list(_SECONDS), "counts": [more - less for less, more in pairwise([0, *upto])]}
