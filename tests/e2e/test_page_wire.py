"""How the page takes what a real server seldom does: against a scripted one."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.e2e.pages import frames, opened, panel, state, tell


class Peer:
    """A server's end of the page's sockets: notes what comes, and welcomes as it was told to."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.sockets: list[WebSocketRoute] = []
        self.welcome: dict[str, Any] = {}
        self.refusal: tuple[int, dict[str, Any]] | None = None

    def __call__(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(self._hear)

    def _hear(self, text: str | bytes) -> None:
        frame = json.loads(text)
        self.frames.append(frame)
        if frame["type"] != "manifest":
            return
        if self.refusal is None:
            self.send({**WELCOME, "upto": 0, **self.welcome})
        else:
            code, error = self.refusal
            self.send({"type": "error", **error})
            self.drop(code)

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
    "commands": 23,
    "planner": "scripted",
    "heartbeat": {"interval": 10, "timeout": 10},
    "limits": {},
    "findings": [],
}
STARTED = {"type": "turn.started", "turn": "t", "source": "http", "seq": 1}


def command(seq: int, name: str, args: dict[str, Any], ident: str = "", **more: Any) -> dict[str, Any]:
    call = {"id": ident or f"c{seq}", "turn": None, "name": name, "args": args, "rev": 1, "lane": "body"}
    return {"type": "command", **call, "returns": False, "timeout": 30, "confirm": False, "seq": seq, **more}


@pytest.fixture
def peer(plain: Page) -> Peer:
    """The other end of `plain`."""
    peer = Peer()
    plain.route_web_socket(re.compile("/v1/ws$"), peer)
    return peer


def test_what_comes_twice_is_done_once(plain: Page, address: str, peer: Peer) -> None:
    opened(plain, address)
    again = command(2, "jump", {}, ident="c1")
    peer.send(command(1, "jump", {}), command(1, "jump", {}), again, command(3, "wave", {}))
    expect(frames(plain, "out", "result")).to_have_count(2, timeout=20_000)
    after = state(plain)
    assert (after["jumps"], after["tally"]) == (1, {"performed": 2, "repeated": 0})


def test_a_session_that_is_gone_is_said_with_what_is_in_doubt(plain: Page, address: str, peer: Peer) -> None:
    tell(opened(plain, address), "swim")
    expect(frames(plain, "out", "instruct")).to_have_count(1)
    peer.send({**STARTED, "turn": peer.of("instruct")[0]["id"]})
    peer.welcome = {"reason": "expired", "lost": [{"id": "c9", "turn": "t", "name": "jump"}], "session": "s2"}
    peer.drop(4029)
    note = plain.locator(".note.bad").last
    expect(note).to_contain_text("A new session began: the old one was kept for too short a time")
    expect(note).to_contain_text("In doubt, perhaps done, perhaps not: jump.")
    expect(plain.locator("html")).to_have_attribute("data-turns", "0")


REFUSED = {"code": "invalid_manifest", "message": "no", "details": []}
FAULT = {"path": "/commands/0/parameters", "code": "type", "message": "wrong type"}


@pytest.mark.parametrize(
    ("code", "error", "words", "button"),
    [
        (
            4500,
            {**REFUSED, "details": [FAULT]},
            r"refuses this page's manifest.*walk_to.*wrong type",
            "Try again",
        ),
        (4501, {"code": "unauthorized", "message": "who?"}, "asks for a token", "Connect"),
        (4503, {"code": "forbidden", "message": "not you"}, "forbids this page.*not you", "Try again"),
        (4509, {"code": "busy", "message": "elsewhere"}, "in another tab", "Use it here"),
    ],
)
def test_a_close_that_says_stop_is_obeyed_and_explained(
    plain: Page, address: str, peer: Peer, code: int, error: dict[str, Any], words: str, button: str
) -> None:
    peer.refusal = (code, error)
    plain.goto(address)
    expect(plain.locator("html")).to_have_attribute("data-status", "closed", timeout=20_000)
    expect(plain.get_by_role("alert").first).to_have_text(re.compile(words))
    assert len(peer.sockets) == 1
    peer.refusal = None
    if code == 4501:
        plain.get_by_label("Token").fill("secret")
    plain.get_by_role("button", name=button, exact=True).click()
    expect(plain.locator("html")).to_have_attribute("data-status", "open")
    expect(plain.locator("#notice")).not_to_have_text(re.compile(words))


def test_a_token_behind_the_address_is_sent_and_taken_out_of_sight(
    plain: Page, address: str, peer: Peer
) -> None:
    opened(plain, f"{address}/#token=secret")
    assert peer.of("manifest")[0]["token"] == "secret"
    assert "secret" not in plain.url
    panel(plain, "wire")
    frames(plain, "out", "manifest").locator("summary").click()
    expect(plain.locator("#wire")).not_to_contain_text("secret")


def test_a_bubble_and_the_picture_fill_while_the_text_is_still_written(
    desk: Page, address: str, shot: Callable[[Page, str], None]
) -> None:
    peer = Peer()
    desk.route_web_socket(re.compile("/v1/ws$"), peer)
    opened(desk, address)
    delta = {"type": "command.delta", "id": "c1", "turn": "t", "name": "say", "param": "text"}
    peer.send(STARTED, {**delta, "delta": "Hel"})
    expect(desk.locator("#bubble")).to_have_text("Hel", timeout=20_000)
    expect(desk.locator(".call[data-state=streaming] .draft")).to_have_count(1)
    shot(desk, "desk-streaming")
    peer.send({**delta, "delta": "lo"})
    expect(desk.locator("#bubble")).to_have_text("Hello")
    peer.send(command(2, "say", {"text": "Hello!"}, ident="c1", lane="voice", turn="t"))
    expect(desk.locator("#bubble")).to_have_text("Hello!")
    expect(frames(desk, "out", "result")).to_have_count(1, timeout=20_000)


def test_how_a_call_ended_is_told_by_shape_and_word(plain: Page, address: str, peer: Peer) -> None:
    opened(plain, address)
    fault = {"path": "/times", "code": "maximum", "message": "at most 10"}
    peer.send(STARTED)
    peer.send(
        command(2, "dance", {"seconds": 15}, turn="t"), command(3, "no_such", {}, turn="t", lane="other")
    )
    peer.send({"type": "cancel", "id": "c2", "reason": "timeout", "seq": 4})
    rejected = {"type": "command.rejected", "id": "c5", "turn": "t", "name": "jump", "args": {"times": 99}}
    peer.send({**rejected, "errors": [fault], "seq": 5})
    ended = {"status": "completed", "commands": 2, "text": "", "usage": {}}
    timing = {"queued_ms": 0, "first_command_ms": 1, "total_ms": 5}
    expect(frames(plain, "out", "result")).to_have_count(1)
    peer.send({"type": "turn.ended", "turn": "t", **ended, "timing": timing, "seq": 6})
    for call, word in (("timeout", "out of time"), ("failed", "failed"), ("rejected", "rejected")):
        expect(plain.locator(f".steps li[data-state={call}] em")).to_have_text(word)
        expect(plain.locator(f".call[data-state={call}] .cap")).to_have_count(1)


def test_a_person_is_asked_before_a_command_with_confirm(plain: Page, address: str, peer: Peer) -> None:
    opened(plain, address)
    peer.send(command(1, "jump", {}, confirm=True))
    dialog = plain.get_by_role("dialog", name="Let Ling do this?")
    dialog.get_by_role("button", name="Decline").click()
    expect(frames(plain, "out", "result")).to_have_count(1)
    assert peer.of("result")[0]["error"]["code"] == "declined"
    peer.send(command(2, "jump", {}, confirm=True))
    dialog.get_by_role("button", name="Allow").click()
    expect(frames(plain, "out", "result")).to_have_count(2, timeout=20_000)
    assert state(plain)["jumps"] == 1


def test_markup_is_shown_as_text_pages_01(plain: Page, address: str, peer: Peer) -> None:
    opened(plain, address)
    nasty = "<img src=x onerror=alert(1)>"
    peer.send(STARTED, {"type": "text", "turn": "t", "delta": nasty}, {"type": nasty, "x": nasty})
    peer.send(command(2, "say", {"text": nasty}, turn="t", lane="voice"))
    expect(plain.locator(".answer").last).to_have_text(nasty)
    expect(plain.locator(".frame b", has_text="onerror")).to_have_text(nasty)
    panel(plain, "wire")
    plain.locator(".frame", has_text="onerror").first.locator("summary").click()
    expect(plain.locator("main img")).to_have_count(0)


def test_keys_of_a_frame_pollute_nothing_json_16(plain: Page, address: str, peer: Peer) -> None:
    opened(plain, address)
    args = '{"__proto__":{"times":9,"polluted":1},"constructor":{"prototype":{"polluted":1}},"times":1}'
    frame = json.dumps(command(1, "jump", {})).replace('"args": {}', f'"args": {args}')
    peer.sockets[-1].send(frame)
    expect(frames(plain, "out", "result")).to_have_count(1, timeout=20_000)
    assert state(plain)["jumps"] == 1
    assert plain.evaluate("() => ({}).polluted === undefined")


def test_the_list_of_frames_is_bounded_and_keeps_what_matters(plain: Page, address: str, peer: Peer) -> None:
    opened(plain, address)
    peer.send(*({"type": "later", "n": n} for n in range(600)))
    expect(plain.locator("#wire-count")).to_have_text("602")
    expect(plain.locator(".frame")).to_have_count(500)


def test_deltas_in_a_row_share_a_row(plain: Page, address: str, peer: Peer) -> None:
    opened(plain, address)
    peer.send(STARTED, *({"type": "text", "turn": "t", "delta": delta} for delta in ("Hel", "lo", "!")))
    panel(plain, "wire")
    expect(frames(plain, "in", "text")).to_have_count(1)
    expect(frames(plain, "in", "text")).to_contain_text("“Hello!”")
    expect(frames(plain, "in", "text")).to_contain_text("×3")
    plain.get_by_label("Join deltas").uncheck()
    peer.send(*({"type": "text", "turn": "t", "delta": delta} for delta in ("a", "b")))
    expect(frames(plain, "in", "text")).to_have_count(3)


def test_what_is_said_before_there_is_a_session_waits_for_it(plain: Page, address: str, peer: Peer) -> None:
    plain.goto(address, wait_until="commit")
    expect(plain.locator("#send")).to_be_enabled()
    tell(plain, "jump")
    expect(frames(plain, "out", "instruct")).to_have_count(1, timeout=20_000)
    assert [frame["type"] for frame in peer.frames][:2] == ["manifest", "instruct"]
