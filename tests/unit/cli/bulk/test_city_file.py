"""The generated city: the same by its seed, sound where it says so, broken as often as it says."""

from pathlib import Path

import pytest

from bench.city_file import BREAKS, COLUMNS, City, main, rows, write
from cli.bulk.columns import header
from tests.unit.cli.bulk.tables_at_hand import SYSTEM, cameras, faults, opened

_CITY = City(2000, 0.1, SYSTEM, "metro-guangzhou", seed=3)


def test_every_sound_row_is_a_camera_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "city.csv"
    kinds = write(path, City(2000, 0.0, SYSTEM, "metro-guangzhou", seed=3))
    found = cameras(opened(tmp_path, path.read_bytes()).records)
    assert not kinds
    assert len({camera.code for camera in found}) == 2000
    assert {camera.code[6:14] for camera in found} == {"01021320"}


def test_rows_are_broken_in_each_way_and_counted(tmp_path: Path) -> None:
    kinds = write(tmp_path / "city.csv", _CITY)
    assert kinds.keys() == BREAKS.keys()
    assert 150 < kinds.total() < 250
    here = faults(opened(tmp_path, (tmp_path / "city.csv").read_bytes()).records)
    assert len(here) == sum(kinds[kind] for kind in ("not a number", "duplicate", "formula")), "the rest is the API's"


def test_the_same_seed_is_the_same_city() -> None:
    assert list(rows(_CITY)) == list(rows(_CITY))
    assert list(rows(_CITY)) != list(rows(City(2000, 0.1, SYSTEM, "metro-guangzhou", seed=4)))


def test_every_column_is_one_that_is_imported() -> None:
    assert all(column.put for column in header(COLUMNS))


def test_the_command_says_how_many_are_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(tmp_path / "x.csv"), "--rows", "50", "--broken", "1"])
    assert "50 rows, 49 broken" in capsys.readouterr().out
