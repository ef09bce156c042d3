"""Use cases of claims for compensation (Article 18 ¶3): filed, answered, supplemented, settled, withdrawn, read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.errors import AlreadyExists
from services.chassis.tasks import stop_if_cancelled
from services.decider.facts import SEALED_LEVEL, AgencyKind, Camera, Principal
from services.permissions import refusals
from services.permissions.claims import rules as claim_rules
from services.permissions.claims.domain import ARTICLE, Claim, Statement, Taken, is_shown
from services.permissions.claims.rules import Supplement, Word
from services.permissions.ports import Change, Kept, Ports
from services.permissions.question import in_good_standing
from services.permissions.store import claims, takeovers
from services.permissions.takeovers.view import is_shown as is_takeover_shown

Rule = Callable[[Claim, Principal, datetime], Claim]


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim as another service may show what is on record of it: the operator's cameras, and whether secrets too."""

    claim: Claim
    cameras: frozenset[str]
    shows_sealed: bool


class Claims:
    """Each is durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def file(self, principal: str, takeover: str, statement: Statement) -> Claim:
        """File a claim of the caller's agency for its cameras that the takeover took; once."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.read() as transaction:  # who may not is told nothing of the registry's
            caller, taken = await self._taken(transaction, principal, takeover, now)
            claim_rules.file(taken, statement, caller, now)
        described = await ports.cameras.facts(taken.cameras)
        is_sealed = any(map(_is_secret, described.values()))
        async with ports.database.write() as transaction:
            await claims.lock(transaction, takeover)
            caller, taken = await self._taken(transaction, principal, takeover, now)
            taken = replace(taken, is_sealed=taken.is_sealed or is_sealed)
            filed = claim_rules.file(taken, statement, caller, now)
            if not await claims.insert(transaction, filed):
                message = f"{filed.name} is on record: a takeover is claimed for once ({ARTICLE})"
                raise AlreadyExists("RESOURCE_EXISTS", message, name=filed.name)
            await self._tell(transaction, filed)
        ports.journal.wake()
        return filed

    async def answer(self, principal: str, takeover: str, operator: str, word: Word) -> Claim:
        """The word of the agency that took over."""
        return await self._change(
            principal, takeover, operator, lambda found, caller, now: claim_rules.answer(found, word, caller, now)
        )

    async def supplement(self, principal: str, takeover: str, operator: str, reply: Supplement) -> Claim:
        """The operator's reply to what was asked."""
        return await self._change(
            principal, takeover, operator, lambda found, caller, now: claim_rules.supplement(found, reply, caller, now)
        )

    async def settle(self, principal: str, takeover: str, operator: str, payment_reference: str) -> Claim:
        """Put the payment on record."""
        return await self._change(
            principal,
            takeover,
            operator,
            lambda found, caller, now: claim_rules.settle(found, payment_reference, caller, now),
        )

    async def withdraw(self, principal: str, takeover: str, operator: str, reason: str) -> Claim:
        """Take the caller's own claim back."""
        return await self._change(
            principal, takeover, operator, lambda found, caller, now: claim_rules.withdraw(found, reason, caller, now)
        )

    async def get(self, principal: str, takeover: str, operator: str) -> Claim:
        """A claim that the caller may read; another one is as absent as one that never was."""
        async with self._ports.database.read() as transaction:
            return (await self._shown(transaction, principal, takeover, operator))[1]

    async def list(self, principal: str, takeover: str, before: claims.Key | None, size: int) -> Sequence[Claim]:
        """Those that the caller may read, of all takeovers for "", last filed first: the ``size`` behind ``before``."""
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            return await claims.page(transaction, caller, takeover, before, size)

    async def read(self, principal: str, takeover: str, operator: str) -> Reading:
        """The same as ``get``, for the ledger's evidence of it."""
        async with self._ports.database.read() as transaction:
            caller, found = await self._shown(transaction, principal, takeover, operator)
            taken = await _described(transaction, takeover)
        # As with the register of use: who answers for a camera, and those who keep state secrets (Article 11).
        shows_sealed = caller.agency == operator or caller.kind is AgencyKind.NATIONAL_SECURITY
        cameras = frozenset(camera.name for _, camera in taken if camera.operator == operator)
        return Reading(found, cameras, shows_sealed)

    async def lapse_once(self) -> None:
        """Put on record which claims' deadlines nobody kept."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.read() as transaction:
            due = await claims.due(transaction, now)
        for takeover, operator in due:
            stop_if_cancelled()
            async with ports.database.write() as transaction:
                found = await claims.find(transaction, takeover, operator, is_to_change=True)
                if found and (late := claim_rules.lapse(found, now)) != found:
                    await claims.save(transaction, late)
                    await self._tell(transaction, late)
            ports.journal.wake()

    async def _change(self, principal: str, takeover: str, operator: str, rule: Rule) -> Claim:
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller, found = await self._shown(transaction, principal, takeover, operator, is_to_change=True)
            changed = rule(found, caller, now)
            await claims.save(transaction, changed)
            await self._tell(transaction, changed)
        ports.journal.wake()
        return changed

    async def _taken(
        self, transaction: AsyncConnection, principal: str, takeover: str, now: datetime
    ) -> tuple[Principal, Taken]:
        """What a takeover that the caller may know of took of the caller's own agency."""
        caller = await in_good_standing(transaction, self._ports, principal)
        found = await _described(transaction, takeover)
        if not any(is_takeover_shown(kept.takeover, camera, caller) for kept, camera in found):
            raise refusals.no_resource(takeover)
        own = [(kept, camera) for kept, camera in found if camera.operator == caller.agency]
        is_sealed = any(_is_secret(camera) for _, camera in own)
        cameras = frozenset(camera.name for _, camera in own)
        ended_at = _ended_at([kept for kept, _ in own], now)
        return caller, Taken(takeover, found[0][0].takeover.agency, caller.agency, cameras, ended_at, is_sealed)

    async def _shown(
        self, transaction: AsyncConnection, principal: str, takeover: str, operator: str, *, is_to_change: bool = False
    ) -> tuple[Principal, Claim]:
        caller = await in_good_standing(transaction, self._ports, principal)
        found = await claims.find(transaction, takeover, operator, is_to_change=is_to_change)
        if found is None or not is_shown(found, caller):
            raise refusals.no_resource(f"{takeover}/claims/{operator.removeprefix('agencies/')}")
        return caller, found

    async def _tell(self, transaction: AsyncConnection, claim: Claim) -> None:
        """The last step as a fact."""
        step = claim.steps[-1]
        told = Change(f"claim.{step.verb}", step.by, step.at, claim, article=ARTICLE, is_sealed=claim.is_sealed)
        await self._ports.journal.add(transaction, told)


async def _described(transaction: AsyncConnection, takeover: str) -> list[tuple[Kept, Camera]]:
    """What the takeover took, with each camera as it was described then: needs no registry."""
    kept = await takeovers.find(transaction, takeover)
    controls = await takeovers.load_known(transaction, [one.takeover.camera for one in kept]) if kept else {}
    return [(one, controls[one.takeover.camera].camera) for one in kept]


def _ended_at(kept: Sequence[Kept], now: datetime) -> datetime | None:
    """When it was over for all of them; None while it is in force for one. Ends that time brought count unrecorded."""
    ends = [one.ended_at or (one.takeover.ends_at if one.takeover.ends_at <= now else None) for one in kept]
    return max((end for end in ends if end), default=None) if all(ends) else None


def _is_secret(camera: Camera) -> bool:
    """Whether it is a state secret, or may become one since no policy has given it a level yet (Article 11)."""
    return not 0 < camera.level < SEALED_LEVEL
