"""The inspector at `/inspector` in a real browser, against the real server and clients of it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.e2e.conftest import PHONE
from tests.e2e.inspector import inspecting, instruct, look_at, row, tab, turn
from tests.e2e.pages import PATIENCE, faults, opened, state
from tests.e2e.pet import COMMANDS, pet
from tests.e2e.servers import capserver

Shot = Callable[[Page, str], None]
WIDE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"}


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(**WIDE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page whose own code may complain of nothing. What a browser says of a refused request is let pass."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    assert [told for told in complaints if not told.startswith("Failed to load resource")] == []


def test_a_session_shows_up_as_its_client_connects_and_leaves_as_it_goes(page: Page, address: str) -> None:
    inspecting(page, address)
    with pet(address, "Mochi"):
        expect(row(page, "Mochi")).to_be_visible()
        page.get_by_role("searchbox", name="Filter sessions").fill("nobody")
        expect(row(page, "Mochi")).to_be_hidden()
    page.get_by_role("searchbox", name="Filter sessions").fill("")
    expect(page.locator(".sessions .empty")).to_be_visible()


def test_a_session_is_chosen_with_the_keyboard_alone(page: Page, address: str) -> None:
    with pet(address, "Mochi"), pet(address, "Biscuit"):
        inspecting(page, address)
        expect(row(page, "Biscuit")).to_be_visible()
        page.keyboard.press("/")
        page.keyboard.type("moch")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator(".session h2")).to_have_text("Mochi")
        expect(page.locator(".session h2")).to_be_focused()


def test_an_instruction_moves_the_page_in_another_tab(
    page: Page, context: BrowserContext, address: str, shot: Shot
) -> None:
    demo = opened(context.new_page(), address)
    name = demo.evaluate("() => window.capserverDemo.client.welcome.session")
    inspecting(page, address)
    row(page, name).click()
    instruct(page, "wave and then jump twice")
    expect(turn(page, "wave and then jump twice")).to_have_attribute(
        "data-status", "completed", timeout=PATIENCE
    )
    assert state(demo)["jumps"] == 2
    found = turn(page, "wave and then jump twice")
    expect(found.locator(".call[data-outcome=done]")).to_have_count(2)
    expect(page.locator(".instruct .answer")).to_contain_text("completed · 2 commands")
    shot(page, "inspector-steering")


def test_a_command_is_called_and_bad_arguments_are_told_at_their_field(
    page: Page, address: str, shot: Shot
) -> None:
    with pet(address, "Mochi") as mochi:
        look_at(inspecting(page, address), "Mochi")
        tab(page, "manifest").get_by_role("button", name="Call jump…").click()
        field = page.get_by_role("spinbutton", name="times")
        field.fill("9")
        page.get_by_role("button", name="Run").click()
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator(".field-error")).to_have_text("must be at most 5")
        expect(field).to_be_focused()
        shot(page, "inspector-bad-argument")
        field.fill("3")
        field.press("Enter")
        expect(page.locator(".command-form .answer")).to_have_text("jump: done")
        assert mochi.done == [("jump", {"times": 3})]
        page.get_by_role("button", name="JSON", exact=True).click()
        raw = page.get_by_role("textbox", name="Arguments as JSON")
        assert json.loads(raw.input_value()) == {"times": 3}
        raw.fill("{times")
        page.get_by_role("button", name="Run").click()
        expect(page.locator(".command-form .answer")).to_contain_text("This is no JSON.")


def test_a_recording_comes_to_the_same_again_and_can_be_looked_at(
    page: Page, address: str, tmp_path: Path, shot: Shot
) -> None:
    trace = tmp_path / "trace.jsonl"
    with pet(address, "Mochi"):
        look_at(inspecting(page, address), "Mochi")
        tab(page, "turns")
        page.get_by_role("button", name="Record").click()
        expect(page.locator(".record-told")).to_have_text("recording")
        instruct(page, "wave and jump 2 times")
        expect(turn(page, "wave and jump")).to_have_attribute("data-status", "completed")
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".record-told")).to_contain_text("recorded")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save", exact=True).click()
        download.value.save_as(trace)
    told_again = subprocess.run(
        [sys.executable, "-m", "capserver", "replay", str(trace)], capture_output=True, text=True, check=False
    )
    assert (told_again.returncode, "the same" in told_again.stdout) == (0, True), told_again
    page.locator("#trace-file").set_input_files(trace)
    expect(page.locator(".trace h2")).to_have_text("trace.jsonl")
    expect(turn(page, "wave and jump")).to_have_attribute("data-status", "completed")
    shot(page, "inspector-trace")
    page.get_by_role("slider").fill("0")
    expect(page.locator(".trace .turn[data-status=completed]")).to_have_count(0)
    entries = tab(page, "wire").get_by_role("option")
    first = entries.count()
    page.get_by_role("slider").press("End")
    expect(entries.filter(has_text="turn.ended")).to_be_visible()
    assert entries.count() > first


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "this file is empty."),
        ("hello", "line 1: this is no JSON: hello"),
        ('{"a": 1}', "line 1: this is not the beginning of a capserver trace"),
        ('{"capserver_trace": 1}\n\n{"t": 1}', "line 3: this is no event of a trace"),
    ],
    ids=["empty", "no JSON", "something else", "broken in the middle"],
)
def test_a_file_that_is_no_trace_is_told_with_its_line(
    page: Page, address: str, text: str, told: str
) -> None:
    inspecting(page, address)
    file: Any = {"name": "x.jsonl", "mimeType": "text/plain", "buffer": text.encode()}
    page.locator("#trace-file").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text(f"x.jsonl: {told}")


def test_a_trace_may_be_dropped_on_the_page(page: Page, address: str) -> None:
    inspecting(page, address)
    dropped = page.evaluate_handle(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(['{"capserver_trace": 1}'], "dropped.jsonl"));
          return data;
        }"""
    )
    page.locator(".columns").dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.locator(".trace h2")).to_have_text("dropped.jsonl")
    page.get_by_role("button", name="Close").click()
    expect(page.locator(".nothing")).to_be_visible()


def test_a_wrong_token_is_told_and_the_right_one_opens_it(
    page: Page, monkeypatch: pytest.MonkeyPatch, shot: Shot
) -> None:
    monkeypatch.setenv("CAPSERVER_AUTH_TOKENS", "sesame")
    with capserver() as address:
        page.goto(address + "/inspector")
        box = page.get_by_label("Token", exact=True)
        expect(page.locator("#token-error")).to_be_empty()
        box.fill("wrong")
        box.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("The server does not take this token.")
        expect(page.locator("html")).to_have_attribute("data-status", "unauthorized")
        shot(page, "inspector-token")
        box.fill("sesame")
        box.press("Enter")
        expect(page.locator("html")).to_have_attribute("data-status", "open")
        with pet(address, "Mochi", token="sesame"):
            look_at(page, "Mochi")
            instruct(page, "wave")
            expect(turn(page, "wave")).to_have_attribute("data-status", "completed")
        inspecting(page, address)
        assert page.evaluate("Object.keys(localStorage).filter((key) => /token/.test(key))") == []


def test_a_server_that_goes_is_told_and_found_again(page: Page) -> None:
    with capserver() as address:
        inspecting(page, address)
    expect(page.get_by_role("status").first).to_contain_text("The server does not answer")
    with capserver(port=int(address.rpartition(":")[2])):
        page.get_by_role("button", name="Try now").click()
        expect(page.locator("html")).to_have_attribute("data-status", "open")


def test_what_hides_in_a_manifest_is_shown_escaped_manifest_07_injection_13(
    page: Page, address: str, shot: Shot
) -> None:
    hidden = "Wave\u202e gnp \u001b[31m and \U000e0041 <img src=x onerror=alert(1)> 👩‍💻"
    with pet(address, "evil \u202ename", [{"name": "wave", "description": hidden}, *COMMANDS[1:]]):
        inspecting(page, address)
        row(page, "evil").click()
        found = tab(page, "manifest").locator(".command[data-name=wave]")
        expect(found.locator(".hidden-mark")).to_have_text(["RLO", "ESC", "tag A"])
        expect(found.locator(".about")).to_contain_text("<img src=x onerror=alert(1)> 👩‍💻")
        expect(found.locator(".findings [data-code=hidden_characters]")).to_be_visible()
        expect(page.locator(".session h2 .hidden-mark")).to_have_text("RLO")
        expect(page.locator("img[src=x]")).to_have_count(0)
        shot(page, "inspector-manifest")


def test_frames_that_were_left_out_are_counted_slow_05_pages_05(page: Page, address: str) -> None:
    frame = {"at": 1, "direction": "out", "frame": {"type": "text", "turn": "t", "delta": "x"}}
    with pet(address, "Mochi"):
        inspecting(page, address)
        page.route("**/inspector/feed/*", _once(_told("dropped", {"count": 7}) + _told("frame", frame) * 620))
        row(page, "Mochi").click()
        wire = tab(page, "wire")
        expect(wire.locator(".count")).to_contain_text("7 missed")
        expect(wire.locator(".count")).to_contain_text("older ones dropped")
        assert wire.get_by_role("option").count() < 80
        expect(page.locator(".notice")).to_contain_text("The feed of this session broke")


def test_five_thousand_sessions_are_a_few_rows_and_all_of_them_are_found(page: Page, address: str) -> None:
    views = [{"id": f"s{n}", "client": {"name": f"pet {n}"}, "state": "attached"} for n in range(5000)]
    page.route("**/inspector/feed", _once(_told("sessions", {"sessions": views})))
    page.goto(address + "/inspector")
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", "5001")
    assert page.locator(".session-row").count() < 60
    page.get_by_role("grid").focus()
    page.get_by_role("grid").press("End")
    expect(page.locator(".session-row.active")).to_be_visible()
    page.get_by_role("searchbox", name="Filter sessions").fill("pet 4321")
    expect(page.locator(".session-row:visible")).to_have_count(1)


def test_a_session_is_ended_once_one_is_sure(page: Page, address: str) -> None:
    with pet(address, "Mochi") as mochi:
        look_at(inspecting(page, address), "Mochi")
        page.get_by_role("button", name="End", exact=True).click()
        page.get_by_role("button", name="Cancel").click()
        expect(row(page, "Mochi")).to_be_visible()
        assert mochi.over is None
        page.get_by_role("button", name="End", exact=True).click()
        page.get_by_role("button", name="End the session").click()
        expect(page.locator(".session .badge")).to_have_text("ended")
        expect(row(page, "Mochi")).to_have_count(0)
    assert mochi.over == 1000


def test_the_page_speaks_chinese_too(page: Page, address: str) -> None:
    inspecting(page, address).get_by_role("button", name="切换到中文").click()
    expect(page.get_by_role("heading", name="检查器")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.reload()
    expect(page.get_by_role("heading", name="会话")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_it_can_be_used_by_everybody_at_every_size(
    browser: Browser, address: str, shot: Shot, size: str, scheme: Any
) -> None:
    options = WIDE if size == "desk" else PHONE
    context = browser.new_context(**{**options, "color_scheme": scheme, "reduced_motion": "reduce"})
    page = inspecting(context.new_page(), address)
    with pet(address, "Mochi"), pet(address, "Biscuit"):
        expect(row(page, "Mochi")).to_be_visible()
        shot(page, f"inspector-{size}-{scheme}-sessions")
        assert faults(page) == []
        row(page, "Mochi").click()
        tab(page, "turns")
        instruct(page, "wave and jump 2 times")
        expect(turn(page, "wave")).to_have_attribute("data-status", "completed")
        turn(page, "wave").locator(".call-line").first.click()
        for name in ("turns", "wire", "manifest"):
            shown = tab(page, name)
            if name == "wire":
                shown.get_by_role("option").filter(has_text="turn.ended").click()
            shot(page, f"inspector-{size}-{scheme}-{name}")
            assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if size == "phone":
            page.get_by_role("button", name="Back to the sessions").tap()
            expect(row(page, "Biscuit")).to_be_visible()
    context.close()


def _told(name: str, data: Any) -> str:
    """A server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


def _once(events: str) -> Callable[[Route], None]:
    """A feed that tells this and breaks; the next attempts come to nothing."""
    answers = iter([events])

    def answer(route: Route) -> None:
        if (body := next(answers, None)) is None:
            route.abort()
        else:
            route.fulfill(body=body, content_type="text/event-stream")

    return answer
