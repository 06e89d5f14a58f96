"""What is told about a session, as JSON: to callers of `/v1/sessions` and to the inspector.

    {id, client, profile?, state: "attached" | "detached", opened, address, rev, digest, commands,
     turn: {id, text, stage} | null, queued, open: [{id, name, turn, lane}],
     last_turn: {turn, status, commands, timing, error?} | null,
     log: {last, acked, waiting}, taken}

`turn` is the one that is planned, `open` are the calls that have not ended, `log` counts the numbered frames
to the client, `taken` is the number of the last one from it.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

from capserver.errors import Fault
from capserver.hub import Arrival
from capserver.lanes import Call
from capserver.ledger import details
from capserver.manifest.findings import MOST
from capserver.offer import Offer
from capserver.session import Session
from capserver.turn import Turn

View = dict[str, Any]

_OF_COMMAND: Final = re.compile(r"/commands/\d+(/|$)")


def view(session: Session, arrival: Arrival) -> View:
    """One session; `arrival`: how it came in (`Hub.arrivals`)."""
    offer, agenda, log = session.offer, session.agenda, session.delivery
    last = agenda.last
    return {
        "id": session.id,
        "client": None if offer.client is None else offer.client.model_dump(),
        **({} if session.profile is None else {"profile": session.profile}),
        "state": "attached" if session.attached else "detached",
        "opened": _iso(arrival.at),
        "address": arrival.address,
        "rev": offer.rev,
        "digest": offer.commands.digest,
        "commands": len(offer.commands.commands),
        "turn": None if agenda.current is None else _turn(agenda.current),
        "queued": len(agenda.queue),
        "open": [_call(call) for call in agenda.ledger.open.values()],
        "last_turn": None if last is None else last.model_dump(exclude={"type", "text", "usage"}),
        "log": {"last": log.last, "acked": log.acked, "waiting": session.waiting},
        "taken": log.taken,
    }


def detail(session: Session, arrival: Arrival) -> View:
    """One session, with the findings of its manifest and the sizes of its vocabulary's lists."""
    lists = session.offer.vocabulary.lists
    return {
        **view(session, arrival),
        "findings": [finding.model_dump() for finding in details(_findings(session.offer))],
        "vocabulary": {name: len(entries) for name, entries in lists.items()},
    }


def _findings(offer: Offer) -> list[Fault]:
    """Findings whose `/commands/i` counts as `GET …/commands` does: by name, not as the client sent them."""
    rest = [finding for finding in offer.findings() if not _OF_COMMAND.match(finding.path)]
    commands = enumerate(offer.commands.commands.values())
    own = [finding.under(f"/commands/{i}") for i, command in commands for finding in command.findings]
    return [*rest, *own][:MOST]


def _turn(turn: Turn) -> View:
    return {"id": turn.request.id, "text": turn.request.text, "stage": turn.stage.value}


def _call(call: Call) -> View:
    return {"id": call.id, "name": call.command.name, "turn": call.turn, "lane": call.command.lane}


def _iso(seconds: float) -> str:
    """A time of the clock on the wall (seconds since the epoch), in ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
