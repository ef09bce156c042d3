"""The use cases of permissions, by noun. What they need of the outside is declared in ports.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.chassis.bell import Bell
from services.permissions.agencies.enrolments import Enrolments
from services.permissions.agencies.keys import AgencyKeys
from services.permissions.agencies.principals import Principals
from services.permissions.agencies.role_grants import RoleGrants
from services.permissions.agencies.service import Agencies
from services.permissions.agencies.staff import Staff
from services.permissions.batches import Batches
from services.permissions.claims.service import Claims
from services.permissions.closures import Closures
from services.permissions.concerns import Concerns
from services.permissions.decisions import Decisions
from services.permissions.editions import Editions
from services.permissions.incidents.service import Incidents
from services.permissions.inspections.service import Inspections
from services.permissions.joint.proposals import Documents, Proposals
from services.permissions.joint.sealed_lists import SealedLists
from services.permissions.joint.simulations import City, Sessions, Simulations
from services.permissions.joint.versions import Versions
from services.permissions.papers.bases import Bases
from services.permissions.papers.reviews import Reviews
from services.permissions.policies import Levels
from services.permissions.ports import Ports
from services.permissions.reaches import Reaches
from services.permissions.restorings import Restorings
from services.permissions.takeovers.changes import TakeoverChanges
from services.permissions.takeovers.controls import Controls
from services.permissions.takeovers.notices import Notices
from services.permissions.takeovers.reads import TakeoverReads
from services.permissions.takeovers.requests import Takeovers
from services.permissions.view import Views


@dataclass(frozen=True)
class Permissions:
    """Everything that may be asked of permissions."""

    decisions: Decisions
    batches: Batches
    bases: Bases
    incidents: Incidents
    takeovers: Takeovers
    takeover_changes: TakeoverChanges
    takeover_reads: TakeoverReads
    notices: Notices
    controls: Controls
    principals: Principals
    levels: Levels
    closures: Closures
    proposals: Proposals
    versions: Versions
    sealed_lists: SealedLists
    editions: Editions
    agency_keys: AgencyKeys
    agencies: Agencies
    enrolments: Enrolments
    role_grants: RoleGrants
    reaches: Reaches
    reviews: Reviews
    concerns: Concerns
    inspections: Inspections
    staff: Staff
    simulations: Simulations
    claims: Claims
    restorings: Restorings


@dataclass(frozen=True)
class Outlook:
    """What a simulation alone asks of the neighbours."""

    city: City
    sessions: Sessions


@dataclass(frozen=True)
class Organs:
    """What the three organs need: the public keys pinned at installation, by kind of agency; salt for sealed lists."""

    keys: Mapping[str, bytes]
    salt: Callable[[], bytes]


def compose(ports: Ports, documents: Documents, organs: Organs, outlook: Outlook, bell: Bell) -> Permissions:
    """All use cases on the same ports; ``bell`` rings after each commit."""
    views, editions = Views(ports), Editions(ports, documents.of_version)
    proposals = Proposals(ports, editions, documents, organs.keys)
    return Permissions(
        Decisions(ports, views),
        Batches(ports, views),
        Bases(ports),
        Incidents(ports),
        Takeovers(ports),
        TakeoverChanges(ports),
        TakeoverReads(ports),
        Notices(ports, bell),
        Controls(ports),
        Principals(ports),
        Levels(ports),
        Closures(ports),
        proposals,
        Versions(ports, documents.of_version),
        SealedLists(ports, organs.salt),
        editions,
        AgencyKeys(ports),
        Agencies(ports),
        Enrolments(ports),
        RoleGrants(ports),
        Reaches(ports),
        Reviews(ports),
        Concerns(ports),
        Inspections(ports),
        Staff(ports),
        Simulations(ports, proposals, outlook.city, outlook.sessions),
        Claims(ports),
        Restorings(ports),
    )
