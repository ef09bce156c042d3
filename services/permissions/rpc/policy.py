"""PolicyService: how levels and permissions change, for the three organs (Article 14 ¶2)."""

from datetime import timedelta

from kapok.permissions.v1 import policy_pb2, policy_service_pb2
from services.decider.marks import names_of
from services.permissions.joint.proposals import Draft
from services.permissions.joint.version import Version, name_of
from services.permissions.rpc import messages, paging, policy_change, simulation
from services.permissions.rpc.callers import principal_of_call
from services.permissions.service import Permissions

_USUAL_PAGE, _LARGEST_PAGE = 20, 100
pb = policy_service_pb2


class PolicyServicer:
    """Every method speaks for the principal that the gateway identified."""

    def __init__(self, permissions: Permissions) -> None:
        self._permissions = permissions
        self._proposals = permissions.proposals
        self._simulations = permissions.simulations

    async def ProposePolicyChange(
        self, request: pb.ProposePolicyChangeRequest, _context: object
    ) -> policy_pb2.PolicyProposal:
        draft = Draft(
            reason=request.reason,
            policy_csv=request.policy_csv,
            roles_csv=request.roles_csv,
            category_levels=dict(request.category_levels),
            camera_levels=policy_change.levels(request.camera_levels),
            sealed_levels=messages.optional("sealed_levels", request.sealed_levels, "sealed_levels"),
            window=timedelta(hours=request.window_hours),
            lease_seconds=dict(request.lease_seconds),
            marks=dict(request.marks),
        )
        made = await self._proposals.propose(principal_of_call(), draft, validate_only=request.validate_only)
        return policy_change.proposal(*made)

    async def GetPolicyProposal(
        self, request: pb.GetPolicyProposalRequest, _context: object
    ) -> policy_pb2.PolicyProposal:
        name = messages.named("proposal", request.name, "name")
        return policy_change.proposal(*await self._proposals.get(principal_of_call(), name))

    async def ListPolicyProposals(
        self, request: pb.ListPolicyProposalsRequest, _context: object
    ) -> pb.ListPolicyProposalsResponse:
        size, before = paging.by_number(request, _USUAL_PAGE, _LARGEST_PAGE)
        found = await self._proposals.newest(principal_of_call(), before, size + 1)
        token = str(found[size - 1][0]) if len(found) > size else ""
        shown = [policy_change.proposal(one) for _, one in found[:size]]
        return pb.ListPolicyProposalsResponse(policy_proposals=shown, next_page_token=token)

    async def SignPolicyProposal(
        self, request: pb.SignPolicyProposalRequest, _context: object
    ) -> policy_pb2.PolicyProposal:
        name = messages.named("proposal", request.name, "name")
        return policy_change.proposal(*await self._proposals.sign(principal_of_call(), name, request.signature))

    async def RejectPolicyProposal(
        self, request: pb.RejectPolicyProposalRequest, _context: object
    ) -> policy_pb2.PolicyProposal:
        name = messages.named("proposal", request.name, "name")
        return policy_change.proposal(*await self._proposals.reject(principal_of_call(), name, request.reason))

    async def WithdrawPolicyProposal(
        self, request: pb.WithdrawPolicyProposalRequest, _context: object
    ) -> policy_pb2.PolicyProposal:
        name = messages.named("proposal", request.name, "name")
        return policy_change.proposal(*await self._proposals.withdraw(principal_of_call(), name, request.reason))

    async def SimulatePolicyProposal(
        self, request: pb.SimulatePolicyProposalRequest, _context: object
    ) -> pb.SimulatePolicyProposalResponse:
        name = messages.named("proposal", request.name, "name")
        return simulation.response(await self._simulations.of(principal_of_call(), name))

    async def DrawUpSealedLevels(
        self, request: pb.DrawUpSealedLevelsRequest, _context: object
    ) -> policy_pb2.SealedLevels:
        levels = policy_change.levels(request.camera_levels)
        drawn = await self._permissions.sealed_lists.draw_up(principal_of_call(), levels)
        return policy_change.sealed_levels(drawn, is_shown=True)

    async def GetSealedLevels(self, request: pb.GetSealedLevelsRequest, _context: object) -> policy_pb2.SealedLevels:
        name = messages.named("sealed_levels", request.name, "name")
        found, is_shown = await self._permissions.sealed_lists.get(principal_of_call(), name)
        return policy_change.sealed_levels(found, is_shown=is_shown)

    async def GetPolicyVersion(self, request: pb.GetPolicyVersionRequest, _context: object) -> policy_pb2.PolicyVersion:
        name = messages.named("version", request.name, "name")
        version, change = await self._permissions.versions.get(principal_of_call(), int(name.split("/")[1]))
        shown = _version(version)
        shown.policy_csv, shown.roles_csv = version.policy.text, version.policy.roles_text
        if change is not None:
            shown.reason = change.reason
            shown.category_levels.update(change.category_levels)
            shown.camera_levels.extend(policy_change.camera_levels(change))
            shown.lease_seconds.update(change.lease_seconds)
            shown.marks.update(change.marks)
            if change.sealed:
                shown.sealed_levels.CopyFrom(policy_change.digest(change.sealed))
        return shown

    async def ListPolicyVersions(
        self, request: pb.ListPolicyVersionsRequest, _context: object
    ) -> pb.ListPolicyVersionsResponse:
        size, before = paging.by_number(request, _USUAL_PAGE, _LARGEST_PAGE)
        found = await self._permissions.versions.history(principal_of_call(), before, size + 1)
        token = str(found[size - 1].revision) if len(found) > size else ""
        return pb.ListPolicyVersionsResponse(policy_versions=map(_version, found[:size]), next_page_token=token)


def _version(found: Version) -> policy_pb2.PolicyVersion:
    return policy_pb2.PolicyVersion(
        name=name_of(found.revision),
        revision=found.revision,
        policy_sha256=found.policy.digest,
        adopt_time=messages.stamp(found.adopted_at),
        proposal=found.proposal,
        effective_lease_seconds=found.leases.seconds,
        effective_marks=names_of(found.marks),
    )
