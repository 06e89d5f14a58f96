"""A text as words, and words as clauses."""

import pytest

from capserver.planners.offline.clauses import Clause, clauses
from capserver.planners.offline.text import even, is_han, language, split_name, stem
from capserver.planners.offline.words import read, read_name


def content(text: str) -> list[str]:
    return [word.keys[0] for word in read(text) if word.content]


@pytest.mark.parametrize(
    ("text", "made"),
    [("Ｗave", "wave"), ("揮揮手", "挥挥手"), ("嗰個", "嗰个"), ("ﬁne ½", "ﬁne ½"), ("it’s", "it's")],
)
def test_even_text_keeps_every_place(text: str, made: str) -> None:
    assert even(text) == made
    assert len(made) == len(text)


@pytest.mark.parametrize(
    ("word", "made"),
    [
        ("waves", "wav"),
        ("waved", "wav"),
        ("waving", "wav"),
        ("wave", "wav"),
        ("jumping", "jump"),
        ("hopped", "hop"),
        ("rolling", "roll"),
        ("carries", "carry"),
        ("boxes", "box"),
        ("glass", "glass"),
        ("sing", "sing"),
        ("need", "need"),
        ("dog's", "dog"),
        ("this", "this"),
    ],
)
def test_forms_of_a_word_have_one_stem(word: str, made: str) -> None:
    assert stem(word) == made


def test_the_language_is_told_by_script_and_else_by_the_locale() -> None:
    assert language("跳 please") == "zh"
    assert language("jump", "zh-CN") == "en"
    assert language("42", "zh-CN") == "zh"
    assert language("42") == "en"
    assert is_han("跳")
    assert not is_han("")


def test_a_name_is_split_at_its_seams() -> None:
    assert split_name("pickUp_the-ball") == "pick Up the ball"
    assert split_name("HTTPServer2Go") == "HTTP Server2 Go"
    assert [word.text for word in read_name("setRGBColor")] == ["set", "rgb", "color"]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("turn the kitchen lights off", ["turn_off", "kitchen", "light"]),
        ("pick the red ball up", ["pick_up", "red", "ball"]),
        ("lights on", ["light", "turn_on"]),
        ("put the hat on the table", ["put_down", "hat", "table"]),
        ("挥挥手", ["wave"]),
        ("跳个舞", ["dance"]),
        ("转三圈", ["turn"]),
        ("点两下头", ["nod"]),
        ("跳一跳", ["jump"]),
        ("跳跳", ["jump"]),
        ("play rock and roll", ["play", "music"]),
        ("说再见", ["say", "farewell"]),
        ("我们一起跳舞", ["dance"]),
        ("翻跟头", ["flip"]),
        ("鼟", ["鼟"]),
        ("#FF0000", ["#ff0000"]),
    ],
)
def test_words_are_read_for_what_they_mean(text: str, keys: list[str]) -> None:
    assert content(text) == keys


def test_words_stand_where_they_were_said() -> None:
    text = "Pick up the 紅色 Ball, 3 times!"
    for word in read(text):
        assert even(text[word.start : word.end]) == word.text


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("say 'it's me'", "it's me"),
        ('say "a, b"', "a, b"),
        ("说“你好”", "你好"),
        ("說「你好」", "你好"),
        ("说『你好』", "你好"),
        ("say ‘hi’", "hi"),
    ],
)
def test_a_quotation_is_one_word(text: str, quoted: str) -> None:
    assert [word.quote for word in read(text)][-1] == quoted


def test_a_pronoun_is_no_number() -> None:
    assert all(word.amount is None for word in read("the red one"))


def cut(text: str, *fitting: str) -> list[str]:
    """The clauses of a text where these words alone fit a command."""

    def fits(clause: Clause) -> bool:
        return any(word.text in fitting for word in clause.words)

    def never(one: Clause, other: Clause) -> bool:
        return False

    return [
        ("not " if clause.negated else "") + " ".join(word.text for word in clause.words if word.content)
        for clause in clauses(read(text), fits, never)
    ]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("wave then jump", ["wave", "jump"]),
        ("wave and jump", ["wave", "jump"]),
        ("wave and smile", ["wave smile"]),
        ("wave, jump", ["wave", "jump"]),
        ("buddy boy, wave", ["boy wave"]),
        ("wave but don't jump", ["wave", "not jump"]),
        ("wave not jump", ["wave", "not jump"]),
        ("don't wave or jump", ["not wave", "not jump"]),
        ("不要挥手和跳", ["not 挥手", "not 跳"]),
        ("不要挥手再跳", ["not 挥手", "跳"]),
        ("挥手再跳", ["挥手", "跳"]),
        ("and wave", ["wave"]),
        ("wave 1 and 2 jump", ["wave jump"]),
        ("?!", []),
    ],
)
def test_a_text_is_cut_where_both_sides_stand_alone(text: str, made: list[str]) -> None:
    assert cut(text, "wave", "jump", "挥手", "跳") == made


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("what is the time", True),
        ("is the light on", True),
        ("the light is on", True),
        ("灯开着吗", True),
        ("现在几点", True),
        ("can you jump", False),
        ("你能跳吗", False),
        ("jump", False),
        ("say what it is", False),
        ("do a flip", False),
        ("do you jump", True),
        ("jump how high?", True),
        ("...", False),
    ],
)
def test_a_question_is_told_from_a_wish(text: str, asked: bool) -> None:
    found = [*clauses(read(text), lambda _: True, lambda *_: False)]
    assert any(clause.asked for clause in found) is asked


def test_letters_before_digits_are_no_word_of_their_own() -> None:
    assert [word.content for word in read("NO2 sensor")] == [True, False, True]
    assert "not" in read("no sensor")[0].marks
