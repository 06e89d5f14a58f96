"""`capserver lint`: what is wrong with a manifest, what would make it better, and what it costs."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from capserver.errors import Fault, FrameError

if TYPE_CHECKING:
    from capserver.manifest import CommandSet

PROFILES = Path(__file__).parents[1] / "profiles"
MANIFEST = click.argument("manifest", metavar="MANIFEST", type=click.Path(dir_okay=False, allow_dash=True))
"""The argument that `lint` and `chat` share."""


def read_text(path: str) -> str:
    """The text of a file, of standard input for `-`, of a ready profile for its name.

    Raises:
        UsageError: it cannot be read or is not UTF-8; ends the command with 2.

    """
    try:
        if path == "-":
            return sys.stdin.buffer.read().decode("utf-8-sig")
        ready = PROFILES / f"{path}.json"
        return (ready if ready.is_file() else Path(path)).read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        _unreadable(path, f"no such file; ready profiles: {', '.join(ready_profiles())}")
    except OSError as error:
        _unreadable(path, error.strerror or "cannot be read")
    except UnicodeDecodeError as error:
        _unreadable(path, f"not UTF-8 at byte {error.start}")


def ready_profiles() -> list[str]:
    """The names of the manifests that come with this package."""
    return sorted(file.stem for file in PROFILES.glob("*.json"))


def _unreadable(path: str, why: str) -> NoReturn:
    raise click.UsageError(f"{path}: {why}")


@click.command(
    short_help="Check a manifest as the server would.",
    epilog="""\b
Examples:
  capserver lint manifest.json
  capserver lint --json manifest.json | jq .findings
  my-program --print-manifest | capserver lint -
\b
Exit status: 0 the manifest can be used (findings or not), 1 it has faults, 2 it cannot be read.""",
)
@MANIFEST
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of tables.")
def lint(manifest: str, as_json: bool) -> None:
    """Check a manifest as the server would.

    MANIFEST is a JSON file (`-`: standard input) or the name of a ready profile: a list of commands, or an
    object with `commands` and, if you like, `client`, `vocabulary`, `persona`, `context`. Every fault is told
    at once, by JSON Pointer (RFC 6901).
    """
    text = read_text(manifest)
    try:
        _, compiled, findings = check(text, Path(manifest).stem)
    except FrameError as error:
        report: dict[str, Any] = {"ok": False, "faults": _plain(error.faults), "findings": []}
        show = _show_faults
    else:
        report = {
            "ok": True,
            "faults": [],
            "findings": _plain(findings),
            "commands": len(compiled.commands),
            "tokens": compiled.tokens,
            "digest": compiled.digest,
        }
        show = _show_findings
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        show(report, sys.stdout)
    if not report["ok"]:
        sys.exit(1)


def check(text: str, name: str) -> "tuple[dict[str, Any], CommandSet, list[Fault]]":
    """Take a manifest file as the server would: its frame, the compiled set and the findings.

    Raises:
        FrameError: with all faults. Their paths lead into the file, as those of the findings do.

    """
    from capserver.greeting import make_offer
    from capserver.profile import manifest_frame
    from capserver.protocol.server import Limits

    frame = manifest_frame(text, name)
    is_list = text.lstrip("\ufeff \t\r\n").startswith("[")
    try:
        offer, unknown = make_offer(frame, Limits())
    except FrameError as error:
        raise FrameError(error.code, error.message, _in_file(error.faults, is_list)) from None
    return frame, offer.commands, _in_file([*offer.findings(), *unknown], is_list)


def _in_file(faults: Iterable[Fault], is_list: bool) -> list[Fault]:
    if not is_list:
        return list(faults)
    return [fault._replace(path=fault.path.removeprefix("/commands")) for fault in faults]


def _plain(faults: Iterable[Fault]) -> list[dict[str, str]]:
    return [fault._asdict() for fault in faults]


def counted(count: int, noun: str) -> str:
    """`1 command`, `2 commands`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _show_faults(report: dict[str, Any], out: TextIO) -> None:
    _table(f"✗ {counted(len(report['faults']), 'fault')}", "red", report["faults"], out)


def _show_findings(report: dict[str, Any], out: TextIO) -> None:
    facts = [counted(report["commands"], "command"), f"about {counted(report['tokens'], 'token')}"]
    if report["findings"]:
        facts.append(counted(len(report["findings"]), "finding"))
    _table(f"✓ {', '.join(facts)}", "green", report["findings"], out)
    click.echo(f"  {report['digest']}")


def _table(title: str, style: str, rows: list[dict[str, str]], out: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from capserver.logs import escaped

    console = Console(file=out, highlight=False, width=None if out.isatty() else 160)
    console.print(Text(title, style=f"bold {style}"))
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 1))
    for column, colour in (("path", "cyan"), ("code", "yellow"), ("message", "")):
        table.add_column(column, style=colour, overflow="fold")
    for row in rows:
        table.add_row(*(Text(escaped(row[key] or "/")) for key in ("path", "code", "message")))
    if rows:
        console.print(table)
