"""`capserver schema`: the wire for machines."""

import json

import click


@click.command(
    short_help="Print the messages as JSON Schema or AsyncAPI.",
    epilog="""\b
Examples:
  capserver schema > capserver.schema.json
  capserver schema --asyncapi > asyncapi.json""",
)
@click.option(
    "--asyncapi", is_flag=True, help="An AsyncAPI document instead: channels, operations, bindings."
)
def schema(asyncapi: bool) -> None:
    """Print the JSON Schema (2020-12) of every message."""
    from capserver import asyncapi as documents  # builds every model's schema

    made = documents.asyncapi() if asyncapi else documents.json_schema()
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))
