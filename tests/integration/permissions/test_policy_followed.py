"""A policy that another replica put in force decides from the next question on, with its levels, on either database."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from services.chassis.errors import Aborted, Denied
from services.decider.facts import Action, Camera
from services.permissions import policies
from services.permissions.batches import Batch, Batches
from services.permissions.decisions import Decisions
from services.permissions.joint.version import Version
from services.permissions.levels import LevelBook
from services.permissions.ports import Ports
from services.permissions.question import Question
from services.permissions.snapshots import Known
from services.permissions.store import policies as versions
from services.permissions.store import takeovers
from services.permissions.takeovers.controls import Controls
from services.permissions.view import Views
from tests.unit.decider.cast import GENESIS, NOW, PARK, TUNNEL, URBAN
from tests.unit.permissions import records

HIGHER = 3  # than urban management may see
NO_NUMBERS = np.array([], np.int64)
ASKED = Question(URBAN.name, PARK.name, Action.LIVE)


@dataclass
class Remembering(records.Outside):
    """Cameras at their levels on record, remembered until forgotten; ``meanwhile`` happens once, behind an answer."""

    read: Callable[[Sequence[str]], Awaitable[LevelBook]] | None = None
    meanwhile: Callable[[], Awaitable[None]] | None = None
    generation: int = 0
    _kept: dict[str, Camera] = field(default_factory=dict)

    async def facts(self, names: Iterable[str]) -> Mapping[str, Camera]:
        assert self.read
        for camera in await super().facts(set(names) - self._kept.keys()):
            book = await self.read([camera.rpartition("/")[2]])
            self._kept[camera] = book.at_level(self.cameras[camera])
        told = {name: self._kept[name] for name in names if name in self._kept}
        if self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
        return told

    async def known(self, names: Sequence[str]) -> Known:
        return replace(await super().known(names), generation=self.generation)

    def is_current(self, known: Known) -> bool:
        return known.generation == self.generation

    def forget_all(self) -> None:
        self.generation += 1
        self._kept.clear()


async def adopted(ports: Ports) -> None:
    """What another replica does: version 2, by which the park is of a higher level."""
    async with ports.database.write() as transaction:
        version = Version(2, GENESIS, NOW, "policyProposals/raised")
        await versions.insert_next(transaction, version, b"signed", {}, {PARK.name.rpartition("/")[2]: HIGHER})


@asynccontextmanager
async def replica(url: str) -> AsyncIterator[tuple[Ports, Remembering]]:
    """One that has heard of version 1."""
    async with records.ports_on(url, {PARK.name.rpartition("/")[2]: 1}) as (ports, _):
        outside = Remembering({camera.name: camera for camera in (PARK, TUNNEL)})
        outside.read = lambda codes: policies.levels_of(ports.database, codes)
        yield replace(ports, cameras=outside), outside


async def checked(ports: Ports) -> tuple[bool, int]:
    """By Check: a glance."""
    decision = (await Decisions(ports, Views(ports)).decide(ASKED)).decision
    return decision.allowed, decision.revision


async def read(ports: Ports) -> tuple[bool, int]:
    """By Check on papers that there are none of: a transaction of a view."""
    decision = (await Decisions(ports, Views(ports)).decide(replace(ASKED, legal_basis="legalBases/none"))).decision
    return decision.allowed, decision.revision


async def named(ports: Ports) -> tuple[bool, int]:
    """By a batch of names."""
    answers = await Batches(ports, Views(ports)).decide_named(Batch(URBAN.name, Action.LIVE), [PARK.name, TUNNEL.name])
    assert {decision.revision for decision, _ in answers.reasons} == {answers.revision}
    return bool(answers.allowed[0]), answers.revision


async def opened(ports: Ports) -> tuple[bool, int]:
    """By a session on papers: a transaction that counts uses."""
    asked = replace(ASKED, legal_basis="legalBases/none", used_for="sessions/1")
    decision = (await Decisions(ports, Views(ports)).decide(asked)).decision
    return decision.allowed, decision.revision


async def explained(ports: Ports) -> tuple[bool, int]:
    """By Explain."""
    reasons, _ = await Decisions(ports, Views(ports)).explain(ASKED, URBAN.name)
    return reasons.decision.allowed, reasons.decision.revision


WAYS = pytest.mark.parametrize("asked", [checked, read, named, opened, explained])
Asked = Callable[[Ports], Awaitable[tuple[bool, int]]]


@WAYS
async def test_the_next_question_is_answered_by_it(database_url: str, asked: Asked) -> None:
    async with replica(database_url) as (ports, _):
        assert await asked(ports) == (True, 1)
        await adopted(ports)
        assert await asked(ports) == (False, 2)


@WAYS
async def test_a_level_that_was_told_before_it_decides_nothing_after(database_url: str, asked: Asked) -> None:
    async with replica(database_url) as (ports, outside):
        outside.meanwhile = lambda: adopted(ports)
        assert await asked(ports) == (False, 2)


@WAYS
async def test_nor_when_another_question_has_caught_up_before_the_view(database_url: str, asked: Asked) -> None:
    async with replica(database_url) as (ports, outside):

        async def caught_up() -> None:
            await adopted(ports)
            await policies.load(ports.database, ports.decider, outside.forget_all)

        outside.meanwhile = caught_up
        assert await asked(ports) == (False, 2)


@pytest.mark.parametrize("is_late", [False, True])
async def test_a_snapshot_follows(database_url: str, is_late: bool) -> None:
    async with replica(database_url) as (ports, outside):
        batches, batch = Batches(ports, Views(ports)), Batch(URBAN.name, Action.LIVE)
        name = (await batches.snapshot(URBAN.name, [TUNNEL.name, PARK.name, TUNNEL.name[:-1] + "9"])).name
        before = await batches.decide_numbered(batch, name, NO_NUMBERS)
        assert (before.allowed.tolist(), before.revision) == ([False, True, False], 1)
        if is_late:
            outside.meanwhile = lambda: adopted(ports)
        else:
            await adopted(ports)
        after = await batches.decide_numbered(batch, name, NO_NUMBERS)
        assert (after.allowed.tolist(), after.revision) == ([False, False, False], 2)


async def test_control_is_told_by_it(database_url: str) -> None:
    async with replica(database_url) as (ports, _):
        await Controls(ports).state(URBAN.name, PARK.name)
        await adopted(ports)
        with pytest.raises(Denied):
            await Controls(ports).state(URBAN.name, PARK.name)


@pytest.mark.parametrize("asked", [opened, explained])
async def test_what_another_task_adopts_behind_a_view_decides_nothing_on_its_older_levels(
    database_url: str, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with replica(database_url) as (ports, _):
        await asked(ports)
        standing = takeovers.standing

        async def meanwhile(*arguments: Any) -> Any:
            monkeypatch.setattr(takeovers, "standing", standing)
            ports.decider.adopt(ports.decider.prepare(GENESIS, 2))  # as another task does that has read it
            return await standing(*arguments)

        monkeypatch.setattr(takeovers, "standing", meanwhile)
        with pytest.raises(Aborted, match="ask again"):
            await asked(ports)
