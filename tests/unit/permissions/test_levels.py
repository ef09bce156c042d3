"""Levels of new cameras: their own where the policy names one, that of their place category otherwise; in batches."""

from dataclasses import replace
from pathlib import Path

import pytest

from kapok.permissions.v1.decider_service_pb2 import NewCamera
from services.chassis import errors
from services.decider.decider import Decider
from services.permissions.policies import Levels
from services.permissions.rpc import messages
from tests.unit.permissions import records

CODES = [f"44010400001320{serial:06}" for serial in range(1_000)]


async def test_a_camera_has_its_own_level_or_that_of_its_category_in_the_order_asked(tmp_path: Path) -> None:
    async with records.ports(tmp_path, {CODES[1]: 5, CODES[2]: 3, CODES[3]: 4}) as (ports, _):
        asked = [(CODES[2], 1), (CODES[0], 1), (CODES[1], 1), (CODES[0], 13), (CODES[2], 7)]
        assert await Levels(ports).of(asked) == ([3, 1, 5, 3, 3], 1)
        assert await Levels(ports).of([]) == ([], 1)


async def test_a_thousand_are_answered_at_once_and_none_is_given_a_level_of_its_own_by_that(tmp_path: Path) -> None:
    async with records.ports(tmp_path, dict.fromkeys(CODES[::2], 4)) as (ports, _):
        levels, _ = await Levels(ports).of([(code, 2) for code in CODES])
        assert levels == [4, 2] * 500
        assert await Levels(ports).of([(code, 3) for code in CODES[1::2]]) == ([3] * 500, 1)


async def test_without_a_policy_no_camera_has_a_level(tmp_path: Path) -> None:
    async with records.ports(tmp_path) as (ports, _):
        with pytest.raises(errors.Denied, match="Article 14 ¶2"):
            await Levels(replace(ports, decider=Decider())).of([(CODES[0], 1)])


def test_wrong_cameras_of_a_batch_are_named_by_their_place_in_it() -> None:
    good, bad = NewCamera(code=CODES[0], place_category=1), NewCamera(code="٤" * 20, place_category=14)
    assert messages.new_cameras([good]) == [(CODES[0], 1)]
    with pytest.raises(errors.InvalidArgument) as refused:
        messages.new_cameras([good, bad])
    assert [violation.field for violation in refused.value.violations] == [
        "cameras[1].code",
        "cameras[1].place_category",
    ]
    with pytest.raises(errors.InvalidArgument) as flooded:
        messages.new_cameras([bad] * 1_000)
    assert len(flooded.value.violations) == 20
    with pytest.raises(errors.InvalidArgument, match="at most 1000"):
        messages.new_cameras([good] * 1_001)
