"""What bears on questions, read in one view of the database: questions that come together share it.

A view costs some milliseconds, most of them in round trips; fifty questions that arrive while the one before is read
wait for the next one together. Each is answered from a view that began after it was asked, never from a remembered one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import (
    Circumstances,
    ControlLease,
    Incident,
    Inspection,
    LegalBasis,
    StaffRecord,
    Takeover,
)  # fmt: skip
from services.permissions import policies
from services.permissions.agencies.staff_record import StaffKind
from services.permissions.camera_memory import LIFETIME_S
from services.permissions.ports import Ports
from services.permissions.store import (
    basis_facts,
    certificates,
    control_leases,
    endings,
    incidents,
    inspections,
    principals,
    staff,
    takeovers,
)
from services.permissions.store.glances import Asked, glance
from services.permissions.store.principals import Record

# How long what is known of a camera may lag behind its ending: the memory's age, and replicas' clocks that differ.
_KNOWN_WITHIN = timedelta(seconds=2 * LIFETIME_S)
_APART_S = 0.004  # what a check waits at most for others, while others come
T = TypeVar("T")
OfStaff = Mapping[StaffKind, tuple[StaffRecord, ...]]


@dataclass(slots=True)
class Ask:
    """What is to be read: principals, cameras, papers and what was shown (certificates, keys), each by name."""

    principals: set[str] = field(default_factory=set)
    cameras: set[str] = field(default_factory=set)
    bases: set[str] = field(default_factory=set)
    credentials: set[str] = field(default_factory=set)

    def join(self, other: "Ask") -> None:
        """Ask for what ``other`` asks for too."""
        self.principals |= other.principals
        self.cameras |= other.cameras
        self.bases |= other.bases
        self.credentials |= other.credentials


@dataclass(frozen=True, slots=True)
class View:
    """What was on record at ``now``. Empty mappings hold nothing about a name; a name may bring others with it."""

    now: datetime
    committed: int  # the last ending
    newer: Mapping[str, int]  # by camera: its first ending that facts about it may be older than
    records: Mapping[str, Record]
    incidents: Mapping[str, tuple[Incident, ...]]  # in force, by the agency that they open to
    papers: Mapping[str, LegalBasis]
    takeovers: Mapping[str, tuple[Takeover, ...]]  # by camera; their time may have come
    inspections: Mapping[str, tuple[Inspection, ...]]  # open, by the agency that inspects
    void: frozenset[str] = frozenset()  # of the certificates and keys asked about
    staff: Mapping[str, Mapping[StaffKind, tuple[StaffRecord, ...]]] = field(
        default_factory=dict
    )  # by person, in force
    leases: Mapping[str, tuple[ControlLease, ...]] = field(default_factory=dict)  # by camera, over or not

    def number(self, camera: str) -> int:
        """The highest number of an ending that a decision about ``camera`` may claim to know of.

        Facts are asked for before the view begins, and remembered for a while: an ending of the camera itself may be
        newer than they are. Such a decision claims an older number, so that no relay takes it.
        """
        newer = self.newer.get(camera)
        return self.committed if newer is None else min(self.committed, newer - 1)

    def circumstances(self, record: Record, legal_basis: str, incident: str, camera: str = "") -> Circumstances:
        """What the principal may rest on: these papers if they are its own, this incident or inspection ("": any that
        opens); and the takeovers and leases of the camera ("": none).
        """
        basis = self.papers.get(legal_basis)
        papers = (basis,) if basis and basis.principal == record.account.name else ()
        open_ = self.incidents.get(record.agency.name, ())
        inspected = self.inspections.get(record.agency.name, ())
        own = self.staff.get(record.account.name, {})
        return Circumstances(
            papers,
            tuple(one for one in open_ if incident in ("", one.name)),
            self.takeovers.get(camera, ()),
            inspections=tuple(one for one in inspected if incident in ("", one.name)),
            trainings=own.get(StaffKind.TRAINING, ()),
            shifts=own.get(StaffKind.SHIFT, ()),
            leases=self.leases.get(camera, ()),
        )


async def read(transaction: AsyncConnection, ports: Ports, ask: Ask, now: datetime, used_for: str = "") -> View:
    """Everything that bears on ``ask``; papers are there for the session or takeover ``used_for`` when it used them.

    From here on the decider has the policy that ``transaction`` sees, or a newer one.
    """
    # Numbers first: facts newer than they are harmless, a number newer than the facts would let an ended right pass.
    committed = await endings.committed(transaction)
    newer = await endings.newer(transaction, ask.cameras, now - _KNOWN_WITHIN)
    records = await principals.find_each(transaction, ask.principals)
    await _follow(transaction, ports, records)
    agencies = {record.agency.name for record in records.values()}
    persons = [name for name, record in records.items() if record.account.is_person]
    return View(
        now,
        committed,
        newer,
        records,
        incidents=await incidents.open_to_each(transaction, agencies, now),
        papers=await basis_facts.named(transaction, ask.bases, ask.cameras, now, used_for) if ask.bases else {},
        takeovers=await takeovers.standing(transaction, ask.cameras),
        inspections=await inspections.open_to_each(transaction, agencies, now, used_for),
        staff=await staff.in_force(transaction, persons, now) if persons else {},
        void=await certificates.void(transaction, ask.credentials) if ask.credentials else frozenset(),
        leases=await control_leases.standing(transaction, ask.cameras),
    )


async def _follow(connection: AsyncConnection, ports: Ports, records: Mapping[str, Record]) -> None:
    """A policy that another replica put in force is in force here before anything is decided on the view."""
    await policies.follow(connection, ports, max((one.policy_revision for one in records.values()), default=0))


@dataclass(slots=True)
class _Round:
    """Those who wait for the same view."""

    ask: Ask = field(default_factory=Ask)
    askers: int = 0
    view: View | None = None
    failure: Exception | None = None
    is_led: bool = False
    is_over: asyncio.Event = field(default_factory=asyncio.Event)


class Views:
    """One reading at a time; who comes meanwhile shares the next. Needs no worker: the first of a round reads."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._clock = ports.clock
        self._turn = asyncio.Lock()
        self._next = _Round()
        self._begun_s = 0.0
        self._is_busy = False

    async def after(self, ask: Ask, asked: Callable[[], Awaitable[T]]) -> tuple[T, View]:
        """What ``asked`` finds out about cameras, and a view that begins after it was asked.

        Levels go with the policy: when a newer one is in force by then, cameras are asked for anew and decided on as
        they are by that one. Newer than the view they do no harm.
        """
        revision, found = self._ports.decider.revision, await asked()
        view = await self.of(ask)
        while (newest := self._ports.decider.revision) > revision:
            revision, found = newest, await asked()
        return found, view

    async def of(self, ask: Ask) -> View:
        """A view that begins after this call and holds what ``ask`` names, and perhaps more."""
        mine = self._next
        mine.ask.join(ask)
        mine.askers += 1
        while mine.view is None and mine.failure is None:
            if mine.is_led:
                await mine.is_over.wait()
            else:
                await self._lead(mine)
        if mine.failure is not None:
            raise mine.failure
        assert mine.view is not None
        return mine.view

    async def _lead(self, mine: _Round) -> None:
        """Read for the round in its turn. Who is cancelled meanwhile leaves that to another in the round."""
        mine.is_led = True
        mine.is_over.clear()
        try:
            async with self._turn:
                await self._pause()
                if self._next is mine:
                    self._next = _Round()
                self._begun_s, self._is_busy = self._clock.monotonic(), mine.askers > 1
                await self._read(mine)
        finally:
            mine.is_led = False
            mine.is_over.set()

    async def _pause(self) -> None:
        """While questions come together, views begin apart, so that more of them share each. Nothing for a lone one."""
        if self._is_busy:
            await asyncio.sleep(max(0.0, self._begun_s + _APART_S - self._clock.monotonic()))

    async def _read(self, one: _Round) -> None:
        """Read what everybody in the round asks for."""
        try:
            one.view = await self._glance(one.ask)
            if one.view is None:
                async with self._ports.database.read() as transaction:
                    one.view = await read(transaction, self._ports, one.ask, self._clock.now())
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is everybody's in the round to hear
            one.failure = failure

    async def _glance(self, ask: Ask) -> View | None:
        """The view in a single query, if nothing but level, jurisdiction and state bears on what is asked."""
        if ask.bases or len(ask.cameras) > endings.FEW:
            return None
        now = self._clock.now()
        async with self._ports.database.look() as connection:
            asked = Asked(ask.principals, ask.cameras, ask.credentials)
            found = await glance(connection, asked, now, now - _KNOWN_WITHIN)
            await _follow(connection, self._ports, found.records)
        return None if found.is_more else View(now, found.committed, {}, found.records, {}, {}, {}, {})
