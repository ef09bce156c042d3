"""Use case for permissions: the cameras of a place, page after page, for a takeover that names none (Article 18)."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.database import Database
from services.decider.facts import CATEGORIES, SEALED_LEVEL, Point
from services.registry.area import Polygon
from services.registry.domain import Camera
from services.registry.joined import AnyOf
from services.registry.permission import Scope, ScopeClass
from services.registry.store import find
from services.registry.store.cameras import CameraStore, fitting
from services.registry.store.search import Search
from services.registry.system.record import LifeState
from services.registry.units import ClassFilter

_EVERY_LEVEL = frozenset(range(SEALED_LEVEL + 1))  # 0: the policy has given none yet
_EVERYTHING = Scope((ScopeClass("", _EVERY_LEVEL, frozenset(CATEGORIES)),))  # permissions says who may know of which
_STANDING = frozenset(int(state) for state in LifeState if state is not LifeState.RETIRED)


@dataclass(frozen=True, slots=True)
class Place:
    """Inside the polygon (degrees), in one of the districts, of one of the systems; an empty part restricts nothing."""

    polygon: tuple[Point, ...] = ()
    districts: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Within:
    """Answers; writes nothing."""

    database: Database
    store: CameraStore

    async def page(self, place: Place, after: str, size: int) -> tuple[Sequence[Camera], str]:
        """The next cameras by code behind ``after`` ("": from the first), and behind what the next page begins.

        Hidden ones too, retired ones not. Fewer than ``size`` before the end where looking took long; "" at the end.
        """
        classes = ClassFilter(districts=place.districts, systems=place.systems, states=_STANDING)
        area = AnyOf((Polygon(place.polygon),)) if place.polygon else None
        search = Search(_EVERYTHING, classes, area=area, after=after or None, limit=size)
        async with self.database.read() as transaction:
            found = await find.page(transaction, self.store.book, search)
            stored = await self.store.of_ids(transaction, found.ids)
        shown = fitting(stored)
        last = found.last if len(shown) == len(stored) else shown[-1].key("code")
        return [one.camera for one in shown], str(last or "")
