"""A client's first frame: read, then made into what it offers. Nothing of it is lost, nothing is half done.

Reading and making are apart, for between them the server decides whether this client may come in at all: no
schema of a stranger is compiled.
"""

import difflib
from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from capserver.errors import Fault, FirstFrameError, FrameError, pointer
from capserver.manifest import CommandSet, compile_set, find_set
from capserver.offer import Offer
from capserver.protocol.client import Manifest, check_size, read_frame
from capserver.protocol.codes import VERSION, CloseCode, ErrorCode
from capserver.protocol.server import Limits
from capserver.protocol.values import Client, Entry, InitialContext, faults_of, without_nulls
from capserver.protocol.values import Vocabulary as VocabularyLists
from capserver.vocabulary import Vocabulary

_OPENERS: Final = ("manifest", "instruct")
_FIELDS: Final = frozenset(Manifest.model_fields)
_PARTS: Final = {"client": frozenset(Client.model_fields), "context": frozenset(InitialContext.model_fields)}
_ENTRY: Final = frozenset(Entry.model_fields)
MOST_FINDINGS: Final = 100


def read_greeting(text: str, limits: Limits) -> dict[str, Any]:
    """Decode a first frame: an object whose type opens a session.

    Raises:
        FirstFrameError: `invalid_frame` or `too_large`; closes with 4500.

    """
    try:
        check_size(text, limits.frame_bytes, limits.manifest_bytes)
        frame = read_frame(text)
        if frame.get("type") not in _OPENERS:
            fault = Fault("/type", "first_frame", "the first frame is a manifest")
            raise FrameError(ErrorCode.INVALID_FRAME, "the session has to begin with a manifest", [fault])
    except FrameError as error:
        raise FirstFrameError(CloseCode.BAD_MANIFEST, error.code, error.message, error.faults) from None
    return without_nulls(frame)


def make_offer(frame: dict[str, Any], limits: Limits) -> tuple[Offer, list[Fault]]:
    """What a `manifest` frame offers, with the findings about the frame itself.

    Raises:
        FirstFrameError: `invalid_manifest`, with every fault; closes with 4500.
        FrameError: `manifest_unknown`: the digest is not known, the client may send it whole.

    """
    faults: list[Fault] = []
    message = _message(frame, faults)
    commands = _commands(frame, limits, faults)
    vocabulary = _vocabulary(message, faults)
    if message is not None and commands is not None:
        offer = Offer(commands, vocabulary, message.persona, None, None, message.client)
        _note(offer, message, faults)
        if not faults:
            return offer, _unknown_fields(frame)
    raise FirstFrameError(
        CloseCode.BAD_MANIFEST, ErrorCode.INVALID_MANIFEST, "the manifest was not taken", faults
    )


def _message(frame: dict[str, Any], faults: list[Fault]) -> Manifest | None:
    version = frame.get("protocol")
    if type(version) is int and version != VERSION:
        faults.append(Fault("/protocol", "version", f"this server speaks version {VERSION}"))
    try:
        return Manifest.model_validate(frame)
    except ValidationError as error:
        faults += faults_of(error)
        return None


def _commands(frame: dict[str, Any], limits: Limits, faults: list[Fault]) -> CommandSet | None:
    commands, digest = frame.get("commands"), frame.get("digest")
    if isinstance(commands, list):
        try:
            return compile_set(commands, limit=limits.commands)
        except FrameError as error:
            faults += error.faults
    elif commands is None and digest is None:
        faults.append(Fault("/commands", "missing", "a list of commands, or the digest of a known one"))
    elif commands is None and isinstance(digest, str):
        if (known := find_set(digest)) is not None:
            return known
        if not faults:
            fault = Fault("/digest", "unknown", "send the manifest whole, on this connection")
            raise FrameError(
                ErrorCode.MANIFEST_UNKNOWN, "no set of this digest is held", [fault], ref_type="manifest"
            )
    return None


def _vocabulary(message: Manifest | None, faults: list[Fault]) -> Vocabulary:
    lists: VocabularyLists = (message and message.vocabulary) or {}
    try:
        return Vocabulary.of(lists)
    except FrameError as error:
        faults += error.faults
        return Vocabulary()


def _note(offer: Offer, message: Manifest, faults: list[Fault]) -> None:
    if (context := message.context) is not None:
        try:
            offer.note(context.text, context.state)
        except FrameError as error:
            faults += [fault.under("/context") for fault in error.faults]


def _unknown_fields(frame: dict[str, Any]) -> list[Fault]:
    """Findings about a valid manifest; a `seq`, which it does not carry, is none."""
    findings = [*_unknown(frame, _FIELDS | {"seq"})]
    for part, fields in _PARTS.items():
        findings += _unknown(frame.get(part) or {}, fields, part)
    for name, entries in (frame.get("vocabulary") or {}).items():
        for index, entry in enumerate(entries):
            findings += _unknown(entry, _ENTRY, "vocabulary", name, index)
    return findings[:MOST_FINDINGS]


def _unknown(given: dict[str, Any], fields: frozenset[str], *where: str | int) -> Iterator[Fault]:
    for key in given:
        if key not in fields and not key.startswith("x-"):
            near = difflib.get_close_matches(key, fields, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield Fault(pointer(*where, key), "unknown_field", f"no such field, it is ignored{hint}")
