"""What the session core costs, without sockets."""

import json
from itertools import count

from capserver.auth import Gate
from capserver.effects import Effect, Send
from capserver.hub import Arrival, Hub
from capserver.manifest import compile_set
from capserver.prompt import CallClosed, CallDelta, CallOpened, Stopped
from capserver.protocol.decode import decode_json
from capserver.protocol.server import CommandFrame, Heartbeat, Limits, ServerInfo
from capserver.session import Session
from capserver.terms import Terms
from tests.bench.rows import Row, median_seconds

COMMANDS = 20


def commands(salt: str = "") -> list[object]:
    """Twenty commands of about 7.7 KB, as a desktop pet would send them; another salt, another set."""
    verbs = ("walk", "turn", "look", "jump", "wave", "dance", "sit", "stand", "pick", "put")
    return [
        {
            "name": f"{verbs[number % 10]}_{number}",
            "description": f"Make the figure {verbs[number % 10]} in way {number}, gently. {salt}",
            "examples": [f"please {verbs[number % 10]} {{times}} times", f"做 {number}"],
            "lane": "body",
            "parameters": {
                "type": "object",
                "properties": {
                    "times": {"type": "integer", "minimum": 1, "maximum": 9, "description": "How often."},
                    "speed": {"enum": ["slow", "normal", "fast"], "description": "How fast it is done."},
                },
                "required": ["times"],
                "additionalProperties": False,
            },
        }
        for number in range(COMMANDS)
    ]


def manifest(salt: str = "") -> str:
    """The first frame of such a client."""
    frame = {"type": "manifest", "protocol": 1, "client": {"name": "bench"}, "commands": commands(salt)}
    return json.dumps(frame)


def hub() -> Hub:
    """A hub without limits."""
    numbers = count()
    off = dict.fromkeys(("sessions", "sessions_per_address", "frames_per_second", "commands_per_turn"), 0)
    terms = Terms(
        ServerInfo(name="bench", version="0"),
        "epoch",
        "bench",
        Heartbeat(interval=10, timeout=10),
        Limits.model_validate(off),
    )
    return Hub(terms, Gate(), lambda: f"{next(numbers):016x}{0:016x}"[::-1][16:] + f"{next(numbers):016x}")


def _open(of: Hub, text: str) -> Session:
    return of.admit(of.prepare(text), Arrival("bench"), 0.0).session


def registering() -> list[Row]:
    """Registering a set that is known, and one that is not."""
    of, known = hub(), manifest()
    _open(of, known)
    held = median_seconds(lambda: _open(of, known), 200)
    salts = count()
    new = median_seconds(lambda: _open(of, manifest(f"salt {next(salts)}")), 10)
    parse = median_seconds(lambda: decode_json(known), 200)
    return [
        Row(
            f"register {COMMANDS} commands ({len(known) / 1000:.1f} KB), known",
            "≤ 0.5 ms",
            f"{held * 1e3:.2f} ms ({held / parse:.1f} × reading it)",
            held <= 0.5e-3,
            {"ms": held * 1e3},
        ),
        Row(
            f"register {COMMANDS} commands, new",
            "≤ 10 ms",
            f"{new * 1e3:.1f} ms ({new / parse:.0f} × reading it)",
            new <= 10e-3,
            {"ms": new * 1e3},
        ),
    ]


def frames() -> list[Row]:
    """A typical frame in, effects out."""
    session = _open(hub(), manifest())
    numbers = count()

    def written(effects: list[Effect]) -> list[Effect]:
        for effect in effects:
            if isinstance(effect, Send) and effect.seq is not None:
                session.wrote(effect.seq, 1.0)
        return effects

    def turn() -> None:
        name = f"t{next(numbers)}"
        written(session.receive(f'{{"type":"instruct","id":"{name}","text":"wave twice"}}', 1.0))
        session.planned(name, CallOpened(0, "wave_4"), 1.0)
        session.planned(name, CallDelta(0, '{"times":'), 1.0)
        session.planned(name, CallDelta(0, "2}"), 1.0)
        (sent,) = written(session.planned(name, CallClosed(0), 1.0))
        assert isinstance(sent, Send)
        assert isinstance(sent.message, CommandFrame)
        session.planned(name, Stopped("end"), 1.0)
        written(session.receive(f'{{"type":"result","id":"{sent.message.id}","ok":true}}', 1.0))
        session.receive(f'{{"type":"ack","upto":{session.last}}}', 1.0)

    turns = median_seconds(turn, 300)
    progress = '{"type":"progress","id":"none","fraction":0.5}'
    plain = median_seconds(lambda: session.receive(progress, 1.0), 2000)
    each = turns / 8
    return [
        Row(
            "session core: a frame in, effects out (mean over a whole turn's eight)",
            "≤ 30 µs",
            f"{each * 1e6:.1f} µs (a frame without effects: {plain * 1e6:.1f} µs)",
            each <= 30e-6,
            {"us": each * 1e6},
        )
    ]


def compiled() -> int:
    """Warm what is made at the first use."""
    return len(compile_set(commands("warm")).commands)
