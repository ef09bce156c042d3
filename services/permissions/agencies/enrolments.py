"""Use cases of enrolling: principals of an agency, and the certificates with which they connect."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.errors import AlreadyExists, Exhausted, FailedPrecondition, InvalidArgument, Violation
from services.decider.facts import Principal
from services.permissions import refusals
from services.permissions.agencies import certificate, enrolment, role_grant
from services.permissions.agencies.certificate import Certificate, Voidance
from services.permissions.agencies.domain import ARTICLE, MAX_CERTIFICATES, Account, Agency, check_account, check_roles
from services.permissions.agencies.key import refuse_others
from services.permissions.ending import Cause
from services.permissions.fields import check_reason
from services.permissions.ports import Change, Ports
from services.permissions.question import in_good_standing
from services.permissions.roll import PrincipalEntry
from services.permissions.store import certificates, endings, policies, principals, takeovers
from services.permissions.store import roll as store
from services.permissions.takeovers.control import Act

MOST_PRINCIPALS = 1_000  # of one agency, revoked ones too


class Enrolments:
    """Durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def register(self, principal: str, account: Account, document: bytes) -> PrincipalEntry:
        """Put one more principal of an agency on record, with its certificate."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            _, agency = await enrolling(transaction, ports, principal, account.agency, asked=account.agency)
            if await store.principal_count(transaction, agency.name) >= MOST_PRINCIPALS:
                raise _too_many(f"{agency.name} has {MOST_PRINCIPALS} principals", "principals")
            entry = await enrol(transaction, ports, Act(principal, now), agency, (account, document))
        ports.journal.wake()
        return entry

    async def list(self, principal: str, agency: str, after: str, most: int) -> Sequence[PrincipalEntry]:
        """Principals of an agency behind ``after``, by name: for itself and the three organs of the city."""
        async with self._ports.database.read() as transaction:
            enrolment.refuse_unless_reading(await in_good_standing(transaction, self._ports, principal), agency)
            return await store.principal_page(transaction, agency, after, most)

    async def certify(self, principal: str, name: str, document: bytes) -> Certificate:
        """Put one more certificate of a principal on record."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            found = await principals.find(transaction, name)
            of_agency = found.agency.name if found else ""
            await enrolling(transaction, ports, principal, of_agency, asked=of_agency or "the principal")
            if found and found.account.is_person:
                _refuse_certificate(document)
            own = (await certificates.of_each(transaction, [name])).get(name, ())
            if sum(one.voidance is None for one in own) >= MAX_CERTIFICATES:
                raise _too_many(f"{name} has {MAX_CERTIFICATES} certificates", "certificates")
            made = await _certified(transaction, ports, Act(principal, now), name, document)
        ports.journal.wake()
        return made

    async def revoke(self, principal: str, sha256: str, reason: str) -> Certificate:
        """End what was opened under a certificate, for good; answered when the bus was told."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            await takeovers.lock(transaction)
            found = await certificates.find(transaction, sha256)
            owner = await principals.find(transaction, found.principal) if found else None
            refuse_others(owner.agency.name if owner else "", caller)
            if found is None or owner is None:
                raise refusals.no_resource(f"certificates/{sha256}")
            revoked = void(found, principal, reason, now)
            assert revoked.voidance is not None, "void says who"
            await refuse_lock_out(transaction, owner.agency, found.name, now)
            if not await certificates.set_revoked(transaction, sha256, revoked.voidance):
                raise FailedPrecondition("STATE_WRONG", f"{found.name} was revoked just now", state="revoked")
            ending = await endings.append(transaction, Cause.CERTIFICATE_REVOKED, found.name, now)
            told = Change("certificate.revoked", principal, now, revoked, article=ARTICLE)
            await ports.journal.add(transaction, told)
        ports.journal.wake()
        await ports.voice.tell(ending)
        return revoked


async def enrolling(
    transaction: AsyncConnection, ports: Ports, principal: str, agency: str, asked: str
) -> tuple[Principal, Agency]:
    """The caller and the agency, locked, when it enrols for it. Whether what was ``asked`` for exists is told to organs
    of the city alone.
    """
    caller = await in_good_standing(transaction, ports, principal)
    found = await store.lock_agency(transaction, agency)
    if found is None:
        if enrolment.is_organ(caller.kind, caller.tier):
            raise refusals.no_resource(asked)
        raise enrolment.no_enrolment()
    enrolment.refuse_unless_enrolling(caller, found.agency)
    return caller, found.agency


async def enrol(
    transaction: AsyncConnection, ports: Ports, act: Act, agency: Agency, who: tuple[Account, bytes]
) -> PrincipalEntry:
    """Put a principal of ``agency`` on record with its certificate, in the transaction of the caller."""
    account, document = who
    check_account(account)
    policy = await policies.in_force(transaction)
    if account.roles:
        check_roles(account.roles, "principal.roles", agency, policy)
        role_grant.refuse_unless_granting(
            await in_good_standing(transaction, ports, act.by), agency, policy, account.roles
        )
    enrolment.check_clearance(account, agency, policy, "principal.clearance")
    entry = PrincipalEntry(account, (), act.at, act.by)
    if not await store.insert_principal(transaction, entry):
        raise AlreadyExists("RESOURCE_EXISTS", f"{account.name} is on record already", name=account.name)
    told = Change("principal.registered", act.by, act.at, entry, article=ARTICLE)
    await ports.journal.add(transaction, told)
    if account.is_person:
        _refuse_certificate(document)
        return entry
    return replace(entry, certificates=(await _certified(transaction, ports, act, account.name, document),))


async def _certified(transaction: AsyncConnection, ports: Ports, act: Act, name: str, document: bytes) -> Certificate:
    made = replace(certificate.read(document, name, act.at), registered_by=act.by)
    if not await certificates.insert(transaction, made):
        message = f"{made.name} is on record already: a certificate is one principal's, once"
        raise AlreadyExists("RESOURCE_EXISTS", message, name=made.name)
    told = Change("certificate.registered", act.by, act.at, made, article=ARTICLE)
    await ports.journal.add(transaction, told)
    return made


async def refuse_lock_out(transaction: AsyncConnection, agency: Agency, what: str, now: datetime) -> None:
    """Raise FailedPrecondition when nobody could act for one of the three organs without ``what``.

    ``what`` is an agency, a principal or a certificate by name. Needs the lock of takeovers, which all of these take.
    """
    if not enrolment.is_organ(agency.kind, agency.tier):
        return
    actors = await store.actors(transaction, agency.kind, agency.tier, now)
    if all(what in (one.agency, one.principal, one.certificate) for one in actors):
        raise enrolment.locks_out(agency, what)


def _refuse_certificate(document: bytes) -> None:
    if document:
        described = "must be empty: a person calls with tokens, over a connection of its agency's system"
        raise InvalidArgument(Violation("certificate", described))


def void(found: Certificate, by: str, reason: str, now: datetime) -> Certificate:
    """The certificate revoked, for good."""
    check_reason(reason)
    if found.voidance is not None:
        raise FailedPrecondition("STATE_WRONG", f"{found.name} is revoked already", state="revoked")
    return replace(found, voidance=Voidance(by, now, reason))


def _too_many(what: str, limit: str) -> Exhausted:
    return Exhausted("LIMIT_REACHED", f"{what}: that is the most", retry_after=timedelta(hours=1), limit=limit)
