"""What waits for one socket."""

import asyncio

from capserver.outbox import Goodbye, Outbox


async def taken(outbox: Outbox, count: int) -> list[int | str | Goodbye]:
    async with asyncio.timeout(5):
        return [await outbox.get() for _ in range(count)]


async def test_items_come_out_in_the_order_in_which_they_went_in() -> None:
    outbox = Outbox()
    for item in (1, "a", 2):
        outbox.put(item)
    assert await taken(outbox, 3) == [1, "a", 2]


async def test_who_waits_is_woken_by_the_next_item() -> None:
    outbox = Outbox()
    waiting = asyncio.create_task(taken(outbox, 1))
    await asyncio.wait((waiting,), timeout=0)
    outbox.put("late")
    assert await waiting == ["late"]


async def test_its_size_is_that_of_the_texts_that_wait() -> None:
    outbox = Outbox()
    outbox.put("four")
    outbox.put(7)
    outbox.put("方圆")
    assert outbox.size == 6
    await taken(outbox, 1)
    assert outbox.size == 2
    await taken(outbox, 2)
    assert outbox.size == 0


async def test_the_goodbye_stands_behind_the_last_item_and_stays() -> None:
    outbox = Outbox()
    outbox.put(1)
    outbox.close(4029, "too many frames")
    goodbye = Goodbye(4029, "too many frames")
    assert await taken(outbox, 3) == [1, goodbye, goodbye]


async def test_after_a_goodbye_nothing_goes() -> None:
    outbox = Outbox()
    outbox.close(1000, "done")
    outbox.put("too late")
    assert outbox.size == 0
    assert await taken(outbox, 1) == [Goodbye(1000, "done")]


async def test_the_first_goodbye_counts() -> None:
    outbox = Outbox()
    outbox.close(4029, "first")
    outbox.close(1000, "second")
    assert await taken(outbox, 1) == [Goodbye(4029, "first")]


async def test_a_close_at_once_drops_what_waits() -> None:
    outbox = Outbox()
    outbox.put("never")
    outbox.put(1)
    outbox.close(4509, "resumed elsewhere", at_once=True)
    assert outbox.size == 0
    assert await taken(outbox, 1) == [Goodbye(4509, "resumed elsewhere")]


async def test_a_goodbye_wakes_who_waits() -> None:
    outbox = Outbox()
    waiting = asyncio.create_task(taken(outbox, 1))
    await asyncio.wait((waiting,), timeout=0)
    outbox.close(1000, "done")
    assert await waiting == [Goodbye(1000, "done")]
