"""Use cases of deciding: may X do A to camera C now, why, and on which cameras at all."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.chassis import errors
from services.decider.conditions import PAPER_ACTIONS
from services.decider.decider import Explanation
from services.decider.facts import Action, AgencyKind, Circumstances, Principal, Tier
from services.decider.leases import held_by_takeover
from services.decider.relation import is_hidden
from services.decider.scope import Scope
from services.permissions import refusals
from services.permissions.agencies.domain import ARTICLE
from services.permissions.inspections.service import check, lock_checks
from services.permissions.papers.bases import use
from services.permissions.papers.basis import MAX_CAMERAS
from services.permissions.ports import Ports
from services.permissions.question import Answer, Question, accessible, acting, answered, camera_of, gather, refreshed
from services.permissions.store import bases, basis_facts, policies, principals
from services.permissions.store.principals import Record
from services.permissions.view import Views


class Decisions:
    """Answers; writes nothing but a use of papers or a live check, when something opens on the answer."""

    def __init__(self, ports: Ports, views: Views) -> None:
        self._ports = ports
        self._views = views

    async def decide(self, question: Question) -> Answer:
        """Allow or deny. Raises Denied (CAMERA_NOT_ACCESSIBLE) when the camera is absent or hidden."""
        ports = self._ports
        if question.used_for and (question.legal_basis or question.action is Action.LIVE_CHECK):
            described = await camera_of(ports, question.camera)
            async with ports.database.write() as transaction:
                await bases.lock(transaction, question.legal_basis)
                await lock_checks(transaction, question)
                answer = await gather(transaction, ports, question, described, ports.clock.now())
                await use(transaction, ports, question, answer)
                await check(transaction, ports, question, answer)
            ports.journal.wake()
            return answer
        found, view = await self._views.after(question.ask, lambda: ports.cameras.facts([question.camera]))
        if question.camera in view.newer:
            async with ports.database.look() as connection:
                found, view = await refreshed(connection, ports, question.principal, found, view)
        return answered(ports, question, found.get(question.camera), view)

    async def holding(self, answer: Answer) -> tuple[timedelta, datetime] | None:
        """How long a session on it may outlast a silent bus, and until when at the latest: of a takeover's holder."""
        about = answer.principal, answer.camera, answer.circumstances
        takeover = held_by_takeover(*about, answer.now)
        if takeover is None:
            return None
        async with self._ports.database.read() as transaction:
            return (await policies.leases(transaction)).holder, takeover.ends_at

    async def explain(self, question: Question, about: str) -> tuple[Explanation, int]:
        """The reasons, as they are for ``about``, and the number of the last ending they include.

        For the caller itself, a principal of its own agency, or any by municipal public security.
        """
        ports = self._ports
        described = await camera_of(ports, question.camera)
        now = ports.clock.now()
        async with ports.database.read() as transaction:
            caller = (await acting(transaction, ports, question.principal)).acting
            accessible(described.camera, caller, question.camera)
            if about != caller.name:
                _may_ask_about(await principals.find(transaction, about), caller, about)
            answer = await gather(transaction, ports, replace(question, principal=about), described, now)
        reasons = ports.decider.explain(answer.principal, answer.camera, question.action, answer.circumstances, now)
        return reasons, answer.number

    async def scope(self, name: str, action: Action) -> tuple[Scope, list[str]]:
        """The classes of cameras on which the principal may act, and at most 1000 that its papers name beyond."""
        ports = self._ports
        now = ports.clock.now()
        async with ports.database.read() as transaction:
            principal = (await acting(transaction, ports, name)).acting
            papers = await basis_facts.in_force(transaction, name, now, MAX_CAMERAS) if action in PAPER_ACTIONS else ()
        scope = ports.decider.scope(principal, action)
        cameras = await ports.cameras.facts({camera for basis in papers for camera in basis.cameras})
        circumstances = Circumstances(papers)
        named = [
            camera.name
            for camera in cameras.values()
            if not is_hidden(principal, camera)
            and ports.decider.decide(principal, camera, action, circumstances, now).allowed
        ]
        return scope, sorted(named)


def _may_ask_about(found: Record | None, caller: Principal, about: str) -> None:
    """Whether the other exists is told only to those who may ask."""
    is_municipal_police = caller.kind is AgencyKind.PUBLIC_SECURITY and caller.tier is Tier.MUNICIPAL
    if not is_municipal_police and (found is None or found.agency.name != caller.agency):
        message = "explained to the principal itself, its own agency or municipal public security (Article 14 ¶2)"
        raise errors.Denied("NOT_PERMITTED", message, article=ARTICLE)
    if found is None:
        raise refusals.no_resource(about)
