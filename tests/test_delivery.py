"""The log of numbered frames, and the count of those that came."""

import json

import pytest

from capserver.delivery import ACK_EVERY, ACK_WITHIN, MUCH, RING, Delivery, gap
from capserver.effects import Replace, Send
from capserver.errors import FrameError
from capserver.protocol.server import CancelCommand, TurnStarted


def started(turn: str = "t") -> TurnStarted:
    return TurnStarted(turn=turn, source="client")


def filled(count: int, limit: int = 0, *, written: bool = True, acking: bool = False) -> Delivery:
    delivery = Delivery(limit)
    delivery.acking = acking
    for number in range(1, count + 1):
        delivery.send(started(), f"c{number}")
        if written:
            delivery.wrote(number)
    return delivery


def bytes_of(message: TurnStarted, seq: int) -> int:
    delivery = Delivery(0)
    delivery.last = seq - 1
    delivery.acked = seq - 1
    delivery.send(message)
    return len(delivery[seq].text.encode())


def test_numbers_are_contiguous_from_one_and_stand_in_the_text() -> None:
    delivery = Delivery(0)
    assert [delivery.send(started(str(n))) for n in (1, 2)] == [Send(started("1"), 1), Send(started("2"), 2)]
    assert json.loads(delivery[2].text) == {
        "type": "turn.started",
        "turn": "2",
        "source": "client",
        "seq": 2,
    }
    assert delivery.last == 2
    assert [delivery.holds(n) for n in (0, 1, 2, 3)] == [False, True, True, False]


def test_an_ack_lets_go_of_all_up_to_it_and_names_the_commands_among_them() -> None:
    delivery = Delivery(0)
    delivery.send(started())
    delivery.send(started(), "c2")
    delivery.send(started(), "c3")
    for number in (1, 2, 3):
        delivery.wrote(number)
    assert delivery.ack(2) == ["c2"]
    assert (delivery.acked, delivery.last) == (2, 3)
    assert not delivery.holds(2)
    assert json.loads(delivery[3].text)["seq"] == 3


@pytest.mark.parametrize("upto", [0, 1, 2], ids=lambda n: f"resume-13-upto-{n}")
def test_an_ack_that_goes_backwards_or_comes_again_is_ignored(upto: int) -> None:
    delivery = filled(3)
    delivery.ack(2)
    assert delivery.ack(upto) == []
    assert delivery.acked == 2


@pytest.mark.parametrize("upto", [4, 2**53 - 1], ids=lambda n: f"resume-13-ahead-{n}")
def test_an_ack_of_what_was_never_logged_is_refused(upto: int) -> None:
    delivery = filled(3)
    with pytest.raises(FrameError) as refusal:
        delivery.ack(upto)
    assert refusal.value.code == "invalid_frame"
    assert refusal.value.ref_type == "ack"
    assert [(fault.path, fault.code) for fault in refusal.value.faults] == [("/upto", "ahead")]
    assert (delivery.acked, delivery.acking) == (0, False)


def test_an_ack_of_what_waits_for_its_socket_is_refused() -> None:
    delivery = filled(2)
    delivery.send(started())
    with pytest.raises(FrameError):
        delivery.ack(3)
    assert delivery.ack(2) == ["c1", "c2"]


def test_a_replaced_frame_keeps_its_number_and_is_no_command_any_more() -> None:
    delivery = filled(2, written=False, acking=True)
    cancel = CancelCommand(id="c1", reason="cancelled")
    assert delivery.replace(1, cancel) == Replace(cancel, 1)
    assert json.loads(delivery[1].text) == {"type": "cancel", "id": "c1", "reason": "cancelled", "seq": 1}
    assert delivery[1].command is None
    assert delivery.full(2) is False
    assert delivery.full(1) is True


def test_what_is_replaced_counts_by_its_new_size() -> None:
    limit = bytes_of(started("t" * 50), 1)
    delivery = Delivery(limit)
    delivery.send(started("t" * 50), "c1")
    assert delivery.full(0)
    delivery.replace(1, started())
    assert not delivery.full(0)
    delivery.wrote(1)
    assert delivery.ack(1) == []
    assert not delivery.full(0)


def test_the_log_of_who_never_acked_is_a_ring_by_number() -> None:
    delivery = filled(RING + 10)
    assert (delivery.acked, delivery.last) == (10, RING + 10)
    assert not delivery.full(1)


def test_the_log_of_who_never_acked_is_a_ring_by_bytes() -> None:
    size = bytes_of(started(), 1)
    delivery = filled(9, 5 * size)
    assert (delivery.acked, delivery.last) == (4, 9)


def test_bytes_are_counted_as_utf_8() -> None:
    text = "挥" * 10
    size = bytes_of(started(text), 1)
    delivery = Delivery(size)
    delivery.send(started(text))
    assert delivery.full(0)
    bigger = Delivery(size + 1)
    bigger.send(started(text))
    assert not bigger.full(0)


def test_while_a_socket_stands_the_ring_keeps_what_it_has_to_take() -> None:
    delivery = filled(RING + 10, written=False)
    assert delivery.acked == 0
    delivery.wrote(1)
    delivery.send(started())
    assert delivery.acked == 1


def test_while_no_socket_stands_the_ring_is_bounded_all_the_same() -> None:
    delivery = Delivery(0)
    delivery.attached = False
    for _ in range(RING + 10):
        delivery.send(started(), "c")
    assert (delivery.acked, delivery.last) == (10, RING + 10)
    assert not delivery.full(1)


def test_the_ring_keeps_what_a_new_socket_was_not_given_though_an_older_one_was() -> None:
    delivery = filled(RING)
    delivery.attached = False
    assert delivery.attach(5) == ["c1", "c2", "c3", "c4", "c5"]
    for _ in range(20):
        delivery.send(started())
    assert delivery.acked == 5
    for number in range(6, RING + 21):
        delivery.wrote(number)
    delivery.send(started())
    assert delivery.acked == 21


def test_a_client_that_acks_holds_the_log_until_it_does() -> None:
    delivery = filled(RING + 10, acking=True)
    assert delivery.acked == 0
    assert delivery.full(16)
    delivery.ack(RING + 10)
    assert not delivery.full(16)


def test_a_full_log_halts_the_model_of_who_acks() -> None:
    size = bytes_of(started(), 1)
    delivery = filled(3, 4 * size, acking=True)
    assert not delivery.full(0)
    delivery.send(started())
    delivery.wrote(4)
    assert delivery.full(0)
    delivery.ack(1)
    assert not delivery.full(0)


@pytest.mark.parametrize(("window", "full"), [(0, False), (2, True), (3, True), (4, False)])
def test_so_many_commands_that_were_not_acked_halt_the_model(window: int, full: bool) -> None:
    assert filled(3, acking=True).full(window) is full


def test_for_who_never_acked_only_what_waits_for_the_socket_counts() -> None:
    size = bytes_of(started(), 1)
    delivery = filled(2, 2 * size)
    assert not delivery.full(1)
    delivery.send(started())
    assert not delivery.full(1)
    delivery.send(started())
    assert delivery.full(1)
    delivery.wrote(3)
    assert not delivery.full(1)
    delivery.wrote(3)
    assert not delivery.full(1)


def test_without_a_limit_of_bytes_a_client_that_never_acked_is_never_full() -> None:
    assert not filled(50, written=False).full(1)


def test_a_log_that_only_grows_is_overfull_in_the_end() -> None:
    assert not filled(MUCH * RING, acking=True).overfull
    assert filled(MUCH * RING + 1, acking=True).overfull
    size = bytes_of(started(), 1)
    assert not filled(MUCH * 2, 2 * size, acking=True).overfull
    assert filled(MUCH * 2 + 1, 2 * size, acking=True).overfull


@pytest.mark.parametrize(("upto", "can"), [(1, False), (2, True), (3, True), (4, False), (5, False)])
def test_what_can_be_replayed(upto: int, can: bool) -> None:
    delivery = filled(3)
    delivery.ack(2)
    delivery.send(started())
    assert delivery.can_replay(upto) is can


def test_a_number_that_came_before_is_not_new() -> None:
    delivery = Delivery(0)
    assert delivery.take(1, 0.0) == (True, range(1, 1))
    assert delivery.take(2, 0.0) == (True, range(2, 2))
    for number in (1, 2):
        new, missing = delivery.take(number, 0.0)
        assert (new, list(missing)) == (False, [])
    assert delivery.taken == 2


def test_missing_numbers_are_named_and_the_one_that_came_counts() -> None:
    delivery = Delivery(0)
    assert delivery.take(4, 0.0) == (True, range(1, 4))
    assert delivery.taken == 4
    new, missing = delivery.take(2, 0.0)
    assert (new, list(missing)) == (False, [])
    assert [fault.message for fault in gap(range(1, 4)).faults] == ["missing: 1 to 3"]
    assert [fault.message for fault in gap(range(7, 8)).faults] == ["missing: 7"]


def test_an_ack_is_due_within_half_a_second_or_at_the_eighth_frame() -> None:
    delivery = Delivery(0)
    delivery.take(1, 10.0)
    delivery.take(2, 10.4)
    assert delivery.ack_due == 10.0 + ACK_WITHIN
    for number in range(3, ACK_EVERY + 1):
        delivery.take(number, 10.45)
    assert delivery.ack_due == 10.45
    assert delivery.told() == ACK_EVERY
    assert delivery.ack_due is None


def test_a_frame_that_came_twice_is_acked_again() -> None:
    delivery = Delivery(0)
    delivery.take(1, 0.0)
    delivery.told()
    delivery.take(1, 5.0)
    assert delivery.ack_due == 5.0 + ACK_WITHIN
