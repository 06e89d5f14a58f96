"""A connection that is lost, a server that is gone, a page that is opened twice: nothing is done twice."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import DESK
from tests.e2e.pages import PATIENCE, frames, opened, settled, state, tell
from tests.e2e.servers import capserver, settings

TOKEN = "open-sesame-for-the-page-of-the-test"


def test_a_cut_in_the_middle_of_a_turn_loses_nothing_and_repeats_nothing(
    plain: Page, address: str, shot: Callable[[Page, str], None]
) -> None:
    tell(opened(plain, address), "jump three times and then wave")
    expect(plain.locator(".steps li[data-state=running]")).to_have_count(1)
    plain.get_by_role("button", name="Cut the connection").click()
    expect(plain.locator("html")).to_have_attribute("data-status", "detached")
    expect(plain.get_by_role("status")).to_have_text("resumed, nothing lost")
    shot(plain, "desk-resumed")
    after = settled(plain)
    assert after["jumps"] == 3
    assert (after["performed"], after["tally"]) == ({"jump": 1, "wave": 1}, {"performed": 2, "repeated": 0})
    expect(plain.locator("#tally")).to_have_text("performed 2 · repeated 0")
    expect(frames(plain, "in", "welcome").last).to_contain_text("resumed")


def test_what_is_said_while_there_is_no_connection_is_done_once_there_is(plain: Page, address: str) -> None:
    opened(plain, address)
    plain.evaluate("() => window.capserverDemo.cut()")
    tell(plain, "jump")
    assert settled(plain)["jumps"] == 1


def test_a_reload_goes_on_with_its_session(plain: Page, address: str) -> None:
    tell(opened(plain, address), "wave")
    settled(plain)
    session = plain.evaluate("() => window.capserverDemo.client.welcome.session")
    opened(plain, address)
    assert plain.evaluate("() => window.capserverDemo.client.welcome.session") == session
    expect(plain.locator(".note.good")).to_have_text("Welcome back: your session went on.")
    tell(plain, "jump")
    assert settled(plain)["jumps"] == 1


class Crashing:
    """A server that is killed: nobody is told."""

    def __init__(self, port: int) -> None:
        command = [sys.executable, "-m", "capserver", "serve", "--planner", "offline", "--port", str(port)]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=settings())
        assert self._process.stderr is not None
        told = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", told)):
            line = self._process.stderr.readline()
            assert line, told
            told += line
        self.address = found.group()
        self.port = urlsplit(self.address).port or 0

    def crash(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def started() -> Iterator[Callable[..., Crashing]]:
    """Starts servers, on a port where one is given."""
    servers: list[Crashing] = []

    def start(port: int = 0) -> Crashing:
        servers.append(Crashing(port))
        return servers[-1]

    yield start
    for server in servers:
        server.crash()


def test_a_server_that_crashed_is_come_back_to_and_what_is_in_doubt_is_told(
    started: Callable[..., Crashing], unsteady: Page
) -> None:
    server = started()
    tell(opened(unsteady, server.address), "dance for 20 seconds")
    expect(unsteady.locator(".steps li[data-state=running]")).to_have_count(1)
    server.crash()
    expect(unsteady.locator("html")).to_have_attribute("data-status", "detached")
    started(server.port)
    expect(unsteady.locator("html")).to_have_attribute("data-status", "open", timeout=PATIENCE)
    note = unsteady.locator(".note.bad").last
    expect(note).to_contain_text("A new session began: the server was restarted")
    expect(unsteady.locator(".steps li[data-state=lost]")).to_have_count(1)
    tell(unsteady, "jump")
    after = settled(unsteady)
    assert (after["jumps"], after["tally"]["repeated"]) == (1, 0)


def test_a_server_that_is_down_is_said_and_come_to_once_it_is_up(
    started: Callable[..., Crashing], unsteady: Page, shot: Callable[[Page, str], None]
) -> None:
    server = started()

    asked = [""]

    def crash_before_the_socket_is_opened(route: Route) -> None:
        asked.append(route.request.url)
        last = route.fetch()
        if "world-" in asked[-2]:  # this is what the world itself imports: the page has all but the picture
            server.crash()
        route.fulfill(response=last)

    unsteady.route(re.compile("/static/(demo|chunk-.*|world-.*)[.]js"), crash_before_the_socket_is_opened)
    unsteady.goto(server.address)
    notice = unsteady.locator("#notice")
    expect(notice).to_contain_text("does not answer", timeout=PATIENCE)
    expect(notice).to_contain_text("make run")
    shot(unsteady, "desk-server-down")
    started(server.port)
    notice.get_by_role("button", name="Try again").click()
    expect(unsteady.locator("html")).to_have_attribute("data-status", "open", timeout=PATIENCE)
    expect(notice).not_to_contain_text("does not answer")
    # Its browser cannot draw: that is known once the file that would have come has come.
    expect(unsteady.locator("#stage")).to_have_attribute("data-world", "unseen", timeout=PATIENCE)


def test_a_page_that_did_not_come_whole_says_so(unsteady: Page, address: str) -> None:
    unsteady.route("**/world-*.js", lambda route: route.abort("connectionrefused"))
    unsteady.goto(address)
    expect(unsteady.locator("#notice")).to_contain_text("The world could not be loaded")
    unsteady.unroute_all()
    unsteady.get_by_role("button", name="Try again").click()
    expect(unsteady.locator("html")).to_have_attribute("data-status", "open", timeout=PATIENCE)


@pytest.fixture
def guarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that asks for a token."""
    monkeypatch.setenv("CAPSERVER_AUTH_TOKENS", TOKEN)
    with capserver() as address:
        yield address


def test_a_token_is_asked_for_refused_and_taken(
    guarded: str, plain: Page, shot: Callable[[Page, str], None]
) -> None:
    plain.goto(guarded)
    expect(plain.locator("#notice")).to_contain_text("asks for a token", timeout=PATIENCE)
    plain.get_by_label("Token").fill("wrong")
    plain.get_by_role("button", name="Connect", exact=True).click()
    expect(plain.locator("#notice")).to_contain_text("This token is not accepted")
    shot(plain, "desk-token")
    plain.get_by_label("Token").fill(TOKEN)
    plain.get_by_label("Token").press("Enter")
    expect(plain.locator("html")).to_have_attribute("data-status", "open")
    tell(plain, "jump")
    assert settled(plain)["jumps"] == 1
    opened(plain, guarded)


def test_a_session_that_went_on_elsewhere_can_be_taken_back(browser: Browser, address: str) -> None:
    context = browser.new_context(**DESK)
    page = opened(context.new_page(), address)
    held = page.evaluate("() => ({...sessionStorage})")
    twin = context.new_page()
    twin.add_init_script(f"Object.assign(sessionStorage, {held!r})")
    opened(twin, address)
    tell(twin, "jump")
    settled(twin)
    tell(page, "wave")
    assert settled(page)["performed"] == {"wave": 1}
    assert state(twin)["jumps"] == 1
    context.close()
