"""One question with everything that bears on it, read in one view of the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.area import covers
from services.decider.conditions import CONDITIONS, INCIDENT, PAPERS
from services.decider.decision import Decision
from services.decider.facts import Action, Camera, Circumstances, Principal
from services.decider.relation import is_hidden
from services.permissions import policies, refusals
from services.permissions.camera_memory import LIFETIME_S
from services.permissions.ports import Ports
from services.permissions.store import bases, endings, incidents, principals, takeovers
from services.permissions.store.principals import Record
from services.permissions.takeover import Control

# How long what is known of a camera may lag behind its ending: the memory's age, and replicas' clocks that differ.
_KNOWN_WITHIN = timedelta(seconds=2 * LIFETIME_S)
_INCIDENT = next(name for name, condition in CONDITIONS.items() if condition.bit == INCIDENT)
_PAPERS = next(name for name, condition in CONDITIONS.items() if condition.bit == PAPERS)


@dataclass(frozen=True, slots=True)
class Question:
    """May ``principal`` do ``action`` to ``camera`` on these papers and this incident ("": any that opens)?

    ``used_for`` is the session or takeover that opens on the answer; "" when nothing does, and no papers are used.
    """

    principal: str
    camera: str
    action: Action
    legal_basis: str = ""
    incident: str = ""
    used_for: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision with the facts that it was made from. ``number`` is the last ending that they include."""

    decision: Decision
    principal: Principal
    camera: Camera
    circumstances: Circumstances
    control: Control
    number: int
    now: datetime

    @property
    def stands_on_papers(self) -> bool:
        """Whether it is an allowance by a rule that needs papers."""
        return self.decision.allowed and _PAPERS in self.decision.conditions

    @property
    def incident(self) -> str:
        """The incident that an allowance stands on, "" when on none: of several, the one that lasts longest."""
        if _INCIDENT not in self.decision.conditions:
            return ""
        covering = [i for i in self.circumstances.incidents if i.starts_at <= self.now and covers(i.area, self.camera)]
        return max(covering, key=lambda incident: incident.ends_at).name if covering else ""


async def camera_of(ports: Ports, name: str) -> Camera | None:
    """The camera as the registry describes it, if any. Ask before a transaction begins: it may take a call."""
    return (await ports.cameras.facts([name])).get(name)


async def acting(transaction: AsyncConnection, ports: Ports, name: str) -> Record:
    """Who acts. Raises Denied when no policy is in force, Unauthenticated when nobody has the name.

    From here on the decider has the policy that ``transaction`` sees, or a newer one: a change that another replica
    adopted takes effect here with the next question.
    """
    if not ports.decider.revision:
        raise refusals.no_policy()
    found = await principals.find(transaction, name)
    if found is None:
        raise refusals.no_principal(name)
    if found.policy_revision > ports.decider.revision:
        await policies.catch_up(transaction, ports.decider, ports.cameras.forget_all)
    return found


async def in_good_standing(transaction: AsyncConnection, ports: Ports, name: str) -> Principal:
    """Who acts, for what no rule of the policy decides. Raises Denied for the revoked as well."""
    principal = (await acting(transaction, ports, name)).acting
    if principal.is_suspended:
        raise refusals.revoked(name)
    return principal


def accessible(camera: Camera | None, principal: Principal, name: str) -> Camera:
    """The camera, unless it is absent or hidden from the principal: both are refused alike (Article 11)."""
    if camera is None or is_hidden(principal, camera):
        raise refusals.no_camera(name)
    return camera


async def gather(
    transaction: AsyncConnection, ports: Ports, question: Question, found: Camera | None, now: datetime
) -> Answer:
    """Read what bears on the question and decide. Raises Denied for absent and for hidden cameras, alike."""
    # The number first: facts newer than it are harmless, a number newer than the facts would let an ended right pass.
    number = await endings.vouched(transaction, question.camera, now - _KNOWN_WITHIN)
    principal = (await acting(transaction, ports, question.principal)).acting
    camera = accessible(found, principal, question.camera)
    control = await takeovers.load(transaction, camera)
    open_ = await incidents.open_to(transaction, principal.agency, now, question.incident)
    papers = (
        await bases.covering(transaction, question.legal_basis, principal.name, camera.name, question.used_for)
        if question.legal_basis
        else ()
    )
    circumstances = Circumstances(papers, open_, control.takeovers)
    decision = ports.decider.decide(principal, camera, question.action, circumstances, now)
    return Answer(decision, principal, camera, circumstances, control, number, now)
