"""The use cases of audit: put facts and refusals on record, show the books to those who may read them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit import domain, findings_listing, listing
from services.audit.domain import Entry, Head, Reader
from services.audit.finding import FindingChange, applied
from services.audit.refusals import Merger, Refusal
from services.audit.store import findings, records
from services.chassis import errors
from services.chassis.clock import Clock
from services.chassis.database import Database, Turn
from services.decider.facts import SEALED_LEVEL

log = logging.getLogger(__name__)
_CHECKED_AT_ONCE = 500  # records


class Permissions(Protocol):
    """What audit asks of permissions. errors.Unavailable when it is away."""

    async def identify(self, principal: str, certificate_sha256: str) -> Reader:
        """The principal's agency as a reader; errors.Denied or errors.Unauthenticated when it has none."""
        ...

    async def level_seen_by(self, principal: str, camera: str) -> int:
        """The camera's level; 0 when it is absent, or hidden from the principal."""
        ...


class RefusalEntry(Protocol):
    """Writes a refusal as a fact."""

    def __call__(
        self, refusal: Refusal, count: int, request_id: str, occurred_at: datetime, *, is_sealed: bool
    ) -> Entry: ...


@dataclass(frozen=True)
class Ledger:
    """The two books."""

    database: Database
    permissions: Permissions
    refusal_entry: RefusalEntry
    clock: Clock
    _merger: Merger = field(default_factory=Merger)

    async def record(self, entries: Sequence[Entry]) -> None:
        """Append what is not on record yet, each in its book, and bring the list of findings up; durable on return."""
        if not entries:
            return
        once = {entry.event_id: entry for entry in entries}
        async with self.database.write_in_turn(Turn.RECORDING) as transaction:  # a chain grows at one end
            known = await records.known(transaction, list(once))
            new = [entry for entry in once.values() if entry.event_id not in known]
            for book in (domain.ORDINARY, domain.SEALED):
                own = [entry for entry in new if entry.book == book]
                head = await records.head(transaction, book) if own else Head()
                await records.append(transaction, domain.append(head, book, own, self.clock.now()))
            await self._tell(transaction, [entry.finding for entry in new if entry.finding])

    async def _tell(self, transaction: AsyncConnection, changes: Sequence[FindingChange]) -> None:
        """In the transaction of the records: the list is what the books say."""
        if not changes:
            return
        before = await findings.known(transaction, [change.owed.key for change in changes])
        after, now = dict(before), self.clock.now()
        for change in changes:
            key = change.owed.key
            after[key] = applied(after.get(key), change, now)
        await findings.put(transaction, [found for key, found in after.items() if found != before.get(key)])

    async def record_refusal(self, refusal: Refusal, request_id: str, count: int = 1) -> None:
        """Put a refusal on record: the first of its kind within a minute at once, the next ones by their count.

        ``count`` alike were counted before they came here.
        """
        if self._merger.is_repetition(refusal, request_id, self.clock.monotonic(), count):
            return
        await self.write_repetitions()
        is_sealed = await self._is_sealed(refusal)
        now = self.clock.now()
        await self.record([self.refusal_entry(refusal, count, request_id, now, is_sealed=is_sealed)])
        self._merger.begin(refusal, is_sealed, self.clock.monotonic())

    async def _is_sealed(self, refusal: Refusal) -> bool:
        # Whoever may know of a state secret can still be refused something about it, and the readers of the ordinary
        # book must not learn of it from that (Article 11). In doubt a refusal is kept where fewer can read it.
        if not refusal.camera or refusal.reason == "CAMERA_NOT_ACCESSIBLE":
            return False
        try:
            return await self.permissions.level_seen_by(refusal.principal, refusal.camera) == SEALED_LEVEL
        except errors.Error as error:
            log.warning("a refusal goes to the sealed book: its camera's level is not known: %s", error)
            return True

    async def write_repetitions(self, *, is_last: bool = False) -> None:
        """Write the counts of the minutes that are over; of all of them when the service ends."""
        ended = self._merger.all() if is_last else self._merger.ended(self.clock.monotonic())
        now = self.clock.now()
        await self.record(
            [self.refusal_entry(r.refusal, r.count, r.request_id, now, is_sealed=r.is_sealed) for r in ended]
        )

    async def list(self, principal: str, certificate_sha256: str, query: listing.Query) -> listing.Page:
        """A page of a book that the principal may read."""
        await self._refuse_unless_reader(principal, certificate_sha256, query.book)
        behind = query.behind()
        async with self.database.read() as transaction:
            found = await records.page(
                transaction, query.book, behind, query.size + 1, is_newest_first=query.is_newest_first
            )
        return listing.cut(query, found)

    async def head(self, principal: str, certificate_sha256: str, book: str) -> Head:
        """Where a book ends, for those who may read it."""
        await self._refuse_unless_reader(principal, certificate_sha256, book)
        async with self.database.read() as transaction:
            return await records.head(transaction, book)

    async def _refuse_unless_reader(self, principal: str, certificate_sha256: str, book: str) -> None:
        reader = await self.permissions.identify(principal, certificate_sha256)
        if not domain.may_read(reader, book):
            message = f"books/{book}: no such book, or not one for you: municipal supervising organs read the ledger"
            raise errors.Denied("NOT_PERMITTED", message, article="Article 11", action="inspect")

    async def first_break(self, book: str) -> int | None:
        """Recompute a whole book; the number of the first record that was altered, removed or put in between."""
        return (await _recomputed(self.database, book))[1]


async def verified(database: Database) -> dict[str, Head]:
    """Where each book ends, recomputed from its first record; errors.FailedPrecondition where one does not hold."""
    heads = {}
    for book in (domain.ORDINARY, domain.SEALED):
        heads[book], broken = await _recomputed(database, book)
        if broken is not None:
            message = f"the chain of books/{book} is broken at record {broken}: somebody altered the database"
            raise errors.FailedPrecondition("STATE_WRONG", message)
    return heads


async def _recomputed(database: Database, book: str) -> tuple[Head, int | None]:
    """Where a book ends, and the number of the first record that does not extend those before it."""
    head = Head()
    while True:
        async with database.read() as transaction:
            some = await records.page(transaction, book, head.number, _CHECKED_AT_ONCE)
        if not some:
            return head, None
        if (broken := domain.first_break(head, some)) is not None:
            return head, broken
        head = Head(some[-1].number, some[-1].hash)


@dataclass(frozen=True)
class Findings:
    """The thin list of findings, which the ledger's facts write."""

    database: Database
    permissions: Permissions

    async def list(
        self, principal: str, certificate_sha256: str, query: findings_listing.Query
    ) -> findings_listing.Page:
        """A page of those that the principal may see: an operator its own, public security those of its places."""
        sight = findings_listing.sight_of(await self.permissions.identify(principal, certificate_sha256))
        if sight is None:
            message = "findings are for the operator concerned, and for public security of its district and of the city"
            raise errors.Denied("NOT_PERMITTED", message, article="Article 5", action="inspect")
        query.refuse_unless_sound()
        async with self.database.read() as transaction:
            found = await findings.page(transaction, sight, query, query.size + 1)
        return findings_listing.cut(query, found)
