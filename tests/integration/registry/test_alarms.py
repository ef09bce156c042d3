"""Reports of relays become health and alarms, for the operator and the public security of the district (Article 15)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kapok.registry.v1 import camera_pb2, health_events_pb2, registry_service_pb2
from kapok.registry.v1 import health_service_pb2 as pb
from services.chassis import errors
from services.chassis.bell import Bell
from services.chassis.clock import ManualClock
from services.registry.domain import code_of
from services.registry.health import Device, Health, Report, Reporter, Signal, Storage
from services.registry.hysteresis import Watch
from services.registry.signals import Signals
from services.registry.store import counters
from tests.eventually import eventually
from tests.integration.permissions.stage import RELAY
from tests.integration.registry.town import (
    ABOVE,
    ARCHIVE,
    BANK,
    ELSEWHERE,
    METRO,
    POLICE,
    SECRET_PLACE,
    SECURITY,
    URBAN,
    Inside,
    Town,
    name_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
SUBJECT, LIST, WATCH = f"kapok.v1.health.{RELAY}", "HealthService.ListAlarms", "HealthService.WatchAlarms"
RELAY_SAYS = Reporter.RELAY
FINE, MOVED = {"signal": "SIGNAL_OK", "device": "DEVICE_OK"}, {"signal": "SIGNAL_OK", "device": "DEVICE_TAMPERED"}


async def report(wire: Any, *cameras: str, **found: str) -> None:
    """As a relay does."""
    reports = [health_events_pb2.HealthReport(camera=camera, **found) for camera in cameras]
    await wire.publish(SUBJECT, health_events_pb2.HealthReports(reporter="probe", reports=reports).SerializeToString())
    await wire.client.flush()


async def alarms(town: Town, agency: str, camera: str) -> list[Any]:
    """Those of the camera that the agency is told of, newest first."""
    found = await town.by(agency)(LIST, pb.ListAlarmsRequest(page_size=1000))
    return [alarm for alarm in found.alarms if alarm.camera == camera]


async def becomes(town: Town, camera: str, health: str) -> None:
    """Wait until the camera's operator reads that health."""
    operator = ARCHIVE if await _is_archive(town, camera) else METRO

    async def reads() -> bool:
        return camera_pb2.Health.Name((await town.get(operator, camera)).health) == f"HEALTH_{health}"

    await eventually(reads)


async def _is_archive(town: Town, camera: str) -> bool:
    seen = await town.get(SECURITY, camera)
    return bool(seen.operator == "agencies/archive")


@asynccontextmanager
async def signals(town: Town) -> AsyncIterator[tuple[Signals, ManualClock, Inside]]:
    """The use case, with a clock of its own, on the town's database."""
    clock = ManualClock(datetime.now(UTC))
    async with town.inside(clock) as inside:
        yield Signals(*inside.kept, Bell(), Watch()), clock, inside


async def changes(inside: Inside) -> int:
    async with inside.records.read() as transaction:
        return await counters.last(transaction, "change")


async def test_a_relay_s_word_of_tampering_is_an_alarm_to_those_it_concerns_and_clears_again(town: Town) -> None:
    camera = (await town.camera(await town.system(METRO, "platform"))).name
    async with town.stage.hear() as wire, town.stream(POLICE, WATCH, pb.WatchAlarmsRequest()) as watched:
        assert not (await watched.read()).alarms, "the first answer brings a token and no alarm"
        await report(wire, camera, **FINE)
        await becomes(town, camera, "ONLINE")
        await report(wire, camera, **MOVED)
        await report(wire, camera, **MOVED)
        news = await watched.read()
        [alarm] = news.alarms
        assert (alarm.camera, alarm.before, alarm.after) == (
            camera,
            camera_pb2.HEALTH_ONLINE,
            camera_pb2.HEALTH_TAMPERED,
        )
        assert (alarm.cause, alarm.is_cleared) == ("device moved or opened", False)
        await report(wire, camera, **FINE)
        await report(wire, camera, **FINE)
        [cleared] = (await watched.read()).alarms
        assert cleared.is_cleared
        assert cleared.occur_time.ToDatetime() >= alarm.occur_time.ToDatetime()
    for agency in (METRO, POLICE, ABOVE, SECURITY):
        assert list(await alarms(town, agency, camera)) == [cleared, alarm], agency
    for agency in (URBAN, ELSEWHERE, BANK, ARCHIVE, "command-guangzhou"):
        assert not await alarms(town, agency, camera), agency
    raised, back = (
        await town.awaited("registry.alarm.raised", camera),
        await town.awaited("registry.alarm.cleared", camera),
    )
    assert pb.Alarm.FromString(raised.snapshot.value) == alarm
    assert (raised.principal, raised.is_sealed, pb.Alarm.FromString(back.snapshot.value).is_cleared) == (
        "",
        False,
        True,
    )
    async with town.stream(METRO, WATCH, pb.WatchAlarmsRequest(resume_token=news.resume_token)) as again:
        assert list((await again.read()).alarms) == [cleared], "a watcher goes on behind its token"


async def test_garbage_on_the_subject_changes_nothing_and_stops_nothing(town: Town) -> None:
    camera = (await town.camera(await town.system(METRO, "garbage"))).name
    async with town.stage.hear() as wire:
        for junk in (b"", b"\xff\xff\xff", b"\x0a\x80\x80\x80\x80\x01", b"{}" * 1000):
            await wire.publish(SUBJECT, junk)
        await report(wire, name_of(999_997), "nonsense", "", camera + "1", "\u202e", signal="SIGNAL_NONE")
        await report(wire, *[camera] * 1001, **MOVED)
        odd = health_events_pb2.HealthReport(camera=camera, signal=77, storage=-3, device=9)  # type: ignore[arg-type]
        await wire.publish(SUBJECT, health_events_pb2.HealthReports(reports=[odd]).SerializeToString())
        await report(wire, camera, **FINE)
        await becomes(town, camera, "ONLINE")
    assert not await alarms(town, METRO, camera)


async def test_a_secret_s_alarm_reaches_national_security_and_its_operator_alone(town: Town) -> None:
    camera = (await town.camera(await town.system(ARCHIVE, "vault"), place_category=SECRET_PLACE)).name
    async with town.stage.hear() as wire:
        await report(wire, camera, **MOVED)
    await becomes(town, camera, "TAMPERED")
    for agency in (ARCHIVE, SECURITY):
        assert len(await alarms(town, agency, camera)) == 1
    for agency in (POLICE, ABOVE, METRO, URBAN):
        assert not await alarms(town, agency, camera), agency
    assert (await town.awaited("registry.alarm.raised", camera)).is_sealed


async def test_a_hidden_alarm_shows_neither_in_a_watcher_s_stream_nor_as_a_gap(town: Town) -> None:
    plain = (await town.camera(await town.system(METRO, "gaps"))).name
    secret = (await town.camera(await town.system(ARCHIVE, "gaps"), place_category=SECRET_PLACE)).name
    async with town.stage.hear() as wire, town.stream(ABOVE, WATCH, pb.WatchAlarmsRequest()) as watched:
        await watched.read()
        await report(wire, secret, **MOVED)
        await becomes(town, secret, "TAMPERED")
        await report(wire, plain, signal="SIGNAL_OBSTRUCTED")
        news = await watched.read()
        assert [alarm.camera for alarm in news.alarms] == [plain], "no answer came in between"
    assert "number" not in pb.Alarm.DESCRIPTOR.fields_by_name, "its gaps would tell"
    assert not news.resume_token.isdigit(), "and so would a token's"


async def test_three_silent_reports_over_ten_seconds_are_offline_and_not_one_less(town: Town) -> None:
    camera = (await town.camera(await town.system(METRO, "silent"))).name
    silent, well = Report(camera, Signal.NONE), Report(camera, Signal.OK, Storage.OK, Device.OK)
    async with signals(town) as (heard, clock, _):
        await heard.hear(RELAY_SAYS, [well])
        for _ in range(5):
            await heard.hear(RELAY_SAYS, [silent])
            clock.advance(timedelta(seconds=2))
        assert (await town.get(METRO, camera)).health == camera_pb2.HEALTH_ONLINE, "five reports within eight seconds"
        clock.advance(timedelta(seconds=1))
        await heard.hear(RELAY_SAYS, [silent])
        assert (await town.get(METRO, camera)).health == camera_pb2.HEALTH_OFFLINE
        [alarm] = await alarms(town, POLICE, camera)
        assert (alarm.cause, alarm.after) == ("no signal", camera_pb2.HEALTH_OFFLINE)
        await heard.hear(RELAY_SAYS, [well])
        assert (await town.get(METRO, camera)).health == camera_pb2.HEALTH_OFFLINE, "one good word is not enough"
        await heard.hear(RELAY_SAYS, [well])
        assert [one.is_cleared for one in await alarms(town, METRO, camera)] == [True, False]


async def test_only_what_changes_is_written_and_no_watcher_of_cameras_is_woken_by_health(town: Town) -> None:
    system = await town.system(METRO, "quiet")
    names = [(await town.camera(system)).name for _ in range(3)]
    well = [Report(name, Signal.OK, Storage.OK, Device.OK) for name in names]
    async with signals(town) as (heard, _, inside):
        await heard.hear(RELAY_SAYS, well)
        async with inside.records.read() as transaction:
            before = [await inside.store.get(transaction, code_of(name)) for name in names]
        at = await changes(inside)
        for _ in range(3):
            await heard.hear(RELAY_SAYS, well)
        assert await changes(inside) == at, "nothing was written"
        for _ in range(2):
            await heard.hear(RELAY_SAYS, [Report(names[0], Signal.OBSTRUCTED), *well[1:]])
        async with inside.records.read() as transaction:
            after = [await inside.store.get(transaction, code_of(name)) for name in names]
    healths = [stored.camera.health for stored in after if stored]
    assert healths == [Health.TAMPERED, Health.ONLINE, Health.ONLINE]
    assert [s.change for s in before if s] == [s.change for s in after if s]
    count = registry_service_pb2.CountCamerasRequest(filter={"systems": [system]})
    answer = await town.by(METRO)("RegistryService.CountCameras", count)
    [facet] = [facet for facet in answer.facets if facet.field == "health"]
    assert {one.value: one.count for one in facet.values} == {"HEALTH_ONLINE": 2, "HEALTH_TAMPERED": 1}


async def test_a_retired_camera_raises_no_alarm(town: Town) -> None:
    camera = (await town.camera(await town.system(METRO, "retired"))).name
    async with signals(town) as (heard, _, _):
        await heard.hear(RELAY_SAYS, [Report(camera, Signal.OK)])
        retire = registry_service_pb2.RetireCameraRequest(name=camera, reason="replaced")
        await town.by(METRO)("RegistryService.RetireCamera", retire)
        for _ in range(3):
            await heard.hear(RELAY_SAYS, [Report(camera, Signal.OBSTRUCTED)])
    assert not await alarms(town, METRO, camera)
    assert (await town.get(METRO, camera)).health == camera_pb2.HEALTH_ONLINE


async def test_lists_page_and_tokens_of_other_lists_are_refused(town: Town) -> None:
    system = await town.system(METRO, "paged")
    names = {(await town.camera(system)).name for _ in range(5)}
    async with signals(town) as (heard, _, _):
        await heard.hear(RELAY_SAYS, [Report(name, Signal.NONE) for name in names])
    seen: list[str] = []
    token = ""
    while len(seen) < 5:
        page = await town.by(METRO)(LIST, pb.ListAlarmsRequest(page_size=2, page_token=token))
        seen += [alarm.camera for alarm in page.alarms]
        token = page.next_page_token
    assert set(seen[:5]) == names
    for wrong in (pb.ListAlarmsRequest(page_size=-1), pb.ListAlarmsRequest(page_token="WyJ4IiwxXQ")):
        assert isinstance(await town.refused(METRO, LIST, wrong), errors.InvalidArgument)
    for token in ("x", "-1", "9" * 19, "1" * 400, "٣", "1000000000"):
        with pytest.raises(errors.InvalidArgument):
            async with town.stream(METRO, WATCH, pb.WatchAlarmsRequest(resume_token=token)) as call:
                await call.read()


async def test_a_stream_of_alarms_ends_with_the_right_to_them(town: Town) -> None:
    refusal = await town.cut_off(BANK, WATCH, pb.WatchAlarmsRequest())
    assert (type(refusal), refusal.reason) == (errors.Denied, "NOT_PERMITTED")
