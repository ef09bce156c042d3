"""What people type becomes the API's names, or is refused with what to type instead."""

import pytest
import typer

from cli import names
from kapok.streams.v1 import session_pb2

_CODE = "44010400001320000017"
_NAME = f"districts/440104/cameras/{_CODE}"


@pytest.mark.parametrize("typed", [_CODE, _NAME])
def test_a_camera_is_known_by_its_code_or_its_name(typed: str) -> None:
    assert names.camera(typed) == _NAME


@pytest.mark.parametrize("typed", ["", "4401", _CODE + "0", "districts/x/cameras/y", "４" * 20, "../" + _CODE])
def test_anything_else_is_no_camera(typed: str) -> None:
    with pytest.raises(typer.BadParameter, match="20-digit code"):
        names.camera(typed)


@pytest.mark.parametrize("typed", ["police-yuexiu", "principals/police-yuexiu"])
def test_a_resource_is_known_by_its_id_or_its_name(typed: str) -> None:
    assert names.resource("principals")(typed) == "principals/police-yuexiu"


@pytest.mark.parametrize("typed", ["", "agencies/police", "a/b", "Ü", "x" * 65])
def test_another_collection_or_a_wild_id_is_refused(typed: str) -> None:
    with pytest.raises(typer.BadParameter, match="principals/ID"):
        names.resource("principals")(typed)


def test_a_choice_is_written_in_lower_case_with_hyphens() -> None:
    purpose = names.choice(session_pb2.Purpose, "PURPOSE_")
    assert purpose("public-order") == session_pb2.PURPOSE_PUBLIC_ORDER
    with pytest.raises(typer.BadParameter, match="criminal-investigation"):
        purpose("curiosity")
    with pytest.raises(typer.BadParameter):
        purpose("unspecified")


def test_a_position_is_two_numbers_within_the_world() -> None:
    place = names.position("23.1291,113.2644")
    assert (place.latitude, place.longitude) == (23.1291, 113.2644)
    for wrong in ("", "23", "a,b", "1,2,3"):
        with pytest.raises(typer.BadParameter, match="LATITUDE,LONGITUDE"):
            names.position(wrong)
    for outside in ("91,0", "0,181", "nan,0", "inf,0"):
        with pytest.raises(typer.BadParameter, match="outside the world"):
            names.position(outside)


def test_an_area_has_three_corners_at_least() -> None:
    assert len(names.area("23,113 23.1,113 23,113.1")) == 3
    with pytest.raises(typer.BadParameter, match="three corners"):
        names.area("23,113 23.1,113")


def test_a_system_is_known_by_its_name() -> None:
    assert names.system("operators/metro-guangzhou/systems/line-1") == "operators/metro-guangzhou/systems/line-1"
    for wrong in ("", "line-1", "operators/x", "operators/x/systems/", "operators/X/systems/y", "agencies/x/systems/y"):
        with pytest.raises(typer.BadParameter, match="operators/OPERATOR/systems/SYSTEM"):
            names.system(wrong)
