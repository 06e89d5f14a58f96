"""`/v1/sessions`: programs without a socket look at sessions and steer them. `PROTOCOL.md` says how."""

from collections.abc import Mapping
from typing import Final

from starlette.routing import BaseRoute, Route

from capserver.bridges.http.callers import Callers
from capserver.bridges.http.sessions import Sessions
from capserver.hub import Hub
from capserver.resource import Handler, Resource

ROOT: Final = "/v1/sessions"


def routes(hub: Hub, callers: Callers, wait_seconds: float) -> list[BaseRoute]:
    """The calls of this bridge. `callers` has to observe every connection."""
    sessions = Sessions(hub, callers, wait_seconds)
    handlers: Mapping[str, Mapping[str, Handler]] = {
        "": {"GET": sessions.index},
        "/{session}": {"GET": sessions.show, "DELETE": sessions.end},
        "/{session}/commands": {"GET": sessions.commands},
        "/{session}/commands/{name}": {"POST": sessions.call},
        "/{session}/instruct": {"POST": sessions.instruct},
        "/{elsewhere:path}": {},
    }
    return [Route(ROOT + path, Resource(hub.gate, methods)) for path, methods in handlers.items()]
