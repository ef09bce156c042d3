"""Basic data that grows old and duties that stay owed become findings, told once, and resolved when they are met."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kapok.registry.v1 import camera_pb2, registry_events_pb2, registry_service_pb2, system_pb2
from kapok.registry.v1 import systems_service_pb2 as pb
from services.chassis import errors
from services.chassis.clock import ManualClock
from services.registry.domain import Deed
from services.registry.freshness import Freshness
from tests.eventually import eventually
from tests.integration.registry.systems import papers, stamp
from tests.integration.registry.town import (
    ARCHIVE,
    BANK,
    METRO,
    POLICE,
    SECRET_PLACE,
    TIANHE,
    YUEXIU,
    Town,
    name_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
CONFIRM, TERM = "RegistryService.ConfirmCameras", timedelta(days=180)
RAISED, RESOLVED = "registry.finding.raised", "registry.finding.resolved"
STALE = "art16-freshness"


@asynccontextmanager
async def later(town: Town, by: timedelta) -> AsyncIterator[tuple[Freshness, ManualClock]]:
    """The use case on the town's database, with a clock that is ahead."""
    clock = ManualClock(datetime.now(UTC) + by)
    async with town.inside(clock) as inside:
        yield Freshness(*inside.kept, TERM), clock


def findings(town: Town, kind: str, subject: str, rule: str) -> list[tuple[Any, registry_events_pb2.Finding]]:
    """The facts of that kind about a duty of the subject."""
    read = [(fact, registry_events_pb2.Finding.FromString(fact.snapshot.value)) for fact in town.told(kind)]
    return [(fact, one) for fact, one in read if (one.subject, one.duty.rule) == (subject, rule)]


def confirming(names: Sequence[str] = (), system: str = "") -> registry_service_pb2.ConfirmCamerasRequest:
    return registry_service_pb2.ConfirmCamerasRequest(names=names, system=system)


async def test_stale_cameras_are_one_finding_with_count_and_names_until_they_are_confirmed(town: Town) -> None:
    system = await town.system(METRO, "stale")
    names = [(await town.camera(system)).name, (await town.camera(system, TIANHE)).name]
    retired = (await town.camera(system)).name
    retire = registry_service_pb2.RetireCameraRequest(name=retired, reason="replaced")
    await town.by(METRO)("RegistryService.RetireCamera", retire)
    async with later(town, TERM - timedelta(days=1)) as (early, _):
        await early.round()
    async with later(town, TERM + timedelta(days=1)) as (freshness, clock):
        assert sum(await asyncio.gather(freshness.round(), freshness.round())), "two replicas"
        assert await freshness.round() == 0, "nothing is told twice"
        await eventually(lambda: findings(town, RAISED, system, STALE))
        [(fact, found)] = findings(town, RAISED, system, STALE)
        assert (found.count, sorted(found.cameras)) == (2, sorted(names))
        assert (found.operator, sorted(found.districts)) == ("agencies/metro", [YUEXIU, TIANHE])
        assert (fact.article, found.duty.article) == ("Article 16 ¶2", "Article 16 ¶2")
        assert (fact.principal, fact.is_sealed) == ("", False)
        assert found.due_time.ToDatetime(UTC) > clock.now()
        assert found.consequence
        deed = Deed("principals/metro", "a request")
        assert (await freshness.confirm(deed, names[:1], ""))[0] == 1
        await freshness.round()
        await eventually(lambda: len(findings(town, RAISED, system, STALE)) == 2)
        assert findings(town, RAISED, system, STALE)[1][1].count == 1, "another count is told anew"
        await freshness.confirm(deed, names[1:], "")
        await freshness.round()
        await eventually(lambda: findings(town, RESOLVED, system, STALE))
        clock.advance(timedelta(days=1))
        assert await freshness.round() == 0


async def test_an_expired_qualification_is_a_finding_until_a_valid_one_is_on_record(town: Town) -> None:
    works = list(papers().qualifications)
    works[2].expire_time.CopyFrom(stamp(timedelta(days=20)))
    system = await town.system(METRO, "expiring", papers(qualifications=works))
    await town.camera(system)
    rule = "art13-maintenance"
    async with later(town, timedelta(days=1)) as (freshness, clock):
        await freshness.round()
        assert not findings(town, RAISED, system, rule)
        clock.advance(timedelta(days=25))
        await freshness.round()
        await eventually(lambda: findings(town, RAISED, system, rule))
        [(fact, found)] = findings(town, RAISED, system, rule)
        assert (fact.article, found.consequence) == ("Article 13", "Article 26")
        assert len(found.duty.sentence) <= 1000
        works[2].expire_time.CopyFrom(stamp(timedelta(days=900)))
        record = system_pb2.CameraSystem(name=system, qualifications=works)
        mask = {"paths": ["qualifications"]}
        update = pb.UpdateCameraSystemRequest(camera_system=record, update_mask=mask)
        await town.by(METRO)("SystemsService.UpdateCameraSystem", update)
        await freshness.round()
        await eventually(lambda: findings(town, RESOLVED, system, rule))


async def test_an_operator_owes_its_responsible_entities_until_it_names_them(town: Town) -> None:
    await town.camera(await town.system(BANK, "owing"))
    rule, subject = "art7-responsible-entities", "operators/bank"
    async with later(town, timedelta(hours=1)) as (freshness, _):
        await freshness.round()
        await eventually(lambda: findings(town, RAISED, subject, rule))
        assert [fact.is_sealed for fact, _ in findings(town, RAISED, subject, rule)] == [False]
        entities: Any = [{"display_name": "the bank", "role": "ROLE_OWNER"}]
        operator = system_pb2.Operator(name=subject, display_name="bank", responsible_entities=entities)
        await town.by(BANK)("SystemsService.UpdateOperator", pb.UpdateOperatorRequest(operator=operator))
        await freshness.round()
        await eventually(lambda: findings(town, RESOLVED, subject, rule))


async def test_findings_about_secrets_and_about_those_who_keep_nothing_else_are_sealed(town: Town) -> None:
    system = await town.system(ARCHIVE, "vault")
    await town.camera(system, place_category=SECRET_PLACE)
    async with later(town, timedelta(hours=1)) as (freshness, _):
        await freshness.round()
    about = ((system, "art22-check"), ("operators/archive", "art7-responsible-entities"))
    for subject, rule in about:
        await eventually(lambda subject=subject, rule=rule: findings(town, RAISED, subject, rule))  # type: ignore[misc]
        assert [fact.is_sealed for fact, _ in findings(town, RAISED, subject, rule)] == [True], subject


async def test_two_rounds_at_once_tell_nothing_twice(town: Town) -> None:
    system = await town.system(METRO, "raced")
    async with later(town, timedelta(hours=1)) as (one, _), later(town, timedelta(hours=1)) as (other, _):
        await asyncio.gather(one.round(), other.round())
        assert await one.round() == 0
    await eventually(lambda: findings(town, RAISED, system, "art22-check"))
    assert len(findings(town, RAISED, system, "art22-check")) == 1


async def test_a_confirmation_is_on_record_with_its_time_in_answer_record_and_fact(town: Town) -> None:
    system = await town.system(METRO, "confirmed")
    before, other = await town.camera(system), await town.camera(system)
    answer = await town.by(METRO)(CONFIRM, confirming([before.name]))
    assert answer.confirmed_count == 1
    now = await town.get(POLICE, before.name)
    assert now.confirm_time == answer.confirm_time
    assert now.confirm_time.ToDatetime() > before.confirm_time.ToDatetime()
    assert (now.etag, now.update_time) == (before.etag, before.update_time), "no revision of its own"

    def told() -> list[camera_pb2.Camera]:
        facts = town.told("registry.cameras.confirmed")
        cameras = [camera_pb2.CameraBatch.FromString(fact.snapshot.value).cameras for fact in facts]
        return [camera for batch in cameras for camera in batch if camera.name == before.name]

    await eventually(told)
    assert [camera.confirm_time for camera in told()] == [answer.confirm_time]
    whole = await town.by(METRO)(CONFIRM, confirming(system=system))
    assert whole.confirmed_count == 2
    assert (await town.get(METRO, other.name)).confirm_time == whole.confirm_time


async def test_all_are_confirmed_or_none_and_hidden_ones_are_as_absent(town: Town) -> None:
    mine = await town.camera(await town.system(METRO, "whole"))
    theirs = await town.camera(await town.system(BANK, "whole"))
    secret = await town.camera(await town.system(ARCHIVE, "whole"), place_category=SECRET_PLACE)
    said = set()
    for foreign in (theirs.name, secret.name, name_of(999_990)):
        refusal = await town.refused(METRO, CONFIRM, confirming([mine.name, foreign]))
        said.add((refusal.reason, refusal.message.replace(foreign, "X")))
    assert len(said) == 1
    assert (await town.get(METRO, mine.name)).confirm_time == mine.confirm_time
    said = set()
    for foreign in (theirs.system, secret.system, "operators/metro/systems/never", "operators/nobody/systems/never"):
        refusal = await town.refused(METRO, CONFIRM, confirming(system=foreign))
        said.add((refusal.reason, refusal.message.replace(foreign, "X")))
    assert len(said) == 1
    for police in (POLICE, "police-guangzhou"):
        assert isinstance(await town.refused(police, CONFIRM, confirming([mine.name])), errors.Denied)


@pytest.mark.parametrize(
    "names",
    [
        {},
        {"names": ["x"]},
        {"names": [name_of(1)] * 1001},
        {"names": [name_of(1)], "system": "operators/metro/systems/x"},
        {"system": "operators/metro/systems/\x00"},
        {"system": "operators/metro/" + "x" * 500_000},
    ],
)
async def test_a_confirmation_of_nothing_of_too_much_or_of_no_name_is_refused_by_field(town: Town, names: Any) -> None:
    refusal = await town.refused(METRO, CONFIRM, registry_service_pb2.ConfirmCamerasRequest(**names))
    assert isinstance(refusal, errors.InvalidArgument)
    assert {one.field for one in refusal.violations} <= {"names", "system"}
