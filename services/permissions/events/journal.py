"""Facts: each change of permissions with a snapshot of what it changed, for the ledger."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncConnection

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import permissions_events_pb2, permissions_service_pb2
from services.chassis import identity, outbox
from services.permissions.agencies.certificate import Certificate
from services.permissions.agencies.key import AgencyKey
from services.permissions.agencies.role_grant import RoleOrder
from services.permissions.agencies.staff_record import StaffEntry, StaffKind
from services.permissions.claims.domain import Claim
from services.permissions.incidents.domain import Declared
from services.permissions.inspections.domain import Inspecting
from services.permissions.joint.proposal import Proposal
from services.permissions.joint.sealed import SealedList
from services.permissions.papers.basis import Registered
from services.permissions.papers.review import Review, Terms
from services.permissions.ports import Change, Held, Restored, Standing
from services.permissions.roll import AgencyEntry, PrincipalEntry
from services.permissions.rpc import (
    agency_keys,
    claim_messages,
    incident_messages,
    legal_basis_messages,
    messages,
    policy_change,
    review_messages,
    roll_messages,
    staff,
    takeover_messages,
)
from services.permissions.rpc.inspections import inspection


class FactJournal:
    """Facts in the transaction of what they tell; the outbox publishes them."""

    def __init__(self, box: outbox.Outbox) -> None:
        self._box = box

    async def add(self, transaction: AsyncConnection, *changes: Change) -> None:
        """Write ``changes`` with the transaction."""
        await self._box.add(transaction, *map(_fact, changes))

    def wake(self) -> None:
        """Say that something was committed."""
        self._box.wake()


def _fact(change: Change) -> outbox.Message:
    caller = identity.current_caller.get()
    kind = f"permissions.{change.verb}"
    fact = fact_pb2.Fact(
        id=str(uuid.uuid4()),
        kind=kind,
        occur_time=messages.stamp(change.at),
        principal=change.by,
        camera=change.camera,
        rule=change.rule,
        article=change.article,
        request_id=caller.request_id if caller else "",
        is_sealed=change.is_sealed,
    )
    fact.snapshot.Pack(_SNAPSHOTS[type(change.snapshot)](change.snapshot))
    return outbox.Message(fact.id, f"kapok.v1.facts.{kind}", fact.SerializeToString(), change.at)


def _staff_entry(entry: StaffEntry) -> Message:
    return staff.training(entry) if entry.kind is StaffKind.TRAINING else staff.shift(entry)


def _order(standing: Standing) -> Message:
    """The order that was carried out: it holds the reason, which no resource does."""
    orders = permissions_service_pb2
    order = orders.RevokePrincipalRequest if standing.is_revoked else orders.ReinstatePrincipalRequest
    return order(name=standing.name, reason=standing.reason)


def _restoration(restored: Restored) -> Message:
    return permissions_events_pb2.CellRestoration(
        backup_time=messages.stamp(restored.cut),
        former_number=restored.former_number, committed_number=restored.number,
        former_revision=restored.former_revision, policy_revision=restored.revision,
    )  # fmt: skip


_SNAPSHOTS: Mapping[type, Callable[[Any], Message]] = {
    AgencyEntry: roll_messages.agency,
    AgencyKey: agency_keys.agency_key,
    Certificate: roll_messages.certificate,
    Claim: claim_messages.claim,
    Declared: incident_messages.incident,
    Held: takeover_messages.takeover,
    Inspecting: inspection,
    PrincipalEntry: roll_messages.principal,
    Proposal: policy_change.proposal,
    Registered: legal_basis_messages.legal_basis,
    Restored: _restoration,
    Review: review_messages.review,
    RoleOrder: roll_messages.role_order,
    SealedList: lambda drawn: policy_change.sealed_levels(drawn, is_shown=True),
    StaffEntry: _staff_entry,
    Standing: _order,
    Terms: lambda terms: review_messages.terms(terms.operator, terms),
}
