"""Levels with secrets among them, and lists of state secrets: what is said of them and what is not (Article 11)."""

import hashlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis import database
from services.chassis.errors import Denied, InvalidArgument
from services.decider.facts import Principal, Tier
from services.permissions.app import MIGRATIONS
from services.permissions.joint.sealed import (
    MOST_CAMERAS,
    SealedList,
    refuse_unless_keeper,
    refuse_unless_sound,
)  # fmt: skip
from services.permissions.levels import LevelBook
from services.permissions.store import policies, sealed_lists
from tests.unit.decider.cast import CITY_POLICE, INFORMATIZATION, NOW, OPERATOR, PARK, SECURITY
from tests.unit.permissions import records

CODES = [f"44010400001320{serial:06}" for serial in range(4)]
DEFAULT = {1: 1, 5: 5}


@pytest.mark.parametrize(
    ("own", "secret", "category", "level"),
    [
        (None, None, 1, (1, False)),
        (3, None, 1, (3, True)),
        (3, True, 1, (5, True)),
        (None, True, 1, (5, True)),
        (3, False, 1, (3, True)),
        (None, None, 5, (5, False)),
        (3, None, 5, (5, False)),  # set openly by who did not know
        (3, False, 5, (3, True)),
        (3, True, 5, (5, True)),
    ],
)
def test_what_is_set_openly_takes_no_secrecy_away(
    own: int | None, secret: bool | None, category: int, level: tuple[int, bool]
) -> None:
    book = LevelBook({} if own is None else {"c": own}, DEFAULT, {} if secret is None else {"c": secret})
    assert book.level("c", category) == level
    camera = book.at_level(replace(PARK, name="districts/440104/cameras/c", category=category))
    assert (camera.level, camera.is_level_own) == level


def test_a_camera_of_no_known_place_category_keeps_the_level_on_record() -> None:
    assert LevelBook({}, {}).at_level(PARK) is PARK
    with pytest.raises(KeyError):
        LevelBook({}, {}).level(CODES[0], 1)


def test_the_hash_is_over_the_text_and_the_salt() -> None:
    drawn = SealedList("sealedLevels/1", b"s" * 32, {CODES[1]: 5, CODES[0]: 2}, SECURITY.name, NOW)
    text = f"{(b's' * 32).hex()}\n{CODES[0]} 2\n{CODES[1]} 5\n"
    assert drawn.text == text
    assert (drawn.digest.count, drawn.digest.sha256) == (2, hashlib.sha256(text.encode()).hexdigest())
    assert replace(drawn, salt=b"t" * 32).digest.sha256 != drawn.digest.sha256
    assert drawn.cameras == [f"districts/440104/cameras/{code}" for code in CODES[:2]]


@pytest.mark.parametrize("who", [CITY_POLICE, INFORMATIZATION, OPERATOR, replace(SECURITY, tier=Tier.DISTRICT),
                                 replace(SECURITY, is_suspended=True)])  # fmt: skip
def test_only_municipal_national_security_draws_lists_up(who: Principal) -> None:
    with pytest.raises(Denied, match="national security"):
        refuse_unless_keeper(who)


@pytest.mark.parametrize(
    "levels",
    [{}, {CODES[0]: 6}, {CODES[0]: 0}, {"1": 5}, {"٤" * 20: 5}, {f"{n:020}": 5 for n in range(MOST_CAMERAS + 1)}],
)
def test_what_is_no_list_is_refused_by_field(levels: dict[str, int]) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        refuse_unless_sound(levels)
    assert {violation.field for violation in refusal.value.violations} == {"camera_levels"}


@pytest.fixture
async def kept(database_url: str) -> AsyncIterator[database.Database]:
    async with records.ports_on(database_url, {CODES[0]: 5, CODES[1]: 2}) as (ports, _):
        yield ports.database


async def test_a_list_is_kept_and_makes_and_opens_secrets_when_it_is_adopted(kept: database.Database) -> None:
    drawn = SealedList("sealedLevels/1", b"s" * 32, {CODES[0]: 2, CODES[1]: 5, CODES[2]: 5}, SECURITY.name, NOW)
    async with kept.write() as transaction:
        await sealed_lists.insert(transaction, drawn)
        assert await sealed_lists.find(transaction, drawn.name) == drawn
        assert await sealed_lists.find(transaction, "sealedLevels/2") is None
        assert await sealed_lists.count_waiting(transaction) == 1
        assert await sealed_lists.adopt(transaction, drawn, 2) == {CODES[0]: 2}
        assert await sealed_lists.count_waiting(transaction) == 0
        assert await sealed_lists.find(transaction, drawn.name) == replace(drawn, adopted=2)
        assert sorted(await sealed_lists.codes_set_by(transaction, 2)) == CODES[:3]
        book = await policies.levels(transaction, CODES)
    assert book.secret == {CODES[0]: False, CODES[1]: True, CODES[2]: True}
    assert CODES[3] not in book.own


async def test_what_was_secret_and_open_before_the_upgrade_stays_so(database_url: str, tmp_path: Path) -> None:
    former = tmp_path / "former"
    former.mkdir()
    for file in MIGRATIONS.glob("000[1-5]_*.py"):
        shutil.copy(file, former)
    rows = [(CODES[0], 5, 1), (CODES[1], 2, 1), (CODES[2], 3, 2)]
    async with database.connect(database_url, former) as before, before.write() as transaction:
        columns = [sa.column(name) for name in ("code", "level", "revision")]
        table = sa.table("camera_levels", *columns)
        values = [dict(zip(("code", "level", "revision"), row, strict=True)) for row in rows]
        await transaction.execute(table.insert(), values)
    async with database.connect(database_url, MIGRATIONS) as after, after.read() as transaction:
        book = await policies.levels(transaction, CODES)
    found = replace(book, default=DEFAULT)
    assert [found.level(code, 5)[0] for code in CODES] == [5, 2, 5, 5]
    assert [found.level(code, 1)[0] for code in CODES] == [5, 2, 3, 1]
