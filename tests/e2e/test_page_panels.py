"""What the page shows behind the scenes: the picture of a turn, the wire, the manifest."""

import json
import re

from playwright.sync_api import Page, expect

from tests.e2e.pages import PATIENCE, frames, opened, panel, settled, tell

# The timeline


def test_a_turn_is_drawn_while_it_happens(plain: Page, address: str) -> None:
    tell(opened(plain, address), "dance for 2 seconds and turn pink")
    running = plain.locator("#timeline .call[data-state=running]", has_text="dance")
    expect(running.locator(".run")).to_have_count(1)
    expect(plain.locator(".flag.first")).to_have_count(1)
    first = running.locator(".run").get_attribute("width")
    expect(running.locator(".run")).not_to_have_attribute("width", first or "")
    settled(plain)
    expect(plain.locator("#timeline .call[data-state=done] .cap")).to_have_count(2)
    expect(plain.locator(".flag.ended")).to_have_count(1)
    expect(plain.locator(".flag-words").last).to_have_text(re.compile(r"completed \d"))


def test_each_lane_has_a_row_of_its_own(plain: Page, address: str) -> None:
    tell(opened(plain, address), 'wave and turn pink and say "hi"')
    settled(plain)
    names = plain.locator("#timeline .name").all_text_contents()
    assert names[0] == "planner"
    assert {"body", "voice"} < set(names)


def test_a_stopped_command_differs_by_shape_and_not_by_colour_alone(plain: Page, address: str) -> None:
    tell(opened(plain, address), "wave")
    settled(plain)
    done = plain.locator("#timeline .call .cap").get_attribute("d")
    tell(plain, "dance for 20 seconds")
    expect(plain.locator("#timeline .call[data-state=running]")).to_have_count(1)
    plain.locator("#stop").click()
    settled(plain)
    cap = plain.locator("#timeline .call[data-state=cancelled] .cap")
    assert cap.get_attribute("d") not in (None, done)


def test_the_details_of_a_command_are_had_by_keyboard(plain: Page, address: str) -> None:
    tell(opened(plain, address), "jump twice")
    settled(plain)
    bar = plain.get_by_role("button", name=re.compile("^jump, body lane, done, from"))
    bar.focus()
    tip = plain.get_by_role("tooltip")
    expect(tip).to_contain_text('"times": 2')
    expect(tip).to_contain_text(re.compile(r"ran \d+ ms"))
    plain.locator("#text").focus()
    expect(tip).to_be_hidden()


def test_the_same_is_there_as_a_list(plain: Page, address: str) -> None:
    tell(opened(plain, address), "jump twice")
    settled(plain)
    items = plain.get_by_role("list", name="The same as a list").get_by_role("listitem")
    expect(items).to_have_text(
        ["jump twice", re.compile("^jump, body lane, done"), re.compile(r"^completed \d+ ms")]
    )


def test_an_older_turn_is_looked_at_again(plain: Page, address: str) -> None:
    tell(opened(plain, address), "wave")
    settled(plain)
    tell(plain, "jump")
    settled(plain)
    plain.get_by_role("list", name="Turns").get_by_role("button", name=re.compile("^wave")).click()
    expect(plain.locator("#timeline .call")).to_have_attribute("aria-label", re.compile("^wave"))


# The wire


def test_frames_are_filtered_by_direction_type_and_text(plain: Page, address: str) -> None:
    tell(opened(plain, address), "wave")
    settled(plain)
    wire = panel(plain, "wire")
    shown = wire.locator(".frame:visible")
    wire.get_by_role("button", name="Out").click()
    expect(wire.locator(".frame.in:visible")).to_have_count(0)
    expect(frames(plain, "out", "instruct")).to_be_visible()
    wire.get_by_role("button", name="All").click()
    wire.get_by_label("Type").select_option("turn.ended")
    expect(shown).to_have_count(1)
    wire.get_by_label("Type").select_option("")
    wire.get_by_label("Find in frames").fill('"text":"wave"')
    expect(shown).to_have_count(1)
    expect(shown.locator("b")).to_have_text("instruct")


def test_a_frame_unfolds_into_tinted_json(plain: Page, address: str) -> None:
    tell(opened(plain, address), "wave")
    settled(plain)
    panel(plain, "wire")
    frames(plain, "out", "instruct").locator("summary").click()
    shown = frames(plain, "out", "instruct").locator(".json")
    expect(shown).to_contain_text('"text": "wave"')
    expect(shown.locator(".key").first).to_have_text('"type"')
    expect(shown.locator(".string").first).to_have_text('"instruct"')


def test_all_that_is_shown_is_copied_as_lines_of_json(plain: Page, address: str) -> None:
    plain.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tell(opened(plain, address), "wave")
    settled(plain)
    wire = panel(plain, "wire")
    wire.get_by_label("Type").select_option("command")
    wire.get_by_role("button", name="Copy as JSONL").click()
    expect(plain.locator("#wire-copy")).to_have_text("Copied")
    (line,) = plain.evaluate("() => navigator.clipboard.readText()").splitlines()
    assert json.loads(line)["frame"]["name"] == "wave"


def test_a_pause_holds_frames_back_and_clear_forgets_them(plain: Page, address: str) -> None:
    wire = panel(opened(plain, address), "wire")
    wire.get_by_role("button", name="Pause").click()
    tell(plain, "wave")
    settled(plain)
    expect(frames(plain, "out", "instruct")).to_have_count(0)
    wire.get_by_role("button", name="Go on").click()
    expect(frames(plain, "out", "instruct")).to_have_count(1)
    wire.get_by_role("button", name="Clear").click()
    expect(wire.locator(".frame")).to_have_count(0)


# A command of one's own


def test_a_slip_in_the_json_is_shown_where_it_is(plain: Page, address: str) -> None:
    manifest = panel(opened(plain, address), "manifest")
    own = manifest.get_by_label("The command as JSON")
    own.fill('{\n  "name": "juggle"\n  "lane": "body"\n}')
    expect(manifest.get_by_role("alert")).to_have_text("line 3, column 3 a comma or } is expected here")
    expect(manifest.locator(".own-lines .bad")).to_have_text("3")
    own.fill('{"name": "juggle", "name": "again"}')
    expect(manifest.get_by_role("alert")).to_have_text("line 1, column 20 this key stands here twice")


def test_what_the_server_refuses_is_shown_where_it_means(plain: Page, address: str) -> None:
    manifest = panel(opened(plain, address), "manifest")
    own = manifest.get_by_label("The command as JSON")
    text = json.dumps(
        {"name": "juggle", "parameters": {"type": "object", "properties": {"n": {"type": "int"}}}}, indent=2
    )
    own.fill(text)
    manifest.get_by_role("button", name="Offer it").click()
    line = next(n for n, row in enumerate(text.splitlines(), 1) if '"int"' in row)
    expect(manifest.get_by_role("alert")).to_contain_text(f"line {line}, column")
    expect(manifest.locator(".own-marks mark")).to_have_text('"type": "int"')
    expect(own).to_have_attribute("aria-invalid", "true")
    assert plain.evaluate("() => window.capserverDemo.client.commands.names.includes('juggle')") is False


def test_a_command_of_ones_own_is_offered_performed_and_removed(plain: Page, address: str) -> None:
    manifest = panel(opened(plain, address), "manifest")
    manifest.get_by_role("button", name="Offer it").click()
    expect(manifest.get_by_role("switch", name="Offer juggle")).to_be_checked()
    manifest.get_by_role("button", name="juggle 3 balls").click()
    plain.keyboard.press("Enter")
    sign = plain.locator(".placard")
    expect(sign).to_have_text("Ling performs jugglecount: 3", timeout=PATIENCE)
    settled(plain)
    expect(sign).to_have_count(0)
    expect(plain.locator(".steps li[data-state=done]")).to_have_text(re.compile("^juggle"))
    manifest.get_by_role("button", name="Remove juggle").click()
    expect(manifest.get_by_role("switch", name="Offer juggle")).to_have_count(0)
    tell(plain, "juggle 3 balls")
    assert settled(plain)["tally"]["performed"] == 1
