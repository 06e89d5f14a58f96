"""What a test does with the page."""

from typing import Any

from playwright.sync_api import Page, expect


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-status", "open")
    return page


def tell(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")


def settled(page: Page) -> dict[str, Any]:
    """The figure's state once no turn is open."""
    expect(page.locator("html")).to_have_attribute("data-turns", "0", timeout=20_000)
    return state(page)


def state(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("() => window.capserverDemo.state")
    return found


def frames(page: Page, direction: str, kind: str) -> Any:
    return page.locator(f".frame.{direction}[data-type='{kind}']")
