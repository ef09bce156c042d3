"""Claims for compensation over the wire, as agencies call them; to others they are absent (Article 18 ¶3)."""

from datetime import timedelta
from typing import Any

import pytest

from kapok.permissions.v1 import claim_pb2, decider_service_pb2
from kapok.permissions.v1 import claims_service_pb2 as pb
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage

NOBODYS = "takeovers/00000000-0000-4000-8000-000000000000"
LOSS = {"kind": "KIND_EXPENSE", "text": "guards", "amount_fen": 120_050, "camera": city.TUNNEL}
TAKE_UP, ACCEPT = "ANSWER_TAKE_UP", "ANSWER_ACCEPT"


async def call(stage: Stage, who: str, request: Any) -> Any:
    verb = type(request).__name__.removesuffix("Request")
    return await stage.call_for(who, f"kapok.permissions.v1.ClaimsService.{verb}", request)


async def file(stage: Stage, takeover: str, who: str = "metro", **fields: Any) -> claim_pb2.Claim:
    claim = claim_pb2.Claim(reason="the tunnel was taken over", losses=[claim_pb2.Loss(**{**LOSS, **fields})])
    filed: claim_pb2.Claim = await call(stage, who, pb.FileClaimRequest(parent=takeover, claim=claim))
    return filed


async def taken(stage: Stage, *cameras: str, who: str = "police-yuexiu") -> str:
    """A takeover that was given back; its name."""
    papers = await stage.papers(who, *cameras)
    name = str((await stage.take_over(who, *cameras, legal_basis=papers)).name)
    await stage.ask(who, "ReleaseTakeover", takeovers.ReleaseTakeoverRequest(name=name))
    return name


async def test_a_claim_goes_its_whole_way_and_all_whom_it_concerns_read_the_same(stage: Stage) -> None:
    takeover = await taken(stage, city.TUNNEL, city.STREET)
    filed = await file(stage, takeover)
    assert (filed.name, filed.takeover) == (f"{takeover}/claims/metro", takeover)
    assert (filed.agency, filed.operator, filed.amount_fen, filed.camera_count) == (
        "agencies/police-yuexiu", "agencies/metro", 120_050, 2,
    )  # fmt: skip
    assert filed.due_time.ToDatetime() - filed.file_time.ToDatetime() == timedelta(days=60)
    await call(stage, "police-yuexiu", pb.AnswerClaimRequest(name=filed.name, answer=TAKE_UP))
    await call(stage, "police-yuexiu", pb.AnswerClaimRequest(name=filed.name, answer="ANSWER_ASK", text="the bill?"))
    await call(stage, "metro", pb.SupplementClaimRequest(name=filed.name, text="here", document_sha256="a" * 64))
    part = pb.AnswerClaimRequest(name=filed.name, answer=ACCEPT, accepted_fen=100_000, text="one guard")
    await call(stage, "police-yuexiu", part)
    payment = pb.SettleClaimRequest(name=filed.name, payment_reference="GZ-PAY-7")
    settled = await call(stage, "police-yuexiu", payment)
    assert (settled.state, settled.accepted_fen) == (claim_pb2.Claim.STATE_SETTLED, 100_000)
    assert [claim_pb2.ClaimStep.Verb.Name(step.verb) for step in settled.steps] == [
        "VERB_FILED", "VERB_TAKEN_UP", "VERB_MORE_ASKED", "VERB_SUPPLEMENTED", "VERB_ACCEPTED", "VERB_SETTLED",
    ]  # fmt: skip
    assert not settled.HasField("due_time")
    for who in ("metro", "police-yuexiu", "police-guangzhou", "security-guangzhou", "informatics-guangzhou"):
        assert await call(stage, who, pb.GetClaimRequest(name=filed.name)) == settled
        assert list((await call(stage, who, pb.ListClaimsRequest(parent="takeovers/-"))).claims) == [settled]
        assert list((await call(stage, who, pb.ListClaimsRequest(parent=NOBODYS))).claims) == []


async def test_a_takeover_in_force_is_not_claimed_for_and_one_that_ended_by_time_is(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    lasting = timedelta(seconds=2)
    taken = await stage.take_over("command-guangzhou", city.TUNNEL, lasting=lasting, incident=incident)
    with pytest.raises(errors.FailedPrecondition, match="in force"):
        await file(stage, taken.name)

    async def filed() -> claim_pb2.Claim | None:
        try:
            return await file(stage, taken.name)
        except errors.FailedPrecondition:
            return None

    claim: Any = await eventually(filed)
    assert claim.agency == "agencies/command-guangzhou"
    with pytest.raises(errors.AlreadyExists):
        await file(stage, taken.name)


async def test_to_whom_it_does_not_concern_a_claim_is_absent(stage: Stage) -> None:
    takeover = await taken(stage, city.TUNNEL)
    name = (await file(stage, takeover)).name
    for who in ("archive", "urban-yuexiu", "command-guangzhou"):
        assert list((await call(stage, who, pb.ListClaimsRequest(parent="takeovers/-"))).claims) == []
        said = set()
        for one in (name, f"{NOBODYS}/claims/metro"):
            for request in (
                pb.GetClaimRequest(name=one),
                pb.AnswerClaimRequest(name=one, answer=TAKE_UP),
                pb.SupplementClaimRequest(name=one),
                pb.SettleClaimRequest(name=one),
                pb.WithdrawClaimRequest(name=one),
            ):
                with pytest.raises(errors.NotFound) as absent:
                    await call(stage, who, request)
                said.add(f"{absent.value.message} {dict(absent.value.metadata)}".replace(one, "NAME"))
        assert len(said) == 1
    with pytest.raises(errors.NotFound):
        await file(stage, takeover, "urban-yuexiu")
    with pytest.raises(errors.Denied, match="Article 18 ¶3"):
        await file(stage, takeover, "police-guangzhou")


async def test_a_claim_about_a_state_secret_is_absent_for_the_organs_but_national_security(stage: Stage) -> None:
    takeover = await taken(stage, city.SECRET, who="security-guangzhou")
    filed = await file(stage, takeover, "archive", camera=city.SECRET)
    for who in ("police-guangzhou", "informatics-guangzhou", "metro"):
        with pytest.raises(errors.NotFound):
            await call(stage, who, pb.GetClaimRequest(name=filed.name))
    assert await call(stage, "security-guangzhou", pb.GetClaimRequest(name=filed.name)) == filed


async def test_wrong_requests_are_refused_by_field(stage: Stage) -> None:
    takeover = await taken(stage, city.TUNNEL)
    lines = [claim_pb2.Loss(**LOSS)] * 101  # type: ignore[arg-type] # fields by name
    many = claim_pb2.Claim(reason="why", losses=lines)
    for request, field in (
        (pb.FileClaimRequest(parent="takeovers/1"), "parent"),
        (pb.FileClaimRequest(parent="takeovers/-"), "parent"),
        (pb.FileClaimRequest(parent=takeover, claim=many), "claim.losses"),
        (pb.GetClaimRequest(name=takeover), "name"),
        (pb.WithdrawClaimRequest(name=f"{takeover}/claims/"), "name"),
        (pb.ListClaimsRequest(parent="takeovers/1"), "parent"),
        (pb.ListClaimsRequest(parent="takeovers/-", page_token="x"), "page_token"),
        (pb.ListClaimsRequest(parent="takeovers/-", page_size=-1), "page_size"),
    ):
        with pytest.raises(errors.InvalidArgument) as refusal:
            await call(stage, "metro", request)
        assert {violation.field for violation in refusal.value.violations} == {field}
    for fields, field in (
        ({"camera": "1"}, "claim.losses[0].camera"),
        ({"camera": city.STREET}, "claim.losses[0].camera"),
        ({"kind": 0}, "claim.losses[0].kind"),
        ({"amount_fen": -1}, "claim.losses[0].amount_fen"),
        ({"text": ""}, "claim.losses[0].text"),
    ):
        with pytest.raises(errors.InvalidArgument) as refusal:
            await file(stage, takeover, **fields)
        assert {violation.field for violation in refusal.value.violations} == {field}
    name = (await file(stage, takeover)).name
    with pytest.raises(errors.InvalidArgument) as refusal:
        await call(stage, "police-yuexiu", pb.AnswerClaimRequest(name=name, answer=99))  # type: ignore[arg-type] # no such
    assert {violation.field for violation in refusal.value.violations} == {"answer", "text"}


async def test_claims_outlast_a_restart_and_only_audit_reads_them_for_the_ledger(still: Stage) -> None:
    async with still.running():
        await still.register_cameras()
        filed = await file(still, await taken(still, city.TUNNEL))
    async with still.running():
        assert await call(still, "metro", pb.GetClaimRequest(name=filed.name)) == filed
        request = decider_service_pb2.ReadClaimRequest(principal=city.principal("police-yuexiu"), name=filed.name)
        read = await still.serve("audit", "ReadClaim", request)
        assert (read.takeover, list(read.cameras), read.shows_sealed) == (filed.takeover, [city.TUNNEL], False)
        with pytest.raises(errors.Denied, match="services of the cell"):
            await still.serve("streams", "ReadClaim", request)
