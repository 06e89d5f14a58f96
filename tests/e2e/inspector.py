"""What a test does with the inspector."""

from playwright.sync_api import Locator, Page, expect


def inspecting(page: Page, address: str) -> Page:
    page.goto(address + "/inspector")
    expect(page.locator("html")).to_have_attribute("data-status", "open")
    return page


def row(page: Page, name: str) -> Locator:
    """The row of the sessions' table that names this client."""
    return page.locator(".session-row:visible").filter(has_text=name)


def look_at(page: Page, name: str) -> None:
    row(page, name).click()
    expect(page.locator(".session h2")).to_have_text(name)
    expect(page.locator(".session .badge")).to_have_text("attached")


def tab(page: Page, name: str) -> Locator:
    """One of the views of a session, shown."""
    page.locator(f"#tab-{name}").click()
    return page.locator(f"#panel-{name}")


def instruct(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Instruction")
    box.fill(text)
    box.press("Enter")


def turn(page: Page, text: str) -> Locator:
    """The newest turn with this text."""
    return page.locator(".turn").filter(has=page.locator(".turn-text", has_text=text)).first
