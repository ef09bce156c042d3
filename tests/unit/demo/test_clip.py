"""The stored form of a clip."""

from pathlib import Path

import pytest

from demo.clip import fingerprint, read, split, write
from tests.unit.demo.clips import made_clip


def test_a_clip_reads_back_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path / "made.clip", made_clip(), "of these sources")
    assert read(tmp_path / "made.clip") == made_clip()
    assert fingerprint(tmp_path / "made.clip") == "of these sources"
    assert [path.name for path in tmp_path.iterdir()] == ["made.clip"]


@pytest.mark.parametrize("damage", [lambda whole: whole[:-1], lambda whole: b"garbage", lambda whole: b"[]\n"])
def test_a_damaged_clip_is_refused_with_the_command_that_builds_it(tmp_path: Path, damage: object) -> None:
    path = tmp_path / "made.clip"
    write(path, made_clip(), "")
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(ValueError, match=r"python -m demo\.clips"):
        read(path)


def test_a_missing_clip_has_no_fingerprint(tmp_path: Path) -> None:
    assert fingerprint(tmp_path / "none.clip") is None


def test_start_codes_of_three_and_four_bytes_both_separate() -> None:
    assert split(b"\0\0\0\1\x67a\0\0\1\x68b\0\0\0\1\x65c") == (b"\x67a", b"\x68b", b"\x65c")
