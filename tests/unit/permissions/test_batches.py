"""Batches claim the numbers that single decisions claim; snapshots are bounded, expire, and are one principal's own."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from services.chassis.errors import NotFound
from services.decider.facts import Action
from services.decider.roster import EMPTY
from services.permissions.batches import Batch, Batches
from services.permissions.closures import Closure, Closures
from services.permissions.decisions import Decisions
from services.permissions.question import Question
from services.permissions.snapshots import LIFETIME, MOST_OF_ONE, Snapshot, Snapshots
from services.permissions.view import Views
from tests.unit.decider.cast import NOW, PARK, POLICE, TUNNEL, URBAN
from tests.unit.permissions import records

NOWHERE = TUNNEL.name[:-1] + "9"
NAMES = [TUNNEL.name, NOWHERE, PARK.name]
ASKED = Batch(POLICE.name, Action.LIVE)
NO_NUMBERS = np.array([], np.int64)


async def test_each_answer_claims_a_number_from_before_its_camera_ended(tmp_path: Path) -> None:
    levels = {camera.name.rpartition("/")[2]: camera.level for camera in (TUNNEL, PARK)}
    async with records.ports(tmp_path, levels) as (ports, outside):
        views = Views(ports)
        closures, decisions, batches = Closures(ports), Decisions(ports, views), Batches(ports, views)
        outside.cameras[PARK.name] = PARK
        ended = (PARK.name, "districts/440104/cameras/44010400001310009999", TUNNEL.name)
        await closures.end(Closure("a" * 64, ended))
        alone = {n: await decisions.decide(Question(POLICE.name, n, Action.LIVE)) for n in (TUNNEL.name, PARK.name)}
        older = {ending.subject: ending.number - 1 for ending in outside.told}
        found = await batches.decide_named(ASKED, [*NAMES, PARK.name])
        for name, which in zip([*NAMES, PARK.name], found.which.tolist(), strict=True):
            if name == NOWHERE:
                assert which == EMPTY
            else:
                assert found.reasons[which] == (alone[name].decision, older[name])
        assert found.number == older[PARK.name]
        many = [f"{TUNNEL.name[:-4]}{n:04}" for n in range(1000, 1400)]  # too many to be looked up each
        assert (await batches.decide_named(ASKED, [*NAMES, *many])).reasons == found.reasons


async def test_what_is_known_of_a_snapshot_follows_its_cameras(tmp_path: Path) -> None:
    async with records.ports(tmp_path) as (ports, outside):
        batches = Batches(ports, Views(ports))
        name = (await batches.snapshot(POLICE.name, NAMES)).name

        async def allowed(*numbers: int) -> list[bool]:
            answers = await batches.decide_numbered(ASKED, name, np.array(numbers, np.int64))
            return [bool(bit) for bit in answers.allowed]

        assert await allowed() == [True, False, False]
        outside.cameras[PARK.name] = PARK  # registered since
        assert await allowed(2, 0, 1, 99, 2) == [True, True, False, False, True]
        outside.cameras[TUNNEL.name] = replace(TUNNEL, is_barred=True)
        assert await allowed() == [False, False, True]


async def test_a_snapshot_is_its_principals_own_and_ends(tmp_path: Path) -> None:
    async with records.ports(tmp_path) as (ports, _):
        batches = Batches(ports, Views(ports))
        name = (await batches.snapshot(POLICE.name, NAMES)).name
        told = []
        for who, asked in ((URBAN.name, name), (POLICE.name, "cameraSnapshots/never")):
            with pytest.raises(NotFound) as refusal:
                await batches.decide_numbered(replace(ASKED, principal=who), asked, NO_NUMBERS)
            told.append(refusal.value.message.replace(asked, "SNAPSHOT"))
        assert told[0] == told[1]
        ports.clock.advance(LIFETIME)  # type: ignore[attr-defined] # a manual clock
        with pytest.raises(NotFound):
            await batches.decide_numbered(ASKED, name, NO_NUMBERS)


def test_snapshots_are_bounded_by_principal_by_size_and_by_time() -> None:
    kept = Snapshots(limit=30)
    for number in range(MOST_OF_ONE + 1):
        kept.keep(_snapshot(f"a{number}", "principals/a", 3), NOW)
    assert kept.find("a0", "principals/a", NOW) is None
    assert kept.find("a1", "principals/a", NOW)
    kept.keep(_snapshot("b", "principals/b", 25), NOW)
    assert [bool(kept.find(f"a{n}", "principals/a", NOW)) for n in (3, 4)] == [False, True]
    kept.keep(_snapshot("c", "principals/c", 1), NOW + timedelta(hours=1))
    assert len(kept) == 1


def _snapshot(name: str, principal: str, size: int) -> Snapshot:
    return Snapshot(name, principal, [str(n) for n in range(size)], NOW + LIFETIME)
