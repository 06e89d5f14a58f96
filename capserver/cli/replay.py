"""`capserver replay`: a recording told again to this version's core, and where the outcome differs."""

import json
from typing import TYPE_CHECKING, Final, TextIO

import click

from capserver.errors import TraceError

if TYPE_CHECKING:
    from capserver.replay import Difference, Outcome, Step, Told, Trace

WIDTH: Final = 300
"""Characters of a line that is shown."""


@click.command(
    short_help="Tell a recording again: does the same come of it?",
    epilog="""\b
Examples:
  capserver replay trace.jsonl
  for trace in bugs/*.jsonl; do capserver replay "$trace"; done
\b
Exit status: 0 the same, 1 something else came of it, 2 it cannot be read.""",
)
@click.argument("trace", type=click.File("r", encoding="utf-8"))
@click.pass_context
def replay(context: click.Context, trace: TextIO) -> None:
    """Feed a recorded session (the inspector's Record, or `[server] traces`) to a fresh one and compare.

    No model and no network is needed: what the model wrote is in the recording.
    """
    from capserver.replay import read_trace
    from capserver.replay import replay as told_again

    try:
        read = read_trace(trace)
    except (TraceError, UnicodeDecodeError) as error:
        where = f"{trace.name}:{error.line}" if isinstance(error, TraceError) else trace.name
        why = error.message if isinstance(error, TraceError) else f"not UTF-8: {error.reason}"
        raise click.UsageError(f"{where}: {why}") from None
    outcome = told_again(read)
    counts = f"{_count(outcome.inputs, 'input')}, {_count(outcome.effects, 'effect')}"
    if outcome.first is None:
        click.echo(f"✓ {counts}: the same")
        return
    click.echo("\n".join(_differences(trace.name, counts, read, outcome, outcome.first)))
    context.exit(1)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _differences(
    name: str, counts: str, trace: "Trace", outcome: "Outcome", first: "Difference"
) -> list[str]:
    from capserver import __version__

    step, at = first.step, first.at
    return [
        f"✗ {counts}: something else came of {_count(outcome.differing, 'input')}",
        f"  recorded by {trace.version}; this is {__version__}",
        f"  the first: {name}:{step.line}",
        *(f"    before    {_shown(before.told)}" for before in _before(trace, step)),
        f"    given     {_shown(step.told)}",
        f"    recorded  {_one(step.effects, at)}",
        f"    now       {_one(first.effects, at)}",
    ]


def _before(trace: "Trace", step: "Step") -> "list[Step]":
    number = trace.steps.index(step)
    return list(trace.steps[max(0, number - 2) : number])


def _one(effects: "list[Told]", at: int) -> str:
    return _shown(effects[at]) if at < len(effects) else "(nothing more)"


def _shown(told: "Told") -> str:
    """One line that no terminal obeys."""
    text = json.dumps(told, ensure_ascii=False)
    whole = "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in text)
    return whole if len(whole) <= WIDTH else whole[: WIDTH - 1] + "…"
