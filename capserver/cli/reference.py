"""The configuration reference, `CONFIGURATION.md`, made from the settings' models."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from capserver.config import SECTIONS, Settings
from capserver.logs import HIDDEN

_HEAD: Final = """\
# Configuration

Made by `capserver config --reference` from the settings themselves; `capserver config` shows what is in
force.

Each setting may come from four places. The higher one wins, for lists too:

1. flags: `capserver serve --port 9000`
2. the environment: `CAPSERVER_<SECTION>_<KEY>`, as in `CAPSERVER_SERVER_PORT=9000`. A list is JSON or
   separated by commas, a table is JSON, a yes or no is `true`, `false`, `yes`, `no`, `on`, `off`, `1` or `0`.
   An empty variable is not set.
3. a TOML file: `./capserver.toml`, or the one that `--config FILE` or `CAPSERVER_CONFIG` names
4. the defaults below: without any configuration the server listens on 127.0.0.1:8787

Unknown keys and wrong values are refused at start, all at once. A `host` that other machines can reach needs
`[auth] tokens`.

```toml
[server]
host = "0.0.0.0"
hosts = ["pets.example.org"]

[auth]
tokens = ["…"] # openssl rand -hex 32
origins = ["https://pets.example.org"]

[planner]
model = "claude-haiku-5-5"

[planner.models."claude-sonnet-5-5"]
max_tokens = 2048
thinking = "adaptive"
```

Three more variables are read as the vendor's own programs read them: `ANTHROPIC_API_KEY`,
`ANTHROPIC_AUTH_TOKEN` and `ANTHROPIC_BASE_URL`; what `[planner]` says goes before them. `CAPSERVER_TOKEN` is
what `capserver chat` shows to a server.
"""

_FLAGS: Final = {
    ("server", "host"): "--host",
    ("server", "port"): "--port",
    ("server", "log_format"): "--log-format",
    ("server", "log_level"): "--log-level",
    ("planner", "kind"): "--planner",
    ("auth", "origins"): "--origin",
}


def reference() -> str:
    """The whole document."""
    return "\n".join([_HEAD, *(line for section in SECTIONS for line in _section(section))])


def _section(name: str) -> Iterator[str]:
    model = SECTIONS[name]
    about = (model.__doc__ or "").strip().splitlines()[0]
    yield f"## [{name}]\n"
    yield f"{about}\n"
    yield "| key | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    schema = Settings.model_json_schema()["$defs"][model.__name__]["properties"]
    for key, field in model.model_fields.items():
        flag = _FLAGS.get((name, key))
        about = f"{field.description or ''}{f' (`{flag}`)' if flag else ''}"
        yield f"| `{key}` | {_kind(schema[key])} | {_default(field)} | {about} |"
    yield ""


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(option) for option in schema["anyOf"] if option.get("type") != "null")
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("format") == "password":
        return "secret"
    kind: str = schema["type"]
    return {"object": "table", "boolean": "yes or no"}.get(kind, kind) + _bounds(schema)


def _bounds(schema: dict[str, Any]) -> str:
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤"}
    found = [f"{sign} {schema[key]:g}" for key, sign in signs.items() if key in schema]
    return f" {', '.join(found)}" if found else ""


def _default(field: FieldInfo) -> str:
    return "" if field.default is None else f"`{toml(field.default)}`"


def toml(value: Any) -> str:
    """A value as TOML has it, on one line; secrets hidden."""
    if isinstance(value, SecretStr):
        return json.dumps(HIDDEN)
    if isinstance(value, BaseModel):
        return toml({key: item for key, item in value if item is not None})
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(toml(item) for item in value)}]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)
