"""What a client offers now, and what is the case on its side."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from capserver.errors import Fault, FrameError, pointer
from capserver.manifest import CommandSet
from capserver.protocol.client import ManifestUpdate
from capserver.protocol.codes import ErrorCode
from capserver.protocol.values import Client
from capserver.vocabulary import Vocabulary

STATE_BYTES: Final = 65536


@dataclass(slots=True)
class Offer:
    """What a client offers now, and what is the case on its side."""

    commands: CommandSet
    vocabulary: Vocabulary
    persona: str | None
    context: str | None
    state: Mapping[str, Any] | None
    client: Client | None
    rev: int = 1

    def findings(self) -> tuple[Fault, ...]:
        """What would make it better: the set's findings, and lists that parameters name in vain."""
        lists = self.vocabulary.lists
        missing = [
            Fault(
                pointer("commands", command.name, *path),
                "unknown_list",
                f"the vocabulary has no list {name!r}: no value can be given",
            )
            for command in self.commands.commands.values()
            for path, name in command.slots
            if name not in lists
        ]
        return (*self.commands.findings, *missing)

    def check_names(self, only: Sequence[str]) -> None:
        """Whether all commands that an instruction allows are there.

        Raises:
            FrameError: `invalid_frame`, with every fault.

        """
        faults = [
            Fault(pointer("only", index), "unknown_command", "the manifest has no such command")
            for index, name in enumerate(only)
            if name not in self.commands.commands
        ]
        if faults:
            raise FrameError(ErrorCode.INVALID_FRAME, "only names what is not there", faults)

    def change(self, update: ManifestUpdate, limit: int) -> None:
        """Take an update: all of it or none of it. At most `limit` commands (0: any number).

        Raises:
            FrameError: `invalid_manifest`, with every fault.

        """
        faults: list[Fault] = []
        commands, vocabulary = self.commands, self.vocabulary
        try:
            commands = commands.changed(update.add or [], update.remove or [], limit=limit)
        except FrameError as error:
            faults += error.faults
        try:
            vocabulary = vocabulary.updated(update.vocabulary or {})
        except FrameError as error:
            faults += error.faults
        if faults:
            raise FrameError(ErrorCode.INVALID_MANIFEST, "the update was not taken", faults)
        self.commands, self.vocabulary = commands, vocabulary
        if update.persona is not None:
            self.persona = update.persona
        self.rev += 1

    def note(self, text: str | None, patch: Mapping[str, Any] | None) -> None:
        """Take in what is the case: a text replaces the one before, a state is patched (RFC 7396).

        Raises:
            FrameError: `too_large`, where the state would pass 64 KiB.

        """
        if patch is not None:
            state = _merged(self.state or {}, patch)
            if _size(state) > STATE_BYTES:
                fault = Fault("/state", "too_large", f"the whole state may have {STATE_BYTES} bytes")
                raise FrameError(ErrorCode.TOO_LARGE, "the state is too large", [fault])
            self.state = state
        if text is not None:
            self.context = text


def _size(state: Mapping[str, Any]) -> int:
    return len(json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode())


def _merged(target: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(target)
    for key, value in patch.items():
        if value is None:
            made.pop(key, None)
        elif isinstance(value, dict):
            inner = made.get(key)
            made[key] = _merged(inner if isinstance(inner, dict) else {}, value)
        else:
            made[key] = value
    return made
