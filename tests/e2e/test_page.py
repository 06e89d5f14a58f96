"""The page at `/` in a real browser: against the real server, and a scripted one for the rare cases."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A real server with the offline planner, on a free port."""
    command = [sys.executable, "-m", "capserver", "serve", "--planner", "offline", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        found = (re.search(r"http://127\.0\.0\.1:\d+", line) for line in process.stderr)
        yield next(filter(None, found)).group()
        process.terminate()
        process.stderr.read()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    yield from _page(browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US"))


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    yield from _page(browser.new_context(**PHONE, locale="zh-CN", color_scheme="dark"))


def _page(context: BrowserContext) -> Iterator[Page]:
    """A page that may complain of nothing."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert complaints == []


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


def test_everything_that_can_be_pressed_has_a_name(desk: Page, address: str) -> None:
    opened(desk, address)
    for button in desk.get_by_role("button").all():
        expect(button).to_have_accessible_name(re.compile(r"\S"))
    expect(desk.locator("#text")).to_have_accessible_name("Tell Ling what to do")
    expect(desk.get_by_role("log")).to_be_visible()
    expect(desk.get_by_role("status")).to_have_text("open")


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


# Against a scripted server


class Peer:
    """A server's end of the page's sockets: notes what comes, and welcomes as it was told to."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.sockets: list[WebSocketRoute] = []
        self.welcome: dict[str, Any] = {}

    def __call__(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(self._hear)

    def _hear(self, text: str | bytes) -> None:
        frame = json.loads(text)
        self.frames.append(frame)
        if frame["type"] == "manifest":
            self.send({**WELCOME, "upto": 0, **self.welcome})

    def send(self, *frames: dict[str, Any]) -> None:
        for frame in frames:
            self.sockets[-1].send(json.dumps(frame))

    def drop(self, code: int) -> None:
        self.sockets[-1].close(code=code, reason="")

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if frame["type"] == kind]


WELCOME = {
    "type": "welcome",
    "server": {"name": "scripted", "version": "0"},
    "session": "s",
    "token": "t1",
    "epoch": "e",
    "resumed": False,
    "rev": 1,
    "digest": "sha256:0",
    "commands": 13,
    "planner": "scripted",
    "heartbeat": {"interval": 10, "timeout": 10},
    "limits": {},
    "findings": [],
}


def command(seq: int, name: str, args: dict[str, Any], ident: str = "") -> dict[str, Any]:
    call = {"id": ident or f"c{seq}", "turn": None, "name": name, "args": args, "rev": 1, "lane": "body"}
    return {"type": "command", **call, "returns": False, "timeout": 30, "confirm": False, "seq": seq}


@pytest.fixture
def peer(desk: Page, address: str) -> Peer:
    """The other end of `desk`, which is open."""
    peer = Peer()
    desk.route_web_socket(re.compile("/v1/ws$"), peer)
    opened(desk, address)
    return peer


def test_a_command_is_acknowledged_before_it_is_performed(desk: Page, peer: Peer) -> None:
    peer.send(command(1, "jump", {}))
    expect(frames(desk, "out", "result")).to_have_count(1)
    kinds = [frame["type"] for frame in peer.frames]
    assert kinds == ["manifest", "ack", "result"]
    assert peer.of("ack") == [{"type": "ack", "upto": 1}]
    assert peer.of("result") == [{"type": "result", "id": "c1", "ok": True, "seq": 1}]


def test_eight_frames_are_acknowledged_at_once_fewer_a_moment_later(desk: Page, peer: Peer) -> None:
    started = [{"type": "turn.started", "turn": f"t{n}", "source": "http", "seq": n} for n in range(1, 11)]
    peer.send(*started)
    expect(frames(desk, "out", "ack")).to_have_count(2)
    assert [frame["upto"] for frame in peer.of("ack")] == [8, 10]


def test_what_comes_twice_runs_once_by_number_and_by_id(desk: Page, peer: Peer) -> None:
    again = command(2, "jump", {}, ident="c1")
    peer.send(command(1, "jump", {}), command(1, "jump", {}), again, command(3, "wave", {}))
    expect(frames(desk, "out", "result")).to_have_count(2)
    assert [frame["id"] for frame in peer.of("result")] == ["c1", "c3"]
    assert state(desk)["jumps"] == 1


def test_a_resume_names_what_it_saw_and_sends_the_rest_again(desk: Page, peer: Peer) -> None:
    peer.send(command(1, "sit", {}))
    expect(frames(desk, "out", "result")).to_have_count(1)
    peer.welcome = {"resumed": True, "token": "t2", "upto": 0}
    peer.drop(4013)
    expect(frames(desk, "in", "welcome")).to_have_count(2)
    expect(frames(desk, "out", "result")).to_have_count(2)
    assert peer.of("manifest")[1]["resume"] == {
        "session": "s",
        "token": "t1",
        "epoch": "e",
        "rev": 1,
        "upto": 1,
    }
    assert peer.of("result")[0] == peer.of("result")[1]
    assert state(desk)["performed"] == {"sit": 1}


def test_acknowledged_frames_are_not_sent_again(desk: Page, peer: Peer) -> None:
    tell(desk, "one")
    expect(frames(desk, "out", "instruct")).to_have_count(1)
    peer.send({"type": "ack", "upto": 1})
    peer.welcome = {"resumed": True, "upto": 1}
    peer.drop(1012)
    tell(desk, "two")
    expect(frames(desk, "in", "welcome")).to_have_count(2)
    expect(frames(desk, "out", "instruct")).to_have_count(2)
    assert [(frame["text"], frame["seq"]) for frame in peer.of("instruct")] == [("one", 1), ("two", 2)]


def test_a_session_that_is_gone_is_said_with_what_was_lost(desk: Page, peer: Peer) -> None:
    tell(desk, "swim")
    expect(frames(desk, "out", "instruct")).to_have_count(1)
    lost = [{"id": "c9", "turn": "t", "name": "jump"}]
    peer.welcome = {"reason": "expired", "lost": lost, "session": "s2"}
    peer.drop(4029)
    note = desk.locator(".note.bad")
    expect(note).to_contain_text("expired")
    expect(note).to_contain_text("In doubt: jump")
    expect(note).to_contain_text("Not sent: “swim”")
    tell(desk, "fly")
    expect(frames(desk, "out", "instruct")).to_have_count(2)
    assert [(frame["text"], frame["seq"]) for frame in peer.of("instruct")] == [("swim", 1), ("fly", 1)]


def test_a_close_that_says_stop_is_obeyed_and_explained(desk: Page, peer: Peer) -> None:
    peer.send({"type": "error", "code": "unauthorized", "message": "the token is not known", "seq": 1})
    peer.drop(4501)
    expect(desk.locator("html")).to_have_attribute("data-status", "closed")
    expect(desk.locator("#notice")).to_contain_text("4501")
    expect(desk.locator("#notice")).to_contain_text("#token=")
    assert len(peer.sockets) == 1
    desk.get_by_role("button", name="Connect again").click()
    expect(desk.locator("html")).to_have_attribute("data-status", "open")
    assert "resume" not in peer.of("manifest")[1]


def test_a_token_behind_the_address_is_sent_and_taken_out_of_sight(desk: Page, address: str) -> None:
    peer = Peer()
    desk.route_web_socket(re.compile("/v1/ws$"), peer)
    opened(desk, f"{address}/#token=secret")
    assert peer.of("manifest")[0]["token"] == "secret"
    assert "secret" not in desk.url


def test_a_bubble_fills_while_the_text_is_still_written(desk: Page, peer: Peer) -> None:
    delta = {"type": "command.delta", "id": "c1", "turn": "t", "name": "say", "param": "text"}
    peer.send({"type": "turn.started", "turn": "t", "source": "http", "seq": 1}, {**delta, "delta": "Hel"})
    expect(desk.locator("#bubble")).to_have_text("Hel")
    peer.send({**delta, "delta": "lo"})
    expect(desk.locator("#bubble")).to_have_text("Hello")
    peer.send({**command(2, "say", {"text": "Hello!"}, ident="c1"), "lane": "voice", "turn": "t"})
    expect(desk.locator("#bubble")).to_have_text("Hello!")
    expect(frames(desk, "out", "result")).to_have_count(1)


def test_a_cancelled_command_owes_no_result_and_the_next_one_runs(desk: Page, peer: Peer) -> None:
    peer.send({"type": "turn.started", "turn": "t", "source": "http", "seq": 1})
    peer.send(command(2, "dance", {"seconds": 15}), command(3, "sit", {}))
    peer.send({"type": "cancel", "id": "c2", "reason": "cancelled", "seq": 4})
    peer.send({"type": "cancel", "id": "unknown", "reason": "cancelled", "seq": 5})
    expect(frames(desk, "out", "result")).to_have_count(1)
    assert [frame["id"] for frame in peer.of("result")] == ["c3"]
    assert state(desk)["posture"] == "sitting"


def test_a_value_comes_back_from_a_command_that_returns(desk: Page, peer: Peer) -> None:
    peer.send({**command(1, "get_mood", {}), "lane": "mind", "returns": True})
    expect(frames(desk, "out", "result")).to_have_count(1)
    value = peer.of("result")[0]["value"]
    assert (value["mood"], value["energy"], value["spot"]) == ("cheerful", 90, "rug")


def test_a_command_that_the_page_does_not_know_fails(desk: Page, peer: Peer) -> None:
    peer.send(command(1, "constructor", {}))
    expect(frames(desk, "out", "result")).to_have_count(1)
    assert peer.of("result")[0]["error"] == {
        "code": "failed",
        "message": "this page does not know constructor",
    }


def test_keys_of_a_frame_pollute_nothing_json_16(desk: Page, peer: Peer) -> None:
    args = '{"__proto__":{"times":9,"polluted":1},"constructor":{"prototype":{"polluted":1}},"times":1}'
    frame = json.dumps(command(1, "jump", {})).replace('"args": {}', f'"args": {args}')
    peer.sockets[-1].send(frame)
    expect(frames(desk, "out", "result")).to_have_count(1)
    assert state(desk)["jumps"] == 1
    assert desk.evaluate("() => ({}).polluted === undefined")


def test_markup_is_shown_as_text_pages_01(desk: Page, peer: Peer) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    peer.send({"type": "turn.started", "turn": "t", "source": "http", "seq": 1})
    peer.send(
        {"type": "text", "turn": "t", "delta": nasty}, {"type": nasty}, {"type": "error", "code": nasty}
    )
    expect(desk.locator(".answer").last).to_have_text(nasty)
    expect(desk.locator("main img")).to_have_count(0)
    expect(desk.locator(".frame b", has_text="onerror")).to_have_text(nasty)


def test_nonsense_from_the_server_breaks_nothing(desk: Page, peer: Peer) -> None:
    for text in ("", "no json", "[]", "null", "7", '{"type":7}', "{}"):
        peer.sockets[-1].send(text)
    peer.send(command(1, "jump", {}))
    expect(frames(desk, "out", "result")).to_have_count(1)


def test_the_list_of_frames_is_bounded_and_unfolds(desk: Page, peer: Peer) -> None:
    peer.send(*({"type": "later", "n": n} for n in range(300)))
    expect(desk.locator("#count")).to_have_text("302")
    expect(desk.locator(".frame")).to_have_count(200)
    desk.locator(".frame").last.click()
    expect(desk.locator(".frame pre")).to_have_text(re.compile(r'"n": 299'))


def test_deltas_in_a_row_share_a_row(desk: Page, peer: Peer) -> None:
    peer.send(*({"type": "text", "turn": "t", "delta": delta} for delta in ("Hel", "lo", "!")))
    expect(frames(desk, "in", "text")).to_have_count(1)
    expect(frames(desk, "in", "text")).to_contain_text("“Hello!”")
    expect(frames(desk, "in", "text")).to_contain_text("×3")


def test_a_server_that_falls_silent_is_left_and_resumed(desk: Page, peer: Peer) -> None:
    peer.welcome = {"resumed": True, "heartbeat": {"interval": 0.2, "timeout": 0.2}}
    peer.drop(1012)
    expect(frames(desk, "in", "welcome")).to_have_count(3)
    assert len(peer.of("ping")) >= 1


def test_what_is_asked_before_there_is_a_session_waits_for_it(desk: Page, address: str) -> None:
    peer = Peer()
    desk.route_web_socket(re.compile("/v1/ws$"), peer)
    desk.goto(address, wait_until="commit")
    tell(desk, "jump")
    expect(frames(desk, "out", "instruct")).to_have_count(1)
    assert [frame["type"] for frame in peer.frames] == ["manifest", "instruct"]
