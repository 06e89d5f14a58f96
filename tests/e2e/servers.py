"""A server of ours as its user starts it, and any other one that serves a folder."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


def settings() -> dict[str, str]:
    """The environment of a server, which refuses a CAPSERVER_… that is the tests' own."""
    return {name: value for name, value in os.environ.items() if name != "CAPSERVER_SHOTS"}


@contextmanager
def capserver(*options: str, port: int = 0) -> Iterator[str]:
    """`capserver serve` with the offline planner; its address, for as long as it runs."""
    command = [sys.executable, "-m", "capserver", "serve", "--planner", "offline", "--port", str(port)]
    with subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True, env=settings()) as process:
        assert process.stderr is not None
        found = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in process.stderr)
        address = next(filter(None, found)).group()
        drain = Thread(target=process.stderr.read, daemon=True)
        drain.start()
        try:
            yield address
        finally:
            process.terminate()
            process.wait()
            drain.join()


@contextmanager
def static(folder: Path) -> Iterator[str]:
    """What `python -m http.server` does, on a free port; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nobody reads it."""
