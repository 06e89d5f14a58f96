"""A client without a page: it registers, does at once what it is told, and can be asked about it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

Frame = dict[str, Any]

COMMANDS: Sequence[Frame] = (
    {"name": "wave", "description": "Wave a hand.", "examples": ["wave"]},
    {
        "name": "jump",
        "description": "Jump on the spot.",
        "lane": "body",
        "examples": ["jump {times} times"],
        "parameters": {
            "type": "object",
            "properties": {"times": {"type": "integer", "minimum": 1, "maximum": 5, "description": "Times"}},
            "required": ["times"],
            "additionalProperties": False,
        },
    },
)


class Pet:
    """What it did stays in `done`."""

    def __init__(self, socket: ClientConnection) -> None:
        self.done: list[tuple[str, Frame]] = []
        self.over: int | None = None
        """The close code, once it is disconnected."""
        self._socket = socket
        self._seen = 0

    def send(self, **frame: Any) -> None:
        """Send a frame."""
        self._socket.send(json.dumps(frame))

    def serve(self) -> None:
        """Do what is told until there is no connection."""
        try:
            for text in self._socket:
                self._take(json.loads(text))
        except ConnectionClosed:
            pass
        self.over = self._socket.close_code

    def _take(self, frame: Frame) -> None:
        if "seq" in frame:
            self.send(type="ack", upto=frame["seq"])
        if frame["type"] == "command":
            self.done.append((frame["name"], frame["args"]))
            self._seen += 1
            self.send(type="result", id=frame["id"], ok=True, seq=self._seen)


@contextmanager
def pet(address: str, name: str, commands: Sequence[Frame] = COMMANDS, **more: Any) -> Iterator[Pet]:
    """A client of that name, registered at the server, for as long as the block runs."""
    with connect(address.replace("http", "ws", 1) + "/v1/ws", proxy=None) as socket:
        made = Pet(socket)
        client = {"name": name, "kind": "pet"}
        made.send(type="manifest", protocol=1, client=client, commands=list(commands), **more)
        assert json.loads(socket.recv())["type"] == "welcome"
        thread = Thread(target=made.serve)
        thread.start()
        try:
            yield made
        finally:
            socket.close()
            thread.join()
