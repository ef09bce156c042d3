"""The demo city holds what the issue and the Rules ask of it."""

import re
from collections import Counter

from demo.city import (
    AGENCIES,
    CAMERAS,
    DISTRICTS,
    MUNICIPALITY,
    PRINCIPALS,
    TUNNEL_AREA,
    TUNNEL_CAMERAS,
    TUNNEL_PTZ,
    Agency,
    Camera,
    District,
    Principal,
)
from demo.city.agencies import Kind

PRINCIPAL_BY_ID = {principal.id: principal for principal in PRINCIPALS}


def in_tunnel_area(camera: Camera) -> bool:
    """TUNNEL_AREA is a rectangle along the axes."""
    latitudes, longitudes = zip(*TUNNEL_AREA, strict=True)
    return min(latitudes) < camera.latitude < max(latitudes) and min(longitudes) < camera.longitude < max(longitudes)


def test_codes_are_twenty_digits_that_begin_with_their_district_and_are_unique() -> None:
    assert all(re.fullmatch(r"\d{20}", camera.code) and camera.code[:6] == camera.district for camera in CAMERAS)
    assert len({camera.code for camera in CAMERAS}) == len(CAMERAS) >= 220


def test_every_category_level_district_and_clip_has_cameras() -> None:
    assert {camera.category for camera in CAMERAS} == set(range(1, 14))
    assert {camera.level for camera in CAMERAS} == set(range(1, 6))
    assert {camera.district for camera in CAMERAS} == {district.code for district in DISTRICTS}
    assert {camera.clip for camera in CAMERAS} == set(range(1, 6))


def test_every_camera_lies_in_its_district_and_belongs_to_an_operator() -> None:
    districts = {district.code: district for district in DISTRICTS}
    operators = {agency.id for agency in AGENCIES if agency.kind == "operator"}
    assert len(districts) == 11
    for camera in CAMERAS:
        assert districts[camera.district].frames(camera.latitude, camera.longitude), camera
        assert camera.operator in operators, camera


def test_state_secret_cameras_belong_to_the_institute_alone() -> None:
    assert {camera.operator for camera in CAMERAS if camera.level == 5} == {"institute-nansha"}


def test_everything_has_a_name_in_both_languages() -> None:
    named: list[Camera | Agency | Principal | District] = [*CAMERAS, *AGENCIES, *PRINCIPALS, *DISTRICTS]
    for thing in named:
        assert re.search(r"[\u4e00-\u9fff]", thing.name_zh), thing
        assert re.search(r"[A-Za-z]", thing.name_en), thing
    assert max(Counter(camera.name_en for camera in CAMERAS).values()) == 1


def test_all_seven_kinds_of_agency_have_principals_of_both_tiers_where_the_rules_know_both() -> None:
    assert {principal.kind for principal in PRINCIPALS} == set(Kind.__args__)  # type: ignore[attr-defined]
    assert len(PRINCIPAL_BY_ID) == len(PRINCIPALS)
    for kind in ("public-security", "urban-management", "emergency-command"):
        assert {principal.tier for principal in PRINCIPALS if principal.kind == kind} == {"municipal", "district"}


def test_the_principals_of_the_story_are_who_it_says() -> None:
    assert PRINCIPAL_BY_ID["police-yuexiu"].jurisdiction == "440104"
    assert PRINCIPAL_BY_ID["police-guangzhou"].jurisdiction == MUNICIPALITY
    assert PRINCIPAL_BY_ID["security-guangzhou"].clearance == 5
    assert PRINCIPAL_BY_ID["institute-nansha"].clearance == 5
    assert PRINCIPAL_BY_ID["command-guangzhou-duty"].agency.id == "command-guangzhou"
    for operator in {camera.operator for camera in CAMERAS}:
        highest = max(camera.level for camera in CAMERAS if camera.operator == operator)
        assert PRINCIPAL_BY_ID[operator].clearance >= highest, operator


def test_the_tunnel_lies_in_its_area_and_nothing_else_does() -> None:
    assert len(TUNNEL_CAMERAS) >= 42
    assert {(camera.category, camera.level, camera.operator, camera.district) for camera in TUNNEL_CAMERAS} == {
        (3, 4, "tunnels-guangzhou", "440104")
    }
    assert [camera for camera in CAMERAS if in_tunnel_area(camera)] == list(TUNNEL_CAMERAS)


def test_one_camera_of_the_city_moves_and_it_hangs_in_the_tunnel() -> None:
    assert [camera for camera in CAMERAS if camera.has_ptz] == [TUNNEL_PTZ]
    assert TUNNEL_PTZ in TUNNEL_CAMERAS
