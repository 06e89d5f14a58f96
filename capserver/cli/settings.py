"""`capserver config`: what is in force, and the reference of all there is."""

import os
from collections.abc import Iterator

import click
from pydantic import BaseModel

from capserver.cli.reference import reference, toml
from capserver.cli.serve import CONFIG
from capserver.config import SECTIONS, PlannerChoice, choose_planner
from capserver.config_sources import Loaded, load
from capserver.errors import ConfigError


@click.command(
    short_help="Show the settings in force.",
    epilog="""\b
Examples:
  capserver config
  CAPSERVER_SERVER_PORT=9000 capserver config --config pets.toml
  capserver config --reference | less""",
)
@CONFIG
@click.option("--reference", "as_reference", is_flag=True, help="Every setting there is, as Markdown.")
def config(file: str | None, as_reference: bool) -> None:
    """Show the settings in force, each with its source; secrets are hidden."""
    if as_reference:
        click.echo(reference(), nl=False)
        return
    loaded = load(os.environ, file)
    for line in in_force(loaded):
        click.echo(line)
    click.echo(f"# {_planner(loaded)}")


def in_force(loaded: Loaded) -> Iterator[str]:
    """The settings as TOML, with the source of each as a comment."""
    for section in SECTIONS:
        yield f"[{section}]"
        table: BaseModel = getattr(loaded.settings, section)
        for key in type(table).model_fields:
            value = getattr(table, key)
            line = f"# {key} is not set" if value is None else f"{key} = {toml(value)}"
            yield f"{line:<40} # {loaded.source(section, key)}"
        yield ""


def _planner(loaded: Loaded) -> str:
    try:
        choice: PlannerChoice = choose_planner(loaded.settings, os.environ)
    except ConfigError as error:
        return f"planner: none ({error.faults[0].message})"
    return choice.text
