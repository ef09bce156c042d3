"""`kapok mark read`: marks found in whatever container a foreign program made, and what is said of their signatures."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cli.__main__ import run
from services.chassis.signing import Signer
from services.streams.relay.mark import PURPOSE, units
from tests.unit.relay_mp4.clips import FFMPEG, encode, encode_hevc

SESSION, OTHER = "7d444840-9dc0-11d1-b245-5ffdce74fad2", "0fb1cb32-1e1d-4b0e-8d3f-6d0b2a5a7a11"
STREAMS = Signer(bytes(range(32)))
START = b"\0\0\0\1"
COPIED = ("-c", "copy")


def signed(session: str, signer: Signer = STREAMS) -> dict[str, bytes]:
    return dict(units(f"sessions/{session}", signer.sign(PURPOSE, session.encode())))


def recording(path: Path, encoding: str, *mark: bytes, options: tuple[str, ...] = COPIED) -> Path:
    """30 pictures, ``mark`` in each of the three key pictures, put in the container of the path's name by ffmpeg."""
    clip = encode() if encoding == "H264" else encode_hevc(frames=30)
    slices = {"H264": lambda unit: unit[0] & 31 == 5, "H265": lambda unit: 16 <= unit[0] >> 1 & 63 < 24}[encoding]
    stream = b""
    for picture in clip.pictures:
        first = next((i for i, unit in enumerate(picture) if slices(unit)), None)
        marked = picture if first is None else [*picture[:first], *mark, *picture[first:]]
        stream += b"".join(START + unit for unit in marked)
    form = "h264" if encoding == "H264" else "hevc"
    command = [FFMPEG, "-v", "error", "-r", "25", "-f", form, "-i", "-", *options, "-y", str(path)]
    said = subprocess.run(command, input=stream, capture_output=True, check=True, timeout=60)
    assert said.stderr == b""
    return path


def read(file: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, list[list[Any]]]:
    """Exit code, and session, key pictures and signature of each row."""
    capsys.readouterr()
    code = run(["--json", "--home", str(file.parent), "mark", "read", str(file), *options])
    return code, [list(row.values()) for row in json.loads(capsys.readouterr().out)["marks"]]


@pytest.fixture
def key(tmp_path: Path) -> tuple[str, str]:
    path = tmp_path / "streams.public"
    path.write_text(STREAMS.public_key.hex() + "\n")
    return "--key", str(path)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        *(("H264", f"a.{form}") for form in ("h264", "mp4", "mov", "mkv", "ts", "m2ts", "flv", "avi", "vob")),
        *(("H265", f"a.{form}") for form in ("hevc", "mp4", "mkv", "ts", "m2ts")),
    ],
)
def test_a_recording_tells_its_session_in_every_container(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: tuple[str, str], encoding: str, name: str
) -> None:
    path = recording(tmp_path / name, encoding, signed(SESSION)[encoding])
    assert read(path, capsys, *key) == (0, [[f"sessions/{SESSION}", 3, "by streams"]])


def test_a_torn_piece_of_a_recording_tells_it_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: tuple[str, str]
) -> None:
    whole = recording(tmp_path / "a.mp4", "H264", signed(SESSION)["H264"]).read_bytes()
    torn = tmp_path / "torn"
    torn.write_bytes(whole[len(whole) // 4 : -len(whole) // 4])
    code, [[session, count, _]] = read(torn, capsys, *key)
    assert (code, session) == (0, f"sessions/{SESSION}")
    assert count >= 1


def test_each_relay_on_the_way_left_its_mark_and_forged_ones_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: tuple[str, str]
) -> None:
    forged = signed(OTHER, Signer(bytes(32)))["H264"]
    path = recording(tmp_path / "a.ts", "H264", signed(SESSION)["H264"], units(f"sessions/{OTHER}")["H264"], forged)
    assert read(path, capsys, *key) == (
        1,
        [
            [f"sessions/{SESSION}", 3, "by streams"], [f"sessions/{OTHER}", 3, "none"],
            [f"sessions/{OTHER}", 3, "forged: not by streams"],
        ],
    )  # fmt: skip


def test_without_a_key_the_homes_own_is_taken_and_where_there_is_none_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recording(tmp_path / "a.mp4", "H264", signed(SESSION)["H264"])
    code, [[_, _, said]] = read(path, capsys)
    assert (code, said) == (0, "not checked: name streams' public key with --key")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "streams.ed25519.public").write_text(STREAMS.public_key.hex())
    assert read(path, capsys) == (0, [[f"sessions/{SESSION}", 3, "by streams"]])


def test_what_bears_no_mark_is_told_and_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    anew = recording(tmp_path / "a.mp4", "H264", signed(SESSION)["H264"], options=("-c:v", "libx264"))
    empty = tmp_path / "empty"
    empty.touch()
    for path in (anew, empty, recording(tmp_path / "b.ts", "H264")):
        assert read(path, capsys) == (1, [])
        assert run(["mark", "read", str(path)]) == 1
        assert "bears no mark" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "zz", "00" * 31, "ä" * 64])
def test_a_key_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    assert run(["mark", "read", str(file), "--key", str(file)]) == 1
    assert "64 hexadecimal digits" in capsys.readouterr().err
