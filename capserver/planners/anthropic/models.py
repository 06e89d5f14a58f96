"""What each family of models accepts and does unasked.

Sources: the pages "Thinking", "Effort" and the models' own pages of platform.claude.com (October 2026). One
field that a model does not take makes the API refuse the whole request: what is not known here is not sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

DEFAULT_MODEL: Final = "claude-haiku-5-5"
THINKING_ROOM: Final = 4096
"""Tokens added to `max_tokens` where a model thinks: thoughts count towards that limit."""

ThinkingMode = Literal["off", "default", "adaptive"] | int
"""`off`: as little as the model can; `default`: as it likes; a number: up to so many tokens, where the model
takes a number, else `adaptive`."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """One family of models."""

    off: Mapping[str, str] | None = None
    """The `thinking` that turns it off; `None`: it is off unless asked for, or cannot be turned off."""
    always: bool = False
    """It thinks whatever is asked."""
    budget: bool = False
    """It takes a number of tokens to think with; else it decides by itself."""
    forces: bool = False
    """While it does not think it may be made to call by `tool_choice`."""
    effort: str | None = None
    """The `effort` for quick commands where thinking is `off`."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """How thinking is asked for in a request."""

    fields: Mapping[str, Any]
    """Request parameters: `thinking`, `output_config` or none."""
    room: int
    """Tokens to add to `max_tokens`."""
    forces: bool
    """`tool_choice` may force a call: the API refuses that of a model that thinks."""


_DISABLED: Final = {"type": "disabled"}
_ADAPTIVE: Final = {"type": "adaptive"}
_ALWAYS: Final = ModelSettings(always=True, effort="low")
_ON_UNLESS_DISABLED: Final = ModelSettings(off=_DISABLED, forces=True)
_OFF_UNLESS_ASKED: Final = ModelSettings(forces=True)
_WITH_BUDGET: Final = ModelSettings(budget=True, forces=True)

MODELS: Final[Mapping[str, ModelSettings]] = {
    "claude-haiku-5-5": _ON_UNLESS_DISABLED,
    "claude-sonnet-5-5": ModelSettings(off={"type": "between_tools"}, effort="low"),
    "claude-opus-5-5": _ALWAYS,
    "claude-fable-5": _ALWAYS,
    "claude-mythos-5": _ALWAYS,
    "claude-sonnet-5": _ON_UNLESS_DISABLED,
    "claude-opus-5": _ON_UNLESS_DISABLED,
    "claude-opus-4-8": _OFF_UNLESS_ASKED,
    "claude-opus-4-7": _OFF_UNLESS_ASKED,
    "claude-opus-4-6": _OFF_UNLESS_ASKED,
    "claude-sonnet-4-6": _OFF_UNLESS_ASKED,
    "claude-haiku-4-5": _WITH_BUDGET,
    "claude-sonnet-4-5": _WITH_BUDGET,
    "claude-opus-4-5": _WITH_BUDGET,
}
"""By the beginning of the model's name; the longest that fits counts."""

_UNKNOWN: Final = ModelSettings()


def settings_of(model: str) -> ModelSettings:
    """The settings of a model by its id; a platform's prefix such as `anthropic.` is allowed for."""
    name = model[max(model.find("claude-"), 0) :]
    fitting = [family for family in MODELS if name == family or name.startswith((family + "-", family + "@"))]
    return MODELS[max(fitting, key=len)] if fitting else _UNKNOWN


def ask(settings: ModelSettings, mode: ThinkingMode) -> Thinking:
    """How to ask a model of these settings to think, or not to."""
    if mode == "off":
        fields: dict[str, Any] = {} if settings.off is None else {"thinking": settings.off}
        if settings.effort is not None:
            fields["output_config"] = {"effort": settings.effort}
        return Thinking(fields, THINKING_ROOM if settings.always else 0, settings.forces)
    if mode == "default":
        return Thinking({}, THINKING_ROOM, forces=False)
    if mode == "adaptive":
        return Thinking({"thinking": _ADAPTIVE}, THINKING_ROOM, forces=False)
    tokens = max(mode, 1024)
    enabled = {"type": "enabled", "budget_tokens": tokens} if settings.budget else _ADAPTIVE
    return Thinking({"thinking": enabled}, tokens, forces=False)
