"""Tokens: who may connect, who may come back."""

from capserver.auth import ANYONE, Gate, Pass


def test_without_tokens_everybody_is_anyone() -> None:
    gate = Gate()
    assert gate.open
    assert [gate.principal(token) for token in (None, "", "x")] == [ANYONE] * 3


def test_a_known_token_has_a_principal_of_its_own() -> None:
    gate = Gate(["first", "zweitß"])
    assert not gate.open
    first, second = gate.principal("first"), gate.principal("zweitß")
    assert first is not None
    assert second is not None
    assert first != second
    assert first.startswith("token-")
    assert "first" not in first
    assert Gate(["first"]).principal("first") == first


def test_no_token_or_a_wrong_one_is_nobodys() -> None:
    gate = Gate(["first"])
    assert [gate.principal(token) for token in (None, "", "firs", "firstt", "FIRST")] == [None] * 5


def test_a_pass_admits_its_principal_with_its_token_alone() -> None:
    way_back = Pass("kim", "one")
    assert way_back.admits("one", "kim")
    assert not way_back.admits("one", "lee")
    assert not way_back.admits("two", "kim")
    assert not way_back.admits("", "kim")


def test_the_token_before_holds_until_the_new_one_arrived() -> None:
    way_back = Pass("kim", "one")
    way_back.rotate("one", "two")
    assert way_back.token == "two"
    assert way_back.admits("one", "kim")
    assert way_back.admits("two", "kim")
    way_back.arrived()
    assert not way_back.admits("one", "kim")
    assert way_back.admits("two", "kim")


def test_who_never_heard_of_the_new_token_may_come_again_and_again() -> None:
    way_back = Pass("kim", "one")
    for token in ("two", "three", "four"):
        way_back.rotate("one", token)
    assert way_back.admits("one", "kim")
    assert way_back.admits("four", "kim")
    assert not way_back.admits("two", "kim")
    assert not way_back.admits("three", "kim")
