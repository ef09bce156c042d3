"""Every bad row is a fault of its own line; the lines before and behind it are read."""

import io
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.bulk import tables
from cli.bulk.lines import LONGEST, lines
from kapok.registry.v1 import camera_pb2
from services.chassis import errors
from tests.unit.cli.bulk.tables_at_hand import HEADER, SYSTEM, cameras, code, faults, opened, read, row, texts


def test_a_sound_row_is_a_camera_with_what_its_cells_say(tmp_path: Path) -> None:
    header = f"{HEADER},direction_degrees,mounting,stream_uri,username,password"
    [camera] = cameras(read(tmp_path, f"{row()},0,pole,rtsp://10.0.0.1/1,admin,'=secret", header=header))
    assert (camera.code, camera.system, camera.display_name) == (code(0), SYSTEM, "北京路口")
    assert camera.place_category == camera_pb2.PLACE_CATEGORY_FINANCE
    assert (camera.position.latitude, camera.position.longitude) == (23.12, 113.26)
    assert camera.HasField("direction_degrees")
    assert camera.mounting == camera_pb2.MOUNTING_POLE
    assert (camera.source.username, camera.source.password) == ("admin", "'=secret"), "a password is taken as it stands"


def test_without_source_columns_a_camera_has_no_source(tmp_path: Path) -> None:
    [camera] = cameras(read(tmp_path, row()))
    assert not camera.HasField("source")


def test_chinese_headers_are_the_same_columns(tmp_path: Path) -> None:
    header = "编码,所属系统,名称,场所类别,监视部位,安装位置,纬度,经度,用途"
    assert cameras(read(tmp_path, row(), header=header)) == cameras(read(tmp_path, row()))


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    for encoding, label in (("utf-8", "UTF-8"), ("gb18030", "GB18030")):
        found = opened(tmp_path, f"\ufeff{HEADER}\r\n{row()}\r\n".encode(encoding))
        assert found.encoding == label
        assert [camera.place for camera in cameras(found.records)] == ["北京路 1 号"]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (f"{HEADER},colour", "'colour' is unknown"),
        (HEADER.replace("purpose", "purpos"), "purpose is missing"),
        (f"{HEADER},code", "code stands there twice"),
        (f"{HEADER},名称", "display_name stands there twice"),
        (row(), "code is missing"),
        ('"code,system', "a quote opens"),
        ("", "is missing"),
    ],
)
def test_wrong_columns_refuse_the_file_and_tell_what_is_known(tmp_path: Path, header: str, told: str) -> None:
    with pytest.raises(errors.InvalidArgument, match=told) as refusal:
        opened(tmp_path, header)
    if header and '"' not in header:
        assert "direction_degrees (方向)" in refusal.value.message


BROKEN = {
    "too few cells": (row().rpartition(",")[0], "has 8 cells, the header has 9"),
    "too many cells": (f"{row()},x", "has 10 cells, the header has 9"),
    "a quote that never closes": (row(place='"北京路'), "a quote opens and does not close in this line"),
    "a quote within": (row(place='"a"b'), "is no CSV"),
    "a NUL byte": (row(place="a\0b"), "NUL byte"),
    "a long cell": (row(place="x" * 1001), "camera.place: has 1001 characters"),
    "a million characters": (row(place="x" * 1_000_000), "a cell is longer than 131072 characters"),
    "a line of more than a MiB": (row(place="路" * 1_000_000), f"is longer than {LONGEST} bytes"),
    "a formula": (row(display_name='"=HYPERLINK(""http://x"")"'), "camera.display_name: begins with '='"),
    "a plus": (row(place="+1"), "camera.place: begins with '+'"),
    "a minus": (row(place="-1"), "camera.place: begins with '-'"),
    "an at": (row(purpose="@x"), "camera.purpose: begins with '@'"),
    "a tab": (row(purpose="\tx"), "camera.purpose: begins with"),
    "a carriage return": (row(purpose='"\rx"'), "camera.purpose: begins with"),
    "a full-width formula": (row(place="＝1"), "camera.place: begins with"),
    "no number": (row(latitude="NaN"), "camera.position.latitude: must be a number"),
    "infinity": (row(longitude="inf"), "camera.position.longitude: must be a number"),
    "digits of another script": (row(longitude="１１３"), "must be a number"),
    "a missing latitude": (row(latitude=""), "camera.position.latitude: is required"),
    "a blank name": (row(display_name="  "), "camera.display_name: is required"),
    "an unknown word": (row(place_category="bank"), "camera.place_category: must be one of dangerous-materials,"),
    "a code that a spreadsheet spoilt": (row(code="4.4E+19"), "camera.code: must be 20 digits"),
    "a code of other digits": (row(code="４" * 20), "camera.code: must be 20 digits"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_bad_row_costs_its_own_line_and_no_other(tmp_path: Path, kind: str) -> None:
    bad, told = BROKEN[kind]
    records = read(tmp_path, row(1), bad, row(2))
    assert [camera.code for camera in cameras(records)] == [code(1), code(2)]
    [(line, fault)] = faults(records).items()
    assert line == 3
    assert told in fault.message


def test_every_wrong_field_of_a_row_is_told_at_once(tmp_path: Path) -> None:
    [fault] = faults(read(tmp_path, row(latitude="x", place="=1", premises="moon"))).values()
    assert {field.field for field in fault.fields} == {"camera.position.latitude", "camera.place", "camera.premises"}
    assert fault.code == code(0)


def test_no_fault_repeats_a_cell_but_a_code_of_20_digits(tmp_path: Path) -> None:
    shifted = row(code="s3cret", place_category="s3cret", premises="s3cret", latitude="s3cret")
    [fault] = faults(read(tmp_path, shifted)).values()
    assert "s3cret" not in repr(fault)


def test_a_number_may_begin_with_a_sign(tmp_path: Path) -> None:
    [camera] = cameras(read(tmp_path, row(latitude="-23.5", longitude="+113")))
    assert (camera.position.latitude, camera.position.longitude) == (-23.5, 113)


def test_a_place_category_may_be_the_articles_number(tmp_path: Path) -> None:
    found = cameras(read(tmp_path, row(1, place_category="8"), row(2, place_category="PLACE_CATEGORY_FINANCE")))
    assert [camera.place_category for camera in found] == [8, 8]


def test_a_code_that_comes_twice_is_a_fault_that_names_the_first_line(tmp_path: Path) -> None:
    found = faults(read(tmp_path, row(1), row(2), row(1), row(1)))
    assert {line: fault.message for line, fault in found.items()} == dict.fromkeys((4, 5), "stands in line 2 already")
    assert {fault.reason for fault in found.values()} == {"RESOURCE_EXISTS"}


def test_empty_rows_are_none_and_lines_keep_their_numbers(tmp_path: Path) -> None:
    records = read(tmp_path, "", ",,,,,,,,", row(1), "   ", row(1))
    assert [record.line for record in records] == [4, 6]


def test_output_only_columns_are_left_out_and_named(tmp_path: Path) -> None:
    found = opened(tmp_path, f"{HEADER},security_level,health\n{row()},5,online\n")
    assert found.ignored == ("security_level", "health")
    [camera] = cameras(found.records)
    assert camera.security_level == 0


def test_lines_end_with_either_end_or_none() -> None:
    assert texts(b"a\r\nb\nc") == [(1, "a", ""), (2, "b", ""), (3, "c", "")]


def test_a_line_that_fits_exactly_is_read_and_the_longest_is_passed_over() -> None:
    fits, long = b"x" * (LONGEST - 1) + b"\n", b"y" * (3 * LONGEST) + b"\n"
    found = texts(fits + long + b"z")
    assert [(number, len(text), bool(fault)) for number, text, fault in found] == [
        (1, LONGEST - 1, False), (2, 0, True), (3, 1, False),
    ]  # fmt: skip


def test_memory_stays_flat_over_a_line_without_end(tmp_path: Path) -> None:
    path = tmp_path / "endless"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    with path.open("rb") as file:
        tracemalloc.start()
        assert [line.fault for line in lines(file, "utf-8")] == [f"is longer than {LONGEST} bytes"]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8 * 2**20


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=5))
def test_no_bytes_crash_a_reader(tmp_path: Path, rows: list[bytes]) -> None:
    content = b"\n".join([HEADER.encode(), *rows])
    for table_format in tables.FORMATS:
        with suppress(errors.InvalidArgument):  # the encoding, or the header
            list(opened(tmp_path, content, table_format).records)


def test_a_file_that_changes_meanwhile_is_no_crash() -> None:
    assert [line.fault for line in lines(io.BytesIO(b"a\n\xff\n"), "utf-8")] == ["", "is not utf-8"]
