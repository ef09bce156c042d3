"""Who has the ledger's own database: refused while its triggers stand, and found out when they don't (Article 16)."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from demo.apart.processes import family
from demo.platform import Platform

TRIGGERS = {
    "sqlite": sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"),
    "postgresql": sa.text(
        "SELECT tgname || ' ON ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'records%'"
    ),
}
# One byte more of what record 17 says.
ALTER = {
    "sqlite": sa.text("UPDATE records SET fact = fact || x'00' WHERE book = 'ordinary' AND number = 17"),
    "postgresql": sa.text("UPDATE records SET fact = fact || '\\x00' WHERE book = 'ordinary' AND number = 17"),
}


def ledger(home: Path) -> str:
    """The URL of its database, a password in it where it has one."""
    audit = family(home).get("audit-1")
    return audit.environ()["KAPOK_DATABASE"] if audit else f"sqlite+aiosqlite:///{home / 'data' / 'audit.db'}"


@pytest.mark.timeout(240)  # apart, the platform of its own takes long to start beside the folder's
async def test_a_ledger_that_was_altered_by_hand_is_found_out(own_stage: Platform) -> None:
    assert own_stage.kapok("--as", "police-guangzhou", "audit", "verify").returncode == 0
    engine = create_async_engine(ledger(own_stage.home))
    kind = engine.dialect.name
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        async with engine.begin() as database:
            await database.execute(ALTER[kind])
    async with engine.begin() as database:
        for trigger in (await database.execute(TRIGGERS[kind])).scalars().all():
            await database.execute(sa.text(f"DROP TRIGGER {trigger}"))
        assert (await database.execute(ALTER[kind])).rowcount == 1
    await engine.dispose()
    told = own_stage.kapok("--as", "police-guangzhou", "audit", "verify")
    assert told.returncode == 1
    assert "record 17" in told.stdout
