"""The demo page on a phone's screen, in a browser without a graphics card: frames, script, load, weight."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from playwright.sync_api import Page, sync_playwright

from tests.bench.rows import Row
from tests.e2e.servers import capserver

PHONE: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
_SETTLING: Final = 8.0
_WATCHED: Final = 6.0
_DANCE: Final = "() => void capserverDemo.client.instruct('dance for 20 seconds')"
_WARM: Final = "() => { document.createElement('canvas').getContext('webgl2').clear(16384); }"
"""The browser's own start of its drawing process is no part of the load."""
_WEIGHT: Final = """() => performance.getEntriesByType('resource')
    .concat(performance.getEntriesByType('navigation'))
    .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
_OPEN: Final = (
    """() => document.documentElement.dataset.status === 'open' ? performance.now() / 1000 : null"""
)
"""Seconds until she does as she is told."""
_SEEN: Final = """() => window.capserverDemo?.world && capserverDemo.state.quality.frames > 0
    ? performance.now() / 1000 : null"""
"""Seconds until she is seen: without a graphics card, shaders are compiled for the processor first."""


def rows() -> list[Row]:
    """All figures of the page, from one visit that loads it afresh."""
    with capserver() as address, _phone() as page:
        page.evaluate(_WARM)
        page.goto(address)
        opened = page.wait_for_function(_OPEN, polling=20, timeout=60_000).json_value()
        seen = page.wait_for_function(_SEEN, polling=20, timeout=60_000).json_value()
        weight = page.evaluate(_WEIGHT) / 1000
        page.evaluate(_DANCE)
        page.wait_for_timeout(_SETTLING * 1000)
        before = _quality(page)
        page.wait_for_timeout(_WATCHED * 1000)
        after = _quality(page)
    seconds = (after["at"] - before["at"]) / 1000
    return [
        _least(
            "page, phone at 2x, no graphics card: frames a second",
            24,
            (after["frames"] - before["frames"]) / seconds,
        ),
        _most("page: script of a frame, ms", 3, after["scriptMs"]),
        _most("page: draw calls of a whole frame", 60, after["drawCalls"]),
        _most("page: triangles of a whole frame", 60_000, after["triangles"]),
        _most("page: first load from localhost until she obeys, s", 1.5, opened),
        _most("page: the same until she is seen, no graphics card, s", 1.5, seen),
        _most("page: weight as sent, kB", 1000, weight),
    ]


@contextmanager
def _phone() -> Iterator[Page]:
    executable = next(
        filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser.new_context(**PHONE).new_page()
        browser.close()


def _quality(page: Page) -> dict[str, float]:
    told: dict[str, float] = page.evaluate(
        "() => ({ ...capserverDemo.state.quality, at: performance.now() })"
    )
    return told


def _least(what: str, bound: float, got: float) -> Row:
    return Row(what, f"≥ {bound:g}", f"{got:.3g}", got >= bound, {"got": got})


def _most(what: str, bound: float, got: float) -> Row:
    return Row(what, f"≤ {bound:g}", f"{got:.6g}", got <= bound, {"got": got})
