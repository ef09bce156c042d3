"""A service as a process: what its command line does, and what stops it at once with the variable's name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from services.audit.app import MIGRATIONS
from services.chassis import database, revisions
from services.chassis.settings import SettingsError

REVISIONS = sorted(path.name[:4] for path in MIGRATIONS.glob("[0-9]*.py"))


def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python -m services.audit` with these settings and no others."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KAPOK_")}
    chosen = {f"KAPOK_{name.upper()}": value for name, value in settings.items()}
    command = (sys.executable, "-m", "services.audit", *words)
    return subprocess.run(command, env=environment | chosen, capture_output=True, text=True, check=False, timeout=60)


def test_its_settings_are_shown_without_secrets_and_what_is_missing_is_said() -> None:
    asked = run("--print-config", database="postgresql+asyncpg://audit:geheim@h/audit")
    assert "KAPOK_DATABASE=postgresql+asyncpg://audit:***@h/audit  # set;" in asked.stdout
    assert "geheim" not in asked.stdout + asked.stderr
    assert "KAPOK_LISTEN is missing" in asked.stderr
    assert asked.returncode == 2


def test_a_file_that_is_not_there_is_named_with_its_variable(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    files = dict.fromkeys(("key_file", "peers_file", "signing_key"), gone)
    asked = run(
        listen="unix:s", database="sqlite+aiosqlite://", bus_url="nats://h:1", permissions_address="unix:p", **files
    )
    assert asked.returncode == 2
    for name in files:
        assert f"KAPOK_{name.upper()}: {gone} can't be read: No such file or directory" in asked.stderr


def test_the_word_migrate_brings_the_schema_up_and_ends(postgresql_url: str) -> None:
    asked = run("migrate", database=postgresql_url)
    assert (asked.returncode, "geheim" in asked.stderr) == (0, False), asked.stderr
    assert f"the schema was empty and is {REVISIONS[-1]}" in asked.stderr


def test_a_word_that_is_none_says_which_there_are() -> None:
    asked = run("migrat")
    assert asked.returncode == 2
    assert "usage: --print-config | migrate | verify or nothing" in asked.stderr


@pytest.mark.parametrize("service", ["audit", "permissions", "registry", "streams"])
def test_a_service_loads_no_library_that_it_does_not_use(service: str) -> None:
    """Of HTTP, which nats-py would load, and of migrations: a fifth of a service, in memory and in its start."""
    program = (
        "import gc, sys; from services.chassis import process\n"
        f"with process.loading(): import services.{service}.app\n"
        "assert gc.isenabled() and gc.get_freeze_count()\n"
        "print(*sorted({'aiohttp', 'alembic', 'mako', 'opentelemetry', 'yarl'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (told.stdout, told.returncode) == ("\n", 0), told.stderr


async def test_a_schema_that_is_behind_stops_who_may_not_migrate(database_url: str, tmp_path: Path) -> None:
    older = tmp_path / "older"
    older.mkdir()
    for name in REVISIONS[:-1]:
        [file] = MIGRATIONS.glob(f"{name}_*.py")
        (older / file.name).write_bytes(file.read_bytes())
    async with database.connect(database_url, older):
        pass
    with pytest.raises(SettingsError, match=rf"KAPOK_MIGRATE.* {REVISIONS[-2]} .* {REVISIONS[-1]}"):
        async with database.connect(database_url, MIGRATIONS, migrate=False):
            pass
    async with database.connect(database_url, MIGRATIONS), database.connect(database_url, MIGRATIONS, migrate=False):
        pass


@pytest.mark.parametrize("service", ["audit", "permissions", "registry", "streams"])
def test_the_newest_migration_is_the_last_by_its_files_name(service: str) -> None:
    """By which a start knows that there is nothing to bring up."""
    folder = MIGRATIONS.parents[1] / service / "migrations"
    script = ScriptDirectory.from_config(revisions._config(folder))
    assert str(script.get_current_head()).rpartition("_")[2] == max(path.name[:4] for path in folder.glob("[0-9]*.py"))


async def test_the_former_release_goes_on_with_the_schema_of_the_next(database_url: str, tmp_path: Path) -> None:
    async with database.connect(database_url, MIGRATIONS):
        pass
    [first] = MIGRATIONS.glob("0001_*.py")
    (tmp_path / first.name).write_bytes(first.read_bytes())
    async with database.connect(database_url, tmp_path, migrate=False) as opened:
        assert await opened.is_writable()


async def test_a_database_that_lets_nobody_in_is_a_wrong_setting(postgresql_url: str) -> None:
    with pytest.raises(SettingsError, match=r"KAPOK_DATABASE: .*3D000"):
        async with database.connect(postgresql_url + "_absent", MIGRATIONS):
            pass
    host = postgresql_url.rpartition("@")[2]
    with pytest.raises(SettingsError, match=r"KAPOK_DATABASE: .*28P01"):
        async with database.connect(f"postgresql+asyncpg://postgres:wrong@{host}", MIGRATIONS):
            pass
