"""`kapok claims`: what each line asks of the API, and that evidence is verified before it is shown as such."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from cli.verify import RECORD_PURPOSE, chained
from kapok.audit.v1 import evidence_service_pb2
from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import claim_pb2
from kapok.permissions.v1 import claims_service_pb2 as pb
from services.chassis.signing import Signer
from tests.integration.cli.desk import LEDGER, Clerk, home, kapok
from tests.integration.cli.test_requests import told_to_ask

_CODE = "44010400001320000017"
_CLAIM = "takeovers/t-1/claims/metro"


async def test_a_claim_carries_its_lines_in_whole_fen(tmp_path: Path) -> None:
    asked = await told_to_ask(
        tmp_path, "claims", "file", "t-1", "--reason", "the tunnel", "--loss", "expense:1200.5:guards: two nights",
        "--loss", f"loss:3000:{_CODE}:the hall was closed",
    )  # fmt: skip
    assert (asked.parent, asked.claim.reason) == ("takeovers/t-1", "the tunnel")
    guards, hall = asked.claim.losses
    assert (guards.kind, guards.amount_fen) == (claim_pb2.Loss.KIND_EXPENSE, 120_050)
    assert (guards.text, guards.camera) == ("guards: two nights", "")
    assert (hall.kind, hall.amount_fen, hall.text) == (claim_pb2.Loss.KIND_LOSS, 300_000, "the hall was closed")
    assert hall.camera == f"districts/440104/cameras/{_CODE}"


@pytest.mark.parametrize("loss", ["expense:1,5:x", "expense:1.234:x", "expense:-1:x", "gift:1:x", "expense:1", "x"])
async def test_a_line_that_is_none_is_refused_before_anything_is_asked(tmp_path: Path, loss: str) -> None:
    clerk = Clerk()
    async with home(tmp_path, clerk=clerk) as place:
        code, _, err = await kapok(place, "claims", "file", "t-1", "--reason", "x", "--loss", loss)
    assert (code, clerk.requests) == (2, [])
    assert "Traceback" not in err


async def test_an_answer_accepts_in_part_or_all_that_is_claimed(tmp_path: Path) -> None:
    part = await told_to_ask(tmp_path, "claims", "answer", _CLAIM, "accept", "--amount", "0.01", "--text", "one guard")
    assert (part.name, part.answer, part.accepted_fen, part.text) == (
        _CLAIM, pb.AnswerClaimRequest.ANSWER_ACCEPT, 1, "one guard",
    )  # fmt: skip
    (tmp_path / "b").mkdir()
    clerk = Clerk(answers={"GetClaim": claim_pb2.Claim(name=_CLAIM, amount_fen=120_050)})
    async with home(tmp_path / "b", clerk=clerk) as place:
        code, _, err = await kapok(place, "claims", "answer", _CLAIM, "accept")
    assert (code, err) == (0, "")
    assert clerk.requests[-1].accepted_fen == 120_050
    (tmp_path / "c").mkdir()
    rejected = await told_to_ask(tmp_path / "c", "claims", "answer", _CLAIM, "reject", "--text", "no loss")
    assert (rejected.answer, rejected.accepted_fen) == (pb.AnswerClaimRequest.ANSWER_REJECT, 0)


async def test_the_other_verbs_name_the_claim_and_what_goes_on_record(tmp_path: Path) -> None:
    (tmp_path / "bill.pdf").write_bytes(b"bill")
    for number, (line, wanted) in enumerate((
        (("reply", "--text", "here", "--document", str(tmp_path / "bill.pdf")), pb.SupplementClaimRequest(
            name=_CLAIM, text="here", document_sha256=hashlib.sha256(b"bill").hexdigest())),
        (("settle", "--payment", "GZ-PAY-7"), pb.SettleClaimRequest(name=_CLAIM, payment_reference="GZ-PAY-7")),
        (("withdraw", "--reason", "never mind"), pb.WithdrawClaimRequest(name=_CLAIM, reason="never mind")),
        (("show",), pb.GetClaimRequest(name=_CLAIM)),
    )):  # fmt: skip
        folder = tmp_path / str(number)
        folder.mkdir()
        verb, *options = line
        assert await told_to_ask(folder, "claims", verb, _CLAIM, *options) == wanted


async def test_claims_are_listed_with_their_amounts(tmp_path: Path) -> None:
    one = claim_pb2.Claim(
        name=_CLAIM, state="STATE_DECIDED", agency="agencies/police", amount_fen=123_456_789, accepted_fen=5
    )
    clerk = Clerk(answers={"ListClaims": pb.ListClaimsResponse(claims=[one])})
    async with home(tmp_path, clerk=clerk) as place:
        code, out, _ = await kapok(place, "claims", "list")
    assert code == 0
    assert "1,234,567.89 RMB" in out
    assert "0.05 RMB" in out


def evidence(signer: Signer = LEDGER, *, is_altered: bool = False) -> dict[str, Any]:
    """One record as audit shows it."""
    fact = fact_pb2.Fact(id="1", kind="permissions.takeover.requested").SerializeToString()
    digest = chained(bytes(32), fact)
    one = evidence_service_pb2.Evidence(
        book="books/ordinary", previous_hash=bytes(32), kind="permissions.takeover.requested",
        camera=f"districts/440104/cameras/{_CODE}",
        signature=signer.sign(RECORD_PURPOSE, b"ordinary\0" + (7).to_bytes(8, "big") + digest),
    )  # fmt: skip
    one.record.number, one.record.hash = 7, digest
    one.record.fact = fact + b"\x12\x01x" if is_altered else fact
    part = evidence_service_pb2.CameraEvidence(camera=one.camera, command_count=2)
    part.start_time.FromSeconds(1_800_000_000)
    part.end_time.FromSeconds(1_800_003_600)
    return {
        "ListClaimEvidence": evidence_service_pb2.ListClaimEvidenceResponse(evidence=[one]),
        "SummarizeClaimEvidence": evidence_service_pb2.SummarizeClaimEvidenceResponse(cameras=[part]),
    }


async def test_evidence_that_the_ledger_signed_holds(tmp_path: Path) -> None:
    async with home(tmp_path, clerk=Clerk(answers=evidence())) as place:
        code, out, _ = await kapok(place, "claims", "evidence", _CLAIM)
        assert code == 0
        assert "permissions.takeover.requested" in out
        assert "(1:00:00), 2 commands" in out
        code, out, _ = await kapok(place, "claims", "evidence", _CLAIM, "--json")
        told = json.loads(out)
        assert ([one["holds"] for one in told["evidence"]], len(told["cameras"])) == ([True], 1)


@pytest.mark.parametrize(
    "forged", [evidence(is_altered=True), evidence(Signer(bytes(32)))], ids=["altered", "of another ledger"]
)
async def test_evidence_that_does_not_fit_is_shown_as_such(tmp_path: Path, forged: dict[str, Any]) -> None:
    async with home(tmp_path, clerk=Clerk(answers=forged)) as place:
        code, out, _ = await kapok(place, "claims", "evidence", _CLAIM, "--json")
    assert (code, [one["holds"] for one in json.loads(out)["evidence"]]) == (1, [False])
