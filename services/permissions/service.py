"""The use cases of permissions, by noun. What they need of the outside is declared in ports.py."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.permissions.bases import Bases
from services.permissions.batches import Batches
from services.permissions.closures import Closures
from services.permissions.decisions import Decisions
from services.permissions.editions import Editions
from services.permissions.incidents import Incidents
from services.permissions.joint.proposals import Documents, Proposals
from services.permissions.joint.simulations import City, Sessions, Simulations
from services.permissions.policies import Levels
from services.permissions.ports import Ports
from services.permissions.principals import Principals
from services.permissions.takeovers import Takeovers
from services.permissions.view import Views


@dataclass(frozen=True)
class Permissions:
    """Everything that may be asked of permissions."""

    decisions: Decisions
    batches: Batches
    bases: Bases
    incidents: Incidents
    takeovers: Takeovers
    principals: Principals
    levels: Levels
    closures: Closures
    proposals: Proposals
    editions: Editions
    simulations: Simulations


@dataclass(frozen=True)
class Outlook:
    """What a simulation alone asks of the neighbours."""

    city: City
    sessions: Sessions


def compose(ports: Ports, documents: Documents, organ_keys: Mapping[str, bytes], outlook: Outlook) -> Permissions:
    """All use cases on the same ports; ``organ_keys`` are the public keys pinned at installation, by kind of agency."""
    views, editions = Views(ports), Editions(ports, documents.of_version)
    proposals = Proposals(ports, editions, documents, organ_keys)
    return Permissions(
        Decisions(ports, views),
        Batches(ports, views),
        Bases(ports),
        Incidents(ports),
        Takeovers(ports),
        Principals(ports),
        Levels(ports),
        Closures(ports),
        proposals,
        editions,
        Simulations(ports, proposals, outlook.city, outlook.sessions),
    )
