"""The lines of a recording: what is told of inputs, effects and frames, and what is not."""

import json
from typing import Any

import pytest

from capserver.effects import Authenticate
from capserver.inputs import Framed, Instructed, Resumed
from capserver.protocol.client import Instruct
from capserver.protocol.values import Resume
from capserver.session import Session
from capserver.trace import line, read_input, told_effect, told_frame, told_input, told_message
from tests.drives import an_offer, some_terms

SECRET = "swordfish 你好"


def written(given: Any) -> str:
    return line(told_input(given))


def text_of(given: str) -> str:
    text = told_input(Framed(given))["text"]
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "auth", "token": SECRET},
        {"type": "auth", "token": SECRET, "seq": 1e22},
        {"token": SECRET, "type": "manifest", "protocol": 1, "resume": {"token": SECRET, "upto": 1}},
        {"type": "manifest", "resume": {"session": "s", "token": SECRET}},
        {"type": "instruct", "id": "t1", "text": "wave", "token": SECRET},
    ],
)
@pytest.mark.parametrize("spaces", [None, (",", ":")])
@pytest.mark.parametrize("escaped", [True, False])
def test_a_credential_of_a_client_is_in_no_line(
    frame: dict[str, Any], spaces: tuple[str, str] | None, escaped: bool
) -> None:
    text = json.dumps(frame, separators=spaces, ensure_ascii=escaped)
    shown = text_of(text)
    assert "swordfish" not in shown
    assert len(shown.encode()) >= len(text.encode()), "what was too large still is"
    hidden = json.loads(shown)
    assert hidden.keys() == frame.keys()
    assert hidden | {"token": 0, "resume": 0} == frame | {"token": 0, "resume": 0}
    assert "swordfish" not in json.dumps(told_frame(text))


@pytest.mark.parametrize(
    "text",
    [
        f'{{"type":"auth","token":"{SECRET}"',
        f'{{"type":"auth", "token" : "a\\"{SECRET}"}} and more',
        f'{{"type":"auth","token":"{SECRET}","token":"{SECRET}"}}',
    ],
)
def test_a_credential_in_what_cannot_be_read_is_in_no_line_either(text: str) -> None:
    assert "swordfish" not in written(Framed(text))
    assert len(text_of(text)) == len(text)
    raw = told_frame(text)
    assert raw.keys() == {"raw"}
    assert "swordfish" not in raw["raw"]


def test_a_key_that_is_escaped_hides_nothing() -> None:
    assert "swordfish" not in text_of('{"type":"auth","\\u0074oken":"swordfish"}')


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"context","state":{"token":"a gold coin"}}',
        '{"type": "auth"}',
        '{"type":"auth","token":7}',
        '{"type":"manifest","resume":null}',
        '{"type":["auth"],"token":"what is it?"}',
        '{"type":"context","text":"no \\u0074oken"}',
    ],
)
def test_what_is_no_credential_stays_as_it_was_written(text: str) -> None:
    assert text_of(text) == text
    assert told_frame(text) == json.loads(text)


def test_what_others_than_the_client_give_is_without_credentials() -> None:
    resume = Resume(session="s", token=SECRET, epoch="e", upto=3)
    assert SECRET not in written(Resumed(resume, SECRET))
    message = Instruct(type="instruct", id="t1", text="wave", token=SECRET)
    assert SECRET not in written(Instructed(message, "http"))
    assert SECRET not in line(told_effect(Authenticate(SECRET)))


def test_a_welcome_is_told_without_its_token() -> None:
    session = Session("s", SECRET, an_offer(), some_terms(), 0.0, principal="kim")
    (welcome,) = session.welcome()
    assert "swordfish" not in line(told_effect(welcome))
    assert told_message(welcome.message, None)["token"] == "*"  # type: ignore[union-attr]


def test_a_lone_surrogate_is_escaped_and_comes_back() -> None:
    text = written(Framed("\ud83d 你"))
    assert text.isascii()
    text.encode()
    assert read_input(json.loads(text)) == Framed("\ud83d 你")
    assert "你" in written(Framed("你"))
