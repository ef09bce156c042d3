"""FILE.errors.csv: safe to open, whole or absent, gone on with where an import was cut off."""

import csv
from pathlib import Path

import pytest

from cli.bulk.faults import HEADER, Fault, FaultFile, faults_path, part_of
from services.chassis import errors
from services.chassis.errors import Violation

_BAD = Fault(3, "44010400021320000001", "two things", (Violation("camera.place", "a"), Violation("camera.code", "b")))


def _told(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_each_wrong_field_has_a_row_under_the_header(tmp_path: Path) -> None:
    path = tmp_path / "x.csv.errors.csv"
    with FaultFile(path, part_of(path)) as file:
        file.write([_BAD, Fault(4, "", "has 3 cells", reason="FIELD_INVALID", article="Article 6 ¶2")])
        assert not path.exists(), "it has its name when it is whole"
        assert file.finish() == path
    assert _told(path) == [
        list(HEADER),
        ["3", "44010400021320000001", "FIELD_INVALID", "camera.place", "a", ""],
        ["3", "44010400021320000001", "FIELD_INVALID", "camera.code", "b", ""],
        ["4", "", "FIELD_INVALID", "", "has 3 cells", "Article 6 ¶2"],
    ]
    assert list(tmp_path.iterdir()) == [path]


def test_a_message_that_is_a_formula_is_made_a_text(tmp_path: Path) -> None:
    with FaultFile(tmp_path / "e.csv", tmp_path / "e.part") as file:
        file.write([Fault(2, "", "=1+1")])
        path = file.finish()
    assert path is not None
    assert _told(path)[1][4] == "'=1+1"


def test_without_a_fault_the_file_of_an_earlier_import_stays(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("earlier")
    with FaultFile(path, part_of(path)) as file:
        assert file.finish() is None
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_one_goes_on_behind_what_was_noted(tmp_path: Path) -> None:
    path = faults_path(tmp_path / "x.csv")
    with FaultFile(path, part_of(path)) as file:
        file.write([_BAD])
        noted = file.size
        file.write([Fault(9, "", "not noted yet")])
    with FaultFile(path, part_of(path), noted) as file:
        file.write([Fault(5, "", "behind it")])
        file.finish()
    assert [row[0] for row in _told(path)] == ["line", "3", "3", "5"]


def test_two_imports_of_one_file_are_told_apart(tmp_path: Path) -> None:
    with (
        FaultFile(tmp_path / "e.csv", tmp_path / "e.part"),
        pytest.raises(errors.FailedPrecondition, match="another import"),
    ):
        FaultFile(tmp_path / "e.csv", tmp_path / "e.part")


def test_its_part_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    with FaultFile(tmp_path / "e.csv", tmp_path / "e.part"):
        assert (tmp_path / "e.part").stat().st_mode & 0o077 == 0
