"""What the use cases of streams need of the outside: where sessions are kept, who decides, who relays, who signs."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.chassis.outbox import Message
from services.decider.exclusive import Suspension
from services.streams.addresses import Urls
from services.streams.camera_sessions import Query
from services.streams.copies import Copy
from services.streams.domain import Order, Permit, Session
from services.streams.limits import Bound, Reached
from services.streams.placement import Relay
from services.streams.pool import Standing
from services.streams.relocation import Former


@dataclass(frozen=True, slots=True)
class ControlPermit:
    """Permissions' grant of control: signed for the relay, with the rule that it stands on, and the takeover if one."""

    signed_grant: bytes
    rule: str
    article: str
    is_sealed: bool
    agency: str = ""
    takeover: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """The cameras that a takeover has, and what it stands on: papers or an incident."""

    cameras: tuple[str, ...]
    legal_basis: str
    incident: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A session with the means to join it."""

    session: Session
    token: str
    token_expires_at: datetime
    urls: Urls


@dataclass(frozen=True, slots=True)
class Warrant:
    """What a relay needs to serve a session and streams alone can't give: permissions' facts, registry's source."""

    signed_facts: bytes
    sealed_source: bytes


class Sessions(Protocol):
    """Where sessions are kept. Each change commits with its fact or not at all."""

    async def add(self, session: Session, fact: Message, bounds: Sequence[Bound] = ()) -> Reached | None:
        """What of ``bounds`` is reached, and nothing written; errors.Aborted when its camera is at another relay."""
        ...

    async def reached(self, session: Session, bounds: Sequence[Bound]) -> Reached | None:
        """What of ``bounds`` it would go beyond right now."""
        ...

    async def change(self, session: Session, fact: Message, on: str | None = None) -> bool:
        """False, and nothing written, when it has been closed, or is on another relay than ``on``."""
        ...

    async def suspend(self, name: str, relay: str, suspension: Suspension | None) -> None:
        """What an open session's own relay shows of it from here on; None: all. `change` leaves that as it is."""
        ...

    async def record(self, fact: Message) -> None: ...

    async def find(self, name: str) -> Session | None: ...

    async def page(self, principal: str, before: tuple[datetime, str] | None, size: int) -> Sequence[Session]: ...

    async def page_of_camera(self, query: Query) -> Sequence[Session]:
        """At most ``query.size`` + 1, newest first."""
        ...

    async def open_on(self, subject: str) -> Sequence[Session]: ...

    async def on_relay(self, relay: str) -> Sequence[Session]: ...

    async def placed_on(self, relay: str) -> Sequence[str]: ...

    async def all_open(self) -> Sequence[Session]: ...

    async def open_after(self, name: str, most: int) -> Sequence[Session]: ...

    async def expired(self, now: datetime) -> Sequence[Session]: ...

    async def open_relays(self) -> Sequence[str]: ...

    async def leave_untold(self, session: Session, now: datetime) -> None:
        """Its relay could not be told that it is over there."""
        ...

    async def untold_relays(self) -> Sequence[str]: ...

    async def untold_at(self, relay: str) -> Sequence[Session]:
        """Those sessions, as the relay is to be told."""
        ...

    async def is_told(self, session: Session) -> None:
        """Its relay knows."""
        ...


class Permissions(Protocol):
    """What streams asks of permissions."""

    async def decide(self, order: Order, session: str) -> Permit:
        """The permit of the session of that name, or errors.Denied with rule and article."""
        ...

    async def grant_control(self, principal: str, camera: str) -> ControlPermit:
        """The signed grant of control, or errors.Denied naming the holder."""
        ...


class Takeovers(Protocol):
    """What streams asks of permissions about a takeover."""

    async def taken(self, principal: str, takeover: str) -> Taken:
        """What a takeover of the principal's agency has still; errors.NotFound for any other."""
        ...


class Registry(Protocol):
    """What streams asks of the registry."""

    async def seal_source(self, camera: str, relay: Relay) -> bytes:
        """The camera's source, sealed to the relay's key; errors.FailedPrecondition before acceptance."""
        ...


class Relays(Protocol):
    """The relays of this cell."""

    def standing(self, relay: str) -> Standing:
        """How the relay of that name stands."""
        ...

    def find(self, name: str) -> Relay:
        """The relay as it last announced itself; errors.Unavailable before it did."""
        ...

    def process_of(self, relay: str) -> str:
        """The process that speaks as that relay, lost or not; empty when none did."""
        ...

    def processes(self) -> Set[str]:
        """Every process that speaks, or spoke last, as one of them."""
        ...

    def last_heard_at(self, relay: str, process: str | None = None) -> datetime:
        """When that process last announced itself, or the one whose sessions are gone; never: since when we listen."""
        ...

    def is_any_serving(self) -> bool:
        """Whether some relay takes cameras."""
        ...

    def is_nobody_serving(self) -> bool:
        """Whether none does for sure: each had the time to announce itself."""
        ...

    def look_round(self) -> None:
        """Take note of who fell silent."""
        ...

    def to_call(self) -> Sequence[Relay]:
        """The relays whose roll is to be called."""
        ...

    def call_all_again(self) -> None:
        """Have every roll be due once more."""
        ...

    async def call_roll(self, relay: Relay, sessions: Sequence[str], reason: str) -> Sequence[str]:
        """Have the relay let go of every session but these, for that reason; those of these that it does not keep."""
        ...

    async def assign(self, session: Session, relay: Relay, warrant: Warrant, *, is_moved: bool = False) -> None:
        """Return once the relay keeps the session. It pulls the camera of one that is moved, before anybody comes."""
        ...

    async def close(self, session: Session) -> None:
        """End the session's viewers."""
        ...

    async def fence(self, signed_fencing: bytes) -> bool:
        """Have every relay refuse older epochs; False when one that can't be asked could still carry out a command."""
        ...


class Facts(Protocol):
    """Facts as the outbox takes them."""

    def session(self, verb: str, session: Session) -> Message: ...

    def moved(self, session: Session, former: Former) -> Message: ...

    def copy(self, copy: Copy, session: Session) -> Message: ...


class Tokens(Protocol):
    """Who signs what admits a viewer."""

    def issue(self, session: Session, expires_at: datetime) -> str: ...
