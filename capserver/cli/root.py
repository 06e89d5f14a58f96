"""`capserver`: the commands joined, and errors as a person wants to read them."""

from typing import Any

import click

from capserver import __version__
from capserver.cli.chat_command import chat
from capserver.cli.lint import lint
from capserver.cli.replay import replay
from capserver.cli.schema import schema
from capserver.cli.serve import serve
from capserver.cli.settings import config
from capserver.errors import ConfigError


class Refused(click.ClickException):
    """Settings that cannot be used, told line by line."""

    exit_code = 2

    def __init__(self, error: ConfigError) -> None:
        lines = [
            f"  {fault.path}: {fault.message}" if fault.path else f"  {fault.message}"
            for fault in error.faults
        ]
        super().__init__("\n".join([error.message, *lines]))


class Root(click.Group):
    """A group whose commands may raise `ConfigError`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except ConfigError as error:
            raise Refused(error) from None


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
First steps:
  capserver serve                    open http://127.0.0.1:8787
  capserver lint manifest.json       what is wrong with my manifest?
  capserver chat manifest.json       play it here, in the terminal""",
)
@click.version_option(__version__, prog_name="capserver", message="%(prog)s %(version)s")
def capserver() -> None:
    """A language model moves your program.

    A client declares commands; people say what they want; the model's commands arrive, checked, while it
    still writes. Without a key for a model everything works offline.
    """


for command in (serve, chat, lint, replay, schema, config):
    capserver.add_command(command)
