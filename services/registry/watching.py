"""What goes on and what adds up: counts by facet, and streams of cameras as they change."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.chassis.bell import Bell
from services.chassis.database import Database
from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import Action
from services.registry import refusals
from services.registry.domain import Camera
from services.registry.listing import Filter
from services.registry.permission import Scope
from services.registry.store import counters, find
from services.registry.store.cameras import CameraStore, fitting
from services.registry.store.search import Order, Search

_PAGE = 1000
_LONGEST_TOKEN = 19  # digits


class Permissions(Protocol):
    """What these ask of permissions."""

    async def scope(self, principal: str, action: Action) -> Scope:
        """Every camera on which the principal may act."""
        ...


@dataclass(frozen=True, slots=True)
class Count:
    """How many cameras, and of these how many by facet and value."""

    total: int
    facets: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class News:
    """Cameras in the order of their last change, and the token with which a watcher goes on behind them."""

    cameras: Sequence[Camera]
    resume_token: str


@dataclass(frozen=True)
class Watching:
    """Counts and streams."""

    database: Database
    store: CameraStore
    permissions: Permissions
    bell: Bell

    async def count(self, principal: str, wanted: Filter) -> Count:
        """Out of the classes' counts, of what the principal may describe only: a count tells nothing of the rest."""
        wanted.refuse_unless_of_classes("cameras are counted")
        scope = await self.permissions.scope(principal, Action.DESCRIBE)
        async with self.database.read() as transaction:
            counts = await self.store.book.counts(transaction)
            known = self.store.book.known
            mask = known.filtered(wanted.classes) & known.permitted(scope)
            named = Search(Scope(cameras=scope.cameras), wanted.classes, limit=_PAGE)
            found = await find.page(transaction, self.store.book, named)
            stored = await self.store.of_ids(transaction, found.ids)
        beyond = [s.camera for s in stored if not any(found.holds(s.camera) for found in scope.classes)]
        return Count(int(counts[mask].sum()) + len(beyond), _with(known.tallied(mask, counts), beyond))

    async def watch(self, principal: str, wanted: Filter, resume_token: str) -> AsyncIterator[News]:
        """Each camera of ``wanted`` that the principal may describe, as it changes; errors.Denied when its right ends.

        The first answer comes at once when there was no token, so that a watcher has one before anything happens.
        Changes of other cameras are passed over in silence: their number and time are not for the watcher to know.
        """
        wanted.refuse_unless_of_classes("cameras are watched")
        behind, told = number_of(resume_token), resume_token
        while True:
            scope = await self.permissions.scope(principal, Action.DESCRIBE)
            if not scope.classes and not scope.cameras:
                raise refusals.no_camera_to_know()
            async with self.database.read() as transaction:
                newest = await counters.last(transaction, "change")
                behind = reached(behind, newest)
                search = Search(scope, wanted.classes, order=Order("change"), after=behind, limit=_PAGE)
                found = await find.page(transaction, self.store.book, search)
                stored = await self.store.of_ids(transaction, found.ids)
            shown = fitting(stored)
            is_all = found.last is None and len(shown) == len(stored)
            behind = newest if is_all else shown[-1].change if shown else int(found.last or newest)
            if shown or not told:
                told = str(behind)
                yield News([one.camera for one in shown], told)
            if is_all:
                await self.bell.wait()


def number_of(resume_token: str) -> int | None:
    """The number behind which a watcher goes on; None for from now on."""
    if not resume_token:
        return None
    if not resume_token.isascii() or not resume_token.isdigit() or len(resume_token) > _LONGEST_TOKEN:
        raise _foreign_token()
    return int(resume_token)


def reached(number: int | None, newest: int) -> int:
    """``number``, or the newest one for None. One that was never given is refused: its holder would miss what comes."""
    if number is not None and number > newest:
        raise _foreign_token()
    return newest if number is None else number


def _foreign_token() -> InvalidArgument:
    return InvalidArgument(Violation("resume_token", "is not one of this stream: take the one of its last answer"))


def _with(facets: dict[str, dict[str, int]], cameras: Sequence[Camera]) -> dict[str, dict[str, int]]:
    """Facets with cameras that only papers name added one by one."""
    for camera in cameras:
        for facet, values in facets.items():
            label = str(getattr(camera, facet))
            values[label] = values.get(label, 0) + 1
    return facets
