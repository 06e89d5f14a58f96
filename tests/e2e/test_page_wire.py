"""How the page keeps to the protocol: against a scripted server, for what a real one seldom does."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.e2e.pages import frames, opened, state, tell

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
    expect(note).to_contain_text("the old one was kept for too short a time")
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
    desk.get_by_role("button", name="Retry").click()
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
    expect(desk.locator("html")).to_have_attribute("data-status", re.compile("connecting|open"))
    tell(desk, "jump")
    expect(frames(desk, "out", "instruct")).to_have_count(1)
    assert [frame["type"] for frame in peer.frames] == ["manifest", "instruct"]
