"""Bad input to `/v1/sessions`: credentials, bodies, broken HTTP. Each is told, and changes nothing."""

import asyncio
import json
from collections.abc import Sequence

import pytest

from capserver import resource
from capserver.bridges.http import ROOT
from capserver.config import Settings
from capserver.planners.scripted import PuppetPlanner
from capserver.prompt import TextDelta
from tests.http_scene import a_scene, callers, problem
from tests.live import PATIENCE, Client, Frame, limits, logged, serving
from tests.raw import Answer, Raw, connected

TOKENS = Settings.model_validate({"auth": {"tokens": ["kim-secret", "alex-secret"]}})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def registered(client: Client, token: str) -> str:
    session: str = (await client.register(token=token))["session"]
    return session


@pytest.mark.parametrize(
    "headers",
    [
        {},
        bearer("wrong"),
        bearer("kim-secre"),
        {"Authorization": "Basic kim-secret"},
        {"Authorization": "kim-secret"},
        {"Authorization": "Bearer"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("POST", "/x/commands/wave"), ("DELETE", "/x"), ("PATCH", "/x/y/z")]
)
@pytest.mark.parametrize("row", ["http-01"])
async def test_who_shows_no_token_of_the_server_is_told_nothing(
    row: str, method: str, path: str, headers: dict[str, str]
) -> None:
    async with serving(settings=TOKENS) as live, callers(live) as http:
        refused = await http.request(method, ROOT + path, headers=headers)
        problem(refused, 401)
        assert refused.headers["www-authenticate"] == "Bearer"


async def test_a_token_of_the_server_is_enough() -> None:
    async with serving(settings=TOKENS) as live, live.client() as client, callers(live) as http:
        session = await registered(client, "kim-secret")
        for scheme in ("Bearer", "bearer"):
            headers = {"Authorization": f"{scheme} kim-secret"}
            assert (await http.get(f"{ROOT}/{session}", headers=headers)).status_code == 200


async def test_a_session_s_own_token_opens_nothing() -> None:
    async with serving(settings=TOKENS) as live, live.client() as client, callers(live) as http:
        welcome = await client.register(token="kim-secret")
        problem(await http.get(ROOT, headers=bearer(welcome["token"])), 401)


async def test_whichever_token_it_is_all_sessions_are_seen() -> None:
    async with serving(settings=TOKENS) as live, live.client() as client, callers(live) as http:
        session = await registered(client, "kim-secret")
        (seen,) = (await http.get(ROOT, headers=bearer("alex-secret"))).json()["sessions"]
        assert seen["id"] == session


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_a_foreign_page_is_refused(origin: str) -> None:
    async with a_scene() as scene:
        refused = await scene.http.delete(f"{ROOT}/{scene.id}", headers={"Origin": origin})
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers
        await scene.client.pinged()


async def test_a_name_that_was_bound_to_us_is_refused() -> None:
    async with a_scene() as scene:
        assert (await scene.http.get(ROOT, headers={"Host": "evil.example"})).status_code == 403


# bodies


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp", ""],
)
@pytest.mark.parametrize("row", ["http-04"])
async def test_a_body_is_json_and_says_so(row: str, kind: str) -> None:
    async with a_scene() as scene:
        path = f"{ROOT}/{scene.id}/commands/wave"
        problem(await scene.http.post(path, content=b"{}", headers={"Content-Type": kind}), 415)
        await scene.client.pinged()
        assert scene.client.of("command") == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "json"),
        (b"{", 400, "json"),
        (b"\xff\xfe{}", 400, "utf8"),
        (b'{"args":{},"args":{}}', 400, "duplicate_key"),
        (b'{"args":{"times":NaN}}', 400, "non_finite"),
        (b'{"args":{"times":9007199254740993}}', 400, "int_range"),
        (rb'{"args":{"times":"\ud800"}}', 400, "surrogate"),
        (b'{"args":' + b"[" * 40 + b"]" * 40 + b"}", 400, "depth"),
        (b"[]", 422, "object"),
        (b"null", 422, "object"),
        (b'{"args":7}', 422, "dict_type"),
    ],
)
async def test_a_body_is_read_as_strictly_as_a_frame(body: bytes, status: int, code: str) -> None:
    async with a_scene() as scene:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        path = f"{ROOT}/{scene.id}/commands/jump"
        told = problem(await scene.http.post(path, content=body, headers=headers), status)
        assert code in [error["code"] for error in told["errors"]]


def head(port: int, session: str, *headers: str) -> bytes:
    lines = [
        f"POST {ROOT}/{session}/commands/wave HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        *headers,
    ]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


async def sent(raw: Raw, *parts: bytes) -> Answer:
    for part in parts:
        raw.write(part)
    return await raw.answer()


async def test_a_body_of_the_largest_size_is_read() -> None:
    async with a_scene(settings=limits(frame_bytes=1000)) as scene:
        path = f"{ROOT}/{scene.id}/commands/jump"
        whole = json.dumps({"args": {"times": 9}, "x": ""})
        headers = {"Content-Type": "application/json"}
        for size, status in ((1000, 422), (1001, 413)):
            body = whole[:-2] + "x" * (size - len(whole)) + whole[-2:]
            problem(await scene.http.post(path, content=body, headers=headers), status)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (("Content-Length: 65537",), ()),
        (("Transfer-Encoding: chunked",), [b"8000\r\n" + b" " * 0x8000 + b"\r\n"] * 3),
    ],
)
@pytest.mark.parametrize("row", ["http-05"])
async def test_a_body_that_is_too_large_is_not_read_to_its_end(
    row: str, headers: Sequence[str], body: Sequence[bytes]
) -> None:
    async with a_scene() as scene, connected(scene.live.port) as raw:
        answer = await sent(raw, head(scene.live.port, scene.id, *headers), *body)
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert await raw.ended()


@pytest.mark.parametrize(
    "parts",
    [("Content-Length: 9", b"{}"), ("Transfer-Encoding: chunked", b"1\r\n{\r\n")],
)
@pytest.mark.parametrize("row", ["http-05"])
async def test_a_body_that_does_not_end_is_given_up(
    row: str, parts: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "BODY_SECONDS", 0.05)
    async with a_scene() as scene, connected(scene.live.port) as raw:
        answer = await sent(raw, head(scene.live.port, scene.id, parts[0]), parts[1])
        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert await raw.ended()


async def test_a_caller_that_leaves_within_its_body_is_forgotten() -> None:
    async with a_scene() as scene:
        async with connected(scene.live.port) as raw:
            raw.write(head(scene.live.port, scene.id, "Content-Length: 9", "Expect: 100-continue"))
            assert (await raw.answer()).status == 100, "it is being read"
        await scene.client.pinged()
        assert (await scene.http.get(ROOT)).status_code == 200


async def test_a_session_may_end_while_a_body_is_on_its_way() -> None:
    async with a_scene() as scene, connected(scene.live.port) as raw:
        raw.write(head(scene.live.port, scene.id, "Content-Length: 2", "Expect: 100-continue"))
        assert (await raw.answer()).status == 100
        await scene.http.delete(f"{ROOT}/{scene.id}")
        raw.write(b"{}")
        assert (await raw.answer()).status == 410


# broken HTTP


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 2", "Transfer-Encoding: chunked"),
        ("Content-Length: 2", "Content-Length: 3"),
        ("Transfer-Encoding: chunked, identity",),
        ("Content-Length: +2",),
        ("Content-Length : 2",),
    ],
)
@pytest.mark.parametrize("row", ["http-08"])
async def test_what_two_readers_could_read_in_two_ways_is_refused(row: str, headers: Sequence[str]) -> None:
    async with a_scene() as scene, connected(scene.live.port) as raw:
        answer = await sent(raw, head(scene.live.port, scene.id, *headers), b"{}")
        assert answer.status in (400, 501)
        assert await raw.ended()
        await scene.client.pinged()
        assert scene.client.of("command") == []


@pytest.mark.parametrize("row", ["http-11"])
async def test_a_follower_that_takes_nothing_is_cut(row: str) -> None:
    planner = PuppetPlanner()
    beating: Frame = {"server": {"heartbeat_interval": 0.5, "heartbeat_timeout": 0.5}}
    async with a_scene(planner, Settings.model_validate(beating)) as scene, connected(scene.live.port) as raw:
        body = b'{"text":"go"}'
        start = head(scene.live.port, scene.id, f"Content-Length: {len(body)}", "Accept: text/event-stream")
        start = start.replace(b"commands/wave", b"instruct")
        with logged("took nothing") as cut:
            raw.write(start + body)
            plan = await planner.next_plan()
            for _ in range(128):
                plan.send(TextDelta("x" * 65536))
                await scene.client.next("text")
            async with asyncio.timeout(PATIENCE):
                await cut.wait()
        assert (await scene.get())["turn"]["stage"] == "planning", "the turn goes on"
