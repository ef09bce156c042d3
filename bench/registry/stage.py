"""The registry's use cases on one database, with the real decider in the same process instead of a call away.

What a call to permissions costs is measured elsewhere (bench-first-light, bench-scale); here it is the registry's own.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.registry.city import operators, system_of
from services.chassis import database
from services.chassis.bell import Bell
from services.chassis.clock import SystemClock
from services.chassis.outbox import Outbox
from services.chassis.tasks import background
from services.decider import scope as scopes
from services.decider.decider import Decider
from services.decider.facts import CITY, NO_CIRCUMSTANCES, Action, AgencyKind, Principal, Tier
from services.decider.facts import Camera as Facts
from services.decider.policy import parse
from services.registry import events, system
from services.registry.app import MIGRATIONS
from services.registry.domain import code_of
from services.registry.enrolment import Enrolment
from services.registry.hysteresis import Watch
from services.registry.permission import Ruling, Scope, ScopeClass
from services.registry.reclassifying import Reclassifying
from services.registry.service import Registry
from services.registry.signals import Signals
from services.registry.store import counters, systems
from services.registry.store.cameras import CameraStore
from services.registry.store.tables import metadata
from services.registry.system import CameraSystem, LifeState
from services.registry.vault import Vault
from services.registry.watching import Watching

POLICY = Path(__file__).parents[2] / "services/permissions/genesis/policy.csv"
POLICE, URBAN = "principals/police", "principals/urban"  # of the municipality
_LEVELS = {3: 2, 4: 3, 10: 1}  # by place category; 2 for the others


class LocalPermissions:
    """What the use cases ask of permissions, answered by the decider with the policy that ships."""

    def __init__(self, records: database.Database, store: CameraStore) -> None:
        self._records, self._store, self._decider = records, store, Decider()
        self._decider.adopt(self._decider.prepare(parse(POLICY.read_text(encoding="utf-8")), revision=1))

    async def decide(self, principal: str, camera: str, action: Action) -> Ruling:
        """As permissions does: the camera's facts first, then the decision."""
        async with self._records.look() as transaction:
            stored = await self._store.get(transaction, code_of(camera))
        assert stored is not None, "only cameras that exist are asked for here"
        one = stored.camera
        facts = Facts(
            one.name, one.level, one.category, one.district, one.operator, one.latitude, one.longitude, is_accepted=True
        )
        who = _principal(principal)
        found = self._decider.decide(who, facts, action, NO_CIRCUMSTANCES, SystemClock().now())
        return Ruling(found.allowed, found.rule, found.article, found.sentence, who.agency)

    async def scope(self, principal: str, action: Action) -> Scope:
        """The classes on which the principal may act."""
        return Scope(tuple(_scope_class(one) for one in self._decider.scope(_principal(principal), action).classes))

    async def levels(self, cameras: Sequence[tuple[str, int]]) -> tuple[Sequence[int], int]:
        """By place category."""
        return [_LEVELS.get(category, 2) for _, category in cameras], 1


@dataclass(frozen=True)
class Stage:
    """Use cases that share one database."""

    records: database.Database
    registry: Registry
    enrolment: Enrolment
    watching: Watching
    signals: Signals


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Stage]:
    """The use cases on the database at ``url``. Facts stay in the outbox: nobody publishes here."""
    async with database.connect(url, MIGRATIONS) as records:
        store, outbox, clock, bell = CameraStore(), Outbox(records, metadata), SystemClock(), Bell()
        permissions, facts, vault = LocalPermissions(records, store), events.Facts(), Vault(bytes(32))
        reclassifying = Reclassifying(permissions, asyncio.Event())
        enrolment = Enrolment(records, outbox, store, vault, permissions, facts, clock)
        stage = Stage(
            records,
            Registry(records, outbox, store, vault, permissions, facts, clock, reclassifying),
            enrolment,
            Watching(records, store, permissions, bell),
            Signals(records, outbox, store, permissions, facts, clock, bell, Watch()),
        )
        async with background(enrolment.gathering.work_forever()):
            yield stage


async def found_systems(stage: Stage, cameras: int) -> None:
    """The operators' systems, in service."""
    now = SystemClock().now()
    async with stage.records.write() as transaction:
        await counters.lock(transaction)
        for operator in operators(cameras):
            name = system_of(operator)
            await systems.insert(
                transaction, CameraSystem(name, "main", LifeState.IN_SERVICE, now, now, storage_days=30)
            )
            step = systems.Step(LifeState.IN_SERVICE, now - timedelta(days=1), "principals/bench", "for the benchmark")
            await systems.add_step(transaction, name, step)
    assert system.is_system_name(system_of("agencies/op-0"))


def principal_of(operator: str) -> str:
    """Who acts for an operator."""
    return operator.replace("agencies/", "principals/")


def _principal(name: str) -> Principal:
    kinds = {POLICE: AgencyKind.PUBLIC_SECURITY, URBAN: AgencyKind.URBAN_MANAGEMENT}
    agency = name.replace("principals/", "agencies/")
    return Principal(name, agency, kinds.get(name, AgencyKind.OPERATOR), Tier.MUNICIPAL, CITY, clearance=4)


def _scope_class(found: scopes.ScopeClass) -> ScopeClass:
    return ScopeClass(
        found.rule, frozenset(found.levels), frozenset(found.categories), frozenset(found.districts),
        frozenset(found.excluded_districts), found.operator, found.is_operator_excluded,
    )  # fmt: skip
