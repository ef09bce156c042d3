"""Inspections of Article 17 on either database: opened by public security, three looks of a minute, then a report."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument, NotFound
from services.decider.conditions import INSPECTION
from services.decider.facts import Action, Area, Camera, Principal
from services.permissions.batches import Batch, Batches
from services.permissions.decisions import Decisions
from services.permissions.ending import Cause
from services.permissions.inspections.domain import MOST_CHECKS, Inspecting, Mandate, Report, State
from services.permissions.inspections.service import Inspections
from services.permissions.papers.letter import Officer
from services.permissions.papers.reviews import Reviews
from services.permissions.ports import Ports
from services.permissions.question import Answer, Question
from services.permissions.reaches import Reaches
from services.permissions.view import Views
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    NOW,
    OPERATOR,
    PARK,
    POLICE,
    SECRET,
    SECURITY,
    SQUARE,
    TIANHE,
    TUNNEL,
    URBAN,
    YUEXIU,
)
from tests.unit.permissions import records
from tests.unit.permissions.records import Outside

END = NOW + timedelta(days=7)
OFFICERS = (Officer("Chen", "C-1", END), Officer("Li", "C-2", END))
MANDATE = Mandate("GA-17", "retention of recordings", OFFICERS, Area(operators=frozenset({OPERATOR.agency})), END)
RESTING = replace(PARK, is_operating=False)  # suspended by its operator
UNACCEPTED = replace(PARK, name=PARK.name[:-1] + "7", is_accepted=False, is_operating=False)
MINUTE = timedelta(seconds=60)
Platform = tuple[Ports, Outside]


@pytest.fixture
async def platform(database_url: str) -> AsyncIterator[Platform]:
    async with records.ports_on(database_url) as (ports, outside):
        outside.cameras |= {one.name: one for one in (RESTING, UNACCEPTED, SECRET)}
        yield ports, outside


async def ask(
    ports: Ports, who: Principal, action: Action, camera: Camera = TUNNEL, session: str = "", ground: str = ""
) -> Answer:
    question = Question(who.name, camera.name, action, incident=ground, used_for=session)
    return await Decisions(ports, Views(ports)).decide(question)


async def may(ports: Ports, who: Principal, action: Action, camera: Camera = TUNNEL) -> bool:
    """By a single check, a batch and what is within reach, which say the same."""
    alone = (await ask(ports, who, action, camera)).decision.allowed
    batch = await Batches(ports, Views(ports)).decide_named(Batch(who.name, action), [camera.name])
    assert bool(batch.allowed[0]) == alone
    cover = (await Reaches(ports).of(Batch(who.name, action))).covers.get(INSPECTION)
    assert alone <= (cover is None or camera.name not in cover.excepted)
    return alone


def later(ports: Ports, by: timedelta) -> None:
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(by)


async def opened(ports: Ports, by: Principal = POLICE, mandate: Mandate = MANDATE) -> Inspecting:
    return await Inspections(ports).open(by.name, mandate)


async def test_an_open_inspection_opens_inspection_and_nothing_else(platform: Platform) -> None:
    ports, outside = platform
    for action in (Action.INSPECT, Action.LIVE_CHECK):
        refused = (await ask(ports, POLICE, action)).decision
        assert (refused.allowed, refused.lacking) == (False, ("inspection",))
    inspecting = await opened(ports)
    assert (inspecting.operators, inspecting.state) == ({OPERATOR.agency}, State.OPEN)
    assert await may(ports, POLICE, Action.INSPECT)
    assert await may(ports, POLICE, Action.LIVE_CHECK)
    for action in (Action.PLAYBACK, Action.COPY, Action.CONTROL, Action.TAKE_OVER, Action.CONFIGURE):
        assert not await may(ports, POLICE, action)
    for who in (CITY_POLICE, COMMAND, URBAN, OPERATOR):
        assert not await may(ports, who, Action.LIVE_CHECK), "it is of the agency that opened it"
    assert [(c.verb, c.by) for c in outside.changes] == [("inspection.opened", POLICE.name)]


async def test_an_operators_settings_block_no_live_check_and_a_lacking_acceptance_does(platform: Platform) -> None:
    ports, _ = platform
    await Reviews(ports).set_terms(OPERATOR.name, OPERATOR.agency, 24, "we look first")
    await opened(ports)
    assert await may(ports, POLICE, Action.LIVE_CHECK, RESTING), "suspended by its operator"
    refused = (await ask(ports, POLICE, Action.LIVE_CHECK, UNACCEPTED)).decision
    assert (refused.allowed, refused.rule) == (False, "art10-deny-not-accepted")
    assert await may(ports, POLICE, Action.INSPECT, UNACCEPTED), "records are inspected in every state"


async def test_a_live_check_lasts_a_minute_from_its_beginning_however_often_it_is_asked_again(
    platform: Platform,
) -> None:
    ports, outside = platform
    inspecting = await opened(ports)
    first = await ask(ports, POLICE, Action.LIVE_CHECK, session="sessions/1")
    assert (first.decision.rule, first.decision.valid_until) == ("art17-check-district-police", NOW + MINUTE)
    assert first.inspection == inspecting.name
    later(ports, timedelta(seconds=59))
    again = await ask(ports, POLICE, Action.LIVE_CHECK, session="sessions/1", ground=inspecting.name)
    assert (again.decision.allowed, again.decision.valid_until) == (True, NOW + MINUTE)
    later(ports, timedelta(seconds=1))
    over = await ask(ports, POLICE, Action.LIVE_CHECK, session="sessions/1", ground=inspecting.name)
    assert not over.decision.allowed
    told = [(c.verb, c.camera) for c in outside.changes if c.verb == "inspection.checked"]
    assert told == [("inspection.checked", TUNNEL.name)]


async def test_a_camera_is_looked_at_three_times_and_no_more_also_when_asked_at_once(platform: Platform) -> None:
    ports, _ = platform
    inspecting = await opened(ports)
    asked = [ask(ports, POLICE, Action.LIVE_CHECK, session=f"sessions/{n}") for n in range(6)]
    answers = await asyncio.gather(*asked)
    assert sum(answer.decision.allowed for answer in answers) == MOST_CHECKS
    assert not await may(ports, POLICE, Action.LIVE_CHECK)
    assert await may(ports, POLICE, Action.LIVE_CHECK, RESTING), "another camera"
    assert await may(ports, POLICE, Action.INSPECT), "its records go on being read"
    assert (await Inspections(ports).get(POLICE.name, inspecting.name)).checks == MOST_CHECKS
    await opened(ports)
    assert not await may(ports, POLICE, Action.LIVE_CHECK), "a second inspection gives no further looks"


async def test_closing_needs_a_report_and_ends_it_at_once_with_an_ending(platform: Platform) -> None:
    ports, outside = platform
    inspecting = await opened(ports)
    for report, field in (
        (Report(" "), "report"),
        (Report("x" * 10_001), "report"),
        (Report("x", "A"), "report_sha256"),
    ):
        with pytest.raises(InvalidArgument) as wrong:
            await Inspections(ports).close(POLICE.name, inspecting.name, report)
        assert [violation.field for violation in wrong.value.violations] == [field]
    with pytest.raises(Denied):
        await Inspections(ports).close(CITY_POLICE.name, inspecting.name, Report("not mine"))
    closed = await Inspections(ports).close(POLICE.name, inspecting.name, Report("two cameras kept 12 days only"))
    assert (closed.state, closed.closed_at) == (State.CLOSED, NOW)
    assert [(ending.cause, ending.subject) for ending in outside.told] == [(Cause.INSPECTION_ENDED, inspecting.name)]
    assert not await may(ports, POLICE, Action.INSPECT)
    with pytest.raises(FailedPrecondition):
        await Inspections(ports).close(POLICE.name, inspecting.name, Report("again"))
    await opened(ports)


async def test_time_ends_it_on_record_and_its_agency_opens_none_before_the_report(platform: Platform) -> None:
    ports, outside = platform
    inspecting = await opened(ports, mandate=replace(MANDATE, ends_at=NOW + timedelta(hours=1)))
    later(ports, timedelta(hours=1))
    assert not await may(ports, POLICE, Action.INSPECT), "before anybody wrote it down"
    assert (await Inspections(ports).get(OPERATOR.name, inspecting.name)).state is State.EXPIRED
    await asyncio.gather(Inspections(ports).expire_once(), Inspections(ports).expire_once())  # of two replicas
    assert [(c.verb, c.by) for c in outside.changes if "expired" in c.verb] == [("inspection.expired", "")]
    with pytest.raises(FailedPrecondition, match="report is owed"):
        await opened(ports)
    closed = await Inspections(ports).close(POLICE.name, inspecting.name, Report("nothing found"))
    assert closed.ends_at == NOW + timedelta(hours=1)
    assert len(outside.told) == 1, "it ended once"
    await opened(ports)


@pytest.mark.parametrize(
    ("by", "wrong", "field"),
    [
        (POLICE, {"order_number": ""}, "inspection.order_number"),
        (POLICE, {"purpose": ""}, "inspection.purpose"),
        (POLICE, {"ends_at": END + timedelta(seconds=1), "officers": tuple(
            replace(one, certificate_ends_at=END + MINUTE) for one in OFFICERS)}, "inspection.end_time"),
        (POLICE, {"officers": OFFICERS[:1]}, "inspection.officers"),
        (POLICE, {"officers": (OFFICERS[0], replace(OFFICERS[1], certificate_number="c-1 "))}, "inspection.officers"),
        (POLICE, {"officers": (OFFICERS[0], replace(OFFICERS[1], certificate_ends_at=NOW))},
         "inspection.officers[1].certificate_expire_time"),
        (POLICE, {"area": Area()}, "inspection.area"),
        (POLICE, {"area": Area(districts=frozenset({TIANHE}))}, "inspection.districts"),
        (POLICE, {"area": Area(systems=frozenset(f"operators/metro/systems/{n}" for n in range(101)))},
         "inspection.systems"),
    ],
)  # fmt: skip
async def test_a_wrong_field_is_named(platform: Platform, by: Principal, wrong: dict[str, object], field: str) -> None:
    ports, _ = platform
    with pytest.raises(InvalidArgument) as refused:
        await opened(ports, by, replace(MANDATE, **wrong))  # type: ignore[arg-type] # fields by name
    assert [violation.field for violation in refused.value.violations] == [field]


async def test_an_operator_that_is_not_on_record_is_told_from_no_other(platform: Platform) -> None:
    ports, _ = platform
    nobody = await opened(ports, mandate=replace(MANDATE, area=Area(operators=frozenset({"agencies/nobody"}))))
    assert nobody.operators == {"agencies/nobody"}
    assert not await may(ports, POLICE, Action.INSPECT)


async def test_camera_systems_by_name_are_inspected_and_no_other_of_their_operators(platform: Platform) -> None:
    ports, outside = platform
    first, second, third = (
        replace(TUNNEL, name=f"{TUNNEL.name[:-2]}5{n}", system=f"operators/metro/systems/{n}") for n in range(3)
    )
    outside.cameras |= {one.name: one for one in (first, second, third)}
    systems = frozenset({first.system, second.system})
    inspecting = await opened(ports, mandate=replace(MANDATE, area=Area(systems=systems)))
    assert inspecting.operators == {"agencies/metro"}
    assert (await Inspections(ports).get(POLICE.name, inspecting.name)).mandate.area.systems == systems
    for camera, is_covered in ((first, True), (second, True), (third, False), (TUNNEL, False)):
        for action in (Action.INSPECT, Action.LIVE_CHECK):
            assert await may(ports, POLICE, action, camera) == is_covered
    outside.cameras[third.name] = replace(third, system=first.system)
    assert await may(ports, POLICE, Action.INSPECT, third), "it follows what the registry says"
    await Inspections(ports).close(POLICE.name, inspecting.name, Report("in order"))
    assert not await may(ports, POLICE, Action.INSPECT, first)


async def test_a_system_of_secrets_an_unknown_one_and_one_elsewhere_open_alike_and_open_nothing(
    platform: Platform,
) -> None:
    ports, outside = platform
    secrets, elsewhere, unknown = (f"operators/metro/systems/{name}" for name in ("vault", "tianhe", "none"))
    away = replace(TUNNEL, name=f"districts/{TIANHE}/cameras/{TIANHE}00001310000001", district=TIANHE, system=elsewhere)
    outside.cameras |= {SECRET.name: replace(SECRET, system=secrets), away.name: away}
    said = set()
    for system in (secrets, elsewhere, unknown):
        inspecting = await opened(ports, mandate=replace(MANDATE, area=Area(systems=frozenset({system}))))
        told = replace(inspecting, name="", mandate=replace(inspecting.mandate, area=Area(bound=YUEXIU)))
        assert inspecting.mandate.area == Area(systems=frozenset({system}), bound=YUEXIU)
        said.add(repr(told))
    assert len(said) == 1
    assert not await may(ports, POLICE, Action.INSPECT, away)
    refusals = set()
    for name in (SECRET.name, SECRET.name[:-1] + "9"):
        with pytest.raises(Denied) as absent:
            await ask(ports, POLICE, Action.INSPECT, replace(TUNNEL, name=name))
        refusals.add(str(absent.value).replace(name, "NAME"))
    assert len(refusals) == 1


async def test_only_public_security_opens_one_and_a_district_stays_within_its_district(platform: Platform) -> None:
    ports, outside = platform
    for who in (SECURITY, COMMAND, URBAN, OPERATOR):
        with pytest.raises(Denied):
            await opened(ports, who)
    elsewhere = replace(TUNNEL, name=f"districts/{TIANHE}/cameras/{TIANHE}00001310000001", district=TIANHE)
    outside.cameras[elsewhere.name] = elsewhere
    await opened(ports)
    assert not await may(ports, POLICE, Action.INSPECT, elsewhere)
    await opened(ports, CITY_POLICE, replace(MANDATE, area=Area(SQUARE, frozenset({YUEXIU}))))
    assert await may(ports, CITY_POLICE, Action.LIVE_CHECK, TUNNEL)
    with pytest.raises(Denied, match="no such camera"):
        await opened(ports, CITY_POLICE, replace(MANDATE, area=Area(cameras=frozenset({SECRET.name}))))


async def test_inspections_are_listed_to_whom_they_concern_and_absent_for_others(platform: Platform) -> None:
    ports, _ = platform
    names = []
    for _ in range(3):
        names.append((await opened(ports)).name)
        later(ports, MINUTE)
    for who in (POLICE, CITY_POLICE, OPERATOR):
        found = await Inspections(ports).list(who.name, None, 2)
        rest = await Inspections(ports).list(who.name, (found[-1].starts_at, found[-1].name), 2)
        assert [one.name for one in (*found, *rest)] == names[::-1]
    said = set()
    for name in (names[0], "inspections/none"):
        with pytest.raises(NotFound) as absent:
            await Inspections(ports).get(URBAN.name, name)
        said.add(f"{absent.value.message} {dict(absent.value.metadata)}".replace(name, "NAME"))
    assert len(said) == 1
    assert await Inspections(ports).list(URBAN.name, None, 5) == []
