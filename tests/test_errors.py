"""Errors: what they carry, and the pointers in them."""

import pytest

from capserver import errors
from capserver.errors import CapserverError, ConfigError, Fault, FirstFrameError, FrameError, pointer


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((), ""),
        (("",), "/"),
        (("a", 0, "b"), "/a/0/b"),
        (("a/b", "m~n", "~1"), "/a~1b/m~0n/~01"),
        (("x" * 128,), "/" + "x" * 128),
        (("x" * 129,), "/" + "x" * 127 + "…"),
        (("\udc00方",), "/?方"),
    ],
)
def test_a_pointer_joins_keys_and_indexes(parts: tuple[str | int, ...], expected: str) -> None:
    assert pointer(*parts) == expected


def test_a_fault_can_be_seen_from_further_up() -> None:
    assert Fault("/name", "missing", "a name").under("/commands/0") == Fault(
        "/commands/0/name", "missing", "a name"
    )


def test_a_frame_error_carries_all_that_an_error_frame_says() -> None:
    fault = Fault("/a", "c", "m")
    error = FrameError("busy", "wait", [fault], ref="t1", ref_type="instruct", retry_after=1.5)
    assert (error.code, error.message, str(error)) == ("busy", "wait", "wait")
    assert (error.faults, error.ref, error.ref_type, error.retry_after) == ((fault,), "t1", "instruct", 1.5)


def test_a_first_frame_error_also_says_how_to_close() -> None:
    error = FirstFrameError(4029, "rate_limited", "too many", retry_after=2)
    assert isinstance(error, FrameError)
    assert (error.close, error.code, error.retry_after, error.faults) == (4029, "rate_limited", 2, ())


def test_a_config_error_carries_its_faults() -> None:
    error = ConfigError("no", [Fault("/server/port", "range", "1-65535")])
    assert (error.message, error.faults[0].path) == ("no", "/server/port")


def test_every_exception_has_the_one_root_and_stands_in_the_drawing() -> None:
    raised = [
        item
        for item in vars(errors).values()
        if isinstance(item, type) and item.__module__ == errors.__name__
    ]
    for item in raised:
        if issubclass(item, BaseException):
            assert issubclass(item, CapserverError)
            assert item.__name__ in (errors.__doc__ or "")
