"""A real server, a real browser, and the pages in it at a desk and on a phone."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.e2e.servers import capserver

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
DESK: dict[str, Any] = {"viewport": {"width": 1024, "height": 640}, "locale": "en-US"}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A real server, on a free port."""
    with capserver() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    yield from _page(browser.new_context(**DESK))


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    yield from _page(browser.new_context(**PHONE, locale="zh-CN", color_scheme="dark"))


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A desk without 3D, on which all else is quicker: for what is not about the picture."""
    yield from _page(_flat(browser))


@pytest.fixture
def plain_phone(browser: Browser) -> Iterator[Page]:
    """A phone without 3D."""
    yield from _page(_flat(browser, **PHONE, locale="zh-CN", color_scheme="dark"))


@pytest.fixture
def unsteady(browser: Browser) -> Iterator[Page]:
    """The same, with a server that may be away: the browser itself complains of that, which is let pass."""
    yield from _page(_flat(browser), r"WebSocket connection to|ERR_CONNECTION_REFUSED")


@pytest.fixture(scope="session")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Page, str], None]:
    """Keeps a picture of a page, in the folder that CAPSERVER_SHOTS names, for people to look at."""
    named = os.environ.get("CAPSERVER_SHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("shots")

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    return keep


def _flat(browser: Browser, **more: Any) -> BrowserContext:
    context = browser.new_context(**{**DESK, **more})
    context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    return context


def _page(context: BrowserContext, but: str = "(?!)") -> Iterator[Page]:
    """A page that may complain of nothing but what is let pass."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert [complaint for complaint in complaints if not re.search(but, complaint)] == []
