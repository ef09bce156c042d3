"""NDJSON: one Camera a line, in the JSON mapping of the API, strict."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.cli.bulk.tables_at_hand import SYSTEM, cameras, code, faults, ndjson, opened


def _camera(number: int = 0, **changed: Any) -> str:
    sound = {
        "code": code(number), "system": SYSTEM, "displayName": "北京路口", "placeCategory": "PLACE_CATEGORY_FINANCE",
        "premises": "PREMISES_ENTRANCE", "place": "北京路", "position": {"latitude": 23.1, "longitude": 113.2},
        "purpose": "x", "source": {"streamUri": "rtsp://10.0.0.1/1", "password": "s3cret"},
    }  # fmt: skip
    return json.dumps({**sound, **changed}, ensure_ascii=False)


def test_an_object_is_a_camera_with_its_source(tmp_path: Path) -> None:
    [camera] = cameras(ndjson(tmp_path, _camera()))
    assert (camera.display_name, camera.source.password) == ("北京路口", "s3cret")


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (_camera(colour="red"), 'no field named "colour"'),
        (_camera(source={"pass": "s3cret"}), 'no field named "pass"'),
        (_camera(source={"password": ["s3cret"]}), "expected string"),
        (_camera(placeCategory="bank"), "Invalid enum value"),
        (_camera(code="1"), "must be 20 digits"),
        (_camera(place="x" * 1001), "camera.place: has 1001 characters"),
        (_camera(source={"password": "s3cret" * 200}), "camera.source.password: has 1200 characters"),
        (_camera(name=f"districts/440105/cameras/{code(0)}"), "camera.name: must be districts/"),
        (_camera(place="x" * 2**20), "is longer than"),
        (_camera()[:-1], "Failed to load JSON"),
        (_camera() + _camera(), "Failed to load JSON"),
        ('{"code":"1","code":"2"}', "duplicate key"),
        ('["s3cret"]', "one JSON object"),
        ('"s3cret"', "one JSON object"),
        ('{"position":' * 50_000, "Failed to"),
        ('{"securityLevel":' + "1" * 5000 + "}", "Failed to"),
        ('{"place":"\\ud800"}', "Failed to"),
        ("{\0}", "NUL byte"),
    ],
)
def test_a_bad_line_is_a_fault_and_repeats_no_password(tmp_path: Path, bad: str, told: str) -> None:
    records = ndjson(tmp_path, _camera(1), bad, _camera(2))
    assert [camera.code for camera in cameras(records)] == [code(1), code(2)]
    [(line, fault)] = faults(records).items()
    assert line == 2
    assert told in fault.message
    assert "s3cret" not in repr(fault)


def test_what_the_api_alone_says_is_left_out(tmp_path: Path) -> None:
    told = _camera(name=f"districts/440104/cameras/{code(0)}", securityLevel=5, etag="7", operator="agencies/x")
    found = opened(tmp_path, told, "ndjson")
    [camera] = cameras(found.records)
    assert (camera.name, camera.security_level, camera.etag, camera.operator) == ("", 0, "", "")
    assert "securityLevel" in found.ignored


def test_a_code_that_comes_twice_names_the_first_line(tmp_path: Path) -> None:
    [fault] = faults(ndjson(tmp_path, _camera(1), "", _camera(1))).values()
    assert (fault.line, fault.message) == (3, "stands in line 1 already")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_FIELDS = st.sampled_from(["code", "name", "position", "source", "placeCategory", "createTime", "directionDegrees"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(_FIELDS, _JSON, min_size=1, max_size=3))
def test_no_object_crashes_the_reader(tmp_path: Path, told: dict[str, Any]) -> None:
    assert len(ndjson(tmp_path, json.dumps(told))) == 1
