"""`kapok cameras import` and `export` as processes, against a gRPC endpoint with mTLS."""

import asyncio
import csv
import json
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from bench.city_file import City, write
from cli.bulk.checkpoint import state_path
from kapok.registry.v1 import camera_pb2
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.cli.desk import PRINCIPAL, kapok
from tests.integration.cli.registry_desk import Registry, registry_home

_SYSTEM = "operators/metro-guangzhou/systems/main"


def _city(folder: Path, rows: int, broken: float = 0.0) -> tuple[Path, dict[str, int]]:
    path = folder / "city.csv"
    return path, dict(write(path, City(rows, broken, _SYSTEM, "metro-guangzhou", seed=7)))


async def _json(place: Path, *arguments: str, exits: int = 0) -> Any:
    code, out, err = await kapok(place, "cameras", *arguments, "--json")
    assert (code, err) == (exits, "")
    return json.loads(out)


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def _beside(path: Path) -> set[str]:
    return {found.name for found in path.parent.glob(f"{path.name}*")}


async def test_every_sound_row_is_registered_and_every_broken_one_is_told(tmp_path: Path) -> None:
    path, broken = _city(tmp_path, 5000, broken=0.1)
    registry = Registry()
    async with registry_home(tmp_path, registry) as place:
        told = await _json(place, "import", str(path), exits=1)
    wrong_codes = broken.pop("wrong code")  # which this registry takes
    assert wrong_codes > 0
    assert told["faults"] == sum(broken.values())
    assert told["created"] == 5000 - told["faults"] == len(registry.cameras)
    rows = _rows(Path(told["faultsFile"]))
    assert len(rows) == told["faults"]
    assert [int(row["line"]) for row in rows] == sorted(int(row["line"]) for row in rows)
    articles = [row["article"] for row in rows if row["reason"] == "PLACE_OF_PRIVACY"]
    assert articles == ["Article 6 ¶2"] * broken["privacy"]
    assert sum(row["reason"] == "RESOURCE_EXISTS" for row in rows) == broken["duplicate"]
    assert max(len(batch) for batch in registry.batches) <= 1000
    assert _beside(path) == {"city.csv", "city.csv.errors.csv"}


async def test_people_are_told_the_encoding_and_the_counts(tmp_path: Path) -> None:
    path, _ = _city(tmp_path, 30)
    path.write_bytes(path.read_text().encode("gb18030"))
    registry = Registry()
    async with registry_home(tmp_path, registry) as place:
        code, out, err = await kapok(place, "cameras", "import", str(path))
        assert (code, err) == (0, "")
        assert out.startswith("encoding: GB18030\n30 registered, 0 unchanged, 0 with faults\n")
        _, out, _ = await kapok(place, "cameras", "import", str(path))
        assert "0 registered, 30 unchanged" in out
    assert "公共安全" in {camera.purpose for camera in registry.cameras.values()}
    assert _beside(path) == {"city.csv"}


async def test_a_dry_run_writes_nothing_and_tells_the_same(tmp_path: Path) -> None:
    path, broken = _city(tmp_path, 1500, broken=0.02)
    registry = Registry()
    async with registry_home(tmp_path, registry) as place:
        told = await _json(place, "import", str(path), "--dry-run", exits=1)
    assert not registry.cameras
    assert registry.dry_runs == {True}
    assert told["faults"] == sum(broken.values()) - broken.get("wrong code", 0)
    assert told["created"] == 1500 - told["faults"]
    assert _beside(path) == {"city.csv", "city.csv.errors.csv"}


async def test_an_import_that_lost_its_connection_goes_on_where_it_was(tmp_path: Path) -> None:
    path, broken = _city(tmp_path, 9000, broken=0.01)
    registry = Registry(breaks_after=3)
    async with registry_home(tmp_path, registry) as place:
        code, out, err = await kapok(place, "cameras", "import", str(path))
        assert code == 3
        assert "run the same command again" in err
        assert "Traceback" not in err
        assert _beside(path) == {"city.csv", "city.csv.import.json", "city.csv.errors.csv.part"}
        first = {code for batch in registry.batches for code in batch}
        registry.breaks_after = None
        registry.batches.clear()
        code, out, err = await kapok(place, "cameras", "import", str(path))
        assert (code, err) == (1, "")
    assert "goes on behind line 3001" in out
    again = {code for batch in registry.batches for code in batch}
    assert not first & again, "answered batches are not sent again"
    faults = sum(broken.values()) - broken.get("wrong code", 0)
    assert f"{9000 - faults} registered, 0 unchanged, {faults} with faults" in out
    lines = [int(row["line"]) for row in _rows(tmp_path / "city.csv.errors.csv")]
    assert len(lines) == len(set(lines)) == faults, "each fault once, those of the first run too"


async def test_a_dry_run_leaves_an_import_that_was_cut_off_alone(tmp_path: Path) -> None:
    path, _ = _city(tmp_path, 4000, broken=0.01)
    registry = Registry(breaks_after=2)
    async with registry_home(tmp_path, registry) as place:
        await kapok(place, "cameras", "import", str(path))
        registry.breaks_after = None
        await _json(place, "import", str(path), "--dry-run", exits=1)
        told = await _json(place, "import", str(path), exits=1)
    assert told["resumedBehindLine"] == 2001
    assert told["created"] + told["faults"] == 4000
    assert len(_rows(tmp_path / "city.csv.errors.csv")) == told["faults"]


async def _begun(place: Path, path: Path, line: int) -> asyncio.subprocess.Process:
    """An import that has noted ``line``."""
    arguments = (sys.executable, "-m", "cli", "--home", str(place), "--as", PRINCIPAL, "cameras", "import", str(path))
    process = await asyncio.create_subprocess_exec(*arguments, stdout=PIPE, stderr=PIPE)
    note = state_path(path)
    await eventually(lambda: note.exists() and f'"line": {line}' in note.read_text())
    return process


async def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    path, _ = _city(tmp_path, 6000)
    registry = Registry(waits_after=3)
    async with registry_home(tmp_path, registry) as place:
        process = await _begun(place, path, 3001)
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(30):
            out, err = await process.communicate()
        registry.resume.set()
    assert (process.returncode, err) == (130, b"")
    assert b"Lines up to 3001 are done: run the same command again" in out


async def test_a_gateway_that_stops_is_a_connection_that_is_lost(tmp_path: Path) -> None:
    path, _ = _city(tmp_path, 6000)
    async with registry_home(tmp_path, Registry(waits_after=2)) as place:
        process = await _begun(place, path, 2001)
    async with asyncio.timeout(10):
        _, err = await process.communicate()
    assert process.returncode == 3, err
    assert b"Lines up to 2001 are done: run the same command again" in err


async def test_restart_begins_anew(tmp_path: Path) -> None:
    path, _ = _city(tmp_path, 3000)
    registry = Registry(breaks_after=2)
    async with registry_home(tmp_path, registry) as place:
        await kapok(place, "cameras", "import", str(path))
        registry.breaks_after = None
        told = await _json(place, "import", str(path), "--restart")
    assert (told["created"], told["unchanged"], told["resumedBehindLine"]) == (1000, 2000, 0)


async def test_a_refusal_of_the_whole_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    path, _ = _city(tmp_path, 10)
    refusal = errors.Denied("NOT_PERMITTED", "only operators register cameras", article="Article 7")
    async with registry_home(tmp_path, Registry(refusal=refusal)) as place:
        code, out, err = await kapok(place, "cameras", "import", str(path))
    assert (code, out) == (1, "encoding: UTF-8\n")
    assert "only operators register cameras" in err
    assert "Article 7" in err
    assert _beside(path) == {"city.csv"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"code,colour\n1,red\n", "'colour' is unknown"),
        ("code,system\n".encode("utf-16"), "save it as UTF-8"),
        (b"code\n\xff\xff\n", "neither UTF-8"),
        (b"", "header"),
    ],
)
async def test_a_file_that_is_wrong_as_a_whole_is_never_sent(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    registry = Registry()
    async with registry_home(tmp_path, registry) as place:
        code, out, err = await kapok(place, "cameras", "import", str(tmp_path / "x.csv"))
    assert (code, out) == (1, "")
    assert told in err
    assert not registry.batches
    assert _beside(tmp_path / "x.csv") == {"x.csv"}


async def test_a_file_of_faults_only_reaches_its_end(tmp_path: Path) -> None:
    path, _ = _city(tmp_path, 2500)
    path.write_text("".join(line.replace("440", "x", 1) + "\n" if n else f"{line}\n"
                            for n, line in enumerate(path.read_text().splitlines())))  # fmt: skip
    registry = Registry()
    async with registry_home(tmp_path, registry) as place:
        told = await _json(place, "import", str(path), exits=1)
    assert (told["faults"], registry.batches) == (2500, [])


@pytest.mark.parametrize("name", ["out.csv", "out.ndjson"])
async def test_an_extract_imported_again_is_unchanged(tmp_path: Path, name: str) -> None:
    path, _ = _city(tmp_path, 1200)
    registry = Registry()
    async with registry_home(tmp_path, registry) as place:
        await _json(place, "import", str(path))
        next(iter(registry.cameras.values())).display_name = "=1+1"
        told = await _json(place, "export", str(tmp_path / name), "--district", "440104", "--category", "finance")
        assert told["cameras"] == 1200
        again = await _json(place, "import", str(tmp_path / name))
        code, out, _ = await kapok(place, "cameras", "import", str(tmp_path / name))
    assert (again["created"], again["unchanged"], again["faults"]) == (0, 1200, 0)
    assert code == 0
    assert "output only, left out: operator" in out
    content = (tmp_path / name).read_text()
    assert "rtsp" not in content
    assert "password" not in content
    assert list(registry.filters[0].districts) == ["440104"]
    assert list(registry.filters[0].place_categories) == [camera_pb2.PLACE_CATEGORY_FINANCE]


async def test_an_extract_that_was_cut_off_leaves_no_file(tmp_path: Path) -> None:
    path, _ = _city(tmp_path, 1200)
    registry = Registry()
    async with registry_home(tmp_path, registry) as place:
        await _json(place, "import", str(path))
        registry.breaks_after = 1
        code, _, err = await kapok(place, "cameras", "export", str(tmp_path / "out.csv"))
    assert code == 3
    assert "SERVICE_AWAY" in err
    assert not list(tmp_path.glob("out.csv*"))


async def test_an_extract_goes_to_stdout_and_for_spreadsheets_has_a_mark(tmp_path: Path) -> None:
    path, _ = _city(tmp_path, 3)
    registry = Registry()
    async with registry_home(tmp_path, registry) as place:
        await _json(place, "import", str(path))
        code, out, err = await kapok(place, "cameras", "export", "-", "--excel")
        assert (code, err) == (0, "")
        assert out.startswith("\ufeffcode,system,")
        assert out.count("\r\n") == 4
        (tmp_path / "there.csv").write_text("mine")
        code, _, err = await kapok(place, "cameras", "export", str(tmp_path / "there.csv"))
        assert code == 2
        assert "--replace" in err
        assert (tmp_path / "there.csv").read_text() == "mine"
