from pathlib import Path

import pytest

from capserver.config import (
    DEFAULT_ENDPOINT,
    ModelSettings,
    PlannerSettings,
    Settings,
    choose_planner,
    is_loopback,
)
from capserver.config_sources import Given, load, variable
from capserver.errors import ConfigError
from capserver.planners.anthropic.models import DEFAULT_MODEL

API = DEFAULT_ENDPOINT


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(text: str, name: str = "capserver.toml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def refused(
    environ: dict[str, str], file: str | None = None, flags: list[Given] | None = None
) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        load(environ, file, flags or [])
    return {fault.path: f"{fault.code}: {fault.message}" for fault in caught.value.faults}


def test_without_any_source_it_listens_on_loopback() -> None:
    loaded = load({})
    assert (loaded.settings.server.host, loaded.settings.server.port) == ("127.0.0.1", 8787)
    assert loaded.settings == Settings()
    assert loaded.source("server", "port") == "default"


def test_flags_go_before_the_environment_that_before_the_file_that_before_the_defaults() -> None:
    written("[server]\nport = 1\nhost = '::1'\nlog_level = 'debug'\n[auth]\norigins = ['http://file']\n")
    environ = {"CAPSERVER_SERVER_PORT": "2", "CAPSERVER_SERVER_HOST": "localhost", "HOME": "/"}
    loaded = load(environ, None, [Given("server", "port", 3, "--port")])
    server = loaded.settings.server
    assert (server.port, server.host, server.log_level) == (3, "localhost", "debug")
    assert loaded.source("server", "port") == "--port"
    assert loaded.source("server", "host") == "CAPSERVER_SERVER_HOST"
    assert loaded.source("server", "log_level") == "capserver.toml"
    assert loaded.source("server", "hosts") == "default"


def test_the_file_may_be_named_by_flag_or_by_environment() -> None:
    written("[server]\nport = 1\n", "a.toml")
    written("\ufeff[server]\nport = 2\n", "b.toml")
    assert load({"CAPSERVER_CONFIG": "a.toml"}).settings.server.port == 1
    assert load({"CAPSERVER_CONFIG": "a.toml"}, "b.toml").settings.server.port == 2


def test_a_named_file_that_is_not_there_is_refused() -> None:
    assert "gone.toml: No such file" in refused({}, "gone.toml")[""]


@pytest.mark.parametrize("text", ["[server\nport = 1", "[server]\nport = 1\nport = 2\n", "port = \xff"])
def test_what_is_not_toml_is_refused_with_its_line(text: str) -> None:
    Path("bad.toml").write_bytes(text.encode("latin-1"))
    message = refused({}, "bad.toml")[""]
    assert "bad.toml: not TOML" in message
    assert "line" in message or "utf-8" in message


def test_every_fault_of_every_source_is_told_at_once_with_its_source() -> None:
    file = written(
        "planner = 1\n[server]\nprot = 1\nhost = 3\n[limits]\nsteps = 'x'\nmanifest_seconds = inf\n"
        "[brokr]\nkind = 'memory'\n[auth]\norigins = ['http://a/b']\n"
    )
    faults = refused({"CAPSERVER_SERVER_PORT": "many", "CAPSERVER_NOPE_X": "1"}, file)
    assert set(faults) == {
        "/planner",
        "/server/prot",
        "/server/host",
        "/server/port",
        "/limits/steps",
        "/limits/manifest_seconds",
        "/brokr",
        "/auth/origins/0",
        "/nope",
    }
    assert faults["/server/prot"].endswith("did you mean `port`? (in capserver.toml)")
    assert "did you mean `broker`" in faults["/brokr"]
    assert "known here: server, limits" in faults["/nope"]
    assert faults["/server/port"].endswith("(in CAPSERVER_SERVER_PORT)")
    assert faults["/limits/manifest_seconds"].startswith("finite")


def test_an_unknown_key_of_a_model_s_own_table_is_refused_by_path() -> None:
    file = written("[planner.models.'x/y']\nmax_token = 1\nthinking = 'lots'\n[planner.models]\nz = 1\n")
    faults = refused({}, file)
    assert "did you mean `max_tokens`" in faults["/planner/models/x~1y/max_token"]
    assert set(faults) == {
        "/planner/models/x~1y/max_token",
        "/planner/models/x~1y/thinking",
        "/planner/models/z",
    }


@pytest.mark.parametrize(
    ("section", "key", "text", "value"),
    [
        ("server", "port", "0", 0),
        ("server", "host", " ::1", " ::1"),
        ("server", "hosts", "A.example, b.example,", ("a.example", "b.example")),
        ("server", "hosts", '["[::1]"]', ("[::1]",)),
        ("server", "trusted_proxies", "10.0.0.0/8,::1", ("10.0.0.0/8", "::1/128")),
        ("server", "heartbeat_interval", "2.5", 2.5),
        ("limits", "frames_per_second", "7", 7.0),
        ("planner", "compat", "Yes", True),
        ("planner", "compat", "0", False),
        ("planner", "thinking", "2048", 2048),
        ("planner", "thinking", "adaptive", "adaptive"),
        ("planner", "models", '{"m": {"max_tokens": 5}}', {"m": ModelSettings(max_tokens=5)}),
        ("planner", "base_url", "http://localhost:11434", "http://localhost:11434"),
        ("profiles", "folder", "/srv/p", Path("/srv/p")),
        ("auth", "origins", "HTTPS://Pets.Example:443/", ("https://pets.example",)),
        ("auth", "origins", "http://[::1]:5173", ("http://[::1]:5173",)),
    ],
)
def test_a_variable_is_read_as_its_key_wants_it(section: str, key: str, text: str, value: object) -> None:
    environ = {f"CAPSERVER_{section}_{key}".upper(): text, "CAPSERVER_AUTH_TOKENS": "t"}
    assert getattr(getattr(load(environ).settings, section), key) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SERVER_HOSTS", "http://a"),
        ("SERVER_HOSTS", "[not json"),
        ("SERVER_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("SERVER_HEARTBEAT_INTERVAL", "0"),
        ("SERVER_PORT", "65536"),
        ("SERVER_LOG_LEVEL", "loud"),
        ("PLANNER_COMPAT", "perhaps"),
        ("PLANNER_BASE_URL", "localhost:1234"),
        ("PLANNER_BASE_URL", "http://[x"),
        ("PLANNER_BASE_URL", "https://user:word@host"),
        ("PLANNER_THINKING", "12"),
        ("PLANNER_API_KEY", "with space"),
        ("AUTH_TOKENS", "a b"),
        ("AUTH_ORIGINS", "*"),
        ("AUTH_ORIGINS", "http://a:port"),
        ("BROKER_KIND", "redis"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_never_echoed_when_secret(name: str, text: str) -> None:
    faults = refused({f"CAPSERVER_{name}": text})
    section, _, key = name.lower().partition("_")
    assert [path for path in faults if path.startswith(f"/{section}/{key}")]
    assert "with space" not in str(faults)


@pytest.mark.parametrize(
    "name",
    [
        "CAPSERVER_PORT",
        "CAPSERVER_PORT_8787_TCP_ADDR",
        "CAPSERVER_SERVICE_HOST",
        "CAPSERVER_SERVICE_PORT",
        "CAPSERVER_TOKEN",
        "CAPSERVERS",
    ],
)
def test_what_kubernetes_and_clients_set_is_left_alone(name: str) -> None:
    assert load({name: "tcp://10.0.0.1"}).settings == Settings()


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load({"CAPSERVER_SERVER_PORT": " "}).settings == Settings()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "pets.example"])
def test_a_host_that_others_can_reach_needs_a_token(host: str) -> None:
    flag = Given("server", "host", host, "--host")
    message = refused({}, flags=[flag])["/auth/tokens"]
    assert message.startswith("open_bind")
    assert "CAPSERVER_AUTH_TOKENS" in message
    assert load({"CAPSERVER_AUTH_TOKENS": "t"}, None, [flag]).settings.server.host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "a.localhost"])
def test_loopback_hosts_need_none(host: str) -> None:
    assert is_loopback(host)


def test_secrets_do_not_show() -> None:
    settings = load({"CAPSERVER_AUTH_TOKENS": "s3cret", "CAPSERVER_PLANNER_API_KEY": "s3cret"}).settings
    assert "s3cret" not in f"{settings!r} {settings} {choose_planner(settings, {})!r}"


def test_a_key_and_a_token_for_the_api_exclude_each_other() -> None:
    environ = {"CAPSERVER_PLANNER_API_KEY": "a", "CAPSERVER_PLANNER_AUTH_TOKEN": "b"}
    assert refused(environ)["/planner/auth_token"].startswith("conflict")


def test_a_flag_says_the_same_as_its_variable() -> None:
    flags = [Given("auth", "origins", ("http://a",), "--origin"), Given("server", "port", 9, "--port")]
    assert load(dict(variable(flag) for flag in flags)).settings == load({}, None, flags).settings


def test_a_model_s_own_table_goes_before_the_section() -> None:
    own = {"a": ModelSettings(max_tokens=7), "b": ModelSettings(thinking="default")}
    planner = PlannerSettings(max_tokens=5, thinking=2048, models=own)
    assert planner.of_model("a") == (7, 2048)
    assert planner.of_model("b") == (5, "default")
    assert planner.of_model("c") == (5, 2048)


@pytest.mark.parametrize(
    ("planner", "environ", "line"),
    [
        ({}, {}, "planner: offline (no ANTHROPIC_API_KEY in the environment)"),
        ({}, {"ANTHROPIC_API_KEY": ""}, "planner: offline (no ANTHROPIC_API_KEY in the environment)"),
        ({"kind": "offline"}, {"ANTHROPIC_API_KEY": "k"}, "planner: offline (asked for)"),
        (
            {},
            {"ANTHROPIC_API_KEY": "k"},
            f"planner: anthropic, {DEFAULT_MODEL} at {API} (ANTHROPIC_API_KEY is in the environment)",
        ),
        (
            {"model": "m"},
            {"ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_BASE_URL": "http://gate"},
            "planner: anthropic, m at http://gate (ANTHROPIC_AUTH_TOKEN is in the environment)",
        ),
        (
            {"model": "m", "api_key": "k", "base_url": "http://mine"},
            {"ANTHROPIC_BASE_URL": "http://gate"},
            "planner: anthropic, m at http://mine (a key is in the settings)",
        ),
        (
            {"model": "m", "auth_token": "k"},
            {},
            "planner: anthropic, m at https://api.anthropic.com (a token is in the settings)",
        ),
        (
            {"kind": "anthropic", "model": "m", "compat": True},
            {},
            "planner: anthropic, m at https://api.anthropic.com (asked for, without a key)",
        ),
    ],
)
def test_one_line_says_which_planner_serves_and_why(
    planner: dict[str, object], environ: dict[str, str], line: str
) -> None:
    settings = Settings(planner=PlannerSettings.model_validate(planner))
    assert choose_planner(settings, environ).text == line


def test_the_key_goes_before_the_token() -> None:
    choice = choose_planner(Settings(), {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_AUTH_TOKEN": "t"})
    assert choice.api_key is not None
    assert choice.auth_token is None


def test_the_anthropic_planner_without_a_key_does_not_start() -> None:
    with pytest.raises(ConfigError) as caught:
        choose_planner(Settings(planner=PlannerSettings(kind="anthropic")), {})
    assert caught.value.faults[0].path == "/planner/api_key"


def test_a_number_that_is_none_is_refused_in_any_section() -> None:
    assert refused({}, written("[limits]\nresume_seconds = nan\n"))["/limits/resume_seconds"]
