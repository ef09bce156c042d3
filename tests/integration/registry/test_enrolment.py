"""Cameras are registered once, each with an outcome of its own, however many callers come at once."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
import sqlalchemy as sa

from services.chassis import errors
from services.chassis.clock import ManualClock
from services.chassis.outbox import Message, Outbox
from services.chassis.tasks import background
from services.decider.facts import Action
from services.registry.domain import Camera, Deed, Source
from services.registry.enrolment import Draft, Enrolment, Outcome
from services.registry.permission import Scope, ScopeClass
from services.registry.store import counters
from services.registry.store.cameras import CameraStore, locked_source
from services.registry.store.tables import metadata
from services.registry.system.record import LifeState
from services.registry.vault import Vault
from tests.integration.registry.city import NOW, SYSTEMS, City, empty_city, recounted
from tests.integration.registry.clerks import deed
from tests.unit.registry.cameras import camera, code, numbered

METRO, PARKS = (
    Scope((ScopeClass(f"R-{agency}", frozenset(range(6)), frozenset(range(1, 14)), operator=f"agencies/{agency}"),))
    for agency in ("metro", "parks")
)


class Permissions:
    """Principals are called after their agencies; place category 8 is a state secret."""

    async def scope(self, principal: str, action: Action) -> Scope:
        return {"principals/metro": METRO, "principals/parks": PARKS}[principal]

    async def levels(self, cameras: Sequence[tuple[str, int]]) -> tuple[Sequence[int], int]:
        return [5 if category == 8 else 2 for _, category in cameras], 1


class Facts:
    """A fact names its verb, its rule and its cameras."""

    def one(self, verb: str, camera: Camera, deed: Deed) -> Message:
        return _message(f"{verb} {deed.rule} {camera.code[-2:]}", camera.created_at)

    def many(self, verb: str, cameras: Sequence[Camera], deed: Deed, at: datetime) -> Iterator[Message]:
        yield _message(f"{verb} {deed.rule} {' '.join(one.code[-2:] for one in cameras)}", at)


def _message(text: str, at: datetime) -> Message:
    return Message(str(uuid.uuid4()), text, b"", at)


@dataclass(frozen=True)
class Office:
    """Registration at work."""

    city: City
    enrolment: Enrolment

    async def told(self) -> list[str]:
        """The facts in the outbox."""
        async with self.city.database.read() as transaction:
            return sorted(await transaction.scalars(sa.select(metadata.tables["outbox"].c.subject)))

    async def stored(self) -> list[Camera]:
        """Every camera there is; asserts that the counts are right."""
        async with self.city.database.read() as transaction:
            await recounted(transaction)
            found = await self.city.store.of_codes(transaction, [code(n) for n in range(1, 40)])
        return [one.camera for one in found]


def enrolment_of(city: City) -> Enrolment:
    outbox = Outbox(city.database, metadata)
    vault, clock = Vault(bytes(32)), ManualClock(NOW)
    return Enrolment(city.database, outbox, CameraStore(), vault, Permissions(), Facts(), clock)


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with empty_city(database_url) as city:
        enrolment = enrolment_of(city)
        async with background(enrolment.gathering.work_forever()):
            yield Office(city, enrolment)


def draft(serial: int, system: str = SYSTEMS[0], source: Source | None = None, category: int = 10) -> Draft:
    return Draft(numbered(serial, system=system, category=category, level=0), source)


def said(outcomes: Sequence[Outcome]) -> list[str]:
    """In a word what became of each."""
    return [one.refusal.reason if one.refusal else "new" if one.is_new else "same" for one in outcomes]


async def test_one_camera_is_there_with_level_state_source_and_fact(office: Office) -> None:
    source = Source("rtsp://h/one", password="hunter2")
    made = await office.enrolment.one(deed("principals/metro"), draft(1, source=source))
    assert (made.level, made.state, made.system) == (2, LifeState.PLANNED, SYSTEMS[0])
    assert await office.stored() == [made]
    assert await office.told() == ["created R-metro 01"]
    async with office.city.database.read() as transaction:
        locked = await locked_source(transaction, made.code)
    assert locked is not None
    assert b"hunter2" not in locked


async def test_each_of_a_batch_has_an_outcome_of_its_own(office: Office) -> None:
    by = deed("principals/metro")
    await office.enrolment.many(by, [draft(1), draft(2)])
    changed = Draft(replace(draft(2).camera, display_name="西门"))
    unsound = Draft(camera(code="44", system=SYSTEMS[0]))
    again = [draft(1), changed, draft(3), draft(3), draft(4, "operators/metro/systems/none"), unsound,
             draft(5, SYSTEMS[2]), draft(6, category=8), draft(7, SYSTEMS[1], category=8)]  # fmt: skip
    assert said(await office.enrolment.many(by, again)) == [
        "same", "RESOURCE_EXISTS", "new", "ROW_DUPLICATE", "FIELD_INVALID", "FIELD_INVALID", "NOT_PERMITTED",
        "STATE_WRONG", "new",
    ]  # fmt: skip
    assert [one.code for one in await office.stored()] == [code(n) for n in (1, 2, 3, 7)]
    assert await office.told() == ["imported R-metro 01 02", "imported R-metro 03 07"]


async def test_a_strangers_code_and_a_foreign_system_look_alike_for_every_level(office: Office) -> None:
    await office.enrolment.many(deed("principals/metro"), [draft(1), draft(2, SYSTEMS[1], category=8)])
    tries = [draft(1, SYSTEMS[2]), draft(2, SYSTEMS[2])]
    outcomes = await office.enrolment.many(deed("principals/parks"), tries)
    assert said(outcomes) == ["NOT_PERMITTED"] * 2
    assert len({one.refusal.message for one in outcomes if one.refusal}) == 1
    assert len(await office.stored()) == 2


async def test_a_dry_run_says_the_same_and_writes_nothing(office: Office) -> None:
    drafts = [draft(1), draft(1), draft(2, "operators/metro/systems/none"), draft(3, SYSTEMS[2])]
    tried = await office.enrolment.many(deed("principals/metro"), drafts, is_dry_run=True)
    assert await office.stored() == []
    assert await office.told() == []
    assert said(tried) == said(await office.enrolment.many(deed("principals/metro"), drafts))


async def test_of_many_callers_with_one_code_one_registers_it(office: Office) -> None:
    """Two replicas, two operators, all at once."""
    other = enrolment_of(office.city)
    async with background(other.gathering.work_forever()):
        calls = [
            (office.enrolment, other)[n % 2].many(
                deed(f"principals/{agency}"), [draft(1, system), draft(10 + n, system)]
            )
            for n in range(12)
            for agency, system in ([("metro", SYSTEMS[0]), ("parks", SYSTEMS[2])][n // 2 % 2],)
        ]
        outcomes = await asyncio.gather(*calls)
    news = [[one.is_new for one in outcome] for outcome in outcomes]
    assert sum(first for first, _ in news) == 1
    assert all(second for _, second in news)
    stored = await office.stored()
    assert [one.code for one in stored] == [code(1), *(code(10 + n) for n in range(12))]


async def test_who_registers_alone_is_told_when_it_was_there(office: Office) -> None:
    await office.enrolment.one(deed("principals/metro"), draft(1))
    with pytest.raises(errors.AlreadyExists):
        await office.enrolment.one(deed("principals/metro"), draft(1))
    with pytest.raises(errors.Denied):
        await office.enrolment.one(deed("principals/parks"), draft(2))


async def test_a_level_of_a_policy_that_was_replaced_meanwhile_is_not_written(office: Office) -> None:
    """Else a camera judged before a change and written after the records have followed it would keep its old level."""
    async with office.city.database.write() as transaction:
        await counters.set_to(transaction, "levels", 2)
    with pytest.raises(errors.Aborted, match="send it again") as refusal:
        await office.enrolment.one(deed("principals/metro"), draft(1))
    assert refusal.value.reason == "LEVELS_CHANGED"
    assert await office.stored() == []
