"""Use cases of deciding on many cameras at once: by name, or by number in a snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from services.decider.batch import Request, decide_each
from services.decider.decision import Decision
from services.decider.facts import Action, Camera, Principal
from services.decider.roster import EMPTY, Marks, Places, Roster, roster
from services.permissions import refusals
from services.permissions.ports import Ports
from services.permissions.question import on_record
from services.permissions.snapshots import LIFETIME, Known, Snapshot, Snapshots
from services.permissions.view import Ask, View, Views


@dataclass(frozen=True, slots=True)
class Batch:
    """May ``principal`` do ``action`` to each camera on these papers and this incident ("": any that opens)?"""

    principal: str
    action: Action
    legal_basis: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer for each camera asked, in the order asked. A place that is EMPTY has no decision: it is a refusal.

    reasons  the different decisions, each with the number of the last ending that it knew of
    which    for each camera asked, the place of its own in ``reasons``
    """

    allowed: Marks
    reasons: tuple[tuple[Decision, int], ...]
    which: Places
    revision: int

    @property
    def number(self) -> int:
        """The lowest that any of the decisions claims; 0 when there is none."""
        return min((number for _, number in self.reasons), default=0)

    @property
    def valid_until(self) -> datetime | None:
        """When the first allowance ends by itself."""
        return min((d.valid_until for d, _ in self.reasons if d.allowed and d.valid_until), default=None)


class Batches:
    """Answers; writes nothing. Snapshots are this replica's own."""

    def __init__(self, ports: Ports, views: Views) -> None:
        self._ports = ports
        self._views = views
        self._snapshots = Snapshots()

    async def snapshot(self, principal: str, cameras: Sequence[str]) -> Snapshot:
        """Number these cameras, each named once. Whether they exist is not asked: the answer would tell."""
        view = await self._views.of(Ask({principal}))
        on_record(self._ports, view.records.get(principal), principal)
        now = self._ports.clock.now()
        made = Snapshot(f"cameraSnapshots/{self._ports.new_id()}", principal, cameras, now + LIFETIME)
        self._snapshots.keep(made, now)
        return made

    async def decide_named(self, batch: Batch, cameras: Sequence[str]) -> Answers:
        """Decide on cameras by name; one may be named twice."""
        names = list(dict.fromkeys(cameras))
        found, view = await self._views.after(_ask(batch, names), lambda: self._ports.cameras.facts(names))
        asked = roster(names, found, self._acting(batch, view))
        return self._answers(batch, view, asked, np.array([asked.places[name] for name in cameras], np.int64))

    async def decide_numbered(self, batch: Batch, name: str, numbers: Places) -> Answers:
        """Decide on cameras of a snapshot, on all of them when no number is given. A number beyond its end is EMPTY.

        Raises NotFound for a snapshot that is over, and for one of another principal.
        """
        snapshot = self._snapshots.find(name, batch.principal, self._ports.clock.now())
        if snapshot is None:
            raise refusals.no_snapshot(name)
        ask = _ask(batch, snapshot.cameras)
        (known, found), view = await self._views.after(ask, lambda: self._facts(snapshot))
        asked = snapshot.roster(known, found, self._acting(batch, view))
        size = len(snapshot.cameras)
        at = np.where(numbers < size, numbers, EMPTY) if len(numbers) else np.arange(size)
        return self._answers(batch, view, asked, at)

    async def _facts(self, snapshot: Snapshot) -> tuple[Known, Mapping[str, Camera]]:
        """What the memory holds of its cameras, as it did before unless something of it was forgotten; and the others
        as they are now.
        """
        cameras = self._ports.cameras
        if snapshot.known is None or not cameras.is_current(snapshot.known):
            snapshot.known = await cameras.known(snapshot.cameras)
        known = snapshot.known
        return known, await cameras.facts(known.others) if known.others else {}

    def _acting(self, batch: Batch, view: View) -> Principal:
        return on_record(self._ports, view.records.get(batch.principal), batch.principal).acting

    def _answers(self, batch: Batch, view: View, asked: Roster, at: Places) -> Answers:
        record = view.records[batch.principal]
        circumstances = view.circumstances(record, batch.legal_basis, batch.incident)
        request = Request(record.acting, batch.action, circumstances, view.takeovers, view.now, view.leases)
        verdicts = decide_each(self._ports.decider, request, asked)
        # One place more than there are cameras: EMPTY, which is -1, reads what stands there.
        which = np.append(verdicts.which, EMPTY)[at]
        allowed = np.append(verdicts.allowed, False)[at]
        reasons, own = _numbered(verdicts.decisions, which, _numbers(view, asked)[at])
        return Answers(allowed, reasons, own, self._ports.decider.revision)


def _ask(batch: Batch, names: Sequence[str]) -> Ask:
    return Ask({batch.principal}, set(names), {batch.legal_basis} - {""})


def _numbers(view: View, asked: Roster) -> Places:
    """For each place, the number of the last ending that a decision may claim; one place more, for EMPTY."""
    numbers = np.full(len(asked.cameras) + 1, view.committed, np.int64)
    for name in view.newer:
        if (place := asked.places.get(name)) is not None:
            numbers[place] = view.number(name)
    return numbers


def _numbered(
    decisions: Sequence[Decision], which: Places, numbers: Places
) -> tuple[tuple[tuple[Decision, int], ...], Places]:
    """The decisions that occur, apart by the number that they claim; and for each camera which of these is its own."""
    found, is_there = which.copy(), which != EMPTY
    step = int(numbers.max(initial=0)) + 1
    pairs, found[is_there] = np.unique(which[is_there] * step + numbers[is_there], return_inverse=True)
    return tuple((decisions[pair // step], pair % step) for pair in pairs.tolist()), found
