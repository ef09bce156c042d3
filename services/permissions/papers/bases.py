"""Use cases of papers (Article 19): a letter of introduction with two officers' certificates is put on record.

Each use is counted with what opens on it; revoked papers end what stands on them.
"""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.errors import InvalidArgument, Violation
from services.chassis.signing import Verifier
from services.decider.facts import AgencyKind, Principal, Tier
from services.decider.relation import is_hidden
from services.permissions import refusals, takeover
from services.permissions.agencies.key import KeyPurpose
from services.permissions.ending import Cause
from services.permissions.papers.basis import (
    Registered,
    Waived,
    as_met,
    is_shown,
    refuse_unsigned,
    register,
    revoke,
    waive,
)
from services.permissions.papers.letter import ARTICLE, PURPOSE, Papers, text
from services.permissions.papers.reviews import ask
from services.permissions.ports import Change, Ports, is_sealed
from services.permissions.question import Answer, Question, accessible, in_good_standing
from services.permissions.store import agency_keys, bases, endings, principals, takeovers
from services.permissions.takeovers.control import Act, end

_UNKNOWING = "must be a principal that may know these cameras (Article 11)"


class Bases:
    """Durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def register(self, principal: str, papers: Papers) -> Registered:
        """Put papers on record for the caller, with the reviews that they wait for.

        A camera that is absent or hidden is refused alike (Article 11).
        """
        ports, now = self._ports, self._ports.clock.now()
        name = f"legalBases/{ports.new_id()}"
        async with ports.database.read() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            registered, _ = register(name, papers, caller, now, await _superiors(transaction, caller))
            await self._check_signature(transaction, papers, caller)
        found = await ports.cameras.facts(papers.cameras)
        covered = [accessible(found.get(camera), caller, camera) for camera in sorted(papers.cameras)]
        async with ports.database.write() as transaction:
            # it may have been revoked while the registry was asked, and the key with it
            await in_good_standing(transaction, ports, principal)
            await self._check_signature(transaction, papers, caller)
            await bases.insert(transaction, registered, {camera.name: camera.operator for camera in covered})
            sealed = is_sealed(*covered)
            told = Change("legal_basis.registered", principal, now, registered, article=ARTICLE, is_sealed=sealed)
            await ports.journal.add(transaction, told)
            operators = {camera.operator for camera in covered} - {caller.agency}
            asked = await ask(transaction, ports, registered, operators, is_sealed=sealed)
        ports.journal.wake()
        return replace(registered, reviews=tuple(one.name for one in asked))

    async def waive(self, principal: str, waived: Waived) -> Registered:
        """An operator asks somebody for no letter at some of its cameras, for a day at most (Article 19)."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.read() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            holder = await principals.find(transaction, waived.principal)
        registered = waive(f"legalBases/{ports.new_id()}", waived, caller, now)
        found = await ports.cameras.facts(waived.cameras)
        covered = [accessible(found.get(camera), caller, camera) for camera in sorted(waived.cameras)]
        for camera in covered:
            if camera.operator != caller.agency:
                raise refusals.not_the_operator(camera.name)
        if holder is None or any(is_hidden(holder.acting, camera) for camera in covered):
            raise InvalidArgument(Violation("principal", _UNKNOWING))
        async with ports.database.write() as transaction:
            await in_good_standing(transaction, ports, principal)
            await bases.insert(transaction, registered, {camera.name: camera.operator for camera in covered})
            sealed = is_sealed(*covered)
            told = Change("legal_basis.waived", principal, now, registered, article=ARTICLE, is_sealed=sealed)
            await ports.journal.add(transaction, told)
        ports.journal.wake()
        return registered

    async def get(self, principal: str, name: str) -> Registered:
        """Papers with their uses, for who holds or issued them and municipal public security; to operators of their
        cameras as they meet them; absent for others.
        """
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            return _read(await bases.find(transaction, name), caller, name)

    async def list(self, principal: str, before: bases.Key | None, size: int) -> list[Registered]:
        """The papers that the caller may read, last registered first: the ``size`` behind ``before``."""
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            found = await bases.page(transaction, caller, before, size)
        return [_read(record, caller, record.basis.name) for record in found]

    async def revoke(self, principal: str, name: str, reason: str) -> Registered:
        """Withdraw papers now, with every session and takeover that stands on them."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            await takeovers.lock(transaction)  # first, as a takeover that uses them does
            await bases.lock(transaction, name)
            caller, found = await self._shown(transaction, principal, name)
            revoked, _ = revoke(found.basis, caller, reason, now)
            assert revoked.revocation is not None, "revoke says who"
            await bases.set_revoked(transaction, found.basis, revoked.revocation)
            cameras = await takeovers.cameras_on(transaction, name)
            act = Act(principal, now)
            await end(transaction, ports, cameras, lambda control: takeover.withdraw(control, name, now), act)
            ending = await endings.append(transaction, Cause.LEGAL_BASIS_REVOKED, name, now)
            sealed = found.issuer_kind is AgencyKind.NATIONAL_SECURITY  # only its papers may name state secrets
            told = Change("legal_basis.revoked", principal, now, revoked, article=ARTICLE, is_sealed=sealed)
            await ports.journal.add(transaction, told)
        ports.journal.wake()
        await ports.voice.tell(ending)
        return revoked

    async def _shown(self, transaction: AsyncConnection, principal: str, name: str) -> tuple[Principal, bases.Record]:
        caller = await in_good_standing(transaction, self._ports, principal)
        found = await bases.find(transaction, name)
        if found is None or not is_shown(found.basis, found.holder, found.issuer_kind, caller):
            raise refusals.no_resource(name)
        return caller, found

    async def _check_signature(self, transaction: AsyncConnection, papers: Papers, holder: Principal) -> None:
        """Raise InvalidArgument unless a signature, if there is one, is the issuer's over this letter."""
        if papers.signature:
            now = self._ports.clock.now()
            key = await agency_keys.find(transaction, papers.issuer, papers.key_id, KeyPurpose.LETTERS, now)
            letter = text(papers, holder.agency)
            is_signed = key is not None and Verifier(key.public_key).is_signed(PURPOSE, letter, papers.signature)
            refuse_unsigned(papers, is_signed=is_signed)


async def use(transaction: AsyncConnection, ports: Ports, question: Question, answer: Answer) -> None:
    """Count what opens on papers, in the transaction of the decision that it opens on; asked again, it counts once.

    The caller holds the papers' lock. What stands on another article uses none.
    """
    if not (question.used_for and answer.stands_on_papers):
        return
    name, camera = question.legal_basis, answer.camera
    if not await bases.use(transaction, name, question.used_for, camera.name, answer.now):
        return
    found = await bases.find(transaction, name)
    assert found is not None, "papers that were used are on record"
    told = Change(
        "legal_basis.used", question.principal, answer.now, found.basis, camera.name, answer.decision.rule, ARTICLE,
        is_sealed(camera) or found.issuer_kind is AgencyKind.NATIONAL_SECURITY,
    )  # fmt: skip
    await ports.journal.add(transaction, told)


async def _superiors(transaction: AsyncConnection, caller: Principal) -> frozenset[str]:
    """The agencies above the caller's on record: of its kind, of the city."""
    if caller.tier is Tier.MUNICIPAL:
        return frozenset()
    return frozenset(await principals.agency_names(transaction, caller.kind.value, Tier.MUNICIPAL.value))


def _read(found: bases.Record | None, caller: Principal, name: str) -> Registered:
    """As much of the papers as the caller may read; refused as absent when that is nothing."""
    if found is not None:
        if is_shown(found.basis, found.holder, found.issuer_kind, caller):
            return found.basis
        if own := frozenset(camera for camera, operator in found.operators.items() if operator == caller.agency):
            return as_met(found.basis, own)
    raise refusals.no_resource(name)
