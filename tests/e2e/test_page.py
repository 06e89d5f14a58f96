"""The page at `/` in a real browser, against the real server."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.e2e.pages import frames, opened, settled, tell

# Against the real server


def test_wave_and_then_jump_twice_is_done(desk: Page, address: str) -> None:
    tell(opened(desk, address), "wave and then jump twice")
    after = settled(desk)
    assert (after["waves"], after["jumps"], after["posture"]) == (1, 2, "standing")
    assert after["performed"] == {"wave": 1, "jump": 1}
    expect(desk.locator(".steps li")).to_have_text([re.compile("wave"), re.compile("jump")])
    expect(desk.locator(".steps [data-state=done]")).to_have_count(2)
    expect(frames(desk, "out", "result")).to_have_count(2)


def test_the_same_in_chinese_by_a_tap_on_a_phone(phone: Page, address: str) -> None:
    opened(phone, address).get_by_role("button", name="挥挥手，然后跳两下").tap()
    after = settled(phone)
    assert (after["waves"], after["jumps"]) == (1, 2)
    expect(phone.locator(".said").last).to_have_text("挥挥手，然后跳两下")


def test_it_walks_to_a_place_that_the_vocabulary_names(desk: Page, address: str) -> None:
    tell(opened(desk, address), "走到窗边")
    after = settled(desk)
    assert after["spot"] == "window"
    assert (after["position"]["x"], after["position"]["depth"]) == (164, 0)


def test_body_and_face_move_side_by_side_and_the_colour_is_seen(desk: Page, address: str) -> None:
    tell(opened(desk, address), "turn blue and then be happy")
    after = settled(desk)
    assert (after["color"], after["expression"]) == ("blue", "happy")
    assert desk.locator("#scene").evaluate("svg => svg.style.getPropertyValue('--spirit')") == "#5aa9f0"


def test_what_it_says_is_in_its_bubble(desk: Page, address: str) -> None:
    tell(opened(desk, address), 'say "hello, world"')
    expect(desk.locator("#bubble")).to_have_text("hello, world")
    assert settled(desk)["said"] == ["hello, world"]


def test_stop_ends_the_turn_in_the_middle_of_a_motion(desk: Page, address: str) -> None:
    tell(opened(desk, address), "dance for 10 seconds")
    expect(desk.locator(".steps [data-state=running]")).to_have_count(1)
    desk.get_by_role("button", name="Stop").click()
    expect(desk.locator(".steps [data-state=stopped]")).to_have_count(1)
    after = settled(desk)
    assert (after["dances"], after["running"], after["performed"]) == (0, 0, {})
    expect(frames(desk, "out", "result")).to_have_count(0)


def test_a_cut_in_the_middle_of_a_turn_loses_nothing_and_repeats_nothing(desk: Page, address: str) -> None:
    tell(opened(desk, address), "jump three times and then wave")
    expect(desk.locator(".steps [data-state=running]")).to_have_count(1)
    desk.evaluate("() => window.capserverDemo.cut()")
    expect(frames(desk, "in", "welcome")).to_have_count(2)
    expect(frames(desk, "in", "welcome").last).to_contain_text("resumed")
    after = settled(desk)
    assert (after["jumps"], after["waves"]) == (3, 1)
    assert after["performed"] == {"jump": 1, "wave": 1}


def test_what_it_cannot_do_is_answered_in_words(desk: Page, address: str) -> None:
    tell(opened(desk, address), "what is the capital of France?")
    after = settled(desk)
    assert after["performed"] == {}
    expect(desk.locator(".answer").last).not_to_be_empty()


def test_the_page_tells_which_planner_serves_and_how_to_get_a_model(desk: Page, address: str) -> None:
    expect(opened(desk, address).locator("#planner-name")).to_contain_text("offline")
    expect(desk.locator("#chat")).to_contain_text("ANTHROPIC_API_KEY")


# On every size


def test_a_phone_shows_figure_and_input_at_once(phone: Page, address: str) -> None:
    opened(phone, address)
    assert phone.evaluate("() => document.documentElement.scrollWidth") == 390
    for part in ("#scene", "#text", "#send", "#wire > summary"):
        expect(phone.locator(part)).to_be_in_viewport(ratio=1 if part != "#scene" else 0.9)
    expect(phone.locator("#frames")).to_be_hidden()
    phone.locator("#wire > summary").tap()
    expect(phone.locator("#frames")).to_be_visible()
    expect(phone.locator("#text")).to_be_in_viewport(ratio=1)
    for part in ("#send", "#chips button >> nth=0"):
        box = phone.locator(part).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 40, part


def test_the_language_follows_the_browser_and_can_be_changed(phone: Page, address: str) -> None:
    opened(phone, address)
    expect(phone.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(phone.locator("#status")).to_have_text("已连接")
    phone.get_by_role("button", name="Switch to English").tap()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    expect(phone.locator("#text")).to_have_attribute("placeholder", "Tell Ling what to do…")


def test_a_phone_on_its_side_shows_the_room_beside_the_talk(phone: Page, address: str) -> None:
    phone.set_viewport_size({"width": 844, "height": 390})
    opened(phone, address)
    room, talk = phone.locator("#stage").bounding_box(), phone.locator("#composer").bounding_box()
    assert room is not None
    assert talk is not None
    assert room["x"] + room["width"] <= talk["x"]
    assert talk["y"] + talk["height"] <= 390


def test_frames_that_are_unfolded_begin_with_the_newest(phone: Page, address: str) -> None:
    opened(phone, address)
    for _ in range(3):
        tell(phone, "look left")
        settled(phone)
    phone.locator("#wire > summary").tap()
    expect(frames(phone, "in", "turn.ended").last).to_be_in_viewport()


def test_everything_that_can_be_pressed_has_a_name(desk: Page, address: str) -> None:
    opened(desk, address)
    for button in desk.get_by_role("button").all():
        expect(button).to_have_accessible_name(re.compile(r"\S"))
    expect(desk.locator("#text")).to_have_accessible_name("Tell Ling what to do")
    expect(desk.get_by_role("log")).to_be_visible()
    expect(desk.get_by_role("status")).to_have_text("connected")


def test_the_keyboard_alone_is_enough(desk: Page, address: str) -> None:
    opened(desk, address)
    desk.locator("#text").focus()
    desk.keyboard.type("jump")
    desk.keyboard.press("Tab")
    expect(desk.locator("#send")).to_be_focused()
    desk.keyboard.press("Enter")
    assert settled(desk)["jumps"] == 1


def test_little_motion_is_enough_where_one_asked_for_it(browser: Browser, address: str) -> None:
    context = browser.new_context(reduced_motion="reduce", locale="en-US")
    page = opened(context.new_page(), address)
    tell(page, "jump")
    assert settled(page)["jumps"] == 1
    context.close()
