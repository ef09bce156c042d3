"""Proposals and what the organs sign: protobuf ↔ domain. The bytes of a change are made once, and kept as they are."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC

from kapok.permissions.v1 import policy_pb2
from services.chassis.errors import InvalidArgument, Violation
from services.decider.policy import parse
from services.permissions.joint.change import PolicyChange
from services.permissions.joint.proposal import Proposal
from services.permissions.joint.proposals import Documents
from services.permissions.joint.sealed import Digest, SealedList
from services.permissions.rpc.messages import stamp


def serialised(change: PolicyChange) -> bytes:
    """The bytes whose SHA-256 the organs sign."""
    message = policy_pb2.PolicyChange(
        proposal=change.proposal,
        base_revision=change.base_revision,
        policy_csv=change.policy.text if change.policy else "",
        roles_csv=change.policy.roles_text if change.policy else "",
        category_levels=change.category_levels,
        camera_levels=camera_levels(change),
        reason=change.reason,
        sign_by_time=stamp(change.sign_by),
        sealed_levels=digest(change.sealed) if change.sealed else None,
        lease_seconds=change.lease_seconds,
        marks=change.marks,
    )
    return message.SerializeToString(deterministic=True)


def parsed(content: bytes) -> PolicyChange:
    """The change that was serialised."""
    message = policy_pb2.PolicyChange.FromString(content)
    return PolicyChange(
        proposal=message.proposal,
        base_revision=message.base_revision,
        reason=message.reason,
        sign_by=message.sign_by_time.ToDatetime(UTC),
        policy=parse(message.policy_csv, message.roles_csv) if message.policy_csv else None,
        category_levels=dict(message.category_levels),
        camera_levels={one.code: one.level for one in message.camera_levels},
        sealed=_digest(message.sealed_levels) if message.HasField("sealed_levels") else None,
        lease_seconds=dict(message.lease_seconds),
        marks=dict(message.marks),
    )


def signed(content: bytes, under: Proposal) -> bytes:
    """What is kept with a version, for whoever verifies it later."""
    document = policy_pb2.SignedPolicyChange(change=content, signatures=_signatures(under))
    return document.SerializeToString(deterministic=True)


def change_of(document: bytes) -> PolicyChange:
    """The change in a version's document."""
    return parsed(policy_pb2.SignedPolicyChange.FromString(document).change)


def camera_levels(change: PolicyChange | SealedList) -> list[policy_pb2.CameraLevel]:
    """By code."""
    levels = change.levels if isinstance(change, SealedList) else change.camera_levels
    return [policy_pb2.CameraLevel(code=code, level=level) for code, level in sorted(levels.items())]


def levels(sent: Sequence[policy_pb2.CameraLevel]) -> dict[str, int]:
    """By code; InvalidArgument names those that are there twice."""
    twice = [code for code, count in Counter(one.code for one in sent).items() if count > 1][:5]
    if twice:
        raise InvalidArgument(Violation("camera_levels", f"must name each camera once, unlike {twice}"))
    return {one.code: one.level for one in sent}


def digest(known: Digest) -> policy_pb2.SealedDigest:
    """What every organ signs of a sealed list."""
    return policy_pb2.SealedDigest(name=known.name, camera_count=known.count, sha256=known.sha256)


def _digest(said: policy_pb2.SealedDigest) -> Digest:
    return Digest(said.name, said.camera_count, said.sha256)


def sealed_levels(found: SealedList, *, is_shown: bool) -> policy_pb2.SealedLevels:
    """A sealed list; what it names only when ``is_shown``."""
    known = found.digest
    return policy_pb2.SealedLevels(
        name=known.name,
        camera_count=known.count,
        sha256=known.sha256,
        create_time=stamp(found.drawn_at),
        adopted_revision=found.adopted,
        salt=found.salt if is_shown else b"",
        camera_levels=camera_levels(found) if is_shown else (),
    )


def proposal(found: Proposal, content: bytes = b"") -> policy_pb2.PolicyProposal:
    """A proposal as it stands; without ``content`` in lists and facts."""
    return policy_pb2.PolicyProposal(
        name=found.name,
        state=f"STATE_{found.state.name}",
        change=content,
        change_sha256=found.digest.hex(),
        principal=found.principal,
        create_time=stamp(found.created_at),
        sign_by_time=stamp(found.sign_by),
        signatures=_signatures(found),
        close_time=stamp(found.closed_at),
        closed_by=found.closed_by,
        close_reason=found.close_reason,
        adopted_revision=found.adopted_revision,
    )


def _signatures(under: Proposal) -> list[policy_pb2.PolicySignature]:
    return [
        policy_pb2.PolicySignature(
            agency_kind=one.organ.value, principal=one.principal, signature=one.signature, sign_time=stamp(one.at)
        )
        for one in under.signatures
    ]


DOCUMENTS = Documents(serialised, parsed, signed, change_of)
