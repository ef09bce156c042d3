"""Limits, on both databases: counted as they are written, whoever opens at the same moment; by indexes alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.chassis import database, errors
from services.chassis.clock import ManualClock
from services.streams.domain import Session
from services.streams.events import FactEncoder
from services.streams.limits import Bound, Limits, Reached, Whose, bound_of
from services.streams.placement import Load, Relay
from services.streams.relocation import Place
from services.streams.store import SessionStore
from services.streams.store.counts import query
from services.streams.store.places import PlaceStore
from tests.integration.streams.replica import MIGRATIONS, Replica, session

CAMERA, OTHER = (f"districts/440104/cameras/{number:020d}" for number in range(2))
NOBODY = 10**6


@pytest.fixture
async def replicas(database_url: str) -> AsyncIterator[list[database.Database]]:
    """The database of streams as three replicas have it open; of SQLite there is one."""
    count = 1 if database_url.startswith("sqlite") else 3
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(database.connect(database_url, MIGRATIONS)) for _ in range(count)]


@pytest.fixture
def clock() -> ManualClock:
    """Turned by hand."""
    return ManualClock()


def numbered(number: int, clock: ManualClock, **changes: object) -> Session:
    """The session of that number, of a principal, agency and camera of its own unless ``changes`` say otherwise."""
    own = {"name": f"sessions/{number}", "principal": f"principals/{number}", "agency": f"agencies/{number}"}
    return replace(session(CAMERA, clock), **own | changes)  # type: ignore[arg-type] # fields by name


async def added(opened: database.Database, clock: ManualClock, one: Session, *bounds: Bound) -> Reached | None:
    """What adding it says."""
    return await SessionStore(opened).add(one, FactEncoder(clock).session("opened", one), bounds)


async def placed(opened: database.Database, clock: ManualClock, camera: str = CAMERA, relay: str = "relay-1") -> None:
    await PlaceStore(opened).claim(Place(camera, relay, clock.now(), clock.now()))


def bounds(one: Session, most: int, *, viewers: int = NOBODY) -> tuple[Bound, ...]:
    """Of its principal, agency, camera and relay, all the same."""
    names = (one.principal, one.agency, one.camera, one.relay)
    return tuple(Bound(whose, name, most, viewers) for whose, name in zip(Whose, names, strict=True))


@pytest.mark.parametrize("shared", ["principal", "agency", "camera", "relay"])
async def test_of_many_that_open_at_once_as_many_are_on_record_as_may_be(
    replicas: list[database.Database], clock: ManualClock, shared: str
) -> None:
    """Each is alone with everything but one thing; that one has five places."""
    cameras = [CAMERA if shared == "camera" else f"districts/440104/cameras/{n:020d}" for n in range(24)]
    wanted = []
    for number, camera in enumerate(cameras):
        relay = f"relay-{number}" if shared in ("principal", "agency") else "relay-1"
        await placed(replicas[0], clock, camera, relay)
        own = {shared: "shared"} if shared in ("principal", "agency") else {}
        wanted.append(numbered(number, clock, camera=camera, relay=relay, **own))
    answers = await asyncio.gather(
        *(added(replicas[n % len(replicas)], clock, one, *bounds(one, 5)) for n, one in enumerate(wanted))
    )
    refused = [answer for answer in answers if answer is not None]
    assert len(refused) == len(wanted) - 5
    assert len(await SessionStore(replicas[0]).all_open()) == 5
    assert {answer.bound.whose for answer in refused} == {Whose(shared)}
    assert await facts(replicas[0]) == 5, "what was refused leaves none"


async def facts(opened: database.Database) -> int:
    """How many wait in the outbox."""
    async with opened.read() as transaction:
        return int(await transaction.scalar(sa.text("SELECT count(*) FROM outbox")) or 0)


async def test_a_session_has_places_for_all_its_viewers_from_its_opening_to_its_end(
    replicas: list[database.Database], clock: ManualClock
) -> None:
    opened, store = replicas[0], SessionStore(replicas[0])
    await placed(opened, clock)
    crowd = numbered(1, clock, viewer_limit=6)
    assert await added(opened, clock, crowd, *bounds(crowd, 9, viewers=10)) is None
    for number, viewers, is_refused in ((2, 5, True), (3, 4, False), (4, 1, True)):
        one = numbered(number, clock, viewer_limit=viewers)
        reached = await added(opened, clock, one, *bounds(one, 9, viewers=10))
        assert (reached is not None) == is_refused
        if reached:
            assert (reached.bound.whose, reached.unit) == (Whose.CAMERA, "viewers")
    closed = replace(crowd, closed_at=clock.now(), close_reason="closed by its owner")
    assert await store.change(closed, FactEncoder(clock).session("closed", closed))
    one = numbered(5, clock, viewer_limit=6)
    assert await store.reached(one, bounds(one, 9, viewers=10)) is None
    assert await added(opened, clock, one, *bounds(one, 9, viewers=10)) is None


async def test_the_first_end_of_a_principals_sessions_is_when_there_is_room_again(
    replicas: list[database.Database], clock: ManualClock
) -> None:
    opened = replicas[0]
    await placed(opened, clock)
    for number, minutes in enumerate((30, 10, 20)):
        ends_at = clock.now() + timedelta(minutes=minutes)
        await added(opened, clock, numbered(number, clock, principal="principals/p", expires_at=ends_at))
    one = numbered(9, clock, principal="principals/p")
    reached = await added(opened, clock, one, *bounds(one, 3))
    assert reached
    assert reached.refusal(clock.now()).retry_after == timedelta(minutes=10, seconds=1)


async def test_a_session_whose_camera_went_to_another_relay_meanwhile_is_not_added(
    replicas: list[database.Database], clock: ManualClock
) -> None:
    await placed(replicas[0], clock, relay="relay-2")
    one = numbered(1, clock)
    with pytest.raises(errors.Aborted):
        await added(replicas[0], clock, one, *bounds(one, 3))
    assert await facts(replicas[0]) == 0


@pytest.mark.parametrize("whose", Whose)
async def test_what_is_open_is_counted_without_what_has_closed(
    replicas: list[database.Database], clock: ManualClock, whose: Whose
) -> None:
    """By an index that holds nothing else: of a busy principal a million sessions may be on record."""
    async with replicas[0].read() as transaction:
        explained = query([Bound(whose, "x", 3, 3)]).compile(
            dialect=transaction.dialect, compile_kwargs={"literal_binds": True}
        )
        explain = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "SET LOCAL enable_seqscan = off; EXPLAIN"}
        for statement in f"{explain[transaction.dialect.name]} {explained}".split("; "):
            answer = await transaction.execute(sa.text(statement))
        plan = str(answer.all())
    assert f"sessions_open_of_{whose}" in plan, plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


async def test_a_camera_that_nobody_watches_goes_from_a_full_relay_to_one_with_room(
    replicas: list[database.Database], clock: ManualClock
) -> None:
    opened, replica = replicas[0], Replica(replicas[0], clock)
    replica.hear("relay-1", "relay-2", "relay-3")
    full = await replica.of(CAMERA)
    first, second = (one.name for one in replica.ranked(CAMERA) if one.name != full)
    assert replica.ranked(CAMERA)[0].name == full
    crowd = numbered(1, clock, camera=OTHER, relay=first, viewer_limit=1000)
    await added(opened, clock, crowd)
    assert (await replica.places.elsewhere(numbered(2, clock, relay=full, viewer_limit=2))) == replica.find(second), (
        "the next one is full as well"
    )
    relay, wait = await replica.places.to_command(CAMERA)
    assert relay.name == second
    assert wait, "what the full one was granted it may have carried out until then"


async def test_a_camera_that_is_watched_stays_and_one_for_which_nobody_has_room_too(
    replicas: list[database.Database], clock: ManualClock
) -> None:
    opened, replica = replicas[0], Replica(replicas[0], clock)
    replica.hear("relay-1", "relay-2")
    full = await replica.of(CAMERA)
    assert await replica.places.elsewhere(numbered(2, clock, relay=full, viewer_limit=901)) is None, (
        "more than any relay has room for"
    )
    await added(opened, clock, numbered(1, clock, relay=full))
    assert await replica.places.elsewhere(numbered(2, clock, relay=full)) is None
    assert await replica.of(CAMERA) == full


async def test_one_that_opens_and_one_that_takes_the_camera_elsewhere_do_not_both_succeed(
    replicas: list[database.Database], clock: ManualClock
) -> None:
    """Else one camera would be pulled and commanded by two relays."""
    relay = Relay("relay-1", b"", "127.0.0.1", 8554, clock.now(), load=Load())
    for number in range(12):
        camera = f"districts/440104/cameras/{100 + number:020d}"
        await placed(replicas[0], clock, camera)
        one = numbered(number, clock, camera=camera)
        moved = Place(camera, "relay-2", clock.now(), clock.now(), "relay-1")
        opening = added(replicas[0], clock, one, *Limits().bounds(one, relay), bound_of(relay, one))
        taking = PlaceStore(replicas[-1]).claim_unwatched(moved)
        is_taken, answer = await asyncio.gather(*((taking, opening) if number % 2 else (opening, taking)),
                                                return_exceptions=True)  # fmt: skip
        is_taken, answer = (is_taken, answer) if number % 2 else (answer, is_taken)
        place = await PlaceStore(replicas[0]).find(camera)
        assert place
        assert (is_taken, isinstance(answer, errors.Aborted)) == (place.relay == "relay-2",) * 2
        assert (await SessionStore(replicas[0]).find(one.name) is None) == (place.relay == "relay-2")
