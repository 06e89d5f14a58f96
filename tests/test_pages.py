"""The pages' files: what they are served with, and what their sources may not do."""

import gzip
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from capserver.pages import MEDIA_TYPES, STATIC, routes, security_headers

SOURCES = Path(__file__).parents[1] / "clients" / "js"
PAGES = {"/": "index.html", "/inspector": "inspector.html", "/sdk.js": "sdk.js"}


def client_of(folder: Path) -> TestClient:
    client = TestClient(Starlette(routes=routes(folder)), base_url="http://127.0.0.1:8787")
    client.headers["accept-encoding"] = "identity"
    return client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a build leaves, in small: each file beside its gzip."""
    for name in ("index.html", "inspector.html", "sdk.js", "demo.js", "demo.css", "icon.svg"):
        (tmp_path / name).write_text(f"this is {name}", "utf-8")
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(f"this is {name}".encode()))
    return tmp_path


@pytest.fixture
def client(folder: Path) -> TestClient:
    return client_of(folder)


@pytest.mark.parametrize(("path", "name"), PAGES.items())
def test_a_page_is_at_its_address(client: TestClient, path: str, name: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.text) == (200, f"this is {name}")
    assert answer.headers["content-type"] == f"{MEDIA_TYPES[Path(name).suffix]}; charset=utf-8"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_was_not_built_says_what_to_do(tmp_path: Path, path: str) -> None:
    answer = client_of(tmp_path / "nowhere").get(path)
    assert (answer.status_code, answer.text) == (503, "the pages are not built: run make pages\n")


@pytest.mark.parametrize("name", ["demo.js", "demo.css", "icon.svg", "index.html"])
def test_each_file_has_its_media_type_whatever_the_system_thinks(client: TestClient, name: str) -> None:
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == MEDIA_TYPES[Path(name).suffix]


@pytest.mark.parametrize("path", ["/", "/inspector", "/static/demo.js"])
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
    assert headers["permissions-policy"] == "camera=(), geolocation=(), microphone=(self)"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in headers


def test_the_library_may_be_read_by_pages_of_others(client: TestClient) -> None:
    headers = client.get("/sdk.js").headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", ["pets.example", "pets.example:8787", "[::1]:8787", "10.0.0.7"])
def test_sockets_of_the_same_host_are_allowed_by_name(host: str) -> None:
    assert f"ws://{host} wss://{host};" in security_headers(host)["Content-Security-Policy"]


@pytest.mark.parametrize("host", ["", "a b", "*", "a; script-src *", "'unsafe-inline'", "a\n", "a:123456"])
def test_a_host_that_is_none_does_not_reach_the_policy(host: str) -> None:
    assert "connect-src 'self'; base-uri" in security_headers(host)["Content-Security-Policy"]


@pytest.mark.parametrize("encoding", ["identity", "gzip, deflate, br"])
@pytest.mark.parametrize("path", [*PAGES, "/static/demo.css"])
def test_an_unchanged_file_is_not_sent_again(client: TestClient, path: str, encoding: str) -> None:
    first = client.get(path, headers={"Accept-Encoding": encoding})
    assert first.headers["cache-control"] == "no-cache"
    known = {"If-None-Match": first.headers["etag"], "Accept-Encoding": encoding}
    again = client.get(path, headers=known)
    assert again.status_code == 304
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-security-policy" in again.headers


@pytest.mark.parametrize("path", [*PAGES, "/static/demo.css"])
def test_who_takes_gzip_is_sent_what_the_build_has_packed(client: TestClient, path: str) -> None:
    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert packed.headers["etag"] != plain.headers["etag"]
    assert {packed.headers["vary"], plain.headers["vary"]} == {"Accept-Encoding"}


def test_a_file_that_is_not_packed_is_sent_as_it_is(folder: Path) -> None:
    (folder / "demo.js.gz").unlink()
    answer = client_of(folder).get("/static/demo.js", headers={"Accept-Encoding": "gzip"})
    assert (answer.text, "content-encoding" in answer.headers) == ("this is demo.js", False)


@pytest.mark.parametrize(
    "path", ["/static/", "/static/nothing.js", "/static/..%2f__init__.py", "/static/%00"]
)
def test_nothing_outside_the_folder_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_built_pages_hold_all_that_they_ask_for() -> None:
    client = client_of(STATIC)
    for path in PAGES:
        answer = client.get(path)
        assert answer.status_code == 200
        for asked in set(re.findall(r'"(/static/[^"]+)"', answer.text)):
            assert client.get(asked).status_code == 200, (path, asked)


def test_no_markup_is_made_from_text() -> None:
    scripts = [
        script
        for folder in (SOURCES / "src", SOURCES / "pages" / "demo", SOURCES / "pages" / "inspector")
        for script in folder.rglob("*.ts")
    ]
    assert scripts
    for script in scripts:
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
