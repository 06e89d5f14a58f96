"""A session at a quiet moment, as a value: enough to go on with it elsewhere, without one secret.

Quiet is a session with no open turn and no open call. Left out are the way back into it (its token, its
principal), what its frames said, and what the model was told: no effect depends on these but the words of a
prompt. Times are those of the clock that the session lives by.
"""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError, model_validator

from capserver.errors import Fault, FrameError
from capserver.ledger import Answer, details
from capserver.manifest import compile_set
from capserver.offer import Offer
from capserver.protocol.server import Heartbeat, Limits, ServerInfo
from capserver.protocol.values import Client, Entry, ErrorDetail, Value, faults_of
from capserver.session import Session
from capserver.terms import Terms
from capserver.vocabulary import Vocabulary

NOBODY: Final = "nobody"
"""The principal of a restored session, and its token."""


_FROM_JSON: Final = Field(strict=False)
"""JSON has lists where there are tuples."""

_Level = Annotated[tuple[float, float], _FROM_JSON]
_Entry = Annotated[tuple[int, str | None, bool], _FROM_JSON]


class _Terms(Value):
    server: ServerInfo
    epoch: str
    planner: str
    heartbeat: Heartbeat
    limits: Limits
    history_turns: int
    history_tokens: int
    halted_seconds: float


class _Offer(Value):
    client: Client | None
    commands: list[Any]
    findings: list[ErrorDetail]
    vocabulary: dict[str, list[Entry]]
    persona: str | None
    context: str | None
    state: dict[str, Any] | None
    rev: int


class _Delivery(Value):
    last: int = Field(ge=0)
    acked: int
    acking: bool
    attached: bool
    taken: int
    told: int
    given: int
    ack_due: float | None
    log: list[_Entry]

    @model_validator(mode="after")
    def _is_whole(self) -> "_Delivery":
        if self.last - self.acked != len(self.log):
            raise ValueError("the log has what lies between acked and last")
        return self


class Snapshot(Value):
    """Where a quiet session stands."""

    id: str
    profile: str | None
    terms: _Terms
    offer: _Offer
    made: int
    """How many ids it has made."""
    expires: float | None
    closing: bool
    allowance: Annotated[tuple[_Level, _Level], _FROM_JSON]
    delivery: _Delivery
    """The log with each frame's size, the id of its command and whether it was written."""
    ended: list[Annotated[tuple[str, Answer], _FROM_JSON]]


def is_quiet(session: Session) -> bool:
    """Whether nothing is going on in it."""
    return not session.agenda.turns and not session.agenda.ledger.open


def snapshot(session: Session) -> dict[str, Any]:
    """A quiet session as JSON, for `restore`."""
    return Snapshot(
        id=session.id,
        profile=session.profile,
        terms=_Terms(**{field.name: getattr(session.terms, field.name) for field in fields(session.terms)}),
        offer=_offer(session.offer),
        made=session.made,
        expires=session.expires,
        closing=session.intake.closing,
        allowance=session.intake.allowance.state,
        delivery=_Delivery.model_validate(session.delivery.state),
        ended=session.agenda.ledger.ended,
    ).model_dump(mode="json")


def _offer(offer: Offer) -> _Offer:
    return _Offer(
        client=offer.client,
        commands=[command.source for command in offer.commands.commands.values()],
        findings=details(offer.commands.findings),
        vocabulary={name: list(entries) for name, entries in offer.vocabulary.lists.items()},
        persona=offer.persona,
        context=offer.context,
        state=None if offer.state is None else dict(offer.state),
        rev=offer.rev,
    )


def restore(state: object) -> Session:
    """A session that goes on from a snapshot.

    Raises:
        ValueError: it is none.

    """
    try:
        stood = Snapshot.model_validate(state)
        offer = _offered(stood.offer)
    except ValidationError as error:
        raise _refusal(faults_of(error)) from None
    except FrameError as error:
        raise _refusal(error.faults) from None
    terms = Terms(**{name: getattr(stood.terms, name) for name in _Terms.model_fields})
    session = Session(stood.id, NOBODY, offer, terms, 0.0, principal=NOBODY, profile=stood.profile)
    session.made, session.expires, session.intake.closing = stood.made, stood.expires, stood.closing
    session.intake.allowance.restore(stood.allowance)
    session.delivery.restore(stood.delivery.model_dump())
    for given, answer in stood.ended:
        session.agenda.ledger.remember(given, answer)
    return session


def _offered(stood: _Offer) -> Offer:
    commands = compile_set(stood.commands, limit=0)
    findings = tuple(Fault(one.path, one.code, one.message) for one in stood.findings)
    return Offer(
        commands=replace(commands, findings=findings),
        vocabulary=Vocabulary.of(stood.vocabulary),
        persona=stood.persona,
        context=stood.context,
        state=stood.state,
        client=stood.client,
        rev=stood.rev,
    )


def _refusal(faults: Sequence[Fault]) -> ValueError:
    first = faults[0]
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return ValueError(f"{first.path or '/'}: {first.message}{more}")
