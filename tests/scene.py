"""A model that says what a test tells it over HTTP, the real planner and server, and a client on a socket."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from capserver.config import Settings
from capserver.planners.anthropic.planner import AnthropicPlanner
from tests.live import Client, Frame, Live, serving
from tests.model_endpoint import ModelEndpoint, Step

KEY: Final = "sk-ant-api03-cmVhbGx5LXNlY3JldA"
TIMES: Final = {"type": "object", "properties": {"times": {"type": "integer"}}, "additionalProperties": False}
WAVE: Final[Frame] = {"name": "wave", "description": "Wave.", "parameters": TIMES}
LOOK: Final[Frame] = {
    "name": "look",
    "description": "Look.",
    "returns": {"type": "string"},
    "parameters": TIMES,
}
SAY: Final[Frame] = {
    "name": "say",
    "description": "Say something aloud.",
    "parameters": {"type": "object", "properties": {"text": {"type": "string"}}},
    "stream": ["text"],
}
COMMANDS: Final = (WAVE, LOOK, SAY)


class Scene:
    """A model, a server that asks it, a client of the server."""

    def __init__(self, endpoint: ModelEndpoint, live: Live, client: Client) -> None:
        self.endpoint = endpoint
        self.live = live
        self.client = client

    def answers(self, *answers: Sequence[Step]) -> None:
        """What the model answers, request by request."""
        for answer in answers:
            self.endpoint.script(answer)

    async def instruct(self, text: str = "wave") -> Frame:
        """One turn until its end."""
        return await self.client.instruct(text)

    def told(self) -> str:
        """The last thing that the model was told."""
        return json.dumps(self.endpoint.requests[-1].body["messages"][-1], ensure_ascii=False)


@asynccontextmanager
async def playing(settings: dict[str, Any] | None = None, **planner: Any) -> AsyncIterator[Scene]:
    async with ModelEndpoint() as endpoint:
        model = AnthropicPlanner(api_key=KEY, base_url=endpoint.url, **planner)
        await model.warm()
        made = Settings.model_validate({"planner": settings or {}})
        async with serving(model, made) as live, live.registered(COMMANDS) as client:
            yield Scene(endpoint, live, client)
