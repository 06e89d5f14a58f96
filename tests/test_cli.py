import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from capserver import __version__, app, server
from capserver.cli.root import capserver
from capserver.config import Settings
from capserver.config_sources import load

ROOT = Path(__file__).parents[1]
PET = str(ROOT / "capserver/profiles/desktop_pet.json")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def run(*args: str, given: str | bytes | None = None, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(capserver, args, input=given, env=env or {}, prog_name="capserver")


@pytest.mark.parametrize("command", ["serve", "chat", "lint", "schema", "config"])
def test_help_shows_examples(command: str) -> None:
    assert f"  capserver {command}" in run(command, "--help").stdout


def test_the_version_is_told() -> None:
    assert run("--version").stdout == f"capserver {__version__}\n"


@pytest.mark.parametrize("args", [["--help"], ["lint", PET], ["config"]])
def test_what_a_command_does_not_need_is_not_imported(args: list[str]) -> None:
    code = (
        "import sys; from capserver.cli.root import capserver\n"
        f"capserver({args!r}, standalone_mode=False)\n"
        "heavy = {'uvicorn', 'anthropic', 'starlette', 'websockets'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "capserver", "--version"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout == f"capserver {__version__}\n"


# lint


def test_lint_tells_size_and_digest() -> None:
    result = run("lint", PET)
    assert result.exit_code == 0
    assert re.search(r"26 commands, about \d+ tokens\n  sha256:[0-9a-f]{64}\n", result.stdout)


def test_lint_takes_the_name_of_a_ready_profile() -> None:
    assert run("lint", "desktop_pet").stdout == run("lint", PET).stdout


def test_lint_tells_every_fault_by_pointer_into_the_file() -> None:
    commands = [{"name": "1"}, {"name": "a", "parameters": {"type": "array"}}]
    as_list = run("lint", "-", given=json.dumps(commands))
    as_object = run("lint", "-", given=json.dumps({"commands": commands}))
    assert (as_list.exit_code, as_object.exit_code) == (1, 1)
    assert " /0/name " in as_list.stdout
    assert " /1/parameters" in as_list.stdout
    assert " /commands/0/name " in as_object.stdout
    assert "2 faults" in as_list.stdout


def test_lint_tells_findings_and_still_succeeds() -> None:
    result = run("lint", "-", given='{"commands": [{"name": "jump"}], "vocabluary": {}}')
    assert result.exit_code == 0
    assert "✓ 1 command, about" in result.stdout
    assert "/commands/0/description" in result.stdout
    assert "did you mean vocabulary?" in result.stdout


def test_lint_can_speak_json() -> None:
    good = json.loads(run("lint", "--json", PET).stdout)
    assert (good["ok"], good["faults"], good["findings"], good["commands"]) == (True, [], [], 26)
    bad = run("lint", "--json", "-", given='[{"name": "a", "name": "b"}]')
    assert bad.exit_code == 1
    report = json.loads(bad.stdout)
    assert report["faults"][0]["path"] == "/0/name"
    assert report["faults"][0]["code"] == "duplicate_key"


@pytest.mark.parametrize(
    ("given", "told"), [("{", "1 fault"), ("{}", "should be a list of commands"), ('"x"', "should be a list")]
)
def test_lint_of_what_is_no_manifest_fails_with_1(given: str, told: str) -> None:
    result = run("lint", "-", given=given)
    assert result.exit_code == 1
    assert told in result.stdout


def test_lint_of_what_cannot_be_read_fails_with_2() -> None:
    assert run("lint", "gone.json").exit_code == 2
    assert (
        "gone.json: no such file; ready profiles: avatar_3d, desktop_pet" in run("lint", "gone.json").stderr
    )
    assert "not UTF-8 at byte 2" in run("lint", "-", given=b'["\xff"]').stderr


# schema


def test_schema_prints_json_schema_or_asyncapi() -> None:
    assert json.loads(run("schema").stdout)["$schema"].endswith("2020-12/schema")
    assert json.loads(run("schema", "--asyncapi").stdout)["asyncapi"].startswith("3.")


# config


def test_config_shows_what_is_in_force_with_its_source_and_no_secret() -> None:
    Path("capserver.toml").write_text("[planner.models.m]\nmax_tokens = 7\n[auth]\ntokens = ['s3cret']\n")
    env = {"SERVER_PORT": "9000", "PLANNER_API_KEY": "s3cret", "LIMITS_RESUME_SECONDS": "5"}
    shown = run("config", env={f"CAPSERVER_{name}": text for name, text in env.items()}).stdout
    lines = [line.split() for line in shown.splitlines()]
    assert ["port", "=", "9000", "#", "CAPSERVER_SERVER_PORT"] in lines
    assert ["resume_seconds", "=", "5", "#", "CAPSERVER_LIMITS_RESUME_SECONDS"] in lines
    assert ["tokens", "=", '["***"]', "#", "capserver.toml"] in lines
    assert ["api_key", "=", '"***"', "#", "CAPSERVER_PLANNER_API_KEY"] in lines
    assert ["#", "default", "is", "not", "set", "#", "default"] in lines
    assert '{ "m" = { "max_tokens" = 7 } }' in shown
    assert "# planner: anthropic" in shown
    assert "s3cret" not in shown


def test_config_shows_settings_that_no_planner_can_serve() -> None:
    assert "# planner: none (" in run("config", env={"CAPSERVER_PLANNER_KIND": "anthropic"}).stdout


def test_settings_that_cannot_be_used_are_told_line_by_line() -> None:
    result = run("config", "--config", "gone.toml", env={"CAPSERVER_SERVER_PROT": "1"})
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "Error: the configuration cannot be used",
        "  gone.toml: No such file or directory",
        "  /server/prot: nobody knows this key; did you mean `port`? (in CAPSERVER_SERVER_PROT)",
    ]


def test_the_configuration_reference_is_not_stale() -> None:
    kept = (ROOT / "capserver/CONFIGURATION.md").read_text(encoding="utf-8")
    assert kept == run("config", "--reference").stdout, (
        "run: capserver config --reference > capserver/CONFIGURATION.md"
    )


# serve


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    seen: list[Settings] = []
    monkeypatch.setattr(server, "run", lambda _app, settings: seen.append(settings))
    monkeypatch.setattr("capserver.logs.configure", lambda *_args: None)
    return seen


def test_serve_takes_settings_from_its_flags(served: list[Settings]) -> None:
    args = [
        "--host",
        "::1",
        "--port",
        "1",
        "--planner",
        "offline",
        "--origin",
        "http://a",
        "--origin",
        "http://b",
    ]
    assert run("serve", *args, "--log-format", "json", "--log-level", "error").exit_code == 0
    [settings] = served
    assert (settings.server.host, settings.server.port) == ("::1", 1)
    assert (settings.server.log_format, settings.server.log_level) == ("json", "error")
    assert settings.planner.kind == "offline"
    assert settings.auth.origins == ("http://a", "http://b")


def test_serve_says_which_planner_and_why(served: list[Settings], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "capserver")
    assert run("serve").exit_code == 0
    assert "planner: offline (no ANTHROPIC_API_KEY in the environment)" in caplog.text


def test_serve_refuses_an_open_bind_and_says_how_to_fix_it(served: list[Settings]) -> None:
    result = run("serve", "--host", "0.0.0.0")
    assert result.exit_code == 2
    assert "CAPSERVER_AUTH_TOKENS" in result.stderr
    assert served == []


def test_serve_on_a_port_that_is_taken_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("capserver.logs.configure", lambda *_args: None)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("serve", "--planner", "offline", "--port", str(taken.getsockname()[1]))
    assert result.exit_code != 0
    assert "address already in use" in caplog.text
    assert "`--port` names another one" in caplog.text


def test_reloading_hands_flags_and_file_down(served: list[Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pets.toml").write_text("[limits]\nsteps = 3\n")
    monkeypatch.setenv("CAPSERVER_SERVER_PORT", "1")
    monkeypatch.setenv("CAPSERVER_CONFIG", "")
    seen: dict[str, Any] = {}

    def reloading(name: str, settings: Settings, folder: Path) -> None:
        seen.update(name=name, given=settings, folder=folder, handed=load(os.environ).settings)

    monkeypatch.setattr(server, "run_reloading", reloading)
    assert run("serve", "--port", "2", "--config", "pets.toml", "--reload").exit_code == 0
    assert (seen["name"], seen["folder"].name) == ("capserver.app:from_environment", "capserver")
    assert seen["given"] == seen["handed"]
    assert (seen["handed"].server.port, seen["handed"].limits.steps) == (2, 3)
    assert callable(app.from_environment)
