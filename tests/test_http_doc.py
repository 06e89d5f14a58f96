"""`PROTOCOL.md` says what `/v1/sessions` does: every call has its part, and every example is true."""

import asyncio
import json
from itertools import pairwise
from typing import Any, Final

import httpx2

from capserver.bridges.http import ROOT
from capserver.planners.scripted import ScriptedPlanner
from tests.http_scene import callers
from tests.live import Client, Frame, serving
from tests.test_protocol_doc import SECTIONS, blocks, first_column, split

SECTION: Final = SECTIONS["Over HTTP"]
CALLS: Final = split(SECTION, 3)
OF_THE_PAGE: Final = "q1Zt8Lw0s2eXrB7c"
"""The session of the examples."""
OWN: Final = {"id", "opened", "digest", "turn", "message"}
"""What differs from one time to the next."""


def examples() -> list[tuple[str, str]]:
    """Requests and their answers, in the order of the page."""
    found = blocks(SECTION, "http")
    return list(pairwise(found))[::2]


def test_every_call_has_its_part() -> None:
    assert {name.strip("`") for name in CALLS} == set(first_column(SECTION))


async def asked(http: httpx2.AsyncClient, request: str, session: str) -> httpx2.Response:
    """Send a request of the page."""
    head, _, body = request.partition("\n\n")
    first, *headers = head.replace(OF_THE_PAGE, session).strip().splitlines()
    method, path = first.split()
    assert path.startswith(ROOT)
    pairs = dict(line.split(": ") for line in headers)
    return await http.request(method, path, headers=pairs, content=body or None)


async def answer_all(client: Client) -> None:
    """The client does all that it is asked for."""
    while True:
        command = await client.next("command")
        await client.send({"type": "result", "id": command["id"], "ok": True})


def alike(told: Any, real: Any, key: str = "") -> bool:
    """Whether they are the same, but for what has to differ."""
    if key in OWN and isinstance(told, str):
        return isinstance(real, str)
    if isinstance(told, dict):
        return told.keys() == real.keys() and all(alike(told[name], real[name], name) for name in told)
    if isinstance(told, list):
        return len(told) == len(real) and all(map(alike, told, real))
    return bool(told == real)


async def test_every_example_is_true() -> None:
    script = {"point at the red cube": [{"call": "point", "args": {"at": "red cube"}}]}
    (commands,) = (answer for request, answer in examples() if request.endswith("/commands\n"))
    first: Frame = {
        "type": "manifest",
        "protocol": 1,
        "client": {"name": "pet", "kind": "web3d"},
        "vocabulary": {"objects": [{"id": "cube", "names": ["red cube"]}]},
        **json.loads(commands.partition("\n\n")[2]),
    }
    async with serving(ScriptedPlanner.from_json(script)) as live, live.client() as client:
        await client.send(first)
        session = (await client.next("welcome"))["session"]
        async with callers(live) as http:
            doing = asyncio.create_task(answer_all(client))
            for request, answer in examples():
                status, _, body = answer.partition("\n\n")
                real = await asked(http, request, session)
                assert real.status_code == int(status)
                if body:
                    assert alike(json.loads(body), real.json()), f"{request}: {real.text}"
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)
