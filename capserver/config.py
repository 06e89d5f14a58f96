"""Settings: every section and key with its type, default and bounds; and which planner they amount to.

Where they come from is the matter of `capserver.config_sources`. Nothing below this floor knows of settings:
plain arguments go down. `CONFIGURATION.md` is generated from the models here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, SecretStr

from capserver.errors import ConfigError, Fault
from capserver.origin import serialised
from capserver.planners.anthropic.models import DEFAULT_MODEL
from capserver.protocol.server import Limits

DEFAULT_ENDPOINT: Final = "https://api.anthropic.com"


def _origin(text: str) -> str:
    origin = serialised(text.rstrip("/"))
    if origin is None:
        raise ValueError("an origin is scheme://host[:port], as the browser sends it; there is no wildcard")
    return origin


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", text):
        raise ValueError("a host name without scheme, port or path, such as pets.example.org")
    return text.lower()


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise ValueError("an address or network, such as 10.0.0.0/8") from None


def _url(text: str) -> str:
    try:
        url = urlsplit(text)
    except ValueError:
        url = urlsplit("")
    if url.scheme not in {"http", "https"} or not url.hostname or url.username:
        raise ValueError("an address that begins with http:// or https://, without a user name")
    return text


def _token(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]+", secret.get_secret_value()):
        raise ValueError("a token is printable ASCII without spaces, and not empty")
    return secret


Origin = Annotated[str, AfterValidator(_origin)]
Host = Annotated[str, AfterValidator(_host)]
Network = Annotated[str, AfterValidator(_network)]
Url = Annotated[str, AfterValidator(_url)]
Token = Annotated[SecretStr, AfterValidator(_token)]


def _some(**more: Any) -> Any:
    """A list, empty by default; TOML and JSON have arrays where the settings have tuples."""
    return Field(default=(), strict=False, **more)


class Section(BaseModel):
    """A frozen table of settings, read strictly."""

    model_config = ConfigDict(strict=True, frozen=True)


class ServerSettings(Section):
    """Where the server listens, and how it talks to the network."""

    host: str = Field("127.0.0.1", min_length=1, description="the address to listen on")
    port: int = Field(8787, ge=0, le=65535, description="the port to listen on; 0: a free one")
    hosts: tuple[Host, ...] = _some(
        description="names that the `Host` header may carry, beside loopback names and `host`"
    )
    trusted_proxies: tuple[Network, ...] = _some(
        description="addresses or networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed"
    )
    heartbeat_interval: float = Field(10, gt=0, le=3600, description="seconds between two pings")
    heartbeat_timeout: float = Field(
        10, gt=0, le=3600, description="seconds until a peer that does not answer is gone"
    )
    drain_seconds: float = Field(
        10, ge=0, le=3600, description="seconds that sockets and requests get to close when the server stops"
    )
    log_format: Literal["text", "json"] = Field("text", description="one readable line or one JSON line")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="the least serious events that are logged"
    )
    traces: Annotated[Path, Field(strict=False)] | None = Field(
        None, description="a folder: every session is recorded there, with all that is said in it"
    )


def _thinking(value: Any) -> Any:
    if value in ("off", "default", "adaptive"):
        return value
    if isinstance(value, str) and value.isdecimal():
        value = int(value)  # from the environment
    if type(value) is not int or value < 1024:
        raise ValueError("`off`, `default`, `adaptive` or a number of tokens from 1024 on")
    return value


ThinkingMode = Literal["off", "default", "adaptive"] | int
Thinking = Annotated[ThinkingMode, PlainValidator(_thinking, json_schema_input_type=ThinkingMode)]


class ModelSettings(Section):
    """What differs for one model; what is absent is as in `[planner]`."""

    max_tokens: int | None = Field(None, ge=1, description="as `planner.max_tokens`")
    thinking: Thinking | None = Field(None, description="as `planner.thinking`")


class ModelChoice(NamedTuple):
    """What holds for one model."""

    max_tokens: int
    thinking: ThinkingMode


class PlannerSettings(Section):
    """What turns instructions into commands."""

    kind: Literal["auto", "anthropic", "offline"] = Field(
        "auto", description="`auto`: a model where there is a key for it, else offline"
    )
    model: str = Field(DEFAULT_MODEL, min_length=1, description="the model's name")
    base_url: Url | None = Field(
        None, description=f"the API's address; else `ANTHROPIC_BASE_URL`, else {DEFAULT_ENDPOINT}"
    )
    api_key: Token | None = Field(None, description="sent as `X-Api-Key`; else `ANTHROPIC_API_KEY`")
    auth_token: Token | None = Field(
        None, description="sent as a bearer token; else `ANTHROPIC_AUTH_TOKEN`. Not together with `api_key`"
    )
    compat: bool = Field(
        False, description="for other servers of the same API: leaves out caching and eager streaming"
    )
    max_tokens: int = Field(1024, ge=1, description="the most that the model may write in one request")
    thinking: Thinking = Field(
        "off",
        description="how much the model thinks first: `off`, `default` (as it likes), `adaptive`, or tokens",
    )
    models: dict[str, ModelSettings] = Field(
        default={}, description="tables of `max_tokens` and `thinking` that hold for single models, by name"
    )
    concurrency: int = Field(64, ge=1, description="requests to the model at one time, over all sessions")
    idle_seconds: float = Field(20, gt=0, description="without progress of the model, a request fails")
    turn_seconds: float = Field(120, gt=0, description="after which a request to the model fails")
    retries: int = Field(2, ge=0, le=10, description="further attempts before the first delta")
    history: int = Field(20, ge=0, description="earlier turns that the model is told of")
    history_tokens: int = Field(16000, ge=0, description="about how many tokens those may take")
    breaker_failures: int = Field(
        5, ge=0, description="failures in a row after which the model is left alone for a while; 0: never"
    )
    breaker_seconds: float = Field(30, gt=0, description="how long it is left alone")
    halted_seconds: float = Field(
        30, gt=0, description="how long a turn waits for a client that takes nothing, before it fails"
    )

    def of_model(self, model: str) -> ModelChoice:
        """What holds for a model: its own table goes before the section."""
        own = self.models.get(model, ModelSettings())
        return ModelChoice(own.max_tokens or self.max_tokens, own.thinking or self.thinking)


class AuthSettings(Section):
    """Who may connect."""

    tokens: tuple[Token, ...] = _some(description="tokens, one of which a client has to show; none: no check")
    origins: tuple[Origin, ...] = _some(
        description="web pages that may connect, beside those that this server serves itself"
    )


class ProfileSettings(Section):
    """Manifests that the server keeps for clients without one."""

    folder: Annotated[Path, Field(strict=False)] = Field(
        Path("profiles"),
        description="manifest files `NAME.json`, over the ready ones; from where the server starts",
    )
    default: str | None = Field(None, description="the profile of a client that sends no manifest")


class BrokerSettings(Section):
    """Where session logs are kept."""

    kind: Literal["memory"] = Field("memory", description="`memory`: in this process")


class HttpSettings(Section):
    """The calls of `/v1/sessions`."""

    wait_seconds: float = Field(
        60, gt=0, le=3600, description="how long a caller waits for the end of a turn or command: then 504"
    )


class Settings(Section):
    """Everything that can be set."""

    server: ServerSettings = ServerSettings()
    limits: Limits = Limits()
    planner: PlannerSettings = PlannerSettings()
    auth: AuthSettings = AuthSettings()
    profiles: ProfileSettings = ProfileSettings()
    http: HttpSettings = HttpSettings()
    broker: BrokerSettings = BrokerSettings()


SECTIONS: Final[dict[str, type[BaseModel]]] = {
    name: field.annotation
    for name, field in Settings.model_fields.items()
    if isinstance(field.annotation, type)
}


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach `host`. Names are not looked up."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@dataclass(frozen=True, slots=True)
class PlannerChoice:
    """Which planner serves, and why. At most one of `api_key` and `auth_token` is set."""

    kind: Literal["anthropic", "offline"]
    reason: str
    model: str | None = None
    endpoint: str | None = None
    api_key: SecretStr | None = None
    auth_token: SecretStr | None = None

    @property
    def text(self) -> str:
        """One line for the log at start."""
        where = f", {self.model} at {self.endpoint}" if self.model else ""
        return f"planner: {self.kind}{where} ({self.reason})"


def choose_planner(settings: Settings, environ: Mapping[str, str]) -> PlannerChoice:
    """Decide which planner serves. What the settings say goes before the `ANTHROPIC_*` variables.

    Raises:
        ConfigError: the Anthropic planner is asked for, but there is no key for its API.

    """
    planner = settings.planner
    if planner.kind == "offline":
        return PlannerChoice("offline", "asked for")
    endpoint = planner.base_url or environ.get("ANTHROPIC_BASE_URL", "").strip() or DEFAULT_ENDPOINT
    api_key, auth_token, found = _credentials(planner, environ)
    if not found and planner.kind == "auto":
        return PlannerChoice("offline", "no ANTHROPIC_API_KEY in the environment")
    if not found and not planner.compat:
        message = "the Anthropic planner needs a key: set ANTHROPIC_API_KEY, or choose `auto` or `offline`"
        raise ConfigError("no planner can be started", [Fault("/planner/api_key", "missing", message)])
    reason = found or "asked for, without a key"
    return PlannerChoice("anthropic", reason, planner.model, endpoint, api_key, auth_token)


def _credentials(
    planner: PlannerSettings, environ: Mapping[str, str]
) -> tuple[SecretStr | None, SecretStr | None, str]:
    """The key or the bearer token, never both (the API takes one), and the words for where it was found."""
    if planner.api_key:
        return planner.api_key, None, "a key is in the settings"
    if planner.auth_token:
        return None, planner.auth_token, "a token is in the settings"
    if key := environ.get("ANTHROPIC_API_KEY", "").strip():
        return SecretStr(key), None, "ANTHROPIC_API_KEY is in the environment"
    if token := environ.get("ANTHROPIC_AUTH_TOKEN", "").strip():
        return None, SecretStr(token), "ANTHROPIC_AUTH_TOKEN is in the environment"
    return None, None, ""
