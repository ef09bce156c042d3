"""An import goes on where it was cut off, and only that import: another file, cell or principal begins anew."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from cli.bulk import checkpoint
from cli.bulk.checkpoint import Checkpoint, identify, load, save, state_path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "cameras.csv"
    found.write_text("code\n1\n")
    return found


def test_what_was_noted_is_found_again(path: Path) -> None:
    identity = identify(path, "UTF-8", "ab", "metro")
    noted = checkpoint.advanced(Checkpoint(identity, 11, 5, 3, 2, 70), 21, 10, 0, 0)
    save(path, noted)
    assert load(path, identity) == Checkpoint(identity, 21, 15, 3, 2, 70)
    checkpoint.forget(path)
    assert load(path, identity) == Checkpoint(identity)


def test_another_file_cell_or_principal_begins_anew(path: Path) -> None:
    identity = identify(path, "UTF-8", "ab", "metro")
    save(path, Checkpoint(identity, 11))
    for other in (
        replace(identity, cell="cd"),
        replace(identity, principal="x"),
        replace(identity, encoding="GB18030"),
    ):
        assert load(path, other).line == 0
    stat = path.stat()
    path.write_text("code\n2\n")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert load(path, identify(path, "UTF-8", "ab", "metro")).line == 0, "same size and time, other bytes"


@pytest.mark.parametrize("damage", ["", "7", "[]", "{", '{"line": 5}', '{"identity": 7}', '{"identity": {"size": 1}}'])
def test_a_damaged_note_begins_anew(path: Path, damage: str) -> None:
    state_path(path).write_text(damage)
    identity = identify(path, "UTF-8", "ab", "metro")
    assert load(path, identity) == Checkpoint(identity)


def test_a_note_with_wild_numbers_begins_anew(path: Path) -> None:
    identity = identify(path, "UTF-8", "ab", "metro")
    save(path, Checkpoint(identity, 11))
    for wild in (-1, "11", None, 1.5):
        told = json.loads(state_path(path).read_text())
        state_path(path).write_text(json.dumps({**told, "line": wild}))
        assert load(path, identity).line == 0
