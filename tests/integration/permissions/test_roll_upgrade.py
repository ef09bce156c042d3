"""The roll across an upgrade, on either database: who was on record before is a system in good standing, as it was."""

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.chassis import database
from services.chassis.errors import Denied, Unauthenticated
from services.decider.facts import Action
from services.permissions import policies
from services.permissions.agencies.enrolments import Enrolments
from services.permissions.agencies.principals import Principals
from services.permissions.agencies.service import Agencies
from services.permissions.app import MIGRATIONS
from services.permissions.decisions import Decisions
from services.permissions.ports import Ports
from services.permissions.question import Question
from services.permissions.view import Views
from tests.unit.decider.cast import CITY_POLICE, NOW, OPERATOR, TUNNEL, URBAN
from tests.unit.permissions import records
from tests.unit.permissions.certificates import certificate_of
from tests.unit.permissions.records import Outside, genesis

PRINT = "ab" * 32
FORMER = ("0001_first.py", "0002_closures.py", "0003_proposals.py", "0004_incidents.py", "0005_papers.py")


async def write_as_before(opened: database.Database) -> None:
    """Everybody of the cast, as the release before put them on record, the urban management with a certificate."""
    known = genesis({})
    policy = {
        "revision": 1, "text": known.policy.text, "digest": known.policy.digest, "document": b"signed",
        "adopted_at": NOW.replace(tzinfo=None), "proposal": "",
    }  # fmt: skip
    await records.everybody_as_before(opened)
    async with opened.write() as transaction:
        for table, rows in {
            "policies": [policy], "certificates": [{"sha256": PRINT, "principal": URBAN.name}],
        }.items():  # fmt: skip
            columns = [sa.column(key, sa.DateTime() if key.endswith("_at") else None) for key in rows[0]]
            await transaction.execute(sa.table(table, *columns).insert(), rows)


@pytest.fixture
async def former(database_url: str, tmp_path: Path) -> str:
    """The URL of a database of the release before."""
    folder = tmp_path / "former"
    folder.mkdir()
    for name in FORMER:
        shutil.copy(MIGRATIONS / name, folder)
    async with database.connect(database_url, folder) as opened:
        await write_as_before(opened)
    return database_url


async def test_who_was_on_record_is_a_system_with_its_certificate_and_looks_as_before(former: str) -> None:
    outside = Outside()
    async with database.connect(former, MIGRATIONS) as opened:
        assert await policies.has_policy(opened)
        made = records.deciding()
        ports = Ports(opened, made, outside, outside, outside, outside, records.ManualClock(NOW), lambda: "001")
        found = await Principals(ports).identify(URBAN.name, PRINT)
        assert (found.principal.is_person, found.principal.is_suspended, found.system) == (False, False, URBAN.name)
        asked = Question(OPERATOR.name, TUNNEL.name, Action.LIVE)
        decision = (await Decisions(ports, Views(ports)).decide(asked)).decision
        assert (decision.allowed, decision.rule, decision.valid_until) == (True, "art21-live-own", None)
        [entry] = await Enrolments(ports).list(CITY_POLICE.name, URBAN.agency, "", 10)
        assert (entry.registered_by, entry.registered_at) == ("", None)
        assert [(one.sha256, one.uri, one.ends_at) for one in entry.certificates] == [(PRINT, "", None)]
        await Enrolments(ports).certify(URBAN.name, URBAN.name, certificate_of(URBAN.name))
        await Enrolments(ports).revoke(URBAN.name, PRINT, "the former one")
        with pytest.raises(Unauthenticated):
            await Principals(ports).identify(URBAN.name, PRINT)
        await Agencies(ports).suspend(CITY_POLICE.name, URBAN.agency, "why not")
        with pytest.raises(Denied):
            await Enrolments(ports).list(URBAN.name, URBAN.agency, "", 10)
