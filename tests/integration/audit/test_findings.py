"""Findings from end to end: facts on the bus, in the books and in the list, seen by those whom they concern."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kapok.audit.v1 import findings_service_pb2 as pb
from kapok.fact.v1 import fact_pb2
from kapok.registry.v1 import registry_events_pb2
from services.audit.app import app
from services.chassis import bus, errors
from tests.eventually import eventually
from tests.integration.audit.conftest import Office
from tests.integration.permissions import city

LIST = "kapok.audit.v1.FindingsService.ListFindings"
RAISED, RESOLVED = "registry.finding.raised", "registry.finding.resolved"
BEGAN = datetime(2026, 3, 1, 8, tzinfo=UTC)
LARGEST = 800 * 1024


def told(kind: str, minutes: int = 0, operator: str = "metro", is_sealed: bool = False, **other: Any) -> fact_pb2.Fact:
    """A fact of a missing sign, as the registry tells it."""
    fact = fact_pb2.Fact(
        id=str(uuid.uuid4()), kind=kind, is_sealed=is_sealed, occur_time=BEGAN + timedelta(minutes=minutes)
    )
    duty = {"rule": "art12-sign", "article": "Article 12", "sentence": "put up a sign"}
    fields = {"duty": duty, "subject": f"operators/{operator}/systems/one", "operator": f"agencies/{operator}",
              "districts": ["440104"], "consequence": "Article 24", **other}  # fmt: skip
    fact.snapshot.Pack(registry_events_pb2.Finding(**fields))
    return fact


async def tell(office: Office, facts: Iterable[fact_pb2.Fact]) -> None:
    """Publish as the registry does."""
    stage = office.stage
    async with bus.connect(stage.registry.bus_url, stage.keys.bus_seed("registry"), "registry") as registry:
        for fact in facts:
            await registry.publish_durable(f"kapok.v1.facts.{fact.kind}", fact.SerializeToString(), fact.id)


async def seen(office: Office, name: str, **wanted: Any) -> list[pb.Finding]:
    request = pb.ListFindingsRequest(**wanted)
    answer = await office.caller(name).ask(office.settings.listen, LIST, request)
    return list(answer.findings)


async def until(office: Office, count: int, name: str = "security-guangzhou") -> list[pb.Finding]:
    """The list once it has ``count``; national security sees all."""

    async def found() -> list[pb.Finding] | None:
        listed = await seen(office, name, include_resolved=True)
        return listed if len(listed) >= count else None

    listed: Any = await eventually(found)
    return list(listed)


async def test_a_finding_is_listed_from_the_fact_that_raised_it_until_it_is_resolved(quiet_office: Office) -> None:
    due = BEGAN + timedelta(days=30)
    async with app(quiet_office.settings):
        await tell(quiet_office, [told(RAISED, due_time=due, count=3)])
        [found] = await until(quiet_office, 1, "metro")
        assert (found.subject, found.rule, found.article) == ("operators/metro/systems/one", "art12-sign", "Article 12")
        assert (found.sentence, found.operator, list(found.districts)) == (
            "put up a sign",
            "agencies/metro",
            ["440104"],
        )
        assert (found.count, found.consequence, found.HasField("resolve_time")) == (3, "Article 24", False)
        assert (found.raise_time.ToDatetime(UTC), found.due_time.ToDatetime(UTC)) == (BEGAN, due)
        assert len(await quiet_office.facts(RAISED, 1)) == 1, "and its fact is on record"
        await tell(quiet_office, [told(RESOLVED, 5)])
        await quiet_office.facts(RESOLVED, 1)
        assert await seen(quiet_office, "metro") == []
        [closed] = await seen(quiet_office, "metro", include_resolved=True)
        assert closed.resolve_time.ToDatetime(UTC) == BEGAN + timedelta(minutes=5)


async def test_operators_and_public_security_see_what_concerns_them(quiet_office: Office) -> None:
    async with app(quiet_office.settings):
        await tell(
            quiet_office,
            [told(RAISED, 1), told(RAISED, 2, "archive", districts=["440106"]), told(RAISED, 3, "archive", True,
             subject="operators/archive/systems/two")],
        )  # fmt: skip
        await until(quiet_office, 3)
        minutes = {
            name: [(f.raise_time.ToDatetime(UTC) - BEGAN).seconds // 60 for f in await seen(quiet_office, name)]
            for name in ("metro", "archive", "police-guangzhou", "police-yuexiu", "security-guangzhou")
        }
        assert minutes == {"metro": [1], "archive": [3, 2], "police-guangzhou": [2, 1], "police-yuexiu": [1],
                           "security-guangzhou": [3, 2, 1]}  # fmt: skip
        assert len(await quiet_office.facts(RAISED, 1, "sealed")) == 1


@pytest.mark.parametrize("name", ["urban-yuexiu", "command-guangzhou-duty"])
async def test_others_are_told_for_whom_findings_are_before_what_they_asked_is_read(
    quiet_office: Office, name: str
) -> None:
    async with app(quiet_office.settings):
        caller, request = quiet_office.caller(name), pb.ListFindingsRequest(page_token="garbage")
        refusal = await caller.refused(quiet_office.settings.listen, LIST, request)
        assert (refusal.reason, refusal.metadata["article"]) == ("NOT_PERMITTED", "Article 5")
        assert isinstance(refusal, errors.Denied)
        refusal = await quiet_office.caller("metro").refused(quiet_office.settings.listen, LIST, request)
        assert [violation.field for violation in refusal.violations] == ["page_token"]


async def test_a_finding_that_can_not_be_read_stops_nothing(quiet_office: Office) -> None:
    empty, foreign = told(RAISED), told(RAISED)
    empty.ClearField("snapshot")
    foreign.snapshot.Pack(fact_pb2.Refusal(message="no finding"))
    hostile = [empty, foreign, told(RAISED, districts=["440104"] * 65), told(RAISED, subject="operators/" + "x" * 9000)]
    async with app(quiet_office.settings):
        await tell(quiet_office, [*hostile, told(RAISED, 7)])
        assert len(await quiet_office.facts(RAISED, 5)) == 5, "all are on record"
        [found] = await seen(quiet_office, "metro")
        assert found.raise_time.ToDatetime(UTC) == BEGAN + timedelta(minutes=7)


async def test_a_fact_of_a_bulk_change_is_recorded_whole(quiet_office: Office) -> None:
    bulk = fact_pb2.Fact(id=str(uuid.uuid4()), kind="registry.camera.imported", camera=city.STREET)
    bulk.snapshot.value = b"x" * LARGEST
    more = [told("registry.camera.imported") for _ in range(30)]  # together more than one batch of the ledger's
    for fact in more:
        fact.snapshot.value = b"y" * LARGEST
    async with app(quiet_office.settings):
        await tell(quiet_office, [bulk, *more])

        async def is_whole() -> bool:
            return (await quiet_office.head()).number == 31

        await eventually(is_whole, within_s=30)
        [first, *_] = await quiet_office.records()
        assert first.fact == bulk.SerializeToString()
