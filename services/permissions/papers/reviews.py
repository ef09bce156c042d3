"""Use cases of operators' reviews of papers (Article 19): asked for, decided, overruled, let pass by time, watched."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.errors import InvalidArgument, Violation
from services.chassis.tasks import stop_if_cancelled
from services.decider.facts import AgencyKind, Principal
from services.permissions import refusals
from services.permissions.agencies.domain import is_municipal_police
from services.permissions.papers import review
from services.permissions.papers.basis import Registered
from services.permissions.papers.letter import ARTICLE
from services.permissions.papers.review import Review, State, Terms, Word
from services.permissions.ports import Change, Ports
from services.permissions.question import in_good_standing
from services.permissions.store import bases, reviews

_LOOK_AGAIN_S = 1.0  # a watcher's; rights are asked for anew as often
_PAGE = 100


@dataclass(frozen=True, slots=True)
class News:
    """Reviews in the order of their last change, and the number of the last."""

    reviews: Sequence[Review]
    number: int


class Reviews:
    """Each is durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def set_terms(self, principal: str, operator: str, deadline_hours: int, reason: str) -> Terms:
        """Say whether papers that are registered from now on wait for the caller's look."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller = await self._own(transaction, principal, operator)
            terms = review.set_terms(caller, deadline_hours, reason, now)
            await reviews.set_terms(transaction, terms)
            await ports.journal.add(transaction, Change("review_terms.set", principal, now, terms, article=ARTICLE))
        ports.journal.wake()
        return terms

    async def terms(self, principal: str, operator: str) -> Terms | None:
        """The caller's own terms; None when it never set any."""
        async with self._ports.database.read() as transaction:
            await self._own(transaction, principal, operator)
            return next(iter(await reviews.terms_of(transaction, [operator])), None)

    async def get(self, principal: str, basis: str, operator: str) -> Review:
        """A review that concerns the caller; another one is as absent as one that never was."""
        async with self._ports.database.read() as transaction:
            _, found = await self._shown(transaction, principal, basis, operator)
        return review.settle(found.review, self._ports.clock.now())

    async def list(self, principal: str, before: tuple[datetime, str] | None, size: int) -> Sequence[Review]:
        """Those that concern the caller, last requested first: the ``size`` behind ``before``."""
        now = self._ports.clock.now()
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            found = await reviews.page(transaction, caller, before, size)
        return [review.settle(one.review, now) for one in found]

    async def decide(self, principal: str, basis: str, operator: str, word: Word) -> Review:
        """The operator's word on papers, before their deadline."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller, found = await self._shown(transaction, principal, basis, operator, is_to_change=True)
            decided = review.decide(found.review, word, caller, now)
            decided = await self._write(transaction, decided, found, principal)
        ports.journal.wake()
        return decided

    async def overrule(self, principal: str, basis: str, operator: str, reason: str) -> Review:
        """Let refused papers pass, by another principal than the one whose they are."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller, found = await self._shown(transaction, principal, basis, operator, is_to_change=True)
            overruled = review.overrule(found.review, found.issuer_kind, caller, reason, now)
            record = await bases.find(transaction, basis)
            if record is not None and record.basis.principal == principal:
                raise refusals.own_papers(basis)
            overruled = await self._write(transaction, overruled, found, principal)
        ports.journal.wake()
        return overruled

    async def watch(self, principal: str, after: int | None) -> AsyncIterator[News]:
        """The caller's own reviews as they change, behind ``after``; None is from now on, and answers at once."""
        is_new = after is None
        while True:
            async with self._ports.database.read() as transaction:
                caller = await in_good_standing(transaction, self._ports, principal)
                last = await reviews.last_change(transaction, caller.agency)
                behind = last if after is None else after
                if behind > last:
                    raise InvalidArgument(Violation("resume_token", "is not one of this stream"))
                found = await reviews.changed(transaction, caller.agency, behind, _PAGE)
            after = found[-1].review.change if found else behind
            if found or is_new:
                is_new = False
                yield News([one.review for one in found], after)
            if len(found) < _PAGE:
                await asyncio.sleep(_LOOK_AGAIN_S)

    async def lapse_once(self) -> None:
        """Put on record which papers a silent operator has let pass; they opened at the deadline itself."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.read() as transaction:
            due = await reviews.due(transaction, now)
        for basis, operator in due:
            stop_if_cancelled()
            async with ports.database.write() as transaction:
                found = await reviews.find(transaction, basis, operator, is_to_change=True)
                if found and found.review.state is State.PENDING:
                    await self._write(transaction, review.settle(found.review, now), found, by="")
            ports.journal.wake()

    async def _own(self, transaction: AsyncConnection, principal: str, operator: str) -> Principal:
        """The caller, for what only the agency itself may say or read."""
        caller = await in_good_standing(transaction, self._ports, principal)
        if caller.agency != operator:
            raise refusals.no_resource(f"{operator}/reviewTerms")
        return caller

    async def _shown(
        self, transaction: AsyncConnection, principal: str, basis: str, operator: str, *, is_to_change: bool = False
    ) -> tuple[Principal, reviews.Found]:
        caller = await in_good_standing(transaction, self._ports, principal)
        found = await reviews.find(transaction, basis, operator, is_to_change=is_to_change)
        if found is None or not _is_shown(found, caller):
            raise refusals.no_resource(f"{basis}/reviews/{operator.removeprefix('agencies/')}")
        return caller, found

    async def _write(self, transaction: AsyncConnection, changed: Review, found: reviews.Found, by: str) -> Review:
        numbered = await reviews.save(transaction, changed)
        sealed = found.issuer_kind is AgencyKind.NATIONAL_SECURITY
        now = self._ports.clock.now()
        told = Change(f"papers_review.{changed.state}", by, now, numbered, article=ARTICLE, is_sealed=sealed)
        await self._ports.journal.add(transaction, told)
        return numbered


async def ask(
    transaction: AsyncConnection, ports: Ports, basis: Registered, operators: Collection[str], *, is_sealed: bool
) -> list[Review]:
    """Request the reviews that operators want of papers just registered, in the transaction that registers them."""
    now, asked = ports.clock.now(), list[Review]()
    for terms in await reviews.terms_of(transaction, operators):
        if terms.deadline_hours:
            one = await reviews.insert(transaction, review.requested(basis.name, terms, now))
            told = Change("papers_review.requested", basis.principal, now, one, article=ARTICLE, is_sealed=is_sealed)
            await ports.journal.add(transaction, told)
            asked.append(one)
    return asked


def _is_shown(found: reviews.Found, caller: Principal) -> bool:
    """Its operator, who holds or issued the papers, and municipal public security; as ``store.reviews`` has it."""
    is_overseer = is_municipal_police(caller) and found.issuer_kind is not AgencyKind.NATIONAL_SECURITY
    return is_overseer or caller.agency in {found.review.operator, found.holder, found.issuer}
