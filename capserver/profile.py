"""Manifest files: a client's first frame, kept in a file.

A file holds one JSON value, read as strictly as a frame: a list of commands, or an object with `commands` and
what else a `manifest` frame may hold (`client`, `vocabulary`, `persona`, `context`). The ready profiles lie
beside this module in `profiles/`; those of a server's own folder go over them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from capserver.errors import ConfigError, Fault, FrameError
from capserver.greeting import make_offer
from capserver.protocol.client import Manifest
from capserver.protocol.codes import VERSION, ErrorCode
from capserver.protocol.decode import decode_json
from capserver.protocol.server import Limits
from capserver.protocol.values import without_nulls

READY: Final = Path(__file__).with_name("profiles")
"""The folder of the ready profiles."""


def manifest_frame(text: str, name: str) -> dict[str, Any]:
    """The first frame that a manifest file stands for; `name` is the client's where the file gives none.

    What is in it is for `capserver.greeting.make_offer` to check.

    Raises:
        FrameError: `invalid_frame` or `invalid_manifest`: no JSON within the rules, or no manifest at all.

    """
    value = decode_json(text)
    given = {"commands": value} if isinstance(value, list) else value
    if not isinstance(given, dict) or not isinstance(given.get("commands"), list):
        fault = Fault("", "manifest", "should be a list of commands, or an object with `commands`, a list")
        raise FrameError(ErrorCode.INVALID_MANIFEST, "this is no manifest", [fault])
    return {
        "client": {"name": name[:128] or "client"},
        **without_nulls(given),
        "type": "manifest",
        "protocol": VERSION,
    }


def read_profiles(folder: Path, limits: Limits | None = None) -> dict[str, Manifest]:
    """The ready profiles and those of a folder, by name; a folder that is not there adds none.

    Raises:
        ConfigError: files that cannot be used, all of them at once.

    """
    faults: list[Fault] = []
    found = {}
    for path in [*_files(READY), *_files(folder)]:
        try:
            frame = manifest_frame(path.read_bytes().decode("utf-8-sig"), path.stem)
            make_offer(frame, limits or Limits())
            found[path.stem] = Manifest.model_validate(frame)
        except FrameError as error:
            faults += [fault._replace(message=f"{fault.message} (in {path})") for fault in error.faults]
        except OSError as error:
            faults.append(Fault("", "file", f"{path}: {error.strerror or 'cannot be read'}"))
        except UnicodeDecodeError as error:
            faults.append(Fault("", "file", f"{path}: not UTF-8 at byte {error.start}"))
    if faults:
        raise ConfigError("the profiles cannot be used", faults)
    return found


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.json"))
