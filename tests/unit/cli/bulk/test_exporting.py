"""An extract: no source in it, safe to open, and the same cameras when it is imported again."""

import csv
import io
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.bulk import exporting
from kapok.registry.v1 import camera_pb2
from tests.unit.cli.bulk.tables_at_hand import SYSTEM, cameras, code, opened

_TOLD = {"operator": "agencies/x", "security_level": 2, "state": camera_pb2.LIFE_STATE_IN_SERVICE, "etag": "7",
         "health": camera_pb2.HEALTH_ONLINE, "is_pointable": True}  # fmt: skip


def _camera(label: str, latitude: float = 23.1, **more: object) -> camera_pb2.Camera:
    camera = camera_pb2.Camera(
        code=code(0), system=SYSTEM, display_name=label, place="x", purpose="x",
        place_category=camera_pb2.PLACE_CATEGORY_FINANCE, premises=camera_pb2.PREMISES_ENTRANCE, **more,
    )  # type: ignore[arg-type] # fmt: skip
    camera.position.latitude, camera.position.longitude = latitude, 113.26
    return camera


_NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1).filter(lambda t: t.strip())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(_NAMES, st.floats(-90, 90), st.none() | st.floats(0, 359))
def test_an_extract_imported_is_the_same_camera(
    tmp_path: Path, name: str, latitude: float, direction: float | None
) -> None:
    sent = _camera(name, latitude, direction_degrees=direction)
    for table_format in ("csv", "ndjson"):
        told = _camera(name, latitude, direction_degrees=direction, name=f"districts/440104/cameras/{code(0)}", **_TOLD)
        content = exporting.TOPS[table_format] + exporting.ENCODERS[table_format]([told])
        [back] = cameras(opened(tmp_path, content, table_format).records)
        assert back == sent


def test_a_formula_in_a_name_is_a_text_in_the_csv() -> None:
    [cells] = csv.reader(io.StringIO(exporting.csv_rows([_camera("=1+1")]).decode()))
    assert "'=1+1" in cells
    assert b'"=1+1"' in exporting.ndjson_rows([_camera("=1+1")]), "a program reads that one"


def test_no_extract_holds_a_source() -> None:
    camera = _camera("x", source=camera_pb2.Source(stream_uri="rtsp://10.0.0.1/1", password="s3cret"))
    for content in (exporting.csv_rows([camera]), exporting.ndjson_rows([camera]), *exporting.TOPS.values()):
        for word in (b"s3cret", b"rtsp", b"password"):
            assert word not in content


def test_the_same_extract_has_a_line_for_each_camera() -> None:
    assert exporting.csv_rows([_camera("a"), _camera("b")]).count(b"\r\n") == 2
    assert exporting.ndjson_rows([_camera("a"), _camera("b")]).count(b"\n") == 2
