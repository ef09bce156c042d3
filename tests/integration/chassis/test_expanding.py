"""Migrations behind the release before only expand: its processes go on with the schema of this one."""

import ast
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

import services.audit.app
import services.permissions.app
import services.registry.app
import services.streams.app
from services.chassis.engines import engines
from services.chassis.migrating import bring_up
from tests.former import SCHEMAS

MIGRATIONS: Mapping[str, Path] = {
    "registry": services.registry.app.MIGRATIONS, "permissions": services.permissions.app.MIGRATIONS,
    "streams": services.streams.app.MIGRATIONS, "audit": services.audit.app.MIGRATIONS,
}  # fmt: skip
# In a migration that takes something away: what, and the release from which on nothing uses it.
MARK = "unused_since"
WIDER = {("INTEGER", "BIGINT"), ("SMALLINT", "INTEGER"), ("SMALLINT", "BIGINT")}


@dataclass(frozen=True)
class Column:
    """As the former release's statements meet it."""

    kind: str
    length: int | None
    is_nullable: bool
    has_default: bool


@dataclass(frozen=True)
class Found:
    """Columns and unique keys of each table."""

    columns: Mapping[str, Mapping[str, Column]]
    unique: Mapping[str, frozenset[tuple[str, ...]]]


def contractions(before: Found, after: Found) -> Iterator[str]:
    """What the former release would stumble over: `table` or `table.column`, and why."""
    for table, columns in before.columns.items():
        if table not in after.columns:
            yield f"{table}: gone"
            continue
        now = after.columns[table]
        for name, was in columns.items():
            yield from (f"{table}.{name}: {why}" for why in _narrowed(was, now.get(name)))
        for name in now.keys() - columns.keys():
            if not now[name].is_nullable and not now[name].has_default:
                yield f"{table}.{name}: new, and must be given"
        for key in before.unique[table] - after.unique[table]:
            yield f"{table}.{'+'.join(key)}: no longer unique, which ON CONFLICT needs"
        for key in after.unique[table] - before.unique[table]:
            yield f"{table}.{'+'.join(key)}: unique from now on"


def _narrowed(was: Column, now: Column | None) -> Iterator[str]:
    if now is None:
        yield "gone"
        return
    if was.is_nullable and not now.is_nullable:
        yield "must be given from now on"
    if was.has_default and not now.has_default and not now.is_nullable:
        yield "has no default any more"
    is_longer = was.length is not None and (now.length is None or now.length >= was.length)
    if was.kind != now.kind and (was.kind, now.kind) not in WIDER and not (now.kind == "TEXT" and is_longer):
        yield f"{now.kind} instead of {was.kind}"
    if now.length is not None and (was.length is None or now.length < was.length):
        yield f"{now.length} characters at most"


async def schema(url: str, migrations: Path) -> Found:
    """Of the database brought up by these migrations."""
    await bring_up(url, migrations)
    opened = engines(url)
    try:
        async with opened.writers.connect() as connection:
            return await connection.run_sync(_reflected)
    finally:
        await opened.dispose()


def _reflected(connection: Connection) -> Found:
    looked = sa.inspect(connection)
    tables = [name for name in looked.get_table_names() if not name.startswith(("alembic", "sqlite"))]
    columns = {table: {one["name"]: _column(one) for one in looked.get_columns(table)} for table in tables}
    unique = {
        table: frozenset(
            tuple(one["column_names"])
            for one in (*looked.get_unique_constraints(table), *looked.get_indexes(table))
            if one.get("unique", True)
        )
        for table in tables
    }
    return Found(columns, unique)


def _column(told: Any) -> Column:
    kind = told["type"]
    has_default = told["default"] is not None or bool(told.get("autoincrement") is True)
    return Column(kind.__class__.__name__.upper(), getattr(kind, "length", None), told["nullable"], has_default)


def older(migrations: Path, newest: str, folder: Path) -> Path:
    """A copy without what stands behind ``newest``."""
    folder.mkdir()
    for file in migrations.glob("[0-9]*.py"):
        if file.name.partition("_")[0] <= newest:
            shutil.copy(file, folder)
    return folder


def marked(migrations: Path, newest: str) -> set[str]:
    """What migrations behind ``newest`` say that nothing uses any more."""
    found = set[str]()
    for file in migrations.glob("[0-9]*.py"):
        if file.name.partition("_")[0] > newest:
            for node in ast.parse(file.read_text()).body:
                if isinstance(node, ast.Assign) and [ast.unparse(one) for one in node.targets] == [MARK]:
                    found |= ast.literal_eval(node.value).keys()
    return found


@pytest.mark.parametrize("service", MIGRATIONS)
async def test_the_release_before_goes_on_with_the_schema_of_this_one(
    service: str, database_url: str, tmp_path: Path
) -> None:
    newest = SCHEMAS[service]
    before = await schema(database_url, older(MIGRATIONS[service], newest, tmp_path / "older"))
    after = await schema(database_url, MIGRATIONS[service])
    stumbles = [
        one for one in contractions(before, after) if one.partition(":")[0] not in marked(MIGRATIONS[service], newest)
    ]
    assert not stumbles, f"expand first, contract a release later, and say so: {MARK} = {{'table.column': 'release'}}"


FIRST = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0001", None
def upgrade():
    op.create_table(
        "cameras",
        sa.Column("code", sa.String(20), primary_key=True),
        sa.Column("place", sa.String(50)),
        sa.Column("change", sa.Integer, nullable=False),
    )
    op.create_table("signs", sa.Column("number", sa.Integer, primary_key=True))
"""
SECOND = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"
{mark}
def upgrade():
    with op.batch_alter_table("cameras") as cameras:
        {change}
"""
EXPANDING = (
    'cameras.add_column(sa.Column("note", sa.String(9)))',
    'cameras.add_column(sa.Column("note", sa.String(9), nullable=False, server_default=""))',
    'cameras.alter_column("place", type_=sa.String(200))',
    'cameras.alter_column("place", type_=sa.Text())',
    'cameras.alter_column("change", type_=sa.BigInteger())',
    'cameras.alter_column("change", nullable=True)',
    'op.create_table("more", sa.Column("number", sa.Integer, primary_key=True))',
    'cameras.create_index("by_place", ["place"])',
)
CONTRACTING = {
    'cameras.drop_column("place")': "cameras.place: gone",
    'cameras.alter_column("place", new_column_name="where")': "cameras.place: gone",
    'cameras.add_column(sa.Column("note", sa.String(9), nullable=False))': "cameras.note: new, and must be given",
    'cameras.alter_column("place", type_=sa.String(10))': "cameras.place: 10 characters at most",
    'cameras.alter_column("place", nullable=False)': "cameras.place: must be given from now on",
    'cameras.create_unique_constraint("one", ["place"])': "cameras.place: unique from now on",
    'op.drop_table("signs")': "signs: gone",
    'op.rename_table("signs", "boards")': "signs: gone",
}


def two(folder: Path, change: str, mark: str = "") -> tuple[Path, Path]:
    """Migrations before and after ``change``."""
    folder.mkdir()
    (folder / "0001_first.py").write_text(FIRST)
    (folder / "0002_second.py").write_text(SECOND.format(change=change, mark=mark))
    return older(folder, "0001", folder.with_name("older")), folder


@pytest.mark.parametrize("change", EXPANDING)
async def test_what_expands_passes(change: str, tmp_path: Path) -> None:
    before, after = two(tmp_path / "all", change)
    url = f"sqlite+aiosqlite:///{tmp_path / 'a.db'}"
    assert list(contractions(await schema(url, before), await schema(url, after))) == []


@pytest.mark.parametrize("change", CONTRACTING)
async def test_what_contracts_is_named(change: str, tmp_path: Path) -> None:
    before, after = two(tmp_path / "all", change)
    url = f"sqlite+aiosqlite:///{tmp_path / 'a.db'}"
    assert CONTRACTING[change] in list(contractions(await schema(url, before), await schema(url, after)))


def test_what_nothing_uses_any_more_is_said_in_the_migration(tmp_path: Path) -> None:
    _, after = two(tmp_path / "all", "pass", mark=f'{MARK} = {{"cameras.place": "0.2.0"}}')
    assert (marked(after, "0001"), marked(after, "0002")) == ({"cameras.place"}, set())
