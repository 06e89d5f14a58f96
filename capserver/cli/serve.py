"""`capserver serve`: the server."""

import logging
import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import click

from capserver import logs
from capserver.config import PlannerChoice, Settings, choose_planner
from capserver.config_sources import ENV_FILE, Given, load, variable

log = logging.getLogger("capserver")

CONFIG = click.option(
    "--config",
    "file",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="The settings file. [default: ./capserver.toml where there is one]",
)
PLANNER = click.option(
    "--planner",
    type=click.Choice(["auto", "anthropic", "offline"]),
    help="What turns instructions into commands. auto: a model where there is a key for it, else offline.",
)


def given(section: str, key: str, value: Any, flag: str) -> list[Given]:
    """A flag as a source of settings; none where it was not used."""
    return [Given(section, key, value, flag)] if value is not None and value != () else []


@click.command(
    short_help="Start the server.",
    epilog="""\b
Examples:
  capserver serve
  ANTHROPIC_API_KEY=… capserver serve --origin https://pets.example.org
  CAPSERVER_AUTH_TOKENS=$(openssl rand -hex 32) capserver serve --host 0.0.0.0
  capserver serve --planner offline --log-format json
\b
Flags go before CAPSERVER_<SECTION>_<KEY>, that before the file, that before the defaults.
`capserver config` shows what is in force, `capserver config --reference` all there is.""",
)
@click.option("--host", help="The address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0: a free one. [default: 8787]")
@PLANNER
@CONFIG
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="A web page's origin that may connect. Repeatable.",
)
@click.option(
    "--log-format", type=click.Choice(["text", "json"]), help="One readable line, or one JSON line."
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    help="The least serious events logged.",
)
@click.option("--reload", is_flag=True, help="For development: start anew when a source file changes.")
def serve(
    host: str | None,
    port: int | None,
    planner: str | None,
    file: str | None,
    origins: tuple[str, ...],
    log_format: str | None,
    log_level: str | None,
    reload: bool,
) -> None:
    """Start the server.

    Without settings it listens on 127.0.0.1:8787, checks no tokens and takes the Anthropic planner where
    there is a key in the environment, else the offline one.
    """
    flags = [
        *given("server", "host", host, "--host"),
        *given("server", "port", port, "--port"),
        *given("planner", "kind", planner, "--planner"),
        *given("auth", "origins", origins, "--origin"),
        *given("server", "log_format", log_format, "--log-format"),
        *given("server", "log_level", log_level, "--log-level"),
    ]
    settings = load(os.environ, file, flags).settings
    choice = choose_planner(settings, os.environ)
    logs.configure(settings.server.log_format, settings.server.log_level)
    log.info(choice.text)
    if reload:
        hand_down(flags, file, os.environ)
        _serve_reloading(settings)
    else:
        _serve(settings, choice)


def hand_down(flags: list[Given], file: str | None, environ: MutableMapping[str, str]) -> None:
    """Put flags into the environment, where the processes that reloading starts will find them."""
    environ.update(variable(flag) for flag in flags)
    if file:
        environ[ENV_FILE] = file


def _serve(settings: Settings, choice: PlannerChoice) -> None:
    from capserver import app, server  # all that `--help` can do without

    try:
        server.run(app.create_app(settings, choice), settings)
    except SystemExit:
        log.error("not started; where the port is taken, `--port` names another one, and 0 a free one")
        raise


def _serve_reloading(settings: Settings) -> None:
    from capserver import server

    server.run_reloading("capserver.app:from_environment", settings, Path(__file__).parents[1])
