"""Evidence of a claim from a takeover that took place: who reads it, and that anybody can verify it (Article 18 ¶3)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from kapok.audit.v1 import evidence_service_pb2 as pb
from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import claim_pb2
from kapok.permissions.v1 import claims_service_pb2 as claims
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from services.audit.app import app
from services.audit.domain import chained
from services.chassis import bus, errors
from services.chassis.signing import Verifier
from tests.eventually import eventually
from tests.integration.audit.conftest import Office
from tests.integration.permissions import city
from tests.unit.audit import uses

SERVICE = "kapok.audit.v1.EvidenceService"
POLICE, METRO = "police-yuexiu", "metro"


@dataclass(frozen=True)
class Case:
    """A claim, and how the ledger is asked about it."""

    office: Office
    claim: str

    async def evidence(self, who: str, **wanted: Any) -> pb.ListClaimEvidenceResponse:
        request = pb.ListClaimEvidenceRequest(parent=self.claim, **wanted)
        listen = self.office.settings.listen
        answer: pb.ListClaimEvidenceResponse = await self.office.caller(who).ask(
            listen, f"{SERVICE}.ListClaimEvidence", request
        )
        return answer

    async def shows(self, who: str, count: int) -> bool:
        """Whether so much evidence can be read: facts come one by one, those of the claim not always last."""
        return len((await self.evidence(who)).evidence) >= count

    async def cameras(self, who: str) -> list[pb.CameraEvidence]:
        request = pb.SummarizeClaimEvidenceRequest(parent=self.claim)
        listen = self.office.settings.listen
        answer = await self.office.caller(who).ask(listen, f"{SERVICE}.SummarizeClaimEvidence", request)
        return list(answer.cameras)


@dataclass(frozen=True)
class Taken:
    """A takeover, and who asked for it."""

    office: Office
    by: str
    name: str


@pytest.fixture
async def case(office: Office) -> AsyncIterator[Case]:
    """The police took two cameras of the metro, commanded one of them twice, and gave both back; the metro claims."""
    async with app(office.settings):
        name = await _taken(office, POLICE, city.TUNNEL, city.STREET)
        await _command(office, name, city.TUNNEL, times=2)
        yield await _claimed(Taken(office, POLICE, name), METRO, evidence=6)


async def _taken(office: Office, who: str, *cameras: str) -> str:
    papers = await office.stage.papers(who, *cameras)
    return str((await office.stage.take_over(who, *cameras, legal_basis=papers)).name)


async def _claimed(taken: Taken, operator: str, evidence: int, book: str = "ordinary") -> Case:
    """What was ``taken`` given back and claimed for, once that is on record, and so much evidence of it."""
    office, stage = taken.office, taken.office.stage
    await stage.ask(taken.by, "ReleaseTakeover", takeovers.ReleaseTakeoverRequest(name=taken.name))
    loss = claim_pb2.Loss(kind="KIND_EXPENSE", text="guards", amount_fen=120_050)
    request = claims.FileClaimRequest(parent=taken.name, claim=claim_pb2.Claim(reason="why", losses=[loss]))
    filed = await stage.call_for(operator, "kapok.permissions.v1.ClaimsService.FileClaim", request)
    await office.facts("permissions.claim.filed", 1, book)
    made = Case(office, filed.name)
    await eventually(partial(made.shows, operator, evidence))
    return made


async def _command(office: Office, takeover: str, camera: str, times: int) -> None:
    """As streams tells it, once it is on record."""
    seed = office.stage.keys.bus_seed("streams")
    async with bus.connect(office.stage.permissions.bus_url, seed, "streams") as streams:
        for minute in range(times):
            fact = uses.moved(minute, city.principal(POLICE), camera, takeover)
            await streams.jetstream.publish("kapok.v1.facts.streams.camera.move_ordered", fact)
    await office.facts("streams.camera.move_ordered", times)


async def test_whoever_reads_the_claim_reads_what_the_ledger_says_and_can_verify_it(case: Case) -> None:
    head = await case.office.head()
    ledger = Verifier(head.public_key)
    shown = list((await case.evidence(METRO)).evidence)
    assert sorted((one.kind, one.camera) for one in shown) == [
        ("permissions.takeover.released", city.STREET),
        ("permissions.takeover.released", city.TUNNEL),
        ("permissions.takeover.requested", city.STREET),
        ("permissions.takeover.requested", city.TUNNEL),
        ("streams.camera.move_ordered", city.TUNNEL),
        ("streams.camera.move_ordered", city.TUNNEL),
    ]
    book = {record.number: record for record in await case.office.records()}
    for one in shown:
        record = one.record
        placed = b"ordinary\0" + record.number.to_bytes(8, "big") + record.hash
        assert chained(one.previous_hash, record.fact) == record.hash
        assert ledger.is_signed("kapok.ledger.record", placed, one.signature)
        assert book[record.number] == record, "as those have it who read the whole book"
        assert fact_pb2.Fact.FromString(record.fact).kind == one.kind
    for who in (POLICE, "police-guangzhou", "informatics-guangzhou", "security-guangzhou"):
        assert list((await case.evidence(who)).evidence) == shown
    paged = await case.evidence(POLICE, page_size=4)
    rest = await case.evidence(POLICE, page_size=4, page_token=paged.next_page_token)
    assert [*paged.evidence, *rest.evidence] == shown


async def test_it_says_of_each_camera_how_long_it_was_taken_over_and_how_often_commanded(case: Case) -> None:
    for who in (METRO, POLICE):
        by_name = {one.camera: one for one in await case.cameras(who)}
        assert {name: one.command_count for name, one in by_name.items()} == {city.TUNNEL: 2, city.STREET: 0}
        for one in by_name.values():
            assert one.start_time.ToDatetime() < one.end_time.ToDatetime()
        tunnel = by_name[city.TUNNEL]
        assert (tunnel.last_command_time.ToDatetime() - tunnel.first_command_time.ToDatetime()).seconds == 60


async def test_to_whom_the_claim_is_absent_so_is_its_evidence(case: Case) -> None:
    nobodys = "takeovers/00000000-0000-4000-8000-000000000000/claims/metro"
    for who in ("archive", "urban-yuexiu", "command-guangzhou"):
        said = set()
        for name in (case.claim, nobodys):
            for verb, request in (
                ("ListClaimEvidence", pb.ListClaimEvidenceRequest(parent=name, page_token="x")),
                ("SummarizeClaimEvidence", pb.SummarizeClaimEvidenceRequest(parent=name)),
            ):
                refusal = await case.office.caller(who).refused(
                    case.office.settings.listen, f"{SERVICE}.{verb}", request
                )
                assert isinstance(refusal, errors.NotFound)
                said.add(f"{refusal.message} {dict(refusal.metadata)}".replace(name, "NAME"))
        assert len(said) == 1


async def test_a_wrong_name_or_token_is_refused_by_its_field(case: Case) -> None:
    listen, caller = case.office.settings.listen, case.office.caller(METRO)
    for request, field in (
        (pb.ListClaimEvidenceRequest(parent="takeovers/1"), "parent"),
        (pb.ListClaimEvidenceRequest(parent=case.claim, page_token="x"), "page_token"),
        (pb.ListClaimEvidenceRequest(parent=case.claim, page_size=-1), "page_size"),
    ):
        refusal = await caller.refused(listen, f"{SERVICE}.ListClaimEvidence", request)
        assert [violation.field for violation in refusal.violations] == [field]


async def test_of_a_state_secret_its_operator_and_national_security_read_the_sealed_book_and_others_nothing(
    office: Office,
) -> None:
    async with app(office.settings):
        taken = Taken(office, "security-guangzhou", await _taken(office, "security-guangzhou", city.SECRET))
        case = await _claimed(taken, "archive", evidence=2, book="sealed")
        for who in ("archive", "security-guangzhou"):
            shown = list((await case.evidence(who)).evidence)
            assert [(one.book, one.kind) for one in shown] == [
                ("books/sealed", "permissions.takeover.requested"), ("books/sealed", "permissions.takeover.released"),
            ]  # fmt: skip
        for who in ("police-guangzhou", "informatics-guangzhou", METRO):
            refusal = await office.caller(who).refused(
                office.settings.listen, f"{SERVICE}.ListClaimEvidence", pb.ListClaimEvidenceRequest(parent=case.claim)
            )
            assert isinstance(refusal, errors.NotFound)
