"""Calls to try: commands of every kind, and ways to write them, whole or in parts."""

from collections.abc import Sequence
from typing import Any

from capserver.calls import (
    Accepted,
    Collector,
    Rejected,
    judge,
)
from capserver.manifest import CommandSet, compile_set
from capserver.protocol.values import Entry
from capserver.vocabulary import Vocabulary

STRING = {"type": "string"}


def command(name: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"name": name, "description": f"Does {name}.", "parameters": schema, **more}


COMMANDS = compile_set(
    [
        command(
            "say", {"text": STRING, "mood": STRING, "times": {"type": "integer"}}, stream=["text", "mood"]
        ),
        command("vow", {"text": STRING}, stream=["text"], confirm=True),
        {
            "name": "name",
            "parameters": {
                "type": "object",
                "properties": {"who": STRING},
                "allOf": [{"properties": {"who": {"x-vocabulary": "people"}}}],
            },
            "stream": ["who"],
        },
        command("point", {"at": STRING | {"x-vocabulary": "objects"}, "steps": {"type": "integer"}}),
        command(
            "stack",
            {
                "on": {"type": "object", "properties": {"base": STRING | {"x-vocabulary": "objects"}}},
                "cubes": {"type": "array", "items": STRING | {"x-vocabulary": "objects"}},
            },
        ),
        command(
            "greet",
            {"who": {"anyOf": [STRING | {"x-vocabulary": "people"}, STRING | {"x-vocabulary": "objects"}]}},
        ),
        command("sing", {"song": STRING | {"x-vocabulary": "songs"}}),
        command("write", {"the text": STRING, "the_text": STRING}, stream=["the text"]),
        command("anything", {"value": {}}),
        {"name": "wave", "description": "Waves."},
    ]
)
ROOM = Vocabulary.of(
    {
        "objects": [
            Entry(id="cube_red", names=["red cube", "红色方块"]),
            Entry(id="cube_blue", names=["blue cube"]),
            Entry(id="long", names=["l" * 256]),
            *(Entry(id=f"chair_{n}", names=["chair"]) for n in range(7)),
        ],
        "people": [Entry(id="p1", names=["Kim"])],
    }
)


def collected(*parts: str, name: str = "say") -> Collector:
    collector = Collector(COMMANDS.commands.get(name))
    for part in parts:
        collector.add(part)
    return collector


def streamed(parts: Sequence[str], name: str = "say") -> dict[str, str]:
    collector = Collector(COMMANDS.commands.get(name))
    joined: dict[str, str] = {}
    for part in parts:
        for param, delta in collector.add(part):
            joined[param] = joined.get(param, "") + delta
    assert collector.streamed == bool(joined)
    return joined


def judged(
    text: str, name: str, only: frozenset[str] | None = None, commands: CommandSet = COMMANDS
) -> Accepted | Rejected:
    return judge(collected(text, name=name), commands, name, ROOM, only)


def rejected(text: str, name: str, only: frozenset[str] | None = None) -> list[tuple[str, str]]:
    verdict = judged(text, name, only)
    assert isinstance(verdict, Rejected)
    return [(fault.path, fault.code) for fault in verdict.faults]


def told(text: str, name: str, only: frozenset[str] | None = None) -> str:
    verdict = judged(text, name, only)
    assert isinstance(verdict, Rejected)
    return "; ".join(fault.message for fault in verdict.faults)
