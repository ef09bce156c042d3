"""Use case of looking before signing (Article 14 ¶2): a proposal on the real registry and the running sessions.

The registry counts its cameras by stock, streams lists its sessions; no camera is tried and nothing is written. Who is
away is named, and what it alone knows is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from services.chassis.errors import Unavailable
from services.decider.facts import SEALED_LEVEL, Action, AgencyKind
from services.decider.policy import Policy
from services.decider.replica import Case, Edition
from services.permissions.joint.census import Census, Concern, Stock
from services.permissions.joint.proposals import Comparison, Proposals
from services.permissions.joint.simulation import effects
from services.permissions.joint.trial import Running, Trial, Verdict
from services.permissions.ports import Ports
from services.permissions.question import in_good_standing
from services.permissions.store import basis_facts, principals
from services.permissions.view import Ask, read

MOST_SESSIONS = 50_000  # five times what a cell's relays hold
_PAGE = 500
REGISTRY, STREAMS = "registry", "streams"


class City(Protocol):
    """The registry's counts. errors.Unavailable while it is away."""

    async def stocks(self, highest_level: int) -> Sequence[Stock]:
        """Every stock up to the level."""
        ...


class Sessions(Protocol):
    """Streams' sessions. errors.Unavailable while it is away."""

    async def running(self, after: str, most: int) -> tuple[Sequence[Running], str]:
        """The first ``most`` behind a token, and the token of the next ones; "" at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a proposal would do. ``verdict`` None: the sessions are not known, since one of ``away`` is."""

    concerns: Sequence[Concern]
    moved: int
    away: frozenset[str]
    verdict: Verdict | None


class Simulations:
    """Reads only."""

    def __init__(self, ports: Ports, proposals: Proposals, city: City, sessions: Sessions) -> None:
        self._ports = ports
        self._proposals = proposals
        self._city = city
        self._sessions = sessions

    async def of(self, principal: str, name: str) -> Simulation:
        """Of a proposal, for one of the organs. Raises Denied to others."""
        compared = await self._proposals.compare(principal, name)
        async with self._ports.database.read() as transaction:
            kind = (await in_good_standing(transaction, self._ports, principal)).kind
            agencies = await principals.all_agencies(transaction)
            holders = await principals.role_holders(transaction)
        stocks, away = await self._stocks(kind)
        after = compared.change.policy or compared.before
        verdict, more = await self._tried(_trial(compared, after, kind), is_registry_away=bool(away))
        census = Census(agencies, stocks, holders)
        found = [census.concern(effect) for effect in effects(compared.before, after)]
        return Simulation(found, compared.moved, away | more, verdict)

    async def _stocks(self, asking: AgencyKind) -> tuple[Sequence[Stock], frozenset[str]]:
        """What may be told of the city's cameras; nothing of state secrets but to national security (Article 11)."""
        is_told_all = asking is AgencyKind.NATIONAL_SECURITY
        try:
            return await self._city.stocks(SEALED_LEVEL if is_told_all else SEALED_LEVEL - 1), frozenset()
        except Unavailable:
            return (), frozenset({REGISTRY})

    async def _tried(self, trial: Trial, *, is_registry_away: bool) -> tuple[Verdict | None, frozenset[str]]:
        """Every session, page by page; nothing, and who is away, when one of the neighbours is."""
        token, seen = "", 0
        while True:
            try:
                found, token = await self._sessions.running(token, _PAGE)
            except Unavailable:
                return None, frozenset({STREAMS})
            if is_registry_away:
                return None, frozenset({REGISTRY})
            try:
                await self._judge(trial, found)
            except Unavailable:
                return None, frozenset({REGISTRY})
            seen += len(found)
            if not token or seen >= MOST_SESSIONS:
                return trial.verdict(is_cut_off=bool(token)), frozenset()

    async def _judge(self, trial: Trial, found: Sequence[Running]) -> None:
        """Gather what bears on these sessions in one view, as a question about each of them would."""
        ports = self._ports
        cameras = await ports.cameras.facts({one.camera for one in found})
        ask = Ask({one.principal for one in found}, {one.camera for one in found})
        async with ports.database.read() as transaction:
            view = await read(transaction, ports, ask, ports.clock.now())
            named = {one.name: one.legal_basis for one in found if one.legal_basis}
            papers = await basis_facts.named_each(transaction, named, ask.cameras, view.now)
        for one in found:
            record, camera = view.records.get(one.principal), cameras.get(one.camera)
            if record is None or camera is None:
                continue
            its_own = replace(view, papers=papers.get(one.name, {}))
            standing = its_own.circumstances(record, one.legal_basis, one.incident, one.camera)
            trial.judge(Case(record.acting, camera, Action(one.action), standing), view.now)


def _trial(compared: Comparison, after: Policy, asking: AgencyKind) -> Trial:
    """The policy in force against the one proposed, whose rows are ``after``."""
    change = compared.change
    proposed = Edition(compared.revision + 1, after, change.category_levels, change.camera_levels)
    return Trial(Edition(compared.revision, compared.before), proposed, asking)
