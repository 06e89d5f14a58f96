"""A prompt as the parameters of `messages.create`. Pure: equal prompts make equal bytes.

The order is what the prompt cache wants, the most stable first: tools, instructions, earlier turns, and last
the message of this turn with all that may differ from turn to turn. Within a turn it stays as it is: steps
are only added to its end. Up to three cache breakpoints are set: after the instructions (which takes in the
tools), after the last earlier turn, and after the one before it, where the request of the turn before had its
own.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from capserver.manifest import CommandSet, CompiledCommand
from capserver.planners.anthropic import words
from capserver.planners.anthropic.models import Thinking
from capserver.prompt import Exchange, PastCall, Prompt, Step

Block = dict[str, Any]

_UNSAFE_NAME: Final = re.compile(r"[^a-zA-Z0-9_-]")
_CACHE: Final = {"type": "ephemeral"}
_PLACEHOLDER: Final = {"type": "object"}
_SILENCE: Final[Block] = {"type": "text", "text": "(nothing was said)"}
_MOST_EXAMPLES: Final = 4


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What is the same in every request of one planner."""

    model: str
    max_tokens: int
    """For words and calls; the room for thoughts comes on top."""
    thinking: Thinking
    compat: bool = False
    """Leave out what other servers of this API may refuse: `cache_control`, `eager_input_streaming`."""
    examples: bool = False
    """Tell the example utterances of commands too."""


@dataclass(slots=True)
class _Dialogue:
    """Messages that grow at their end; roles alternate."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    def add(self, role: str, blocks: Iterable[Block]) -> None:
        """Append to the last message, or begin the next one."""
        content = list(blocks)
        if not content:
            return
        if self.messages and self.messages[-1]["role"] == role:
            self.messages[-1]["content"] += content
        else:
            self.messages.append({"role": role, "content": content})

    def mark(self) -> None:
        """Set a cache breakpoint after what has been said so far."""
        self.messages[-1]["content"][-1]["cache_control"] = _CACHE


def build(prompt: Prompt, options: RequestOptions) -> dict[str, Any]:
    """The parameters for this prompt, without `stream`."""
    messages = _messages(prompt, options)
    tools = _tools(prompt.commands, options) or _placeholders(messages)
    parameters: dict[str, Any] = {
        "model": options.model,
        "max_tokens": options.max_tokens + options.thinking.room,
        "system": [_cached({"type": "text", "text": words.INSTRUCTIONS}, options)],
        "messages": messages,
        **options.thinking.fields,
    }
    if tools:
        parameters["tools"] = tools
        choice = _tool_choice(prompt, options)
        if choice is not None:
            parameters["tool_choice"] = choice
    return parameters


def _cached(block: Block, options: RequestOptions) -> Block:
    return block if options.compat else {**block, "cache_control": _CACHE}


def _tools(commands: CommandSet, options: RequestOptions) -> list[Block]:
    """The commands in their stable order."""
    return [_tool(command, options) for command in commands.commands.values()]


def _tool(command: CompiledCommand, options: RequestOptions) -> Block:
    tool: Block = {
        "name": command.name,
        "description": _description(command, options),
        "input_schema": dict(command.offered),
    }
    if command.stream and not options.compat:
        tool["eager_input_streaming"] = True
    return tool


def _description(command: CompiledCommand, options: RequestOptions) -> str:
    """Quoted, so that it reads as what a stranger's program says and not as what we say."""
    said = [f"The program says: {words.quoted(command.description)}"] if command.description else []
    if options.examples and command.examples:
        said.append(f"People say: {words.quoted(command.examples[:_MOST_EXAMPLES])}")
    if command.returns is not None:
        said.append("It returns a value that you will be told.")
    return "\n".join(said) or "The program does not describe it."


def _placeholders(messages: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Definitions for past calls where nothing is offered any more: the API refuses calls without tools."""
    names = {
        block["name"] for message in messages for block in message["content"] if block["type"] == "tool_use"
    }
    return [
        {"name": name, "description": "No longer offered.", "input_schema": _PLACEHOLDER}
        for name in sorted(names)
    ]


def _tool_choice(prompt: Prompt, options: RequestOptions) -> Block | None:
    """What the API is to enforce; `None` leaves the model free. Later steps are never forced."""
    allowed = [name for name in prompt.commands.commands if prompt.only is None or name in prompt.only]
    if not allowed:
        return {"type": "none"}
    if not prompt.require or prompt.steps or not options.thinking.forces:
        return None
    return {"type": "tool", "name": allowed[0]} if len(allowed) == 1 else {"type": "any"}


def _messages(prompt: Prompt, options: RequestOptions) -> list[dict[str, Any]]:
    dialogue = _Dialogue()
    for position, exchange in enumerate(prompt.history, start=1):
        _tell_exchange(dialogue, exchange)
        if not options.compat and len(prompt.history) - position < 2:
            dialogue.mark()
    rules = words.rules(prompt, must_call=prompt.require and not options.thinking.forces)
    present = [
        words.notes(prompt.notes),
        words.data(prompt),
        rules,
        words.said(prompt.text, reaction=prompt.reaction),
    ]
    dialogue.add("user", _texts(present) or [_SILENCE.copy()])
    _tell_steps(dialogue, prompt.steps, thoughts=True)
    return dialogue.messages


def _tell_exchange(dialogue: _Dialogue, exchange: Exchange) -> None:
    said = [words.notes(exchange.notes), words.said(exchange.text, reaction=exchange.reaction)]
    dialogue.add("user", _texts(said) or [_SILENCE.copy()])
    _tell_steps(dialogue, exchange.steps, thoughts=False)


def _tell_steps(dialogue: _Dialogue, steps: Iterable[Step], *, thoughts: bool) -> None:
    """Each step's own words and calls, then the results of all its calls at once."""
    for step in steps:
        dialogue.add("assistant", _written(step, thoughts=thoughts))
        dialogue.add("user", [_result(call) for call in step.calls])


def _written(step: Step, *, thoughts: bool) -> list[Block]:
    """What the model wrote. A message may not end with a thought; thoughts of earlier turns are not told."""
    blocks: list[Block] = []
    for part in step.parts:
        if isinstance(part, str):
            blocks += _texts([part])
        elif isinstance(part, PastCall):
            blocks.append(_call(part))
        elif thoughts:
            blocks.append(dict(part.block))
    while blocks and blocks[-1]["type"] in {"thinking", "redacted_thinking"}:
        blocks.pop()
    return blocks


def _texts(parts: Iterable[str | None]) -> list[Block]:
    """Text blocks; the API refuses one that is blank."""
    return [{"type": "text", "text": part} for part in parts if part and part.strip()]


def _call(call: PastCall) -> Block:
    """A past call. The model may have made up its name: one that the API refuses would block all requests."""
    name = _UNSAFE_NAME.sub("_", call.name)[:64] or "_"
    return {"type": "tool_use", "id": call.id, "name": name, "input": dict(call.arguments)}


def _result(call: PastCall) -> Block:
    block: Block = {
        "type": "tool_result",
        "tool_use_id": call.id,
        "content": words.clip(call.told) if call.told.strip() else "(nothing)",
    }
    if call.failed:
        block["is_error"] = True
    return block
