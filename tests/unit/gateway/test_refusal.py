"""A refusal is written, or waits in order and bounded; no caller can make one disappear."""

import asyncio
import logging

import pytest

from services.chassis import errors
from services.chassis.tasks import background
from services.gateway.refusal import Refusal, RefusalBook
from tests.eventually import eventually


def refusal(number: int) -> Refusal:
    return Refusal("principals/a", "/s/M", "PERMISSION_DENIED", "NOT_PERMITTED", str(number), f"id-{number}")


class Pages:
    """A ledger held in memory."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.failure: errors.Error | None = None
        self.poison = ""
        self.is_slow = False

    async def record(self, refusal: Refusal) -> None:
        if self.is_slow:
            await asyncio.Event().wait()
        if self.failure:
            raise self.failure
        if refusal.message == self.poison:
            raise errors.InvalidArgument(errors.Violation("refusal", "not this one"))
        self.written.append(refusal.message)


AWAY = errors.Unavailable("SERVICE_AWAY", "audit does not answer")


async def test_what_waited_is_written_in_order_when_the_ledger_is_back() -> None:
    pages = Pages()
    book = RefusalBook(pages, retry_s=0.01)
    async with background(book.write_forever()):
        pages.failure = AWAY
        await book.record(refusal(1))
        pages.failure = None
        await book.record(refusal(2))  # waits behind the first
        await eventually(lambda: pages.written == ["1", "2"])


async def test_a_call_cancelled_while_its_refusal_is_written_leaves_it_waiting() -> None:
    pages = Pages()
    book = RefusalBook(pages)
    pages.is_slow = True
    async with asyncio.TaskGroup() as group:
        call = group.create_task(book.record(refusal(1)))
        await asyncio.wait([call], timeout=0.01)
        call.cancel()
    pages.is_slow = False
    await book.drain(1)
    assert pages.written == ["1"]


async def test_beyond_its_bound_a_refusal_is_in_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    pages = Pages()
    book = RefusalBook(pages, capacity=2)
    pages.failure = AWAY
    with caplog.at_level(logging.ERROR):
        for number in range(3):
            await book.record(refusal(number))
    [record] = caplog.records
    assert record.__dict__["request_id"] == "id-2"
    pages.failure = None
    await book.drain(1)
    assert pages.written == ["0", "1"]


async def test_one_that_the_ledger_never_takes_does_not_hold_back_the_others() -> None:
    pages = Pages()
    book = RefusalBook(pages)
    pages.failure, pages.poison = AWAY, "1"
    for number in range(3):
        await book.record(refusal(number))
    pages.failure = None
    await book.drain(1)
    assert pages.written == ["0", "2"]


async def test_draining_gives_up_after_its_time() -> None:
    pages = Pages()
    book = RefusalBook(pages)
    pages.failure = AWAY
    await book.record(refusal(1))
    pages.is_slow = True
    await book.drain(0.01)
    assert pages.written == []
