"""The planner: one shared client, one stream for each plan, two deadlines."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from capserver.errors import ConfigError, Fault
from capserver.planners.anthropic.failures import expected, told_by_exception, too_slow
from capserver.planners.anthropic.models import DEFAULT_MODEL, ModelSettings, ThinkingMode, ask, settings_of
from capserver.planners.anthropic.request import RequestOptions, build
from capserver.planners.anthropic.stream import Collector, Event, read
from capserver.prompt import Delta, Prompt, Stopped

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic._streaming import ServerSentEvent

DRAIN_SECONDS: Final = 0.25
"""How long the end of a finished answer's HTTP body is waited for, so that its connection serves again."""
KEEPALIVE_SECONDS: Final = 300.0
"""How long an idle connection is kept: people pause, and a new one costs three round trips."""
_COMPAT_VERSION: Final = "2023-06-01"
_NO_KEY: Final = "none"


class _Deadlines:
    """When a wait for the model ends: so long after its last progress, and so long after the start."""

    def __init__(self, idle: float, total: float) -> None:
        self._clock = asyncio.get_running_loop().time
        self._idle = idle
        self._end = self._clock() + total
        self._next = self._clock() + idle

    def progress(self) -> None:
        """The model got further."""
        self._next = self._clock() + self._idle

    def wait(self) -> asyncio.Timeout:
        """A wait that raises `TimeoutError` at the nearer deadline."""
        return asyncio.timeout_at(min(self._next, self._end))


def _check(base_url: str | None, *, has_credential: bool) -> None:
    faults = []
    if not has_credential:
        faults.append(Fault("/planner/api_key", "missing", "set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN"))
    if base_url is not None and not re.match(r"https?://[^/\s]", base_url):
        faults.append(Fault("/planner/base_url", "invalid", "an address begins with http:// or https://"))
    if faults:
        raise ConfigError("the anthropic planner cannot be used", faults)


def _compat_headers(api_key: str | None) -> dict[str, str]:
    version = {"anthropic-version": _COMPAT_VERSION}
    return {**version, "x-api-key": api_key} if api_key else version


class AnthropicPlanner:
    """Plans by a model behind Anthropic's Messages API or, with `compat`, a server that speaks it.

    Seconds: `connect_seconds` for a connection, `idle_seconds` without progress (a `ping` is none),
    `total_seconds` for one plan. Where a model thinks at length and shows nothing of it, `idle_seconds` has
    to allow for that. Raises `ConfigError` for a `base_url` that is none, and without key and token, unless
    `compat`: local servers seldom want one.
    """

    def __init__(
        self,
        *,
        api_key: str | None,
        auth_token: str | None = None,
        model: str = DEFAULT_MODEL,
        base_url: str | None = None,
        max_tokens: int = 1024,
        thinking: ThinkingMode = "off",
        settings: ModelSettings | None = None,
        compat: bool = False,
        examples: bool = False,
        connect_seconds: float = 5.0,
        idle_seconds: float = 20.0,
        total_seconds: float = 120.0,
    ) -> None:
        _check(base_url, has_credential=bool(api_key or auth_token or compat))
        self.name = f"anthropic:{model}"
        self._secrets = tuple(filter(None, (api_key, auth_token)))
        self._api_key = api_key or (None if auth_token else _NO_KEY)
        self._auth_token = None if api_key else auth_token
        self._headers = _compat_headers(api_key) if compat else {}
        self._base_url = base_url
        self._connect_seconds = connect_seconds
        self._idle_seconds = idle_seconds
        self._total_seconds = total_seconds
        asked = ask(settings or settings_of(model), thinking)
        self._options = RequestOptions(model, max_tokens, asked, compat, examples)
        self._client: AsyncAnthropic | None = None
        self._warming: asyncio.Future[AsyncAnthropic] | None = None

    async def warm(self) -> None:
        """Load the SDK and make the client, off the event loop: the first plan need not wait for it (1 s)."""
        await self._ready()

    async def plan(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        """Plan one step. Closing the iterator (`contextlib.aclosing`) closes the HTTP stream at once."""
        collector = Collector()
        try:
            client = await self._ready()
            deadlines = _Deadlines(self._idle_seconds, self._total_seconds)
            async with deadlines.wait():
                stream = await client.messages.create(**build(prompt, self._options), stream=True)
            async with stream, aclosing(stream.raw_events(stream.response)) as lines:
                while not collector.done:
                    async with deadlines.wait():
                        event = await _next(lines)
                    for delta in collector.take(event):
                        if isinstance(delta, Stopped):
                            await _drain(lines)
                        yield delta
                    if collector.is_progress(event):
                        deadlines.progress()
        except TimeoutError:
            yield too_slow(collector.usage)
        except expected() as error:
            yield told_by_exception(error, collector.usage, self._secrets)

    async def aclose(self) -> None:
        """Close the shared client and its connections."""
        if self._warming is not None:
            client = await self._warming
            await client.close()

    async def _ready(self) -> "AsyncAnthropic":
        if self._client is None:
            if self._warming is None:
                self._warming = asyncio.ensure_future(asyncio.to_thread(self._connect))
            self._client = await asyncio.shield(self._warming)
        return self._client

    def _connect(self) -> "AsyncAnthropic":
        import anthropic
        import httpx2

        limits = httpx2.Limits(
            max_connections=None, max_keepalive_connections=100, keepalive_expiry=KEEPALIVE_SECONDS
        )
        # The extra `fast`: aiohttp reads a stream at half the cost.
        fast = find_spec("aiohttp") is not None
        transport = anthropic.DefaultAioHttpClient if fast else anthropic.DefaultAsyncHttpxClient
        client = anthropic.AsyncAnthropic(
            api_key=self._api_key,
            auth_token=self._auth_token,
            base_url=self._base_url,
            max_retries=0,  # the worker's: it knows the turn's deadline and whether anything was yielded
            timeout=httpx2.Timeout(None, connect=self._connect_seconds),
            default_headers=self._headers,
            http_client=transport(limits=limits),
        )
        _ = client.messages  # its module takes a quarter of the time to load
        return client


async def _next(lines: AsyncIterator["ServerSentEvent"]) -> Event:
    """The next event. Raises `ConnectionError` at the end of the stream: no whole message gets there."""
    while (line := await anext(lines, None)) is not None:
        if line.data:
            return read(line.data)
    raise ConnectionError("the stream ended before its message")


async def _drain(lines: AsyncIterator["ServerSentEvent"]) -> None:
    """Read what is left of a finished answer: nothing, if all is well. Nothing that comes now counts."""
    with suppress(*expected()):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in lines:
                pass
