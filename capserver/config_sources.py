"""Where settings come from: four sources, every fault at once.

From low to high: defaults, a TOML file (`./capserver.toml` or the one named by `--config` or
`CAPSERVER_CONFIG`), the environment (`CAPSERVER_<SECTION>_<KEY>`), flags. A higher source replaces what a
lower one says of the same key, lists included.
"""

import json
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args, get_origin

from pydantic import BaseModel, ValidationError

from capserver.config import SECTIONS, Settings, is_loopback
from capserver.errors import ConfigError, Fault, pointer

DEFAULT_FILE: Final = "capserver.toml"
ENV_PREFIX: Final = "CAPSERVER_"
ENV_FILE: Final = "CAPSERVER_CONFIG"
ENV_TOKEN: Final = "CAPSERVER_TOKEN"
"""What a client of this project shows; no setting of the server."""

# What Kubernetes sets in every pod when a Service is called "capserver".
_KUBERNETES: Final = re.compile(r"CAPSERVER_(SERVICE_(HOST|PORT)|PORT)(_.+)?")
_YES: Final = dict.fromkeys(("1", "true", "yes", "on"), True)
_YES_OR_NO: Final = _YES | dict.fromkeys(("0", "false", "no", "off"), False)


class Given(NamedTuple):
    """One key that a source sets, and the words for the source: a file, a variable, a flag."""

    section: str
    key: str
    value: Any
    source: str


def variable(given: Given) -> tuple[str, str]:
    """The name and the text of the environment variable that says the same."""
    value = given.value
    text = value if isinstance(value, str) else json.dumps(value)
    return f"{ENV_PREFIX}{given.section}_{given.key}".upper(), text


class Loaded(NamedTuple):
    """Settings, and where each comes from: JSON Pointer to the words for its source."""

    settings: Settings
    sources: Mapping[str, str]

    def source(self, section: str, key: str) -> str:
        """Where one key comes from; `default` where nobody set it."""
        return self.sources.get(pointer(section, key), "default")


def load(environ: Mapping[str, str], file: str | Path | None = None, flags: Iterable[Given] = ()) -> Loaded:
    """Read all sources and join them.

    Args:
        environ: the environment; nothing else of the process is looked at but the file.
        file: the configuration file; `None`: `CAPSERVER_CONFIG`, else `./capserver.toml` if it is there.
        flags: what the command line sets.

    Raises:
        ConfigError: all faults of all sources, each with its path and its source.

    """
    from_file, faults = _from_file(environ, file)
    from_environ, more = _from_environ(environ)
    faults += more
    tree: dict[str, dict[str, Any]] = {}
    sources: dict[str, str] = {}
    for section, key, value, source in [*from_file, *from_environ, *flags]:
        tree.setdefault(section, {})[key] = value
        sources[pointer(section, key)] = source
    settings, more = _validated(tree)
    faults += [_with_source(fault, sources) for fault in more]
    if settings is None or faults:
        raise ConfigError("the configuration cannot be used", faults)
    return Loaded(settings, sources)


def _with_source(fault: Fault, sources: Mapping[str, str]) -> Fault:
    source = sources.get("/".join(fault.path.split("/")[:3]))
    return fault if source is None else fault._replace(message=f"{fault.message} (in {source})")


def _from_file(environ: Mapping[str, str], named: str | Path | None) -> tuple[list[Given], list[Fault]]:
    named = named or environ.get(ENV_FILE)
    path = Path(named or DEFAULT_FILE)
    if not named and not path.exists():
        return [], []
    try:
        tables = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        return [], [Fault("", "file", f"{path}: {error.strerror or 'cannot be read'}")]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return [], [Fault("", "toml", f"{path}: not TOML: {error}")]
    given: list[Given] = []
    faults: list[Fault] = []
    for section, table in tables.items():
        if isinstance(table, dict) and section in SECTIONS:
            known, more = _known(SECTIONS[section], table, pointer(section), str(path))
            given += [Given(section, key, value, str(path)) for key, value in known.items()]
            faults += more
        elif section in SECTIONS:
            faults.append(Fault(pointer(section), "table", f"should be a table, [{section}] (in {path})"))
        else:
            faults.append(_unknown(section, SECTIONS, "", str(path)))
    return given, faults


def _known(
    model: type[BaseModel], table: Mapping[str, Any], path: str, source: str
) -> tuple[dict[str, Any], list[Fault]]:
    """The keys of a table that its model has, and a fault for each other one, tables within included."""
    known: dict[str, Any] = {}
    faults: list[Fault] = []
    for key, value in table.items():
        if key not in model.model_fields:
            faults.append(_unknown(key, model.model_fields, path, source))
            continue
        known[key] = value
        inner = get_args(model.model_fields[key].annotation)
        if get_origin(model.model_fields[key].annotation) is dict and isinstance(value, dict):
            known[key] = dict(value)
            for name, item in value.items():
                if isinstance(item, dict):
                    known[key][name], more = _known(inner[1], item, path + pointer(key, name), source)
                    faults += more
    return known, faults


def _unknown(name: str, known: Iterable[str], path: str, source: str) -> Fault:
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`?" if near else "known here: " + ", ".join(known)
    return Fault(path + pointer(name), "unknown", f"nobody knows this key; {hint} (in {source})")


def _from_environ(environ: Mapping[str, str]) -> tuple[list[Given], list[Fault]]:
    given: list[Given] = []
    faults: list[Fault] = []
    for name, text in sorted(environ.items()):
        if not name.startswith(ENV_PREFIX) or name in {ENV_FILE, ENV_TOKEN} or _KUBERNETES.fullmatch(name):
            continue
        if not text.strip():
            continue  # set to nothing means not set, as compose files have it
        section, _, key = name.removeprefix(ENV_PREFIX).lower().partition("_")
        if section not in SECTIONS:
            faults.append(_unknown(section, SECTIONS, "", name))
            continue
        value = _read_variable(SECTIONS[section], key, text)
        known, more = _known(SECTIONS[section], {key: value}, pointer(section), name)
        given += [Given(section, key, item, name) for item in known.values()]
        faults += more
    return given, faults


def _read_variable(section: type[BaseModel], key: str, text: str) -> Any:
    """The value that a variable's text stands for; what it cannot stand for stays text and is refused."""
    field = section.model_fields.get(key)
    annotation = field.annotation if field else str
    if get_origin(annotation) is tuple and not text.lstrip().startswith("["):
        return [item.strip() for item in text.split(",") if item.strip()]
    if annotation is bool:
        return _YES_OR_NO.get(text.strip().lower(), text)
    if annotation in {int, float} or get_origin(annotation) in {tuple, dict}:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text


def _validated(tree: dict[str, dict[str, Any]]) -> tuple[Settings | None, list[Fault]]:
    faults = list(_open_bind(tree))
    faults += [
        Fault(pointer(section, key), "finite", "should be a finite number")
        for section, table in tree.items()
        for key, value in table.items()
        if isinstance(value, float) and not math.isfinite(value)
    ]
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        for item in error.errors(include_url=False, include_context=False, include_input=False):
            path = pointer(*item["loc"])
            if all(fault.path != path for fault in faults):
                faults.append(Fault(path, item["type"], item["msg"].removeprefix("Value error, ")))
        return None, faults
    if settings.planner.api_key and settings.planner.auth_token:
        message = "set either `api_key` or `auth_token`: the API takes one of them"
        faults.append(Fault("/planner/auth_token", "conflict", message))
    return settings, faults


def _open_bind(tree: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    host = tree.get("server", {}).get("host", "127.0.0.1")
    if isinstance(host, str) and not is_loopback(host) and not tree.get("auth", {}).get("tokens"):
        message = (
            f"{host} can be reached from other machines, and no token is set: put one into [auth] tokens "
            "or into CAPSERVER_AUTH_TOKENS (`openssl rand -hex 32` makes one), or listen on 127.0.0.1"
        )
        yield Fault("/auth/tokens", "open_bind", message)
