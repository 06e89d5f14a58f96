"""Makes `bfcl_functions.jsonl.gz` from the wheel of `bfcl-eval`; not part of the tests.

    pip download bfcl-eval==2026.3.23 --no-deps
    python tests/data/make_bfcl.py bfcl_eval-2026.3.23-py3-none-any.whl

Each line is one function of the leaderboard's questions and function documents as a command: `name`,
`description`, `parameters`. Its types become those of JSON Schema, a name's dots become `_` and a leading
`_` goes; equal functions are kept once. The rest is as it was, unknown keywords included.
"""

import gzip
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OUT = Path(__file__).with_name("bfcl_functions.jsonl.gz")
QUESTIONS = re.compile(
    r"bfcl_eval/data/(?!.*possible_answer)(?:.*/)?(?:BFCL_v4_[^/]*|multi_turn_func_doc/[^/]*)\.json"
)
TYPES = {
    # of the Python questions
    "dict": "object",
    "float": "number",
    "tuple": "array",
    "any": None,
    # of the Java and JavaScript questions
    "": None,
    "Array": "array",
    "ArrayList": "array",
    "Boolean": "boolean",
    "HashMap": "object",
    "String": "string",
    "char": "string",
    "double": "number",
    "long": "integer",
}


def documents(text: str) -> Iterator[Any]:
    """JSON values one after the other: some files hold one, most hold one a line."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        yield value
        at = re.compile(r"\s*").match(text, end).end()  # type: ignore[union-attr]


def functions(wheel: zipfile.ZipFile) -> Iterator[dict[str, Any]]:
    for name in sorted(wheel.namelist()):
        if QUESTIONS.fullmatch(name):
            for row in documents(wheel.read(name).decode()):
                if isinstance(row, dict):
                    found = [row] if "parameters" in row else row.get("function", [])
                    yield from [found] if isinstance(found, dict) else found


def command(function: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": function["name"].replace(".", "_").lstrip("_"),
        "description": function["description"],
        "parameters": schema(function["parameters"]),
    }


def schema(given: dict[str, Any]) -> dict[str, Any]:
    made = dict(given)
    if "type" in made:
        made["type"] = TYPES.get(made["type"], made["type"])
        if made["type"] is None:
            del made["type"]
    if isinstance(made.get("properties"), dict):
        made["properties"] = {key: schema(inner) for key, inner in made["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(made.get(key), dict):
            made[key] = schema(made[key])
    return made


def main(path: str) -> None:
    with zipfile.ZipFile(path) as wheel:
        lines = {
            json.dumps(command(function), ensure_ascii=False, sort_keys=True): None
            for function in functions(wheel)
        }
    text = "".join(line + "\n" for line in lines)
    OUT.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    sys.stdout.write(f"{len(lines)} functions, {OUT.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1])
