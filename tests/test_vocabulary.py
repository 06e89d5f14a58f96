"""The knowledge base: found by id or by name, changed all at once or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capserver.errors import FrameError
from capserver.protocol.values import Entry, EntryPatch
from capserver.vocabulary import (
    MOST_ENTRIES,
    MOST_ENTRIES_A_LIST,
    MOST_LISTS,
    MOST_NAMES,
    Vocabulary,
    fold,
    nearest,
)


def entry(key: str, *names: str) -> Entry:
    return Entry(id=key, names=list(names))


def ids(vocabulary: Vocabulary, name: str) -> list[str]:
    return [item.id for item in vocabulary.lists[name]]


def faults_of(refused: pytest.ExceptionInfo[FrameError]) -> list[tuple[str, str]]:
    return [(fault.path, fault.code) for fault in refused.value.faults]


ROOM = Vocabulary.of(
    {
        "objects": [
            entry("lamp_1", "living room lamp", "客厅的灯"),
            entry("cube_red", "Red cube", "红色方块"),
            entry("cube_blue", "blue cube", "蓝色方块"),
            entry("bare"),
        ],
        "people": [entry("p1", "Kim"), entry("p2", "kim"), entry("p3", "Lee"), entry("p4", "Lee")],
    }
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("lamp_1", "lamp_1"),
        ("living room lamp", "lamp_1"),
        ("  Living-Room_LAMP. ", "lamp_1"),
        ("Ｌｉｖｉｎｇ　ｒｏｏｍ　ｌａｍｐ", "lamp_1"),
        ("客廳的燈", "lamp_1"),
        ("客厅 的灯。", "lamp_1"),
        ("「紅色方塊」", "cube_red"),
        ("RED\u200b CUBE", "cube_red"),
        ("Cube_Blue", "cube_blue"),
        ("BARE", "bare"),
        ("green cube", None),
        ("", None),
    ],
)
def test_a_name_is_found_in_any_case_width_and_script(said: str, meant: str | None) -> None:
    assert ROOM.resolve("objects", said) == meant


def test_an_id_comes_before_the_same_word_as_a_name() -> None:
    vocabulary = Vocabulary.of({"x": [entry("a", "b"), entry("b", "a")]})
    assert vocabulary.resolve("x", "a") == "a"


def test_of_two_entries_with_the_same_folded_name_the_exact_one_wins() -> None:
    assert ROOM.resolve("people", "kim") == "p2"
    assert ROOM.resolve("people", "Kim") == "p1"


@pytest.mark.parametrize(("said", "found"), [("KIM", ("p1", "p2")), ("Lee", ("p3", "p4"))])
def test_an_ambiguous_name_resolves_to_nothing_and_both_are_told(said: str, found: tuple[str, str]) -> None:
    assert ROOM.resolve("people", said) is None
    assert ROOM.matches("people", said) == found


def test_two_names_of_one_entry_that_fold_alike_are_no_ambiguity() -> None:
    assert Vocabulary.of({"x": [entry("a", "Dr. No", "dr no")]}).resolve("x", "DR NO") == "a"


def test_a_list_that_is_not_there_holds_nothing() -> None:
    assert ROOM.resolve("songs", "lamp_1") is None
    assert ROOM.nearest("songs", "lamp_1") == []


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("red cub", "Red cube"),
        ("紅色的方塊", "红色方块"),
        ("livingroom lamps", "living room lamp"),
        ("beer", "bare"),
    ],
)
def test_the_nearest_name_comes_first_as_the_client_wrote_it(said: str, first: str) -> None:
    assert ROOM.nearest("objects", said)[0] == first


def test_the_nearest_names_are_of_different_entries_and_no_more_than_asked_for() -> None:
    many = Vocabulary.of({"x": [entry("a", "cat", "cats", "catty"), entry("b", "dog")]})
    assert many.nearest("x", "cat") == ["cat", "dog"]
    assert len(ROOM.nearest("objects", "cube", 2)) == 2
    assert ROOM.nearest("objects", "cube " * 10_000, 1)


def test_the_nearest_of_plain_words_keep_their_order_where_they_are_equally_good() -> None:
    assert nearest("wav", ["jump", "wave", "sit"], 1) == ["wave"]
    assert nearest("完全", ["b", "a", "c"]) == ["b", "a", "c"]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Mum’s  cup", "mums cup"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("①號 Lamp", "1号lamp"),
        ("C++", "c++"),
        ("1.5", "1 5"),
        ("...", "..."),
        ("'", ""),
    ],
)
def test_folding_keeps_what_tells_names_apart(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(alphabet="aAbBÄéß １ａ-_.,、燈灯廳厅乾干後后 ", max_size=20))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=8, unique=True))
def test_every_name_that_folds_uniquely_is_found(names: list[str]) -> None:
    vocabulary = Vocabulary.of({"x": [entry(f"id-{index}", name) for index, name in enumerate(names)]})
    for index, name in enumerate(names):
        assert vocabulary.resolve("x", name) == f"id-{index}"


def test_planners_read_the_lists_in_the_order_of_the_client() -> None:
    assert list(ROOM.lists) == ["objects", "people"]
    assert ids(ROOM, "objects") == ["lamp_1", "cube_red", "cube_blue", "bare"]
    assert ROOM.lists["objects"][1].names == ["Red cube", "红色方块"]


def test_an_empty_vocabulary_is_false_and_equal_to_any_other() -> None:
    assert not Vocabulary()
    assert Vocabulary() == Vocabulary.of({})
    assert Vocabulary.of({"x": []})


def test_an_update_replaces_removes_and_patches_lists_and_leaves_the_old_vocabulary_alone() -> None:
    old = Vocabulary.of(
        {"a": [entry("1")], "b": [entry("2")], "c": [entry("3"), entry("4")], "d": [entry("5")]}
    )
    new = old.updated(
        {
            "a": [entry("9", "nine")],
            "b": None,
            "c": EntryPatch(put=[entry("5", "five"), entry("3", "three")], drop=["4"]),
            "e": EntryPatch(put=[entry("6")]),
            "never there": None,
        }
    )
    assert list(new.lists) == ["a", "c", "d", "e"]
    assert ids(new, "a") == ["9"]
    assert ids(new, "c") == ["3", "5"]
    assert new.resolve("c", "THREE") == "3"
    assert new.lists["d"] is old.lists["d"]
    assert ids(old, "c") == ["3", "4"]
    assert old.resolve("c", "three") is None


def test_an_empty_patch_changes_nothing() -> None:
    assert ROOM.updated({"objects": EntryPatch()}) == ROOM


def test_all_faults_of_an_update_are_told_by_path_and_nothing_is_changed() -> None:
    vocabulary = Vocabulary.of({"b": [entry("1"), entry("2")]})
    with pytest.raises(FrameError) as refused:
        vocabulary.updated(
            {
                "a/b": [entry("x"), entry("y"), entry("x")],
                "b": EntryPatch(put=[entry("1"), entry("1")], drop=["2", "3", "1", "2"]),
            }
        )
    assert refused.value.code == "invalid_frame"
    assert faults_of(refused) == [
        ("/vocabulary/a~1b/2/id", "duplicate_id"),
        ("/vocabulary/b/put/1/id", "duplicate_id"),
        ("/vocabulary/b/drop/1", "unknown_id"),
        ("/vocabulary/b/drop/2", "conflict"),
        ("/vocabulary/b/drop/3", "unknown_id"),
    ]
    assert ids(vocabulary, "b") == ["1", "2"]


def test_no_more_than_twenty_faults_are_told() -> None:
    with pytest.raises(FrameError) as refused:
        Vocabulary.of({"a": [entry("x")] * 50})
    assert len(refused.value.faults) == 20


def of_sizes(lists: int, entries: int, *names: str) -> dict[str, list[Entry]]:
    return {f"list {n}": [entry(str(index), *names) for index in range(entries)] for n in range(lists)}


@pytest.mark.parametrize(
    ("lists", "paths"),
    [
        (of_sizes(1, MOST_ENTRIES_A_LIST + 1), ["/vocabulary/list 0"]),
        (of_sizes(MOST_LISTS + 1, 1), ["/vocabulary"]),
        (of_sizes(6, MOST_ENTRIES // 6 + 1), ["/vocabulary"]),
        (of_sizes(1, MOST_NAMES // 20 + 1, *"abcdefghijklmnopqrst"), ["/vocabulary"]),
    ],
    ids=["entries in a list", "lists", "entries", "names"],
)
def test_too_much_of_anything_is_refused(lists: dict[str, list[Entry]], paths: list[str]) -> None:
    with pytest.raises(FrameError) as refused:
        Vocabulary.of(lists)
    assert faults_of(refused) == [(path, "too_many") for path in paths]


def test_as_much_as_is_allowed_is_taken() -> None:
    assert len(Vocabulary.of(of_sizes(5, MOST_ENTRIES_A_LIST)).lists) == 5
