"""Levels and permissions change by three signatures of three organs, and by nothing less (Article 14 ¶2)."""

import asyncio
import hashlib
from collections.abc import Sequence
from importlib import resources
from typing import Any

import pytest
from google.protobuf.message import Message

from kapok.permissions.v1 import policy_pb2
from kapok.permissions.v1 import policy_service_pb2 as pb
from services.chassis import errors
from services.permissions.joint.proposal import PURPOSE
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage

LEADS = "police-guangzhou"
ORGANS = {
    "public-security": LEADS, "information-technology": "informatics-guangzhou",
    "national-security": "security-guangzhou",
}  # fmt: skip
ROWS = resources.files("services.permissions.genesis").joinpath("policy.csv").read_text("utf-8")
URBAN_LIVE = "art14-live-district-urban"
STATES = policy_pb2.PolicyProposal.State


async def ask(stage: Stage, name: str, verb: str, request: Message) -> Any:
    """Call a method of PolicyService for a principal."""
    return await stage.call_for(name, f"kapok.permissions.v1.PolicyService.{verb}", request)


async def proposed(stage: Stage, **changes: Any) -> Any:
    """A proposal of municipal public security."""
    request = pb.ProposePolicyChangeRequest(reason="the organs agreed", **changes)
    return await ask(stage, LEADS, "ProposePolicyChange", request)


async def signed(stage: Stage, proposal: Any, organ: str, by: str = "", key: str = "") -> Any:
    """The proposal with an organ's signature, by its principal and its key unless told."""
    digest = hashlib.sha256(proposal.change).digest()
    signature = stage.organs[key or organ].sign(PURPOSE, digest)
    request = pb.SignPolicyProposalRequest(name=proposal.name, signature=signature)
    return await ask(stage, by or ORGANS[organ], "SignPolicyProposal", request)


async def adopted(stage: Stage, organs: Sequence[str] = tuple(ORGANS), **changes: Any) -> Any:
    """A change with all three signatures."""
    proposal = await proposed(stage, **changes)
    for organ in organs:
        proposal = await signed(stage, proposal, organ)
    return proposal


def without(rule: str) -> str:
    """The rows that ship without one of them."""
    return "".join(f"{line}\n" for line in ROWS.splitlines() if not line.startswith(f"{rule},"))


async def test_the_third_signature_puts_it_in_force_and_no_earlier_one_does(stage: Stage) -> None:
    proposal = await proposed(stage, policy_csv=without(URBAN_LIVE))
    for organ in ("information-technology", "public-security"):
        assert (await stage.check("urban-yuexiu", city.STREET, "LIVE")).allowed
        proposal = await signed(stage, proposal, organ)
        assert proposal.state == STATES.STATE_OPEN
    proposal = await signed(stage, proposal, "national-security")
    assert (proposal.state, proposal.adopted_revision) == (STATES.STATE_ADOPTED, 2)
    assert [one.agency_kind for one in proposal.signatures] == [
        "information-technology", "public-security", "national-security",
    ]  # fmt: skip
    decision = await stage.check("urban-yuexiu", city.STREET, "LIVE")
    assert (decision.allowed, decision.rule, decision.policy_revision) == (False, "default-deny", 2)
    assert (await stage.check("police-yuexiu", city.STREET, "LIVE")).allowed


@pytest.mark.parametrize(
    ("by", "key", "reason"),
    [
        ("police-yuexiu", "public-security", "NOT_PERMITTED"),  # a district's
        ("command-guangzhou", "public-security", "NOT_PERMITTED"),  # no organ of the article
        (LEADS, "national-security", "SIGNATURE_WRONG"),
    ],
)
async def test_only_an_organ_signs_and_only_with_its_own_key(stage: Stage, by: str, key: str, reason: str) -> None:
    proposal = await proposed(stage, category_levels={1: 3})
    with pytest.raises(errors.Error) as refusal:
        await signed(stage, proposal, "public-security", by=by, key=key)
    assert refusal.value.reason == reason
    found = await ask(stage, LEADS, "GetPolicyProposal", pb.GetPolicyProposalRequest(name=proposal.name))
    assert not found.signatures


async def test_an_organ_signs_once_and_its_signature_fits_no_other_proposal(stage: Stage) -> None:
    one, other = [await proposed(stage, category_levels={1: level}) for level in (3, 4)]
    await signed(stage, one, "public-security")
    with pytest.raises(errors.FailedPrecondition, match="signed"):
        await signed(stage, one, "public-security")
    replayed = stage.organs["public-security"].sign(PURPOSE, hashlib.sha256(one.change).digest())
    request = pb.SignPolicyProposalRequest(name=other.name, signature=replayed)
    with pytest.raises(errors.InvalidArgument) as refusal:
        await ask(stage, LEADS, "SignPolicyProposal", request)
    assert refusal.value.reason == "SIGNATURE_WRONG"


async def test_who_is_no_leader_proposes_nothing_and_who_is_no_organ_sees_nothing(stage: Stage) -> None:
    request = pb.ProposePolicyChangeRequest(reason="we would like to", category_levels={1: 1})
    for name in ("security-guangzhou", "police-yuexiu", "metro"):
        with pytest.raises(errors.Denied, match="Article 14"):
            await ask(stage, name, "ProposePolicyChange", request)
    proposal = await proposed(stage, category_levels={1: 3})
    for verb, asked in (
        ("GetPolicyProposal", pb.GetPolicyProposalRequest(name=proposal.name)),
        ("ListPolicyProposals", pb.ListPolicyProposalsRequest()),
        ("ListPolicyVersions", pb.ListPolicyVersionsRequest()),
        ("SimulatePolicyProposal", pb.SimulatePolicyProposalRequest(name=proposal.name)),
    ):
        with pytest.raises(errors.Denied):
            await ask(stage, "metro", verb, asked)


async def test_an_organs_no_and_the_leaders_withdrawal_end_it(stage: Stage) -> None:
    one, other = [await proposed(stage, category_levels={1: level}) for level in (3, 4)]
    request = pb.RejectPolicyProposalRequest(name=one.name, reason="too far")
    rejected = await ask(stage, "security-guangzhou", "RejectPolicyProposal", request)
    assert (rejected.state, rejected.close_reason) == (STATES.STATE_REJECTED, "too far")
    taken_back = pb.WithdrawPolicyProposalRequest(name=other.name, reason="we reconsidered")
    with pytest.raises(errors.Denied):
        await ask(stage, "security-guangzhou", "WithdrawPolicyProposal", taken_back)
    withdrawn = await ask(stage, LEADS, "WithdrawPolicyProposal", taken_back)
    assert withdrawn.state == STATES.STATE_WITHDRAWN
    for over in (one, other):
        with pytest.raises(errors.FailedPrecondition):
            await signed(stage, over, "public-security")


async def test_what_another_change_overtook_is_outdated(stage: Stage) -> None:
    late = await proposed(stage, category_levels={1: 3})
    await signed(stage, late, "public-security")
    await adopted(stage, category_levels={2: 3})
    found = await ask(stage, LEADS, "GetPolicyProposal", pb.GetPolicyProposalRequest(name=late.name))
    assert found.state == STATES.STATE_OUTDATED
    with pytest.raises(errors.FailedPrecondition, match="outdated"):
        await signed(stage, late, "national-security")


async def test_versions_are_kept_listed_and_can_be_proposed_again(stage: Stage) -> None:
    first = await adopted(stage, policy_csv=without(URBAN_LIVE))
    former = await ask(stage, LEADS, "GetPolicyVersion", pb.GetPolicyVersionRequest(name="policyVersions/1"))
    assert former.policy_csv.count("\n") == ROWS.count("\n")
    await adopted(stage, policy_csv=former.policy_csv)
    assert (await stage.check("urban-yuexiu", city.STREET, "LIVE")).allowed
    listed = await ask(stage, LEADS, "ListPolicyVersions", pb.ListPolicyVersionsRequest(page_size=2))
    assert [one.revision for one in listed.policy_versions] == [3, 2]
    assert listed.policy_versions[1].proposal == first.name
    request = pb.ListPolicyVersionsRequest(page_size=2, page_token=listed.next_page_token)
    rest = await ask(stage, LEADS, "ListPolicyVersions", request)
    assert [one.revision for one in rest.policy_versions] == [1]
    assert rest.policy_versions[0].policy_sha256 == listed.policy_versions[0].policy_sha256


async def test_a_simulation_names_who_would_lose_what(stage: Stage) -> None:
    proposal = await proposed(stage, policy_csv=without(URBAN_LIVE))
    request = pb.SimulatePolicyProposalRequest(name=proposal.name)
    answer = await ask(stage, "security-guangzhou", "SimulatePolicyProposal", request)
    [effect] = answer.effects
    assert (effect.role, effect.relation, effect.action) == ("urban-management@district", "district", "live")
    assert (effect.is_gained, list(effect.levels), list(effect.place_categories)) == (False, [1, 2], [])
    assert (effect.before_rule, effect.after_rule) == (URBAN_LIVE, "default-deny")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "policy_csv"),
        ({"category_levels": {14: 2}}, "category_levels"),
        ({"category_levels": {1: 5}}, "category_levels"),
        ({"camera_levels": [{"code": "123", "level": 2}]}, "camera_levels"),
        ({"camera_levels": [{"code": "44010400001320000017", "level": 5}]}, "camera_levels"),
        ({"camera_levels": 2 * [{"code": "44010400001320000017", "level": 3}]}, "camera_levels"),
        ({"policy_csv": "rule\n"}, "policy line 1 column header"),
        ({"policy_csv": without("art14-administer-municipal-security")}, "policy_csv"),
        ({"category_levels": {1: 2}, "window_hours": 721}, "window_hours"),
    ],
)
async def test_what_no_signature_makes_lawful_is_refused_by_field(
    stage: Stage, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(errors.InvalidArgument) as refusal:
        await proposed(stage, **changes)
    assert field in [violation.field for violation in refusal.value.violations]
    listed = await ask(stage, LEADS, "ListPolicyProposals", pb.ListPolicyProposalsRequest())
    assert not listed.policy_proposals


async def test_a_check_keeps_nothing(stage: Stage) -> None:
    made = await proposed(stage, category_levels={1: 3}, validate_only=True)
    assert policy_pb2.PolicyChange.FromString(made.change).category_levels == {1: 3}
    with pytest.raises(errors.NotFound):
        await ask(stage, LEADS, "GetPolicyProposal", pb.GetPolicyProposalRequest(name=made.name))


async def test_nobody_who_reads_meanwhile_gets_an_answer_of_neither_policy(stage: Stage) -> None:
    """Old or new, and once new never old again."""
    proposal = await proposed(stage, policy_csv=without(URBAN_LIVE))
    for organ in ("public-security", "information-technology"):
        proposal = await signed(stage, proposal, organ)
    seen: list[tuple[bool, int]] = []

    async def read() -> None:
        while not seen or seen[-1][1] < 2:
            decision = await stage.check("urban-yuexiu", city.STREET, "LIVE")
            seen.append((decision.allowed, decision.policy_revision))

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(read())
        await signed(stage, proposal, "national-security")
    assert set(seen) <= {(True, 1), (False, 2)}
    assert seen == sorted(seen, key=lambda one: one[1])
