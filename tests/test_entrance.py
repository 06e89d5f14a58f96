"""Host and Origin, on a real server: what a browser, a rebound name and a program get to see."""

import logging
from collections.abc import AsyncIterator

import pytest

from capserver.config import Settings
from capserver.entrance import Entrance, normal_origin
from capserver.protocol.codes import PATH
from tests.live import Live, serving
from tests.raw import Answer, get, upgrade

APP = "https://app.example.com"


@pytest.fixture
async def live() -> AsyncIterator[Live]:
    settings = Settings.model_validate(
        {"auth": {"origins": [APP, "http://[2001:db8::1]:8080"]}, "server": {"hosts": ["pets.example.org"]}}
    )
    async with serving(settings=settings) as live:
        yield live


async def handshake(live: Live, **headers: str | None) -> Answer:
    return await get(live.port, PATH, upgrade(live.port, **headers))


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://localhost.evil.example", "chrome-extension://abcdefgh"],
    ids=lambda origin: f"origin-01-{origin}",
)
async def test_a_foreign_page_is_refused_before_the_handshake(live: Live, origin: str) -> None:
    assert (await handshake(live, origin=origin)).status == 403


@pytest.mark.parametrize(
    "headers",
    [[("origin", "null")], [("origin", "file://")]],
    ids=["origin-02-null", "origin-02-file"],
)
async def test_a_page_without_an_origin_of_its_own_is_refused(
    live: Live, headers: list[tuple[str, str]]
) -> None:
    assert (await get(live.port, PATH, [*upgrade(live.port), *headers])).status == 403


@pytest.mark.parametrize("row", ["origin-02-two"])
async def test_two_origins_are_none(live: Live, row: str) -> None:
    two = [("origin", APP), ("origin", APP)]
    handshake = await get(live.port, PATH, [*upgrade(live.port), *two])
    assert handshake.status == 400  # the WebSocket library's own answer, before ours
    answer = await get(live.port, "/healthz", [("host", f"127.0.0.1:{live.port}"), *two])
    assert (answer.status, answer.body) == (403, "two Origin headers\n")


@pytest.mark.parametrize("row", ["origin-02-none"])
async def test_for_a_program_that_sends_no_origin_its_token_decides(row: str) -> None:
    settings = Settings.model_validate({"auth": {"tokens": ["open-sesame"]}})
    async with serving(settings=settings) as live:
        async with live.client() as client:
            assert (await client.register())["code"] == "unauthorized"
            assert (await client.closed()).code == 4501
        async with live.registered(token="open-sesame"):
            pass


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example.com.evil.com",
        "http://app.example.com",
        "https://app.example.com:444",
        "https://app.example.com.",
        "https://user@app.example.com",
        "https://app.example.com/",
        "https://app.example.com:port",
    ],
    ids=lambda origin: f"origin-04-{origin}",
)
async def test_what_is_nearly_a_known_origin_is_refused(live: Live, origin: str) -> None:
    assert (await handshake(live, origin=origin)).status == 403


@pytest.mark.parametrize(
    "origin",
    [APP, "HTTPS://App.Example.COM", "https://app.example.com:443", "http://[2001:DB8::1]:8080"],
    ids=lambda origin: f"origin-04-{origin}",
)
async def test_a_known_origin_is_let_in_in_any_case(live: Live, origin: str) -> None:
    assert (await handshake(live, origin=origin)).status == 101


async def test_the_page_that_the_server_serves_itself_is_let_in(live: Live) -> None:
    for host in (
        f"127.0.0.1:{live.port}",
        f"localhost:{live.port}",
        f"[::1]:{live.port}",
        "pets.example.org",
    ):
        assert (await handshake(live, host=host, origin=f"http://{host}")).status == 101


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8787",
        "127.0.0.1.evil.example",
        "localhost:evil",
        "localhost:",
        "[::1",
        "",
    ],
    ids=lambda host: f"origin-05-{host or 'empty'}",
)
async def test_another_name_for_this_server_is_refused(live: Live, host: str) -> None:
    assert (await handshake(live, host=host)).status in (400, 403)
    assert (await get(live.port, "/healthz", [("host", host)])).status in (400, 403)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "LOCALHOST", "192.168.1.7:8787", "[fe80::1]", "Pets.Example.org"]
)
async def test_a_known_name_or_any_address_is_served(live: Live, host: str) -> None:
    assert (await get(live.port, "/healthz", [("host", host)])).status == 200


async def test_the_log_names_the_exact_origin_to_add(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    answer = await handshake(live, origin="https://Pets.Example.org:8443")
    (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert vars(record)["to allow it"] == "--origin https://pets.example.org:8443"
    assert "--origin https://pets.example.org:8443" in answer.body


async def test_the_log_names_the_setting_for_a_foreign_host(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    await get(live.port, "/healthz", [("host", "evil.example")])
    (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert (vars(record)["host"], vars(record)["setting"]) == ("evil.example", "[server] hosts")


async def test_a_page_without_an_origin_is_told_to_be_served(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    assert "serve the page over http" in (await handshake(live, origin="null")).body
    assert [
        vars(record).get("to allow it") for record in caplog.records if record.levelno == logging.WARNING
    ] == ["serve the page over http"]


async def test_a_foreign_page_may_read_what_is_public_and_nothing_more(live: Live) -> None:
    host, evil = ("host", f"127.0.0.1:{live.port}"), ("origin", "https://evil.example")
    assert (await get(live.port, "/sdk.js", [host, evil])).status != 403
    assert (await get(live.port, "/sdk.js", [("host", "evil.example"), evil])).status == 403
    assert (await get(live.port, "/sdk.js/", [host, evil])).status == 403
    assert (await get(live.port, "/sdk.js", upgrade(live.port, origin="https://evil.example"))).status == 403


async def test_every_answer_over_http_has_an_id_that_the_log_knows(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "capserver.entrance"):
        one, two = [await get(live.port, "/healthz") for _ in range(2)]
        lost = await get(live.port, "/nowhere")
    ids = [answer.headers["x-request-id"] for answer in (one, two, lost)]
    assert len(set(ids)) == 3
    told = [vars(record) for record in caplog.records if record.message == "a request was answered"]
    assert [(line["request"], line["path"], line["status"]) for line in told] == [
        (ids[0], "/healthz", 200),
        (ids[1], "/healthz", 200),
        (ids[2], "/nowhere", 404),
    ]


async def test_a_scope_that_is_no_request_is_passed_on() -> None:
    passed = []

    async def app(scope: object, receive: object, send: object) -> None:
        passed.append(scope)

    await Entrance(app)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert passed == [{"type": "lifespan"}]


@pytest.mark.parametrize(
    ("origin", "normal"),
    [
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:443", "http://localhost:443"),
        ("http://[::1", None),
        ("ftp://localhost", None),
        ("http://", None),
        ("http://localhost?x", None),
    ],
)
def test_an_origin_has_one_form(origin: str, normal: str | None) -> None:
    assert normal_origin(origin) == normal
