"""The page at `/` in a real browser, against the real server: what is said is done."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.pages import (
    PATIENCE,
    frames,
    opened,
    panel,
    settled,
    share_of_blue,
    state,
    tell,
    under_pointer,
)


def test_wave_and_then_jump_twice_is_done(desk: Page, address: str) -> None:
    tell(opened(desk, address), "wave and then jump twice")
    after = settled(desk)
    assert (after["jumps"], after["posture"]) == (2, "standing")
    assert after["performed"] == {"wave": 1, "jump": 1}
    expect(desk.locator(".steps li")).to_have_text([re.compile("wave"), re.compile("jump")])
    expect(desk.locator(".steps li[data-state=done]")).to_have_count(2)
    expect(frames(desk, "out", "result")).to_have_count(2)


def test_the_same_in_chinese_by_a_tap_on_a_phone(phone: Page, address: str) -> None:
    opened(phone, address).get_by_role("button", name="挥挥手，然后跳两下").tap()
    assert settled(phone)["performed"] == {"wave": 1, "jump": 1}
    expect(phone.locator(".said").last).to_have_text("挥挥手，然后跳两下")


def test_a_change_of_colour_is_seen_in_the_picture(desk: Page, address: str) -> None:
    opened(desk, address)
    before = share_of_blue(desk)
    tell(desk, "turn blue and then be happy")
    after = settled(desk)
    assert (after["color"], after["expression"]) == ("blue", "happy")
    assert share_of_blue(desk) > before + 0.01


def test_it_picks_up_what_the_vocabulary_names(desk: Page, address: str) -> None:
    tell(opened(desk, address), "拿起红色的球")
    assert settled(desk)["holding"] == "red_ball"


def test_what_it_says_is_in_its_bubble(desk: Page, address: str) -> None:
    tell(opened(desk, address), 'say "hello, world"')
    expect(desk.locator("#bubble")).to_have_text("hello, world", timeout=PATIENCE)
    assert settled(desk)["said"] == ["hello, world"]


def test_a_value_goes_back_and_is_told_in_words(plain: Page, address: str) -> None:
    tell(opened(plain, address), "how much energy do you have")
    settled(plain)
    expect(plain.locator(".answer").last).to_contain_text(re.compile(r"\d"))


def test_stop_ends_the_turn_in_the_middle_of_a_motion(plain: Page, address: str) -> None:
    tell(opened(plain, address), "dance for 20 seconds")
    expect(plain.locator(".steps li[data-state=running]")).to_have_count(1)
    plain.get_by_role("button", name="Stop").click()
    expect(plain.locator(".steps li[data-state=cancelled]")).to_have_count(1)
    after = settled(plain)
    assert (after["dances"], after["running"]) == (0, [])
    expect(frames(plain, "out", "result")).to_have_count(0)


def test_what_it_cannot_do_is_answered_in_words(plain: Page, address: str) -> None:
    tell(opened(plain, address), "what is the capital of France?")
    assert settled(plain)["performed"] == {}
    expect(plain.locator(".answer").last).not_to_be_empty()


def test_the_page_tells_which_planner_serves_and_how_to_get_a_model(plain: Page, address: str) -> None:
    opened(plain, address).locator("#planner").click()
    expect(plain.locator("#planner-name")).to_contain_text("offline")
    expect(plain.locator("#planner-card")).to_contain_text("ANTHROPIC_API_KEY=… make run")


def test_a_command_that_is_switched_off_is_used_no_more_until_it_is_back(plain: Page, address: str) -> None:
    manifest = panel(opened(plain, address), "manifest")
    switch = manifest.get_by_role("switch", name="Offer jump")
    switch.uncheck()
    expect(plain.locator("#manifest-state")).to_contain_text(
        re.compile(r"answered in \d+ ms: rev 2 · sha256:")
    )
    tell(plain, "jump")
    assert settled(plain)["jumps"] == 0
    switch.check()
    expect(plain.locator("#manifest-state")).to_contain_text("rev 3")
    tell(plain, "jump")
    assert settled(plain)["jumps"] == 1


def test_the_phone_registers_as_one_with_a_smaller_set_of_its_own(phone: Page, address: str) -> None:
    opened(phone, address)
    names = phone.evaluate("() => window.capserverDemo.client.commands.names")
    assert "vibrate" in names
    assert len(names) < 12
    assert phone.evaluate("() => Object.keys(window.capserverDemo.world.commands).length") >= 16


def test_a_poke_makes_it_react_and_a_thing_that_is_dragged_is_told_of(plain: Page, address: str) -> None:
    opened(plain, address)
    plain.locator("#things").click()
    plain.get_by_role("button", name="Poke Ling").click()
    expect(frames(plain, "out", "context")).to_have_count(1)
    assert settled(plain)["performed"] == {"giggle": 1}
    expect(plain.locator(".note.event").first).to_have_text("You poked Ling")
    plain.get_by_label("Thing", exact=True).select_option("cube")
    plain.get_by_label("Move it to").select_option("cushion")
    plain.get_by_role("button", name="Move", exact=True).click()
    expect(plain.locator(".note.event").last).to_have_text("You moved cube to cushion")
    assert state(plain)["objects"]["cube"]["place"] == "cushion"
    expect(frames(plain, "out", "context").last).to_contain_text("The person moved cube to cushion.")


def test_a_click_pokes_it_and_a_drag_moves_a_thing(desk: Page, address: str) -> None:
    opened(desk, address)
    desk.mouse.click(*under_pointer(desk, "pointer"))
    expect(desk.locator(".note.event")).to_have_text("You poked Ling")
    settled(desk)
    before = state(desk)["objects"]
    x, y = under_pointer(desk, "grab")
    desk.mouse.down()
    desk.mouse.move(x - 30, y + 8, steps=4)
    desk.mouse.move(x - 90, y + 16, steps=4)
    desk.mouse.up()
    expect(desk.locator(".note.event").last).to_contain_text("You moved")
    assert state(desk)["objects"] != before
