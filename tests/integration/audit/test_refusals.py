"""Refusals on record: the first at once, repetitions by their count, and those about a state secret kept apart."""

from typing import Any

import pytest

from kapok.audit.v1 import audit_service_pb2 as pb
from kapok.fact.v1 import fact_pb2
from services.audit.app import app
from tests.integration.audit.conftest import Office
from tests.integration.permissions import city
from tests.integration.registry.calls import Caller

REFUSED = "gateway.call.refused"
RECORD = "kapok.audit.v1.RefusalService.RecordRefusal"


def refusal(name: str, camera: str = "", **told: Any) -> pb.RecordRefusalRequest:
    """What the gateway says when it refuses ``name``."""
    fields = {"method": "/s/M", "code": "PERMISSION_DENIED", "reason": "NOT_PERMITTED", "message": "no", **told}
    return pb.RecordRefusalRequest(
        principal=city.principal(name), camera=camera, request_id="r", rule="default-deny", article="Article 14 ¶1",
        refusal=fact_pb2.Refusal(**fields),
    )  # fmt: skip


def count(fact: fact_pb2.Fact) -> int:
    snapshot = fact_pb2.Refusal()
    assert fact.snapshot.Unpack(snapshot)
    return snapshot.count


async def test_a_refusal_is_on_record_before_it_is_answered(office: Office) -> None:
    async with app(office.settings):
        await Caller(office.stage.keys, "gateway").ask(office.settings.listen, RECORD, refusal("metro", city.STREET))
        found = [fact_pb2.Fact.FromString(record.fact) for record in await office.records(newest_first=True)]
        [fact] = [fact for fact in found if fact.kind == REFUSED]
        assert (fact.principal, fact.camera, fact.rule) == (city.principal("metro"), city.STREET, "default-deny")
        assert count(fact) == 1


async def test_repetitions_are_written_with_their_count_when_the_service_ends(office: Office) -> None:
    gateway = Caller(office.stage.keys, "gateway")
    async with app(office.settings):
        for _ in range(5):
            await gateway.ask(office.settings.listen, RECORD, refusal("metro", city.STREET))
        await gateway.ask(office.settings.listen, RECORD, refusal("archive", city.STREET))
        assert len(await office.facts(REFUSED, 2)) == 2
    async with app(office.settings):
        assert [count(fact) for fact in await office.facts(REFUSED, 3)] == [1, 1, 4]


@pytest.mark.parametrize(
    ("name", "camera", "reason", "book"),
    [
        ("archive", city.SECRET, "PAPERS_MISSING", "sealed"),
        ("security-guangzhou", city.SECRET, "PAPERS_MISSING", "sealed"),
        ("police-guangzhou", city.SECRET, "CAMERA_NOT_ACCESSIBLE", "ordinary"),
        ("police-guangzhou", city.NOWHERE, "NOT_PERMITTED", "ordinary"),
        ("police-guangzhou", city.TUNNEL, "PAPERS_MISSING", "ordinary"),
    ],
)
async def test_the_ordinary_book_tells_of_no_state_secret(
    office: Office, name: str, camera: str, reason: str, book: str
) -> None:  # fmt: skip
    async with app(office.settings):
        request = refusal(name, camera, reason=reason)
        await Caller(office.stage.keys, "gateway").ask(office.settings.listen, RECORD, request)
        [fact] = await office.facts(REFUSED, 1, book)
        assert (fact.camera, fact.is_sealed) == (camera, book == "sealed")
        other = "ordinary" if book == "sealed" else "sealed"
        assert REFUSED not in {fact_pb2.Fact.FromString(r.fact).kind for r in await office.records(book=other)}


async def test_words_without_end_are_cut(office: Office) -> None:
    async with app(office.settings):
        request = refusal("metro", message="x" * 1_000_000)
        await Caller(office.stage.keys, "gateway").ask(office.settings.listen, RECORD, request)
        [record] = [r for r in await office.records() if REFUSED.encode() in r.fact]
        assert len(record.fact) < 3000


@pytest.mark.parametrize(("service", "name"), [("gateway", "metro"), ("registry", ""), ("streams", "")])
async def test_only_the_gateway_puts_refusals_on_record(office: Office, service: str, name: str) -> None:
    async with app(office.settings):
        caller = Caller(office.stage.keys, service, city.principal(name) if name else "")
        assert (await caller.refused(office.settings.listen, RECORD, refusal("metro"))).reason == "METHOD_NOT_EXPOSED"
