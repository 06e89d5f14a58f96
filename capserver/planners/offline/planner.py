"""The planner that needs no model: rules, a lexicon, and what the manifest says of itself."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from typing import Final

from capserver.planners.offline.decide import Decision, decide
from capserver.planners.offline.index import built, is_kept, keep
from capserver.planners.offline.lexicon import lexicon
from capserver.prompt import CallClosed, CallDelta, CallOpened, Delta, Prompt, Stopped, TextDelta

_PIECE: Final = 12


class OfflinePlanner:
    """Understands simple instructions in English and Chinese for any manifest, and streams like a model.

    `pace` is the time between two deltas in seconds; at 0 others only get their turn.
    """

    name = "offline"

    def __init__(self, pace: float = 0.0) -> None:
        self._pace = pace

    async def warm(self) -> None:
        """Read the lexicon (30 ms)."""
        lexicon()

    async def plan(self, prompt: Prompt) -> AsyncGenerator[Delta, None]:
        """Plan one step: first the calls, in the order said, then what is left to say."""
        if not is_kept(prompt.commands):
            keep(prompt.commands, await asyncio.to_thread(built, prompt.commands))
        for delta in deltas(decide(prompt)):
            yield delta
            await asyncio.sleep(self._pace)

    async def aclose(self) -> None:
        """Nothing is held."""


def deltas(decision: Decision) -> Iterator[Delta]:
    """A decision as a model would write it."""
    for index, (command, args) in enumerate(decision.calls):
        yield CallOpened(index, command.name)
        for piece in _pieces(json.dumps(args, ensure_ascii=False)):
            yield CallDelta(index, piece)
        yield CallClosed(index)
    for piece in _pieces(decision.text):
        yield TextDelta(piece)
    answered = any(command.returns is not None for command, _ in decision.calls)
    yield Stopped("calls" if answered else "end")


def _pieces(text: str) -> Iterator[str]:
    for at in range(0, len(text), _PIECE):
        yield text[at : at + _PIECE]
