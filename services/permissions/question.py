"""One question with everything that bears on it, read in one view of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.errors import Aborted, Denied, Error
from services.decider.area import covers
from services.decider.conditions import CONDITIONS, INCIDENT, INSPECTION, PAPERS
from services.decider.decision import Decision
from services.decider.facts import Action, Camera, Circumstances, Principal
from services.decider.relation import is_hidden
from services.permissions import metrics, policies, refusals
from services.permissions.ports import Ports
from services.permissions.store import principals
from services.permissions.store.policies import levelled
from services.permissions.store.principals import Record
from services.permissions.store.takeovers import Standing
from services.permissions.view import Ask, View, read

_INCIDENT = next(name for name, condition in CONDITIONS.items() if condition.bit == INCIDENT)
_INSPECTION = next(name for name, condition in CONDITIONS.items() if condition.bit == INSPECTION)
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
    credentials: frozenset[str] = frozenset()  # what the principal showed; a revoked one is refused

    @property
    def ask(self) -> Ask:
        """What has to be read to answer it."""
        papers = {self.legal_basis} if self.legal_basis else set()
        return Ask({self.principal}, {self.camera}, papers, set(self.credentials))


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision with the facts that it was made from. ``number`` is the last ending that they include."""

    decision: Decision
    principal: Principal
    camera: Camera
    circumstances: Circumstances
    number: int
    now: datetime

    @property
    def standing(self) -> Standing:
        """The camera, and the takeovers and leases that are on record of it."""
        return self.camera, self.circumstances.takeovers, self.circumstances.leases

    @property
    def stands_on_papers(self) -> bool:
        """Whether it is an allowance by a rule that needs papers."""
        return self.decision.allowed and _PAPERS in self.decision.conditions

    @property
    def inspection(self) -> str:
        """The inspection that an allowance stands on, "" when on none: of several, the one that lasts longest."""
        if not self.decision.allowed or _INSPECTION not in self.decision.conditions:
            return ""
        open_ = [i for i in self.circumstances.inspections if i.starts_at <= self.now and covers(i.area, self.camera)]
        return max(open_, key=lambda one: one.ends_at).name if open_ else ""

    @property
    def incident(self) -> str:
        """The incident that an allowance stands on, "" when on none: of several, the one that lasts longest."""
        if _INCIDENT not in self.decision.conditions:
            return ""
        covering = [i for i in self.circumstances.incidents if i.starts_at <= self.now and covers(i.area, self.camera)]
        return max(covering, key=lambda incident: incident.ends_at).name if covering else ""


@dataclass(frozen=True, slots=True)
class Described:
    """A camera as the registry describes it, if there is one, at its level by the policy of ``revision`` or a newer."""

    camera: Camera | None
    revision: int


async def camera_of(ports: Ports, name: str) -> Described:
    """The camera that is called so. Ask before a transaction begins: it may take a call."""
    revision = ports.decider.revision  # before: what is remembered is forgotten before a newer one decides
    return Described((await ports.cameras.facts([name])).get(name), revision)


async def acting(transaction: AsyncConnection, ports: Ports, name: str) -> Record:
    """Who acts. Raises Denied when no policy is in force, Unauthenticated when nobody has the name.

    From here on the decider has the policy that ``transaction`` sees, or a newer one.
    """
    found = await principals.find(transaction, name)
    await policies.follow(transaction, ports, found.policy_revision if found else 0)
    return on_record(ports, found, name)


def on_record(ports: Ports, found: Record | None, name: str) -> Record:
    """The same for what was read before."""
    if not ports.decider.revision:
        raise refusals.no_policy()
    if found is None:
        raise refusals.no_principal(name)
    return found


async def in_good_standing(transaction: AsyncConnection, ports: Ports, name: str) -> Principal:
    """Who acts, for what no rule of the policy decides. Raises Denied for the revoked as well."""
    record = await acting(transaction, ports, name)
    if record.agency.is_suspended:
        raise refusals.suspended(record.agency.name)
    if record.account.is_revoked:
        raise refusals.revoked(name)
    return record.acting


def accessible(camera: Camera | None, principal: Principal, name: str) -> Camera:
    """The camera, unless it is absent or hidden from the principal: both are refused alike (Article 11)."""
    if camera is None or is_hidden(principal, camera):
        raise refusals.no_camera(name)
    return camera


async def gather(
    transaction: AsyncConnection, ports: Ports, question: Question, found: Described, now: datetime
) -> Answer:
    """Read what bears on the question and decide. Raises Denied for absent and for hidden cameras, alike.

    Raises Aborted when a newer policy than that of ``transaction``'s view came into force here meanwhile.
    """
    view = await read(transaction, ports, question.ask, now, question.used_for)
    known: Mapping[str, Camera] = {question.camera: found.camera} if found.camera else {}
    known = await _levelled(transaction, ports, known, found.revision)
    known, view = await refreshed(transaction, ports, question.principal, known, view)
    _refuse_newer(ports, view, question.principal)
    return answered(ports, question, known.get(question.camera), view)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Answers about many cameras from one view; a camera that is absent or hidden has its refusal instead."""

    answers: Mapping[str, Answer]
    refusals: Mapping[str, Denied]

    def refused(self, action: Action) -> dict[str, Error]:
        """Why ``action`` is refused, by the cameras at which it is."""
        denied = {name: one.decision for name, one in self.answers.items() if not one.decision.allowed}
        return {**self.refusals, **{name: refusals.denied(one, name, action) for name, one in denied.items()}}


async def gather_each(
    transaction: AsyncConnection,
    ports: Ports,
    questions: Sequence[Question],
    found: Mapping[str, Camera],
    revision: int,
) -> Gathered:
    """The same for questions that differ in their camera alone; ``found`` at the levels of ``revision``."""
    first, now = questions[0], ports.clock.now()
    ask = Ask({first.principal}, {one.camera for one in questions}, {first.legal_basis} - {""}, set(first.credentials))
    view = await read(transaction, ports, ask, now, first.used_for)
    found = await _levelled(transaction, ports, found, revision)
    found, view = await refreshed(transaction, ports, first.principal, found, view)
    _refuse_newer(ports, view, first.principal)
    answers, refused = dict[str, Answer](), dict[str, Denied]()
    for question in questions:
        try:
            answers[question.camera] = answered(ports, question, found.get(question.camera), view)
        except Denied as refusal:
            refused[question.camera] = refusal
    return Gathered(answers, refused)


async def refreshed(
    connection: AsyncConnection, ports: Ports, principal: str, found: Mapping[str, Camera], view: View
) -> tuple[Mapping[str, Camera], View]:
    """Cameras that ended lately, asked for anew: ``found`` may be from before. Newer than the view they do no harm.

    One that is hidden is left as it is: it may take no longer than a name that never existed (Article 11).
    """
    asking = view.records.get(principal)
    late = [
        name for name in view.newer if asking and name in found and not is_hidden(asking.acting, found[name])
    ]  # fmt: skip
    if not late:
        return found, view
    fresh = await levelled(connection, await ports.cameras.fresh(late))
    others = {name: camera for name, camera in found.items() if name not in late}
    newer = {name: number for name, number in view.newer.items() if name not in late}
    return others | fresh, replace(view, newer=newer)


async def _levelled(
    transaction: AsyncConnection, ports: Ports, found: Mapping[str, Camera], revision: int
) -> Mapping[str, Camera]:
    """The cameras at the levels that came with a newer policy than they were asked under, from the same view."""
    return found if ports.decider.revision <= revision else await levelled(transaction, found)


def _refuse_newer(ports: Ports, view: View, principal: str) -> None:
    asking = view.records.get(principal)
    if asking and asking.policy_revision != ports.decider.revision:  # adopted since by another task: older levels here
        raise Aborted("STATE_WRONG", "the policy changed meanwhile; ask again")


def answered(ports: Ports, question: Question, found: Camera | None, view: View) -> Answer:
    """Decide on what a view holds. Raises as ``gather`` does."""
    record = on_record(ports, view.records.get(question.principal), question.principal)
    for name in question.credentials & view.void:
        raise refusals.void(name)
    principal = record.acting
    camera = accessible(found, principal, question.camera)
    circumstances = view.circumstances(record, question.legal_basis, question.incident, camera.name)
    decision = ports.decider.decide(principal, camera, question.action, circumstances, view.now)
    metrics.count(decision, camera)
    return Answer(decision, principal, camera, circumstances, view.number(camera.name), view.now)
