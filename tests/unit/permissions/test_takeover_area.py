"""Areas of a takeover: whose they may be, where they look, how much one takes, and that nothing hidden counts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument, NotFound
from services.decider.facts import Area, Camera, Principal
from services.decider.policy import parse
from services.permissions.takeovers.area import Place, Selection, check, check_in_force, missing, places
from services.permissions.takeovers.areas import Areas, Sought
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    GENESIS,
    INFORMATIZATION,
    OPERATOR,
    PARK,
    POLICE,
    SECRET,
    SECURITY,
    TIANHE,
    TUNNEL,
    URBAN,
    YUEXIU,
    deciding,
)
from tests.unit.permissions import records
from tests.unit.permissions.fires import BLOCK, DISTRICT_COMMAND, NANSHA, WHOLE, fire

LINE = ((23.10, 113.24), (23.11, 113.25), (23.12, 113.26))
PROVINCE = ((20.2, 109.7), (20.2, 117.3), (25.5, 117.3), (25.5, 109.7))
HOME, EVERYWHERE = frozenset({YUEXIU}), frozenset[str]()
HERE = Selection(BLOCK)
OF_INCIDENT = Selection(is_of_incident=True)


@pytest.mark.parametrize("who", [URBAN, OPERATOR, INFORMATIZATION])
def test_who_takes_nothing_over_is_told_so_before_anything_of_the_area(who: Principal) -> None:
    with pytest.raises(Denied) as refusal:
        check(Selection(PROVINCE), who)
    assert refusal.value.metadata["article"] == "Article 18"


@pytest.mark.parametrize(
    ("polygon", "who", "said"),
    [
        (LINE, CITY_POLICE, "line"), (BLOCK[:2], CITY_POLICE, "points"), (PROVINCE, CITY_POLICE, "Guangzhou"),
        (((float("nan"), 113.2),) * 3, COMMAND, "Guangzhou"), (NANSHA, POLICE, "Articles 4, 5"),
    ],
)  # fmt: skip
def test_an_area_of_nothing_of_the_province_or_of_another_district_is_refused(
    polygon: tuple[tuple[float, float], ...], who: Principal, said: str
) -> None:
    with pytest.raises(InvalidArgument, match=said) as refusal:
        check(Selection(polygon), who)
    assert [one.field for one in refusal.value.violations] == ["takeover.area"]
    assert refusal.value.metadata["article"] == "Articles 4, 5, 18"


def test_an_incident_that_waits_or_is_over_has_no_cameras_to_take() -> None:
    check_in_force(fire(area=Area(BLOCK)))
    with pytest.raises(FailedPrecondition) as refusal:
        check_in_force(fire(area=WHOLE))
    assert (refusal.value.metadata["state"], refusal.value.metadata["article"]) == ("pending", "Article 18 ¶2")


def test_nobody_looks_beyond_his_district_but_where_an_incident_opens_it_to_him() -> None:
    systems = Selection(systems=("operators/metro/systems/a",))
    assert places(HERE, CITY_POLICE, None) == [Place(BLOCK)]
    assert places(HERE, POLICE, None) == [Place(BLOCK, HOME)]
    assert places(systems, POLICE, None) == [Place(districts=HOME, systems=frozenset(systems.systems))]
    elsewhere = fire(area=Area(NANSHA))
    assert places(OF_INCIDENT, POLICE, elsewhere) == [Place(NANSHA, HOME)]
    assert places(OF_INCIDENT, COMMAND, elsewhere) == [Place(NANSHA, EVERYWHERE)]
    opened = fire(area=Area(NANSHA), opens_to=frozenset({DISTRICT_COMMAND.agency}))
    assert places(OF_INCIDENT, DISTRICT_COMMAND, opened) == [Place(NANSHA, EVERYWHERE)]


def test_what_an_incident_leaves_nothing_of_is_not_looked_for() -> None:
    declared = fire()
    [act] = declared.acts
    for area, expected in (
        (Area(BLOCK, bound=TIANHE), []),
        (Area(BLOCK, bound=YUEXIU), [Place(BLOCK, HOME)]),
        (Area(districts=frozenset({TIANHE, YUEXIU})), [Place(districts=HOME)]),
        (Area(districts=frozenset({TIANHE})), []),
        (Area(cameras=frozenset({TUNNEL.name})), []),
    ):
        there = replace(declared, acts=(replace(act, area=area),))
        assert places(OF_INCIDENT, POLICE, there) == expected, area


def test_each_system_must_have_a_camera_that_one_may_know_of() -> None:
    one, other = "operators/a/systems/a", "operators/a/systems/b"
    assert missing(Selection(systems=(one, other)), frozenset({one, other})) is None
    refusal = missing(Selection(systems=(one, other)), frozenset({one}))
    assert isinstance(refusal, NotFound)
    assert refusal.metadata["name"] == other
    assert isinstance(missing(HERE, frozenset()), InvalidArgument)


def crowd(like: Camera, count: int, first: int = 100) -> Iterator[Camera]:
    """So many cameras of the kind, in one place."""
    for number in range(first, first + count):
        yield replace(
            like, name=f"districts/{YUEXIU}/cameras/{YUEXIU}0000131{number:07}", system="operators/m/systems/m"
        )


async def test_five_thousand_are_taken_and_no_more_and_hidden_ones_do_not_count(tmp_path: Path) -> None:
    open_, hidden = list(crowd(TUNNEL, 5_001)), list(crowd(SECRET, 1_200, first=1_000_000))
    async with records.ports(tmp_path) as (ports, outside):
        outside.cameras = {one.name: one for one in (*open_[1:], *hidden)}
        areas = Areas(ports)
        found = await areas.cameras(Sought(CITY_POLICE.name, HERE))
        assert list(found) == [one.name for one in open_[1:]]
        outside.cameras[open_[0].name] = open_[0]
        for who in (CITY_POLICE, POLICE, COMMAND, SECURITY):
            with pytest.raises(InvalidArgument, match="in parts") as refusal:
                await areas.cameras(Sought(who.name, HERE))
            assert refusal.value.metadata["limit"] == "5000"


async def test_an_area_of_hidden_cameras_is_as_empty_as_one_of_none(tmp_path: Path) -> None:
    said = []
    for cameras in ([SECRET], list[Camera]()):
        folder = tmp_path / str(len(cameras))
        folder.mkdir()
        async with records.ports(folder) as (ports, outside):
            outside.cameras = {one.name: one for one in cameras}
            for who in (CITY_POLICE, COMMAND):
                with pytest.raises(InvalidArgument) as refusal:
                    await Areas(ports).cameras(Sought(who.name, HERE))
                said.append((refusal.value.message, dict(refusal.value.metadata)))
    assert said[:2] == said[2:]


async def test_what_the_policy_lets_nobody_know_of_is_neither_taken_nor_counted(tmp_path: Path) -> None:
    """A policy under which municipal command knows nothing above level 2 outside an incident."""
    row = "emergency-command@municipal,municipal,describe,1 2{},"
    assert row.format(" 3 4") in GENESIS.text
    narrow = parse(GENESIS.text.replace(row.format(" 3 4"), row.format("")))
    async with records.ports(tmp_path) as (ports, outside):
        outside.cameras = {one.name: one for one in (TUNNEL, PARK)}
        assert await Areas(ports).cameras(Sought(COMMAND.name, HERE)) == (TUNNEL.name, PARK.name)
        narrowed = Areas(replace(ports, decider=deciding(narrow)))
        assert await narrowed.cameras(Sought(COMMAND.name, HERE)) == (PARK.name,)
