"""A home belongs to one living cell, and to its owner alone."""

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest

from services.cell import layout
from services.chassis import errors

HOLDER = """
import asyncio, sys
from pathlib import Path
from services.cell import layout
async def main():
    async with layout.claim(layout.prepare(Path(sys.argv[1]))):
        print("claimed", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_everything_is_for_the_owner_alone(tmp_path: Path) -> None:
    home = layout.prepare(tmp_path / "a home")
    layout.write_private(home.keys / "secret", b"x")
    async with layout.claim(home):
        assert {mode(path) for path in home.home.rglob("*") if path.is_dir()} == {0o700}
        assert {mode(path) for path in home.home.rglob("*") if path.is_file()} == {0o600}


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(errors.FailedPrecondition, match="holds other files; choose an empty or a new folder"):
        layout.prepare(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(errors.FailedPrecondition, match="choose a folder that you may write"):
        layout.prepare(tmp_path / "home")


async def test_a_home_in_use_is_refused_naming_the_process_and_free_after_its_kill(tmp_path: Path) -> None:
    home = layout.prepare(tmp_path / "home")
    command = (sys.executable, "-c", HOLDER, str(home.home))
    holder = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert holder.stdout
        assert await holder.stdout.readline() == b"claimed\n"
        with pytest.raises(errors.FailedPrecondition, match=f"process {holder.pid} is using it; stop it"):
            async with layout.claim(home):
                pass
    finally:
        holder.kill()
        await holder.communicate()
    async with layout.claim(home):
        assert home.lock.read_text() == str(os.getpid())


def test_the_socket_folder_is_short_private_and_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("long and spaced " * 5)))
    home = layout.prepare(tmp_path / "home")
    with layout.sockets(home) as folder:
        assert mode(folder) == 0o700
        assert len(f"{folder}/permissions.sock".encode()) < 100
        assert " " not in str(folder)
    assert not folder.exists()


def test_the_socket_folder_of_a_killed_cell_is_swept(tmp_path: Path) -> None:
    home = layout.prepare(tmp_path / "home")
    with layout.sockets(home) as left:
        (left / "registry.sock").touch()
        note = (home.data / "sockets").read_bytes()
    left.mkdir()
    (home.data / "sockets").write_bytes(note)
    with layout.sockets(home) as fresh:
        assert fresh != left
        assert not left.exists()


def test_a_note_that_names_another_folder_sweeps_nothing(tmp_path: Path) -> None:
    home = layout.prepare(tmp_path / "home")
    precious = tmp_path / "precious"
    precious.mkdir()
    (home.data / "sockets").write_text(str(precious))
    with layout.sockets(home):
        assert precious.exists()
