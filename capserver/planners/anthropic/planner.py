"""The planner: one shared client, one stream for each plan, two deadlines."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from capserver.errors import ConfigError
from capserver.planners.anthropic.failures import expected, told_by_exception, too_slow
from capserver.planners.anthropic.models import DEFAULT_MODEL, ModelSettings, ThinkingMode, ask, settings_of
from capserver.planners.anthropic.request import RequestOptions, build
from capserver.planners.anthropic.stream import Collector, read
from capserver.prompt import Delta, Failed, Prompt

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic, AsyncStream

DRAIN_SECONDS: Final = 0.25
"""How long the end of a finished answer's HTTP body is waited for, so that its connection serves again."""
KEEPALIVE_SECONDS: Final = 300.0
"""How long an idle connection is kept: people pause between instructions, and a new one costs three round trips."""
_COMPAT_VERSION: Final = "2023-06-01"


class _Deadlines:
    """When the wait for the next event ends: at the latest so long after progress, and so long after the start."""

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


class AnthropicPlanner:
    """Plans by a model behind Anthropic's Messages API or, with `compat`, a server that speaks it.

    Seconds: `connect_seconds` for a connection, `idle_seconds` without progress (a `ping` is none), `total_seconds`
    for one plan. Where a model thinks at length and shows nothing of it, `idle_seconds` has to allow for that.
    Raises `ConfigError` without a key or token, unless `compat`: local servers seldom want one.
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
        if not (api_key or auth_token or compat):
            raise ConfigError("the anthropic planner needs a key: set ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN")
        self.name = f"anthropic:{model}"
        self._api_key = api_key or (None if auth_token else "none")
        self._auth_token = None if api_key else auth_token
        self._base_url = base_url
        self._connect_seconds = connect_seconds
        self._idle_seconds = idle_seconds
        self._total_seconds = total_seconds
        asked = ask(settings or settings_of(model), thinking)
        self._options = RequestOptions(model, max_tokens, asked, compat, examples)
        self._client: AsyncAnthropic | None = None
        self._warming: asyncio.Future[AsyncAnthropic] | None = None

    async def warm(self) -> None:
        """Load the SDK and make the client, off the event loop, so that the first plan need not wait for it."""
        await self._ready()

    async def plan(self, prompt: Prompt) -> AsyncIterator[Delta]:
        """Plan one step. Close the iterator (`contextlib.aclosing`) to let go of the stream at once."""
        client = await self._ready()
        collector = Collector()
        deadlines = _Deadlines(self._idle_seconds, self._total_seconds)
        failed: Failed
        try:
            async with deadlines.wait():
                stream = await client.messages.create(**build(prompt, self._options), stream=True)
            async with stream, aclosing(_events(stream)) as events:
                async for delta in _deltas(events, collector, deadlines):
                    yield delta
            return
        except TimeoutError:
            failed = too_slow(collector.usage)
        except expected() as error:
            failed = told_by_exception(error, collector.usage, self._secrets())
        yield failed

    async def aclose(self) -> None:
        """Close the shared client and its connections."""
        if self._warming is not None:
            client = await self._warming
            await client.close()
