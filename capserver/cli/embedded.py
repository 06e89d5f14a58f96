"""A server inside this process, for a terminal client that has none to talk to."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn

from capserver.app import create_app
from capserver.config import Settings
from capserver.server import config


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serve on a free loopback port, in a thread; yields the address.

    The socket listens before the server runs: who connects early waits, nobody has to ask whether it is up.
    """
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(config(create_app(settings), settings))
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="server", daemon=True)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=5)
