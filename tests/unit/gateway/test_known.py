"""Permissions is asked once in two seconds and certificate; an ending makes it be asked at once."""

import asyncio
from datetime import datetime, timedelta

import pytest

from services.chassis import errors
from services.chassis.clock import ManualClock
from services.gateway.certificate import Certificate
from services.gateway.known import Bearer, KnownCertificates, Standing

_CERTIFICATE = Certificate("principals/a", "00", datetime.min, datetime.max)


class Table:
    """A directory held in memory."""

    def __init__(self) -> None:
        self.asked = 0
        self.refusal: errors.Error | None = None
        self.until: datetime | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def identify(self, _bearer: Bearer) -> Standing:
        self.asked += 1
        refusal = self.refusal
        await self.may_answer.wait()
        if refusal:
            raise refusal
        return Standing("agencies/x", self.until)


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def known(table: Table, clock: ManualClock) -> KnownCertificates:
    return KnownCertificates(table, clock)


async def test_an_answer_is_kept_two_seconds(table: Table, clock: ManualClock, known: KnownCertificates) -> None:
    await known.require(_CERTIFICATE)
    clock.advance(timedelta(seconds=1.9))
    await known.require(_CERTIFICATE)
    assert table.asked == 1
    clock.advance(timedelta(seconds=0.1))
    await known.require(_CERTIFICATE)
    assert table.asked == 2


async def test_an_answer_is_not_kept_beyond_its_own_end(
    table: Table, clock: ManualClock, known: KnownCertificates
) -> None:
    table.until = clock.now() + timedelta(seconds=0.5)
    await known.require(_CERTIFICATE)
    clock.advance(timedelta(seconds=0.5))
    await known.require(_CERTIFICATE)
    assert table.asked == 2


async def test_a_refusal_is_kept_too_and_raised_each_time(table: Table, known: KnownCertificates) -> None:
    table.refusal = errors.Denied("PRINCIPAL_REVOKED", "was revoked")
    for _ in range(2):
        with pytest.raises(errors.Denied):
            await known.require(_CERTIFICATE)
    assert table.asked == 1


async def test_a_directory_that_is_away_is_asked_again_soon(
    table: Table, clock: ManualClock, known: KnownCertificates
) -> None:
    table.refusal = errors.Unavailable("SERVICE_AWAY", "permissions does not answer")
    with pytest.raises(errors.Unavailable):
        await known.require(_CERTIFICATE)
    table.refusal = None
    clock.advance(timedelta(seconds=0.2))
    await known.require(_CERTIFICATE)


async def test_calls_that_wait_together_cost_one_question(table: Table, known: KnownCertificates) -> None:
    table.may_answer.clear()
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(known.require(_CERTIFICATE)) for _ in range(10)]
        await asyncio.wait(waiting, timeout=0.01)
        table.may_answer.set()
    assert table.asked == 1


async def test_an_answer_on_its_way_when_the_principal_is_revoked_is_not_kept(
    table: Table, known: KnownCertificates
) -> None:
    table.may_answer.clear()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(known.require(_CERTIFICATE))
        await asyncio.wait([first], timeout=0.01)
        known.forget("principals/a")
        table.refusal = errors.Denied("PRINCIPAL_REVOKED", "was revoked")
        table.may_answer.set()
    with pytest.raises(errors.Denied):
        await known.require(_CERTIFICATE)


async def test_an_ending_of_another_principal_changes_nothing(table: Table, known: KnownCertificates) -> None:
    await known.require(_CERTIFICATE)
    known.forget("principals/b")
    await known.require(_CERTIFICATE)
    assert table.asked == 1


@pytest.mark.parametrize("subject", ["principals/a", "agencies/x", "certificates/00"])
async def test_an_ending_of_it_its_agency_or_its_certificate_has_it_asked_for_anew(
    table: Table, known: KnownCertificates, subject: str
) -> None:
    await known.require(_CERTIFICATE)
    known.forget(subject)
    await known.require(_CERTIFICATE)
    assert table.asked == 2


@pytest.mark.parametrize("subject", ["agencies/y", "certificates/01", "00", "x"])
async def test_an_ending_of_anything_else_changes_nothing(table: Table, known: KnownCertificates, subject: str) -> None:
    await known.require(_CERTIFICATE)
    known.forget(subject)
    await known.require(_CERTIFICATE)
    assert table.asked == 1


async def test_an_answer_on_its_way_when_an_agency_is_suspended_is_not_kept(
    table: Table, known: KnownCertificates
) -> None:
    table.may_answer.clear()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(known.require(_CERTIFICATE))
        await asyncio.wait([first], timeout=0.01)
        known.forget("agencies/x")
        table.refusal = errors.Denied("PRINCIPAL_REVOKED", "was suspended")
        table.may_answer.set()
    with pytest.raises(errors.Denied):
        await known.require(_CERTIFICATE)
