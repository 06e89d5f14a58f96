"""Where the parts are chosen and joined: settings in, an ASGI application out."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from secrets import token_hex

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

from capserver import __version__, journal, logs, pages
from capserver.archive import Archive
from capserver.asyncapi import asyncapi
from capserver.auth import Gate
from capserver.bridges import http
from capserver.bridges.http.callers import Callers
from capserver.config import PlannerChoice, Settings, choose_planner
from capserver.config_sources import load
from capserver.endpoint import Endpoint
from capserver.entrance import Entrance
from capserver.errors import ConfigError, Fault
from capserver.feed import Feed
from capserver.hub import Hub
from capserver.metrics import Metrics
from capserver.profile import read_profiles
from capserver.prompt import Planner
from capserver.protocol.codes import PATH
from capserver.protocol.server import Heartbeat, ServerInfo
from capserver.recorder import Recorder
from capserver.terms import Terms
from capserver.worker import Pace, Worker


def create_app(
    settings: Settings | None = None,
    choice: PlannerChoice | None = None,
    planner: Planner | None = None,
) -> Starlette:
    """The whole server as an ASGI application.

    Args:
        settings: what holds; the defaults where there are none.
        choice: which planner serves; decided from settings and environment where it is not given.
        planner: one of your own, in place of what `choice` says.

    Raises:
        ConfigError: the settings cannot be served.

    """
    settings = settings or Settings()
    if planner is None:
        planner = create_planner(settings, choice or choose_planner(settings, os.environ))
    worker = Worker(planner, _pace(settings))
    hub = _hub(settings, planner.name)
    metrics = Metrics(hub.sessions.values)
    archive = None if settings.server.traces is None else Archive(settings.server.traces)
    callers, recorder = Callers(), Recorder(sink=None if archive is None else archive.put)
    feed = Feed(hub, recorder, metrics)
    endpoint = Endpoint(
        hub, worker, (recorder.observe, metrics.observe, journal.observe, callers.observe, feed.observe)
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        # Not waited for: who connects at once may be slower than the planner, and is served all the same.
        warming = asyncio.create_task(planner.warm())
        yield
        warming.cancel()
        await asyncio.gather(warming, return_exceptions=True)
        await endpoint.stop()
        await planner.aclose()
        if archive is not None:
            await archive.aclose()

    entrance = Middleware(
        Entrance,
        hosts=(*settings.server.hosts, settings.server.host),
        origins=settings.auth.origins,
        public=(pages.SDK,),
    )
    return Starlette(
        routes=[
            WebSocketRoute(PATH, endpoint),
            WebSocketRoute("/{elsewhere:path}", PlainTextResponse("clients connect to " + PATH + "\n", 404)),
            *_reports(hub, worker, metrics),
            *http.routes(hub, callers, settings.http.wait_seconds),
            *feed.routes(),
            *pages.routes(),
        ],
        middleware=[entrance],
        lifespan=lifespan,
    )


def from_environment() -> ASGIApp:
    """The application that file and environment ask for; for `uvicorn --factory` and `--reload`."""
    settings = load(os.environ).settings
    logs.configure(settings.server.log_format, settings.server.log_level)
    return create_app(settings)


def create_planner(settings: Settings, choice: PlannerChoice) -> Planner:
    """The planner that was chosen. What it needs is imported here and nowhere else."""
    if choice.kind == "offline":
        from capserver.planners.offline import OfflinePlanner

        return OfflinePlanner()
    from capserver.planners.anthropic.planner import AnthropicPlanner

    assert choice.model is not None
    own = settings.planner.of_model(choice.model)
    return AnthropicPlanner(
        model=choice.model,
        api_key=choice.api_key.get_secret_value() if choice.api_key else None,
        auth_token=choice.auth_token.get_secret_value() if choice.auth_token else None,
        base_url=choice.endpoint,
        max_tokens=own.max_tokens or settings.planner.max_tokens,
        thinking=own.thinking,
        compat=settings.planner.compat,
        idle_seconds=settings.planner.idle_seconds,
        total_seconds=settings.planner.turn_seconds,
    )


def _pace(settings: Settings) -> Pace:
    planner = settings.planner
    return Pace(
        concurrency=planner.concurrency,
        turn_seconds=planner.turn_seconds,
        retries=planner.retries,
        breaker_failures=planner.breaker_failures,
        breaker_seconds=planner.breaker_seconds,
    )


def _hub(settings: Settings, planner: str) -> Hub:
    profiles = read_profiles(settings.profiles.folder)
    default = settings.profiles.default
    if default is not None and default not in profiles:
        fault = Fault("/profiles/default", "profile", "there are: " + ", ".join(profiles))
        raise ConfigError("the default profile does not exist", [fault])
    heartbeat = Heartbeat(
        interval=settings.server.heartbeat_interval, timeout=settings.server.heartbeat_timeout
    )
    terms = Terms(
        server=ServerInfo(name="capserver", version=__version__),
        epoch=token_hex(8),
        planner=planner,
        heartbeat=heartbeat,
        limits=settings.limits,
        history_turns=settings.planner.history,
        history_tokens=settings.planner.history_tokens,
        halted_seconds=settings.planner.halted_seconds,
    )
    gate = Gate([token.get_secret_value() for token in settings.auth.tokens])
    return Hub(terms, gate, lambda: token_hex(16), profiles, default)


def _reports(hub: Hub, worker: Worker, metrics: Metrics) -> list[BaseRoute]:
    """What the server says about itself."""
    described = asyncapi()

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(_request: Request) -> Response:
        report: Mapping[str, object] = {
            "status": "ready" if worker.trouble is None else "not ready",
            "planner": worker.planner.name,
            "sessions": len(hub.sessions),
            **({"trouble": worker.trouble} if worker.trouble else {}),
        }
        return JSONResponse(report, 200 if worker.trouble is None else 503)

    async def counted(_request: Request) -> Response:
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def protocol(_request: Request) -> Response:
        return JSONResponse(described)

    return [
        Route("/healthz", healthz),
        Route("/readyz", readyz),
        Route("/metrics", counted),
        Route("/asyncapi.json", protocol),
    ]
