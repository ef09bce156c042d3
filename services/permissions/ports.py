"""What the use cases need of the outside: cameras as the registry knows them, a journal, a voice on the bus."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.clock import Clock
from services.chassis.database import Database
from services.decider.decider import Decider
from services.decider.facts import SEALED_LEVEL, Area, Camera, Takeover
from services.decider.replica import Edition
from services.permissions.agencies.certificate import Certificate
from services.permissions.agencies.key import AgencyKey
from services.permissions.agencies.role_grant import RoleOrder
from services.permissions.agencies.staff_record import StaffEntry
from services.permissions.claims.domain import Claim
from services.permissions.ending import Ending
from services.permissions.incidents.domain import Declared
from services.permissions.inspections.domain import Inspecting
from services.permissions.joint.proposal import Proposal
from services.permissions.joint.sealed import SealedList
from services.permissions.papers.basis import Registered
from services.permissions.papers.review import Review, Terms
from services.permissions.roll import AgencyEntry, PrincipalEntry
from services.permissions.snapshots import Known
from services.permissions.takeover import Cause, Exclusive
from services.permissions.takeovers.area import Place


@dataclass(frozen=True, slots=True)
class Kept:
    """A takeover of one camera on record, with the reason given for it; over since ``ended_at`` when that is set."""

    takeover: Takeover
    cause: Cause | None  # None: of an older release
    reason: str
    ended_at: datetime | None = None
    ended_by: str = ""
    exclusive: Exclusive | None = None

    def is_in_force(self, now: datetime) -> bool:
        """Neither over on record nor, unseen by anybody yet, by time."""
        return self.ended_at is None and self.takeover.ends_at > now


@dataclass(frozen=True, slots=True)
class Held:
    """A takeover as it stands among the others of its camera; ``epoch`` is the camera's.

    ``is_fenced``: no command of an earlier epoch passes any more.
    """

    kept: Kept
    is_holding: bool
    epoch: int
    is_fenced: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A takeover as a list has it: one of its cameras' rows with the latest end, for how many cameras, the reader's."""

    kept: Kept
    cameras: int
    in_force: int  # of them it holds or waits for still


@dataclass(frozen=True, slots=True)
class Restored:
    """The database holds everything until ``cut``; the highest ending and the policy's revision, then and from now on.

    Revisions are 0 without a policy.
    """

    cut: datetime
    former_number: int
    number: int
    former_revision: int
    revision: int


@dataclass(frozen=True, slots=True)
class Standing:
    """That a principal lost its rights or has them back, and the reason given."""

    name: str
    is_revoked: bool
    reason: str


Snapshot = (
    Registered | Review | Terms | Inspecting | Declared | Held | Restored | Standing | Proposal | SealedList | AgencyKey
    | AgencyEntry | PrincipalEntry | Certificate | StaffEntry | RoleOrder | Claim
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened, for the ledger. ``verb`` as in "incident.declared"; ``by`` is who acted, "" for time."""

    verb: str
    by: str
    at: datetime
    snapshot: Snapshot
    camera: str = ""
    rule: str = ""
    article: str = ""
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class Operators:
    """Agencies that run cameras in an area; of ``sealed`` nobody may learn, since they run state secrets only."""

    open: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()


class Cameras(Protocol):
    """Cameras as the registry describes them."""

    async def facts(self, names: Iterable[str]) -> Mapping[str, Camera]:
        """Those of ``names`` that exist, at the levels in force; errors.Unavailable when that can't be known."""
        ...

    async def fresh(self, names: Sequence[str]) -> Mapping[str, Camera]:
        """The same as they are now, whatever is remembered of them, at the levels of the registry's record."""
        ...

    async def operators(self, area: Area) -> Operators:
        """Who runs cameras inside its polygon and its districts; errors.Unavailable when that can't be known."""
        ...

    async def within(self, place: Place, after: str) -> tuple[Mapping[str, Camera], str]:
        """A page of the cameras of a place, hidden ones too, at the levels in force; and behind what the next begins.

        ``after`` is "" for the first page, and what is returned with the last. Raises errors.Unavailable.
        """
        ...

    def forget_all(self) -> None:
        """Levels have changed: what is remembered of cameras holds no more."""
        ...

    async def known(self, names: Sequence[str]) -> Known:
        """The same of those that may be remembered, and which the others are."""
        ...

    def is_current(self, known: Known) -> bool:
        """Whether what was known may still be used."""
        ...


class Journal(Protocol):
    """Keeps what happened until the bus has it."""

    async def add(self, transaction: AsyncConnection, *changes: Change) -> None:
        """Write ``changes`` with the transaction."""
        ...

    def wake(self) -> None:
        """Say that a transaction with changes was committed."""
        ...


class Voice(Protocol):
    """Speaks to the relays at once."""

    async def tell(self, *endings: Ending) -> None:
        """Return once the bus has the endings, or can't have them now: the heartbeat's number then tells."""
        ...

    async def proclaim(self, edition: Edition) -> None:
        """The same for a version of the policy: the heartbeat's revision then tells."""
        ...

    async def keep_edition(self, edition: Edition) -> None:
        """Have it kept for whoever was away; OSError when it can't be now."""
        ...


class Fences(Protocol):
    """Has relays refuse commands of holders that were."""

    async def fence(self, epochs: Mapping[str, int]) -> bool:
        """Whether no command of an older epoch of these cameras passes any more. False: in two seconds at the latest.

        Never raises for a neighbour that is away.
        """
        ...


@dataclass(frozen=True)
class Ports:
    """Everything a use case stands on."""

    database: Database
    decider: Decider
    cameras: Cameras
    journal: Journal
    voice: Voice
    fences: Fences
    clock: Clock
    new_id: Callable[[], str]


def is_sealed(*cameras: Camera) -> bool:
    """Whether a state secret is among them: what is said of it goes to the sealed book (Article 11)."""
    return any(camera.level >= SEALED_LEVEL for camera in cameras)
