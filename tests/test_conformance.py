"""The transcripts of `conformance/`, run against the session core."""

from pathlib import Path

import pytest

from tests.core_driver import Core
from tests.transcripts import (
    Close,
    Connect,
    Drop,
    Expect,
    Send,
    Transcript,
    Variables,
    Wait,
    parse,
    paths,
)
from tests.transcripts import match as mismatches


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
async def test_the_session_core_keeps_to_the_transcript(path: Path) -> None:
    transcript = parse(path)
    core = Core(transcript)
    variables: Variables = {}
    for step in transcript.steps:
        match step:
            case Send():
                core.receive(step.text(variables))
            case Expect():
                _expect(core, step, variables, transcript)
            case Close(line, code):
                assert core.written.popleft() == code, f"line {line}"
            case Drop():
                core.drop()
            case Connect():
                core.connect()
            case Wait(_, seconds):
                core.wait(seconds)
        await core.run()
    rest = [frame for frame in core.written if not _ignored(frame, transcript)]
    assert not rest


def _ignored(frame: object, transcript: Transcript) -> bool:
    return isinstance(frame, dict) and frame.get("type") in transcript.ignore


def _expect(core: Core, step: Expect, variables: Variables, transcript: Transcript) -> None:
    while (
        core.written and _ignored(core.written[0], transcript) and step.frame["type"] not in transcript.ignore
    ):
        core.written.popleft()
    assert core.written, f"line {step.line}: nothing came, expected {step.frame}"
    frame = core.written.popleft()
    assert isinstance(frame, dict), f"line {step.line}: closed with {frame}"
    wrong = mismatches(step.frame, frame, variables)
    assert not wrong, f"line {step.line}: {frame}"
