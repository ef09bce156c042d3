"""How many sessions may be open, for how many viewers: of a principal, of an agency, on a camera, on a relay. Pure.

An open session has places for its ``viewer_limit`` viewers from when it is on record until its end is, joined or not:
so a relay has room for whoever may join. Only new sessions are refused: who renews one, or is handed over, has its
places already.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Exhausted
from services.streams.domain import Session
from services.streams.placement import Relay

_LATER = timedelta(seconds=10)  # where it can't be known when there is room, or would tell of other people's sessions
_SWEPT_WITHIN = timedelta(seconds=1)  # a session whose time is over counts until its end is on record


class Whose(StrEnum):
    """What sessions are counted of."""

    PRINCIPAL = "principal"
    AGENCY = "agency"
    CAMERA = "camera"
    RELAY = "relay"


_OWN = {Whose.PRINCIPAL: "your", Whose.AGENCY: "your agency's"}
# How full a camera or a relay is, and of whom, is not told; that there is no room can't be kept from who asks for it.
_NO_ROOM = {
    Whose.CAMERA: "this camera has no room for {asked} viewer(s) more",
    Whose.RELAY: "no relay that can show this camera has room for {asked} viewer(s) more",
}


@dataclass(frozen=True, slots=True)
class Bound:
    """The most that may be open of what is called so."""

    whose: Whose
    name: str
    sessions: int
    viewers: int

    @property
    def rows(self) -> int:
        """How many open sessions reach it for sure: each has a viewer at least."""
        return min(self.sessions, self.viewers)


@dataclass(frozen=True, slots=True)
class Taken:
    """What is open; ``first_ends_at`` is when the first of these sessions ends, None without any."""

    sessions: int
    viewers: int
    first_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """A bound that one more session would go beyond, with what is open and how many viewers it asks for."""

    bound: Bound
    taken: Taken
    asked: int

    @property
    def unit(self) -> str:
        """What there are too many of."""
        return "sessions" if self.taken.sessions >= self.bound.sessions else "viewers"

    @property
    def limit(self) -> str:
        """Its name, as refusals and metrics have it."""
        return f"{self.bound.whose}-{self.unit}"

    def refusal(self, now: datetime) -> Exhausted:
        """With which limit it is, when to come back, and what to do until then."""
        whose, first_ends_at = self.bound.whose, self.taken.first_ends_at
        retry_after = _LATER
        if whose is Whose.PRINCIPAL and first_ends_at is not None:
            retry_after = max(first_ends_at - now, timedelta()) + _SWEPT_WITHIN
        return Exhausted("LIMIT_REACHED", self._sentence(), retry_after=retry_after, limit=self.limit)

    def _sentence(self) -> str:
        if said := _NO_ROOM.get(self.bound.whose):
            return f"{said.format(asked=self.asked)} now: ask for fewer, or come back later"
        own = _OWN[self.bound.whose]
        if self.unit == "sessions":
            return (
                f"{own} open sessions are {self.bound.sessions}, which is the most: close one, or wait for one to end"
            )
        return (
            f"{own} open sessions and this one would have more than the {self.bound.viewers} viewers that they may "
            f"have together: ask for fewer than {self.asked}, close one, or wait for one to end"
        )


@dataclass(frozen=True)
class Limits:
    """The most that may be open at once. A relay says itself for how many viewers it has room."""

    sessions_per_principal: int = 500
    viewers_per_principal: int = 1000
    sessions_per_agency: int = 2000
    viewers_per_agency: int = 4000
    sessions_per_camera: int = 1000
    viewers_per_camera: int = 1000

    def bounds(self, session: Session, relay: Relay) -> tuple[Bound, ...]:
        """What bounds a new session that ``relay`` is to serve, the asker's own limits first.

        Of a camera and of a relay the last tenth is for takeovers' holders, who so go first (Article 18).
        """
        room = _all if is_holders(session) else _ordinary
        return (
            Bound(Whose.PRINCIPAL, session.principal, self.sessions_per_principal, self.viewers_per_principal),
            Bound(Whose.AGENCY, session.agency, self.sessions_per_agency, self.viewers_per_agency),
            Bound(Whose.CAMERA, session.camera, room(self.sessions_per_camera), room(self.viewers_per_camera)),
            bound_of(relay, session),
        )


def bound_of(relay: Relay, session: Session) -> Bound:
    """What one relay may be given, as it last announced, before a session like this is refused."""
    room = (_all if is_holders(session) else _ordinary)(relay.load.room)
    return Bound(Whose.RELAY, relay.name, room, room)


def is_holders(session: Session) -> bool:
    """Whether its agency controls the camera by a takeover in force, as permissions said when it was decided."""
    return session.lease_s > 0


def _all(most: int) -> int:
    return most


def _ordinary(most: int) -> int:
    """What everybody may have of it: all but the last tenth, which of less than ten is nothing."""
    return most - most // 10


def first_reached(bounds: Iterable[Bound], taken: Iterable[Taken], viewers: int) -> Reached | None:
    """The first of ``bounds`` that a session for so many viewers would go beyond; ``taken`` is in the same order."""
    for bound, found in zip(bounds, taken, strict=True):
        if found.sessions >= bound.sessions or found.viewers + viewers > bound.viewers:
            return Reached(bound, found, viewers)
    return None
