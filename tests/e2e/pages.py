"""What a test does with the page."""

import base64
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

PATIENCE = 30_000  # ms for what a figure does, in a renderer without a graphics card


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-status", "open", timeout=PATIENCE)
    return page


def tell(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")


def settled(page: Page) -> dict[str, Any]:
    """The world's state once no turn is open."""
    expect(page.locator("html")).to_have_attribute("data-turns", "0", timeout=PATIENCE)
    return state(page)


def state(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("() => window.capserverDemo.state")
    return found


def frames(page: Page, direction: str, kind: str) -> Locator:
    return page.locator(f".frame.{direction}[data-type='{kind}']")


def panel(page: Page, name: str) -> Locator:
    """One of the panels, shown."""
    tab = page.locator(f"#tab-{name}")
    if page.locator(f"#{name}").is_hidden():
        tab.click()
    return page.locator(f"#{name}")


def under_pointer(page: Page, cursor: str) -> tuple[float, float]:
    """Where on the canvas the pointer looks like that: `pointer` over the figure, `grab` over a thing."""
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    for down in range(12, 0, -1):
        for right in range(1, 25):
            at = (box["x"] + box["width"] * right / 25, box["y"] + box["height"] * down / 16)
            page.mouse.move(*at)
            if page.locator("#canvas").evaluate("canvas => canvas.style.cursor") == cursor:
                return at
    raise AssertionError(f"nothing on the canvas has the cursor {cursor}")


def share_of_blue(page: Page) -> float:
    """How much of the picture, as a person sees it, is clearly blue: 0 to 1."""
    shown = base64.b64encode(page.locator("#canvas").screenshot()).decode()
    found: float = page.evaluate(
        """async (shown) => {
          const bytes = Uint8Array.from(atob(shown), (letter) => letter.charCodeAt(0));
          const picture = await createImageBitmap(new Blob([bytes]));
          const context = new OffscreenCanvas(160, 120).getContext("2d");
          context.drawImage(picture, 0, 0, 160, 120);
          const { data } = context.getImageData(0, 0, 160, 120);
          let blue = 0;
          for (let at = 0; at < data.length; at += 4) {
            blue += data[at + 2] > data[at] + 60 && data[at + 2] > data[at + 1] + 25;
          }
          return blue / (160 * 120);
        }""",
        shown,
    )
    return found


AXE = Path(__file__).parents[2] / "clients/js/node_modules/axe-core/axe.min.js"


def faults(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is shown now, by WCAG 2.2 AA and good practice."""
    # Not as a script of the page: its Content-Security-Policy would not run one.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        """async () => {
          const { violations } = await axe.run(document, { resultTypes: ["violations"] });
          return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
            `${id} ${target}: ${failureSummary}`));
        }"""
    )
    return found
