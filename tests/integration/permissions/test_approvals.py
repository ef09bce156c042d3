"""An approval is for one change, by one organ, once; what is only like one, or like a name, is none (Article 14 ¶2)."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from kapok.permissions.v1 import policy_pb2
from kapok.permissions.v1 import policy_service_pb2 as pb
from services.chassis import errors
from services.chassis.signing import Signer
from services.permissions.genesis import PURPOSE as GENESIS
from services.permissions.joint.proposal import PURPOSE
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_proposals import (
    LEADS,
    ORGANS,
    ROWS,
    STATES,
    URBAN_LIVE,
    adopted,
    ask,
    proposed,
    signed,
    without,
)

POLICE = "public-security"


def digest(proposal: Any) -> bytes:
    """What is signed of a proposal."""
    return hashlib.sha256(proposal.change).digest()


def altered(proposal: Any, **fields: Any) -> bytes:
    """What would be signed of it if it said something else."""
    change = policy_pb2.PolicyChange.FromString(proposal.change)
    change.MergeFrom(policy_pb2.PolicyChange(**fields))
    return hashlib.sha256(change.SerializeToString(deterministic=True)).digest()


def flipped(signature: bytes) -> bytes:
    """With its last bit the other way round."""
    return signature[:-1] + bytes([signature[-1] ^ 1])


async def send(stage: Stage, by: str, proposal: str, signature: bytes) -> Any:
    """These bytes, as a principal's signature under a proposal."""
    request = pb.SignPolicyProposalRequest(name=proposal, signature=signature)
    return await ask(stage, by.removeprefix("principals/"), "SignPolicyProposal", request)


LIKE_SIGNATURES: dict[str, Callable[[Signer, Any], bytes]] = {
    "nothing": lambda organ, proposal: b"",
    "zeros": lambda organ, proposal: bytes(64),
    "too short": lambda organ, proposal: organ.sign(PURPOSE, digest(proposal))[:-1],
    "too long": lambda organ, proposal: organ.sign(PURPOSE, digest(proposal)) + b"\0",
    "in hex": lambda organ, proposal: organ.sign(PURPOSE, digest(proposal)).hex().encode(),
    "one bit off": lambda organ, proposal: flipped(organ.sign(PURPOSE, digest(proposal))),
    "over the hash in hex": lambda organ, proposal: organ.sign(PURPOSE, digest(proposal).hex().encode()),
    "over the change itself": lambda organ, proposal: organ.sign(PURPOSE, proposal.change),
    "for another purpose": lambda organ, proposal: organ.sign(GENESIS, digest(proposal)),
    "over another hash": lambda organ, proposal: organ.sign(PURPOSE, hashlib.sha256(b"another").digest()),
    "of another level": lambda organ, proposal: organ.sign(PURPOSE, altered(proposal, category_levels={1: 1})),
    "of another base": lambda organ, proposal: organ.sign(PURPOSE, altered(proposal, base_revision=2)),
    "of more": lambda organ, proposal: organ.sign(PURPOSE, altered(proposal, reason="and more")),
}  # fmt: skip


@pytest.mark.parametrize("made", LIKE_SIGNATURES.values(), ids=LIKE_SIGNATURES)
async def test_what_is_only_like_a_signature_counts_for_nothing(
    stage: Stage, made: Callable[[Signer, Any], bytes]
) -> None:
    proposal = await proposed(stage, category_levels={1: 3})
    for organ in ("information-technology", "national-security"):
        await signed(stage, proposal, organ)
    signature = made(stage.organs[POLICE], proposal)
    with pytest.raises(errors.InvalidArgument) as refusal:
        await send(stage, LEADS, proposal.name, signature)
    assert refusal.value.reason == "SIGNATURE_WRONG"
    found = await ask(stage, LEADS, "GetPolicyProposal", pb.GetPolicyProposalRequest(name=proposal.name))
    assert (found.state, len(found.signatures)) == (STATES.STATE_OPEN, 2)
    assert (await signed(stage, proposal, POLICE)).state == STATES.STATE_ADOPTED


async def test_signatures_put_the_same_change_in_force_once(stage: Stage) -> None:
    """Not after it was adopted, not when it is proposed again, and not when what it took away was given back."""
    first = await adopted(stage, policy_csv=without(URBAN_LIVE))
    replayed = {one.principal: one.signature for one in first.signatures}
    await adopted(stage, policy_csv=ROWS)
    again = await proposed(stage, policy_csv=without(URBAN_LIVE))
    for principal, signature in replayed.items():
        with pytest.raises(errors.FailedPrecondition, match="adopted"):
            await send(stage, principal, first.name, signature)
        with pytest.raises(errors.InvalidArgument) as refusal:
            await send(stage, principal, again.name, signature)
        assert refusal.value.reason == "SIGNATURE_WRONG"
    assert len(replayed) == 3
    decision = await stage.check("urban-yuexiu", city.STREET, "LIVE")
    assert (decision.allowed, decision.policy_revision) == (True, 3)


async def test_a_withdrawn_change_is_signed_by_nobody_and_comes_back_unsigned(stage: Stage) -> None:
    taken_back = await proposed(stage, category_levels={1: 3})
    former = [(await signed(stage, taken_back, organ)).signatures[-1] for organ in ("national-security", POLICE)]
    withdrawn = pb.WithdrawPolicyProposalRequest(name=taken_back.name, reason="we reconsidered")
    await ask(stage, LEADS, "WithdrawPolicyProposal", withdrawn)
    again = await proposed(stage, category_levels={1: 3})
    assert not again.signatures
    for proposal, reason in ((taken_back, "STATE_WRONG"), (again, "SIGNATURE_WRONG")):
        for one in former:
            with pytest.raises(errors.Error) as refusal:
                await send(stage, one.principal, proposal.name, one.signature)
            assert refusal.value.reason == reason


async def test_one_organs_signature_sent_many_times_at_once_is_one(stage: Stage) -> None:
    proposal = await proposed(stage, category_levels={1: 3})
    sent = [signed(stage, proposal, POLICE) for _ in range(8)]
    answers = await asyncio.gather(*sent, return_exceptions=True)
    refused = [one for one in answers if isinstance(one, BaseException)]
    assert [type(one) for one in refused] == 7 * [errors.FailedPrecondition]
    found = await ask(stage, LEADS, "GetPolicyProposal", pb.GetPolicyProposalRequest(name=proposal.name))
    assert [one.agency_kind for one in found.signatures] == [POLICE]


async def test_three_organs_that_sign_at_once_put_it_in_force_once(stage: Stage) -> None:
    proposal = await proposed(stage, category_levels={1: 3})
    answers = await asyncio.gather(*(signed(stage, proposal, organ) for organ in ORGANS))
    assert sorted(one.adopted_revision for one in answers) == [0, 0, 2]
    listed = await ask(stage, LEADS, "ListPolicyVersions", pb.ListPolicyVersionsRequest())
    assert [one.revision for one in listed.policy_versions] == [2, 1]


LOOK_ALIKES = [
    lambda name: name.replace("p", "\u0440", 1),  # Cyrillic
    lambda name: name.replace("-", "\u2010", 1),  # a hyphen of another kind
    lambda name: name.replace("/", "\u2215", 1),  # a slash of another kind
    lambda name: name[:-1] + chr(0xFF10 + int(name[-1], 16) % 10),  # full width
    lambda name: name[:-1] + name[-1] + "\u200b",  # and nothing to be seen
    str.upper,
    lambda name: name + "\n",
]


@pytest.mark.parametrize("alike", LOOK_ALIKES)
async def test_a_name_that_only_looks_like_a_proposals_is_none(stage: Stage, alike: Callable[[str], str]) -> None:
    proposal = await proposed(stage, category_levels={1: 3})
    name, signature = alike(proposal.name), stage.organs[POLICE].sign(PURPOSE, digest(proposal))
    assert name != proposal.name
    for verb, asked in (
        ("GetPolicyProposal", pb.GetPolicyProposalRequest(name=name)),
        ("SignPolicyProposal", pb.SignPolicyProposalRequest(name=name, signature=signature)),
        ("RejectPolicyProposal", pb.RejectPolicyProposalRequest(name=name, reason="no")),
        ("WithdrawPolicyProposal", pb.WithdrawPolicyProposalRequest(name=name, reason="no")),
        ("SimulatePolicyProposal", pb.SimulatePolicyProposalRequest(name=name)),
    ):
        with pytest.raises(errors.InvalidArgument) as refusal:
            await ask(stage, LEADS, verb, asked)
        assert [violation.field for violation in refusal.value.violations] == ["name"]
    found = await ask(stage, LEADS, "GetPolicyProposal", pb.GetPolicyProposalRequest(name=proposal.name))
    assert (found.state, list(found.signatures)) == (STATES.STATE_OPEN, [])


@pytest.mark.parametrize("zero", ["\uff10", "\u0660", "O", "\u041e", "0\u200b"])
async def test_a_code_that_only_looks_like_a_cameras_gets_no_level(stage: Stage, zero: str) -> None:
    code = city.STREET.rpartition("/")[2].replace("0", zero, 1)
    for verb, organ, asked in (
        ("ProposePolicyChange", LEADS, pb.ProposePolicyChangeRequest),
        ("DrawUpSealedLevels", "security-guangzhou", pb.DrawUpSealedLevelsRequest),
    ):
        told = {"reason": "the organs agreed"} if verb == "ProposePolicyChange" else {}
        request = asked(camera_levels=[{"code": code, "level": 3}], **told)
        with pytest.raises(errors.InvalidArgument) as refusal:
            await ask(stage, organ, verb, request)
        assert [violation.field for violation in refusal.value.violations] == ["camera_levels"]
