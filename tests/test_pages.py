"""The page's files: what they are served with."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from capserver.pages import MEDIA_TYPES, STATIC, routes, security_headers


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=routes()), base_url="http://127.0.0.1:8787")


def test_the_page_is_at_the_root(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == (STATIC / "index.html").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.iterdir()))
def test_each_file_has_its_media_type_whatever_the_system_thinks(client: TestClient, name: str) -> None:
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == MEDIA_TYPES[(STATIC / name).suffix]


@pytest.mark.parametrize("path", ["/", "/static/main.js"])
def test_the_page_runs_nothing_but_its_own_files_and_cannot_be_framed_pages_04_origin_08(
    client: TestClient, path: str
) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://127.0.0.1:8787 wss://127.0.0.1:8787"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("host", ["pets.example", "pets.example:8787", "[::1]:8787", "10.0.0.7"])
def test_sockets_of_the_same_host_are_allowed_by_name(host: str) -> None:
    assert f"ws://{host} wss://{host};" in security_headers(host)["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["", "a b", "*", "a; script-src *", "'unsafe-inline'", "a\n", "a:123456"])
def test_a_host_that_is_none_does_not_reach_the_policy(host: str) -> None:
    assert "connect-src 'self'; base-uri" in security_headers(host)["Content-Security-Policy"]


def test_an_unchanged_file_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/static/wire.js")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/static/wire.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-security-policy" in again.headers


@pytest.mark.parametrize(
    "path", ["/static/", "/static/nothing.js", "/static/..%2f__init__.py", "/static/%00"]
)
def test_nothing_outside_the_folder_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_no_markup_is_made_from_text() -> None:
    for script in STATIC.glob("*.js"):
        text = script.read_text("utf-8")
        for way in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
        ):
            assert way not in text, (script.name, way)
