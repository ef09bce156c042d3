"""Use case of the register of use: read off the books record by record, and shown camera by camera.

Who may look is permissions' to decide, on the one camera: INSPECT, which an open inspection gives and no operator's
setting takes (Article 17), or ADMINISTER, which its own operator has (Articles 20, 21) and the municipal organs
(Article 14 ¶2).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit import domain, uses_listing
from services.audit.domain import Entry, Reader, Record
from services.audit.reading import Reading
from services.audit.service import Ledger
from services.audit.store import places, uses
from services.audit.use import Use, merged
from services.audit.uses_listing import Page, Query
from services.chassis.database import Database
from services.decider.facts import Action, AgencyKind
from services.decider.ruling import Ruling


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, with the certificate shown; ``request_id`` joins what one call put on record."""

    principal: str
    certificate_sha256: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A look into a camera's register, to be put on record; ``inspection`` is "" when it stood on none."""

    principal: str
    camera: str
    rule: str
    article: str
    inspection: str
    request_id: str
    at: datetime
    is_sealed: bool


class Permissions(Protocol):
    """What the register asks of permissions. errors.Unavailable when it is away."""

    async def identify(self, principal: str, certificate_sha256: str) -> Reader:
        """The principal's agency."""
        ...

    async def rule_on(self, principal: str, camera: str, action: Action) -> Ruling:
        """The decision; errors.Denied (CAMERA_NOT_ACCESSIBLE) when the camera is absent or hidden."""
        ...


@dataclass(frozen=True)
class Register:
    """Which uses of cameras the books tell of. ``use_told`` reads one record, ``look_entry`` writes one."""

    ledger: Ledger
    permissions: Permissions
    use_told: Callable[[bytes], Use | None]
    look_entry: Callable[[Look], Entry]

    @property
    def _database(self) -> Database:
        return self.ledger.database

    async def list(self, asking: Asking, query: Query) -> Page:
        """A page of the uses of a camera, for who may look; the look is on record before it is answered."""
        ruling = await self._ruling(asking.principal, query.camera)
        shows_sealed = ruling.is_of_operator or await self._is_of_national_security(asking)
        query.behind()  # before anything is written
        await self._reading.catch_up("the register of use")  # one that lacks what is on record would be none
        look = Look(
            asking.principal,
            query.camera,
            ruling.rule,
            ruling.article,
            ruling.inspection,
            asking.request_id,
            self.ledger.clock.now(),
            ruling.is_sealed,
        )
        await self.ledger.record([self.look_entry(look)])
        async with self._database.read() as transaction:
            found = await uses.page(transaction, query, query.size + 1, shows_sealed=shows_sealed)
        return uses_listing.cut(query, found)

    async def read_on(self) -> bool:
        """Enter what the next records of each book tell; False when there are none."""
        return await self._reading.read_on()

    @property
    def _reading(self) -> Reading:
        return Reading(self._database, places.USES, self._enter)

    async def _enter(self, transaction: AsyncConnection, book: str, found: Sequence[Record]) -> None:
        is_sealed = book == domain.SEALED
        told = [replace(use, is_sealed=is_sealed) for record in found if (use := self.use_told(record.fact))]
        before = await uses.known(transaction, {use.key for use in told}, is_sealed=is_sealed)
        after = dict(before)
        for use in told:
            after[use.key] = merged(after.get(use.key), use)
        await uses.put(transaction, [use for key, use in after.items() if use != before.get(key)])

    async def _is_of_national_security(self, asking: Asking) -> bool:
        """What is on record of a state secret is for these and its operator, after it was opened too (Article 11)."""
        reader = await self.permissions.identify(asking.principal, asking.certificate_sha256)
        return reader.kind == AgencyKind.NATIONAL_SECURITY

    async def _ruling(self, principal: str, camera: str) -> Ruling:
        """Raises errors.Denied, which says how an inspection would allow it."""
        inspecting = await self.permissions.rule_on(principal, camera, Action.INSPECT)
        if inspecting.is_allowed:
            return inspecting
        administering = await self.permissions.rule_on(principal, camera, Action.ADMINISTER)
        if administering.is_allowed:
            return administering
        raise inspecting.refusal(camera)
