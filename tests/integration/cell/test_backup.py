"""A cell at home is backed up while it runs, lost and put back elsewhere; what is no whole backup changes nothing."""

import asyncio
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nkeys
import pytest

from demo.platform import platform
from services.cell.backup import taking
from services.cell.backup.put_back import Wish, restore_home
from services.cell.backup.stores import SERVICES, BusAccess, Stores
from services.cell.backup.taking import take
from services.chassis import errors
from tests.disaster import Answered, is_back, live_after, live_before

pytestmark = pytest.mark.timeout(300)  # a whole platform starts twice


@dataclass(frozen=True)
class Saved:
    """A backup and the SHA-256 that it said, keys that are kept elsewhere, what was answered before, the last epoch."""

    folder: Path
    sha256: str
    keys: Path
    answered: Answered
    epoch: int


def kapok(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = (sys.executable, "-m", "cli", "--home", str(home), *words)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """Of a home that lived, lived on, and is gone."""
    place = tmp_path_factory.mktemp("disaster")
    home, folder, keys = place / "a home", place / "a backup", place / "safe"
    with platform(home) as stage:
        answered = live_before(stage)
        said = stage.kapok("--json", "backup", str(folder))
        assert said.returncode == 0, said.stderr
        with pytest.raises(errors.FailedPrecondition, match="is using it"):
            asyncio.run(restore_home(Wish(folder, over=True), home))
        epoch = live_after(stage, answered)
    for name in ("keys", "certs", "nats/jetstream"):
        shutil.copytree(home / name, keys / name)
    shutil.rmtree(home)
    told = json.loads(said.stdout)
    assert (told["holds_secrets"], "keys/audit.ed25519" in told["secrets"]) == (False, True)
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}
    return Saved(folder, told["manifest_sha256"], keys, answered, epoch)


async def test_a_cell_that_is_put_back_goes_on_above_what_was_given_since(saved: Saved, tmp_path: Path) -> None:
    home = tmp_path / "another home"
    shutil.copytree(saved.keys / "nats", home / "nats")  # the bus survived
    (home / "lock").touch()
    done = kapok(home, "restore", str(saved.folder), "--keys", str(saved.keys), "--sha256", saved.sha256)
    assert done.returncode == 0, done.stderr
    assert "both books hold" in done.stdout
    assert "has records: say --over" in await refusal(home, saved.folder)
    with platform(home) as stage:
        is_back(stage, saved.answered, saved.epoch)
        tail = stage.kapok("--as", "police-guangzhou", "audit", "tail", "--count", "1000")
        assert "permissions.cell.restored" in tail.stdout, "the ledger says so itself"
        assert tail.stdout.count("principal.revoked") == 3, "what the bus had still, of after the backup, is on record"


def _forge_a_record(folder: Path) -> None:
    """Another fact in the ledger, and a manifest that says so."""
    with closing(sqlite3.connect(folder / "audit.db")) as books:
        books.execute("DROP TRIGGER records_no_update")
        books.execute("UPDATE records SET fact = x'00' WHERE book = 'ordinary' AND number = 3")
        books.commit()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["dumps"]["audit"]["sha256"] = hashlib.sha256((folder / "audit.db").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _edit(folder: Path, change: Callable[[dict], None]) -> None:  # type: ignore[type-arg] # of JSON
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "a dump cut off": (
        lambda folder: (folder / "streams.db").write_bytes((folder / "streams.db").read_bytes()[:-1]),
        "streams.db is not what was backed up",
    ),
    "a dump that is gone": (lambda folder: (folder / "registry.db").unlink(), "registry.db: No such file"),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "manifest.json: No such file"),
    "a manifest that is none": (lambda folder: (folder / "manifest.json").write_text("[]"), "can't be read"),
    "another format": (lambda folder: _edit(folder, lambda told: told.update(format=9)), "another format"),
    "a later release's": (
        lambda folder: _edit(folder, lambda told: told["dumps"]["registry"].update(schema="9999")),
        "registry is of a later release",
    ),
    "a key outside": (
        lambda folder: _edit(folder, lambda told: told["secrets"].update({"keys/../../passwd": "0"})),
        "is no key of a cell",
    ),
    "a key of another cell": (
        lambda folder: _edit(folder, lambda told: told["secrets"].update({"keys/audit.ed25519": "0" * 64})),
        "another key than the one",
    ),
    "a dump less": (
        lambda folder: _edit(folder, lambda told: told["dumps"].pop("audit")),
        "the dump of audit is missing",
    ),
}


async def refusal(home: Path, folder: Path, **wish: Any) -> str:
    """What a restore that must not be says."""
    with pytest.raises(errors.FailedPrecondition) as refused:
        await restore_home(Wish(folder, **wish), home)
    return refused.value.message


@pytest.mark.parametrize("how", SPOILT)
async def test_a_backup_that_is_not_whole_is_refused_and_nothing_changed(
    saved: Saved, tmp_path: Path, how: str
) -> None:
    folder, home = tmp_path / "backup", tmp_path / "home"
    shutil.copytree(saved.folder, folder)
    spoil, why = SPOILT[how]
    spoil(folder)
    assert why in await refusal(home, folder, keys=saved.keys)
    assert not home.exists()


async def test_another_manifest_than_the_one_that_was_noted_is_refused(saved: Saved, tmp_path: Path) -> None:
    why = await refusal(tmp_path / "home", saved.folder, keys=saved.keys, sha256="0" * 64)
    assert "it is not the backup of manifest 000" in why


async def test_a_ledger_that_was_forged_with_its_manifest_is_found_by_its_chain(saved: Saved, tmp_path: Path) -> None:
    folder, home = tmp_path / "backup", tmp_path / "home"
    shutil.copytree(saved.folder, folder)
    _forge_a_record(folder)
    assert "books/ordinary is broken at record 3" in await refusal(home, folder, keys=saved.keys)
    assert not (home / "data" / "permissions.db").exists(), "who decides comes last"


async def test_without_its_keys_a_home_is_not_put_back(saved: Saved, tmp_path: Path) -> None:
    assert "Keys are copied only when asked for: say --keys" in await refusal(tmp_path / "home", saved.folder)


async def test_what_is_there_is_not_written_over(saved: Saved) -> None:
    with pytest.raises(errors.FailedPrecondition, match="is there already"):
        await take(taking.Wish(saved.folder, Stores({}), datetime.now(UTC)))


@pytest.mark.parametrize("told", ["", "[]", '{"databases": {}}', '{"databases": {"registry": "x"}, "bus": {}}'])
def test_where_a_cell_keeps_what_must_be_said_whole(tmp_path: Path, told: str) -> None:
    note = tmp_path / "stores.json"
    with pytest.raises(errors.FailedPrecondition, match="A running cell at home has it"):
        Stores.read(note)
    note.write_text(told)
    with pytest.raises(errors.FailedPrecondition, match=r'must be \{"databases"'):
        Stores.read(note)


async def test_a_ledger_that_nobody_can_ask_leaves_no_folder(tmp_path: Path) -> None:
    folder, url = tmp_path / "backup", f"sqlite+aiosqlite:///{tmp_path / 'a.db'}"
    (tmp_path / "a.db").touch()
    nowhere = BusAccess("nats://127.0.0.1:1", str(tmp_path / "seed"))
    (tmp_path / "seed").write_bytes(nkeys.encode_seed(bytes(32), nkeys.PREFIX_BYTE_USER))
    stores = Stores(dict.fromkeys(SERVICES, url), nowhere)
    with pytest.raises(errors.Unavailable, match="the bus does not answer"):
        await take(taking.Wish(folder, stores, datetime.now(UTC), within_s=0.3))
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == []
