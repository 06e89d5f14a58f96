"""`PROTOCOL.md` says what the models say: every message, field, code and limit, and nothing else."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import pytest
import rfc8785
from jsonschema_rs import Draft202012Validator

import capserver
from capserver.asyncapi import json_schema
from capserver.manifest import compile_set
from capserver.protocol.client import CLIENT_MESSAGES, ClientMessage, read_frame, read_message
from capserver.protocol.codes import PATH, SUBPROTOCOL, CloseCode, ErrorCode
from capserver.protocol.server import SERVER_MESSAGES, Limits, ServerMessage
from capserver.protocol.values import Command, Entry

TEXT: Final = (Path(capserver.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")
SCHEMA: Final = json_schema()
STANDARD_CLOSES: Final = {1002, 1007, 1009}  # the WebSocket layer's own

MESSAGES: Final[dict[tuple[str, str], type[ClientMessage] | type[ServerMessage]]] = {
    **{("Client to server", kind): model for kind, model in CLIENT_MESSAGES.items()},
    **{("Server to client", kind): model for kind, model in SERVER_MESSAGES.items()},
}
each_message = pytest.mark.parametrize("key", MESSAGES, ids=" ".join)


def split(text: str, level: int) -> dict[str, str]:
    """The parts of a text under headings of one level, by heading; code blocks may hold any line."""
    parts: dict[str, str] = {}
    for part in re.split(rf"^{'#' * level} ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        assert heading not in parts, f"{heading} stands there twice"
        parts[heading] = body
    return parts


SECTIONS: Final = split(TEXT, 2)


def message_section(key: tuple[str, str]) -> str:
    direction, kind = key
    return split(SECTIONS[direction], 3)[f"`{kind}`"]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def tables(text: str) -> Iterator[list[list[str]]]:
    """The rows of each table, without its head, as cells."""
    for table in re.findall(r"(?:^\|.*\|\n)+", text, flags=re.MULTILINE):
        yield [[cell.strip() for cell in row.strip("|").split(" | ")] for row in table.splitlines()[2:]]


def first_column(text: str) -> list[str]:
    """What the cells on the left of a text's first table say."""
    return [row[0].strip("| ").strip("`") for row in next(tables(text))]


def schema_of(definition: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": SCHEMA["$defs"]})


# messages


@pytest.mark.parametrize(
    ("direction", "messages"),
    [("Client to server", CLIENT_MESSAGES), ("Server to client", SERVER_MESSAGES)],
    ids=["client", "server"],
)
def test_every_message_has_its_heading_and_every_heading_its_message(
    direction: str, messages: dict[str, Any]
) -> None:
    assert list(split(SECTIONS[direction], 3)) == [f"`{kind}`" for kind in messages]


@each_message
def test_a_message_names_each_field_and_whether_it_may_be_absent(key: tuple[str, str]) -> None:
    model = MESSAGES[key]
    schema = SCHEMA["$defs"][model.__name__]
    required = set(schema["required"])
    expected = [name if name in required else f"{name}?" for name in schema["properties"] if name != "type"]
    assert first_column(message_section(key)) == expected


@each_message
def test_a_message_is_marked_where_it_is_reliable(key: tuple[str, str]) -> None:
    assert message_section(key).lstrip().startswith("● ") == MESSAGES[key].reliable


@each_message
def test_every_example_of_a_message_is_valid(key: tuple[str, str]) -> None:
    examples = blocks(message_section(key), "json")
    assert examples
    for text in examples:
        frame = read_frame(text)
        assert frame["type"] == key[1]
        schema_of(MESSAGES[key].__name__).validate(frame)
        if key[0] == "Client to server":
            read_message(frame)
            compile_set(frame.get("commands") or frame.get("add") or [])


def test_every_block_of_json_is_one_that_these_tests_read() -> None:
    kinds = re.findall(r"^```(json.*)$", TEXT, flags=re.MULTILINE)
    of_messages = sum(len(blocks(message_section(key), "json")) for key in MESSAGES)
    assert kinds.count("json") == of_messages
    assert set(kinds) == {"json", "json command", "json commands", "json vocabulary"}


# values


def test_the_command_object_names_each_field_and_its_example_compiles() -> None:
    section = SECTIONS["The Command object"]
    optional = {name for name, field in Command.model_fields.items() if not field.is_required()}
    assert first_column(section) == [
        f"{name}?" if name in optional else name for name in Command.model_fields
    ]
    for text in blocks(section, "json command"):
        assert compile_set([json.loads(text)]).commands


def test_the_vocabulary_is_one() -> None:
    (text,) = blocks(SECTIONS["Vocabulary"], "json vocabulary")
    for entries in json.loads(text).values():
        assert [Entry.model_validate(entry) for entry in entries]


def test_the_worked_digest_is_right() -> None:
    section = SECTIONS["Digest"]
    (text,) = blocks(section, "json commands")
    canonical, digest = (block.strip() for block in blocks(section, "text"))
    commands: list[Any] = json.loads(text)
    by_name = sorted(commands, key=itemgetter("name"))
    ordered = rfc8785.dumps(by_name)
    assert canonical == ordered.decode()
    assert digest == "sha256:" + sha256(ordered).hexdigest()
    assert digest == compile_set(commands).digest


# codes and limits


def test_the_table_of_error_codes_is_complete() -> None:
    assert first_column(SECTIONS["Error codes"]) == [code.value for code in ErrorCode]


def test_the_table_of_close_codes_is_complete() -> None:
    told = {int(code) for code in first_column(SECTIONS["Close codes"])}
    assert told == {code.value for code in CloseCode} | STANDARD_CLOSES


def test_the_table_of_limits_has_their_defaults() -> None:
    (rows,) = tables(SECTIONS["Limits"])
    told = {name.strip("| `"): float(default) for name, default, _ in rows}
    assert told == Limits().model_dump()


@pytest.mark.parametrize(
    ("key", "field"),
    [(("Server to client", "cancel"), "reason"), (("Server to client", "turn.ended"), "status")],
    ids=["cancel", "turn.ended"],
)
def test_the_words_of_a_field_have_a_table(key: tuple[str, str], field: str) -> None:
    _, words = tables(message_section(key))
    properties = SCHEMA["$defs"][MESSAGES[key].__name__]["properties"]
    assert [row[0].strip("| `") for row in words] == properties[field]["enum"]


def test_the_reasons_for_no_resume_have_a_table() -> None:
    resume = split(SECTIONS["Delivery"], 3)["Resume"]
    assert first_column(resume) == SCHEMA["$defs"]["Welcome"]["properties"]["reason"]["enum"]


# the rest of the page


def test_the_page_names_the_path_and_the_subprotocol() -> None:
    assert f"`{PATH}`" in SECTIONS["Connection"]
    assert f"`{SUBPROTOCOL}`" in SECTIONS["Connection"]


def test_every_walk_through_is_a_diagram() -> None:
    walks = split(SECTIONS["Walk-throughs"], 3)
    assert len(walks) == 7
    for body in walks.values():
        (diagram,) = blocks(body, "mermaid")
        assert diagram.startswith("sequenceDiagram\n")


def test_the_client_of_20_lines_is_one() -> None:
    (code,) = blocks(SECTIONS["A client of 20 lines"], "python")
    compile(code, "PROTOCOL.md", "exec")
    assert len([line for line in code.splitlines() if line.strip()]) <= 20


def test_every_link_leads_to_a_heading() -> None:
    prose = re.sub(r"^```.*?^```$", "", TEXT, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", prose, flags=re.MULTILINE)
    anchors: set[str] = set()
    for heading in headings:
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        anchors.add(f"{anchor}-1" if anchor in anchors else anchor)
    assert set(re.findall(r"\]\(#([^)]*)\)", TEXT)) <= anchors
