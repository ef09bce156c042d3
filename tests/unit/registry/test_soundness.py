"""Which cameras are refused, and that all that is wrong is told at once."""

from typing import Any

import pytest

from services.chassis.errors import InvalidArgument
from services.registry.domain import Source
from services.registry.soundness import refuse_unless_sound
from tests.unit.registry.cameras import camera


def fields_of(refusal: InvalidArgument) -> set[str]:
    return {violation.field.removeprefix("camera.") for violation in refusal.violations}


def test_a_sound_camera_passes() -> None:
    refuse_unless_sound(camera(), Source("rtsp://[::1]:554/a?b=c", "http://cam.lan/ptz", "user", "pass word"))
    refuse_unless_sound(camera(display_name="北\u3000门"), None)


def test_everything_wrong_is_told_at_once() -> None:
    wrong = camera(
        code="44010", display_name="", place="x" * 201, latitude=float("inf"), category=0, premises=7, purpose="a\nb"
    )
    with pytest.raises(InvalidArgument) as refusal:
        refuse_unless_sound(wrong, Source("rtsp://u:p@h/"))
    told = {"code", "display_name", "place", "position", "place_category", "premises", "purpose", "source.stream_uri"}
    assert fields_of(refusal.value) == told
    assert "u:p" not in refusal.value.message, "an address may hold a password: it is never repeated"


@pytest.mark.parametrize("address", ["http://c/2", "rtsp://u:p@c/2", "rtsp://c/ 2", "rtsp://c/" + "x" * 5000])
def test_a_secondary_stream_is_an_address_like_the_main_one(address: str) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        refuse_unless_sound(camera(), Source("rtsp://c/1", secondary_stream_uri=address))
    assert fields_of(refusal.value) == {"source.secondary_stream_uri"}
    refuse_unless_sound(camera(), Source("rtsp://c/1", secondary_stream_uri="rtsp://c/2"))


@pytest.mark.parametrize(
    "address", ["onvifs://c", "onvif:///onvif", "onvif://u:p@c/", "rtsp://c/1", "c", "onvif://c/ x"]
)
def test_motors_take_commands_at_an_address_of_a_driver(address: str) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        refuse_unless_sound(camera(), Source("rtsp://c/1", control_uri=address))
    assert fields_of(refusal.value) == {"source.control_uri"}
    for known in ("onvif://c", "onvif://c:8080/onvif/device_service?profile=P1", "http://c/ptz"):
        refuse_unless_sound(camera(), Source("rtsp://c/1", control_uri=known))


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "44010400001320000018 "},
        {"code": "４４０１０４００００１３２００００００１７"},
        {"code": "44019900001320000017"},
        {"code": "44010400001180000017"},
        {"code": "44010400121320000017"},
        {"code": "44010400001320000000"},
        {"longitude": 180.1},
        {"latitude": 0.0, "longitude": 0.0},
        {"display_name": "right\u202eleft"},
        {"direction": 360.0},
        {"direction": float("nan")},
        {"mounting": 7},
    ],
)
def test_one_wrong_field_is_one_refusal(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        refuse_unless_sound(camera(**changes), None)
    assert len(refusal.value.violations) == 1


@pytest.mark.parametrize(
    "uri",
    ["", "rtsp://", "http://h/", "rtsp://h:0/", "rtsp://h:99999/", "rtsp://[::1/", "rtsp://h/ x", "rtsp://h/\x00",
     "rtsp://u@h/", "rtsp://h/" + "x" * 500, "file:///etc/passwd"],
)  # fmt: skip
def test_an_address_that_is_no_camera_is_refused(uri: str) -> None:
    with pytest.raises(InvalidArgument):
        refuse_unless_sound(camera(), Source(uri))


def test_privacy_outranks_the_level_and_the_level_outranks_the_rest() -> None:
    with pytest.raises(InvalidArgument) as refusal:
        refuse_unless_sound(camera(premises=22, code="1"), None, level_is_claimed=True)
    assert refusal.value.reason == "PLACE_OF_PRIVACY"
    assert fields_of(refusal.value) == {"premises", "security_level", "code"}
    with pytest.raises(InvalidArgument) as refusal:
        refuse_unless_sound(camera(code="1"), None, level_is_claimed=True)
    assert refusal.value.reason == "LEVEL_IS_OUTPUT_ONLY"


def test_a_source_never_shows_its_password() -> None:
    assert "hunter2" not in repr(Source("rtsp://h/", password="hunter2"))
