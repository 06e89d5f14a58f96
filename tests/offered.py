"""Two commands without a flaw, and what is asked of a set."""

from typing import Any

from capserver.manifest import CommandSet

WAVE: dict[str, Any] = {
    "name": "wave",
    "description": "Wave a hand",
    "parameters": {
        "type": "object",
        "properties": {"times": {"type": "integer", "minimum": 1, "description": "How often"}},
        "additionalProperties": False,
    },
    "examples": ["wave {times} times"],
}
SAY: dict[str, Any] = {
    "name": "say",
    "description": "Say something",
    "parameters": {
        "type": "object",
        "properties": {"text": {"type": "string", "description": "What"}},
        "required": ["text"],
        "additionalProperties": False,
    },
    "returns": {"type": "boolean"},
    "examples": ["say {text}"],
    "lane": "voice",
    "stream": ["text"],
    "timeout": 5,
    "ttl": 0.5,
    "confirm": True,
}


def properties(**inner: Any) -> dict[str, Any]:
    return {"type": "object", "properties": inner}


def found(made: CommandSet) -> set[tuple[str, str]]:
    return {(finding.path, finding.code) for finding in made.findings}
