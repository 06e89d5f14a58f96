"""A client in 20 lines: say what you can do, ask for something, do it. Needs `pip install websockets`."""

import json
import os
import sys

from websockets.sync.client import connect

TIMES = {"type": "object", "properties": {"times": {"type": "integer"}}, "additionalProperties": False}
COMMANDS = {"wave": lambda _: print("👋"), "jump": lambda args: print("🦘 " * args.get("times", 1))}
MANIFEST = [{"name": "wave", "description": "Wave at the person. 挥手"},
            {"name": "jump", "description": "Jump on the spot. 跳", "parameters": TIMES}]  # fmt: skip

with connect(os.environ.get("CAPSERVER_URL", "ws://127.0.0.1:8787/v1/ws")) as socket:
    send = lambda **frame: socket.send(json.dumps(frame))  # noqa: E731
    send(type="manifest", protocol=1, client={"name": "plain"}, commands=MANIFEST)
    send(type="instruct", id="1", text=" ".join(sys.argv[1:]) or "wave, then jump twice")
    for frame in map(json.loads, socket):
        if frame["type"] == "command":
            COMMANDS[frame["name"]](frame["args"])
            send(type="result", id=frame["id"], ok=True)
        elif frame["type"] in ("turn.ended", "error"):
            print(frame.get("text", frame.get("message")))
            sys.exit(frame.get("status") != "completed" or not frame["commands"])
