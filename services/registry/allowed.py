"""Use case of the list of cameras on which somebody may act now: each as a single check of it would say.

What is within reach comes from permissions once for each page; the database finds it, and nothing is tried. All pages
of a list are of one policy: a list that a new policy interrupts is begun anew.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import Action
from services.registry import reach as reaches
from services.registry import refusals
from services.registry.joined import Both
from services.registry.listing import Query
from services.registry.reach import Reach
from services.registry.service import ORDERS
from services.registry.store import counters, find
from services.registry.store.cameras import CameraStore, Stored
from services.registry.store.search import KeyValue, Order, Search
from services.registry.words import Wanted


@dataclass(frozen=True, slots=True)
class Asked:
    """What the principal wants to do, on which of its papers and which incident; "" is any in force."""

    principal: str
    action: Action
    legal_basis: str = ""
    incident: str = ""


class Permissions(Protocol):
    """What this asks of permissions."""

    async def reach(self, asked: Asked) -> Reach:
        """Everything on which the principal may act so now."""
        ...


@dataclass(frozen=True, slots=True)
class AllowedPage:
    """Cameras by name, in order; the token of the next page, empty at the end."""

    cameras: Sequence[str]
    next_token: str
    revision: int
    valid_until: datetime | None


@dataclass(frozen=True)
class Allowed:
    """Answers; writes nothing."""

    database: Database
    store: CameraStore
    permissions: Permissions

    async def list(self, asked: Asked, query: Query) -> AllowedPage:
        """A page of the cameras within reach; errors.Aborted when its list began by another policy.

        errors.Unavailable while the records' levels are those of an older one (a second, as a rule).
        """
        revision, query = _opened(asked, query)
        words, after = query.refuse_unless_sound(), query.after()
        found = await self.permissions.reach(asked)
        if revision not in (None, found.revision):
            raise refusals.policy_changed(found.revision)
        async with self.database.read() as transaction:
            if await counters.last(transaction, "levels") < found.revision:
                raise refusals.levels_behind(found.revision)
            shown, last = await self._page(transaction, found, query, words, after)
        token = _sealed(asked, found.revision, query.token(last))
        return AllowedPage([one.camera.name for one in shown], token, found.revision, found.valid_until)

    async def _page(
        self, transaction: AsyncConnection, found: Reach, query: Query, words: Wanted | None, after: KeyValue | None
    ) -> tuple[Sequence[Stored], KeyValue | None]:
        """The next cameras within reach, and the key behind which the page after this one begins; None at the end."""
        order, ids, fronts = ORDERS[query.order_by], dict[int, None](), list[KeyValue]()
        whole = Search(reaches.NOTHING, query.filter.classes, words, query.filter.area, order, after, query.size)
        for search in found.searches():
            part = await find.page(transaction, self.store.book, _narrowed(whole, search))
            ids |= dict.fromkeys(part.ids)
            fronts += [] if part.last is None else [part.last]
        front = order.first(fronts)  # behind it one of the searches was not looked through
        stored = [one for one in await self.store.of_ids(transaction, list(ids)) if found.holds(one.camera)]
        return _cut(stored, order, front, query.size)


def _narrowed(whole: Search, search: reaches.Search) -> Search:
    """One of the searches, as far as the list's own filter goes."""
    area = Both(whole.area, search.area) if whole.area and search.area else search.area or whole.area  # type: ignore[arg-type]
    return replace(whole, scope=search.scope, area=area)


def _cut(
    stored: Sequence[Stored], order: Order, front: KeyValue | None, size: int
) -> tuple[Sequence[Stored], KeyValue | None]:
    """The first of what was found up to ``front``, in order."""
    known = [one for one in stored if front is None or not order.is_behind(one.key(order.key), front)]
    known.sort(key=lambda one: one.key(order.key), reverse=order.is_descending)
    return known[:size], known[size - 1].key(order.key) if len(known) > size else front


def _sealed(asked: Asked, revision: int, inner: str) -> str:
    """The token of the page behind this one, bound to what is asked and to the policy."""
    return json.dumps([_of(asked), revision, inner]) if inner else ""


def _opened(asked: Asked, query: Query) -> tuple[int | None, Query]:
    """The policy that the list began by, None on its first page; and the query with the token of its own."""
    if not query.page_token:
        return None, query
    try:
        of, revision, inner = json.loads(query.page_token)
        if of == _of(asked) and type(revision) is int and isinstance(inner, str) and inner:
            return revision, replace(query, page_token=inner)
    except (ValueError, TypeError, RecursionError):  # a token of another list
        pass
    raise InvalidArgument(Violation("page_token", "is not of this list: start again without it, with one request"))


def _of(asked: Asked) -> list[str]:
    return [asked.principal, asked.action.value, asked.legal_basis, asked.incident]
