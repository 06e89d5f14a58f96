"""The page on every size, in both themes and languages, for eyes, ears, keys and fingers."""

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DESK, PHONE
from tests.e2e.pages import PATIENCE, faults, opened, panel, settled, tell

Shot = Callable[[Page, str], None]
Theme = Literal["light", "dark"]
SIZES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone": PHONE,
    "phone-on-its-side": {**PHONE, "viewport": {"width": 844, "height": 390}},
}


@pytest.mark.parametrize(
    ("size", "theme", "locale"),
    [
        ("desk", "light", "en-US"),
        ("desk", "dark", "zh-CN"),
        ("phone", "light", "zh-CN"),
        ("phone", "dark", "en-US"),
    ],
)
def test_the_page_is_clean_for_axe_and_fits(
    browser: Browser, address: str, shot: Shot, size: str, theme: Theme, locale: str
) -> None:
    context = browser.new_context(**SIZES[size], color_scheme=theme, locale=locale)
    page = opened(context.new_page(), address)
    tell(page, "挥挥手" if locale == "zh-CN" else "wave")
    settled(page)
    name = f"{size}-{theme}-{locale[:2]}"
    shot(page, name)
    assert page.evaluate("() => document.documentElement.scrollWidth") == SIZES[size]["viewport"]["width"]
    for tab in ("timeline", "wire", "manifest"):
        panel(page, tab)
        shot(page, f"{name}-{tab}")
        assert faults(page) == [], tab
    context.close()


def test_a_phone_on_its_side_shows_the_world_beside_the_talk(
    browser: Browser, address: str, shot: Shot
) -> None:
    context = browser.new_context(**SIZES["phone-on-its-side"], locale="en-US")
    page = opened(context.new_page(), address)
    shot(page, "phone-on-its-side")
    world, talk = page.locator("#canvas").bounding_box(), page.locator("#composer").bounding_box()
    assert world is not None
    assert talk is not None
    assert world["x"] + world["width"] <= talk["x"] + 24
    assert talk["y"] + talk["height"] <= 390
    assert faults(page) == []
    context.close()


def test_a_phone_keeps_world_and_input_in_reach_whatever_is_open(plain_phone: Page, address: str) -> None:
    opened(plain_phone, address)
    for part in ("#canvas", "#text", "#send", "#tab-wire"):
        expect(plain_phone.locator(part)).to_be_in_viewport(ratio=0.9)
    for tab in ("timeline", "wire", "manifest"):
        plain_phone.locator(f"#tab-{tab}").tap()
        expect(plain_phone.locator(f"#{tab}")).to_be_visible()
        expect(plain_phone.locator("#text")).to_be_in_viewport(ratio=1)
        expect(plain_phone.locator("#canvas")).to_be_in_viewport(ratio=0.5)
    plain_phone.locator("#tab-manifest").tap()
    expect(plain_phone.locator("#manifest")).to_be_hidden()
    expect(plain_phone.locator("#chat")).to_be_visible()


def test_a_finger_hits_everything(plain_phone: Page, address: str) -> None:
    opened(plain_phone, address)
    for tab in ("timeline", "wire", "manifest"):
        plain_phone.locator(f"#tab-{tab}").tap()
        small = plain_phone.evaluate(
            """() => [...document.querySelectorAll("button, select, input, summary, [role=switch]")]
              .filter((each) => each.checkVisibility() && each.getBoundingClientRect().width > 1)
              .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
              .filter(([, { width, height }]) => Math.min(width, height) < 40)
              .map(([html]) => html)"""
        )
        assert small == [], tab


def test_a_finger_drags_the_world_and_not_the_page(phone: Page, address: str) -> None:
    opened(phone, address)
    phone.locator("#canvas").tap(position={"x": 195, "y": 220})
    assert phone.evaluate("() => [scrollX, scrollY, visualViewport.scale]") == [0, 0, 1]


def test_the_language_follows_the_browser_and_can_be_changed(plain_phone: Page, address: str) -> None:
    opened(plain_phone, address)
    expect(plain_phone.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(plain_phone.get_by_role("status").first).to_have_text("已连接")
    plain_phone.get_by_role("button", name="Switch to English").tap()
    expect(plain_phone.locator("html")).to_have_attribute("lang", "en")
    expect(plain_phone.locator("#text")).to_have_attribute("placeholder", "Tell Ling what to do…")
    opened(plain_phone, address)
    expect(plain_phone.locator("html")).to_have_attribute("lang", "en")


def test_the_theme_follows_the_system_and_can_be_changed(plain_phone: Page, address: str) -> None:
    opened(plain_phone, address)
    dark = plain_phone.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    plain_phone.locator("#theme").tap()
    expect(plain_phone.locator("html")).to_have_attribute("data-theme", "light")
    assert plain_phone.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") != dark
    assert plain_phone.evaluate("() => window.capserverDemo.state.theme") == "light"


def test_the_keyboard_alone_is_enough(plain: Page, address: str) -> None:
    opened(plain, address)
    plain.keyboard.press("Tab")
    expect(plain.get_by_role("link", name="Skip to the conversation")).to_be_focused()
    plain.keyboard.press("Enter")
    plain.keyboard.press("Tab")
    plain.locator("#text").focus()
    plain.keyboard.type("jump")
    plain.keyboard.press("Enter")
    assert settled(plain)["jumps"] == 1
    plain.locator("#tab-timeline").focus()
    plain.keyboard.press("ArrowRight")
    expect(plain.get_by_role("tab", name="Wire")).to_be_focused()
    expect(plain.locator("#wire")).to_be_visible()
    plain.locator("#things").focus()
    plain.keyboard.press("Enter")
    expect(plain.get_by_role("button", name="Poke Ling")).to_be_focused()
    plain.keyboard.press("Escape")
    expect(plain.locator("#things")).to_be_focused()


def test_everything_that_can_be_pressed_has_a_name(plain: Page, address: str) -> None:
    opened(plain, address)
    for button in plain.get_by_role("button").all():
        expect(button).to_have_accessible_name(re.compile(r"\S"))
    expect(plain.locator("#text")).to_have_accessible_name("Tell Ling what to do")
    expect(plain.get_by_role("log")).to_have_accessible_name("Conversation")
    expect(plain.get_by_role("status").first).to_have_text("connected")


def test_little_motion_is_enough_where_one_asked_for_it(browser: Browser, address: str) -> None:
    context = browser.new_context(**DESK, reduced_motion="reduce")
    page = opened(context.new_page(), address)
    tell(page, "jump")
    after = settled(page)
    assert (after["jumps"], after["reducedMotion"]) == (1, True)
    moving = page.evaluate(
        "() => document.getAnimations().filter((each) => each.playState === 'running').length"
    )
    assert moving == 0
    context.close()


def test_nothing_moves_about_while_the_page_loads(plain: Page, address: str) -> None:
    plain.add_init_script(
        """new PerformanceObserver((list) => {
          for (const { value } of list.getEntries()) window.shifted = (window.shifted ?? 0) + value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    opened(plain, address)
    assert (plain.evaluate("() => window.shifted") or 0) < 0.01


def test_without_3d_everything_else_works(plain: Page, address: str, shot: Shot) -> None:
    opened(plain, address)
    expect(plain.locator("#notice")).to_contain_text("There is no 3D here")
    shot(plain, "desk-no-3d")
    tell(plain, "jump")
    assert settled(plain)["jumps"] == 1


def test_where_storage_is_forbidden_it_is_said_and_all_else_works(browser: Browser, address: str) -> None:
    context = browser.new_context(**DESK)
    page = context.new_page()
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) {
          Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
        }"""
    )
    opened(page, address)
    expect(page.locator("#chat")).to_contain_text("forbids storage", timeout=PATIENCE)
    tell(page, "jump")
    assert settled(page)["jumps"] == 1
    context.close()
