"""Use cases of agencies' keys: registered, shown, revoked, each with its fact."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from nacl.bindings import crypto_core_ed25519_is_valid_point

from services.chassis.errors import AlreadyExists, Exhausted, FailedPrecondition
from services.chassis.signing import Verifier
from services.permissions import refusals
from services.permissions.agencies.domain import ARTICLE
from services.permissions.agencies.enrolments import enrolling
from services.permissions.agencies.key import (
    KEY_BYTES,
    MOST_KEYS,
    PROOF_PURPOSE,
    AgencyKey,
    KeyPurpose,
    check_key,
    proof_payload,
    refuse_others,
    revoke,
)
from services.permissions.ending import Cause
from services.permissions.ports import Change, Ports
from services.permissions.question import in_good_standing
from services.permissions.store import agency_keys as store
from services.permissions.store import endings


@dataclass(frozen=True, slots=True)
class KeyDraft:
    """What is registered: a public key for one purpose of one agency, with the proof that the agency holds it."""

    agency: str
    purpose: KeyPurpose
    public_key: bytes
    proof: bytes


class AgencyKeys:
    """Durable before it is answered."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def register(self, principal: str, draft: KeyDraft) -> AgencyKey:
        """Put a key on record. Raises Denied, InvalidArgument, NotFound (no agency), AlreadyExists, Exhausted."""
        ports, now = self._ports, self._ports.clock.now()
        key_id = hashlib.sha256(draft.public_key).hexdigest()
        key = AgencyKey(key_id, draft.agency, draft.purpose, draft.public_key, now, principal)
        async with ports.database.write() as transaction:
            await enrolling(transaction, ports, principal, draft.agency, asked=draft.agency)
            check_key(is_sound=_is_sound(draft.public_key), is_proved=_is_proved(draft))
            if await store.count(transaction, draft.agency) >= MOST_KEYS:
                message = f"{draft.agency} has {MOST_KEYS} keys: revoke one first"
                raise Exhausted("LIMIT_REACHED", message, retry_after=timedelta(hours=1), limit="agency keys")
            if not await store.insert(transaction, key):
                message = f"{key.name} is on record already: a key serves one agency and one purpose, once"
                raise AlreadyExists("RESOURCE_EXISTS", message, name=key.name)
            await ports.journal.add(transaction, Change("agency_key.registered", principal, now, key, article=ARTICLE))
        ports.journal.wake()
        return key

    async def list(self, principal: str, agency: str, after: str, most: int) -> Sequence[AgencyKey]:
        """The agency's keys behind ``after``, by their ids."""
        async with self._ports.database.read() as transaction:
            refuse_others(agency, await in_good_standing(transaction, self._ports, principal))
            return await store.page(transaction, agency, after, most)

    async def revoke(self, principal: str, key_id: str, reason: str) -> AgencyKey:
        """Take a key back, with an ending for what stands on it; answered when the bus was told."""
        ports, now = self._ports, self._ports.clock.now()
        async with ports.database.write() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            found = await store.get(transaction, key_id)
            refuse_others(found.agency if found else "", caller)
            if found is None:
                raise refusals.no_resource(f"agencyKeys/{key_id}")
            revoked = revoke(found, caller, reason, now)
            assert revoked.revocation is not None, "revoke says who"
            if not await store.set_revoked(transaction, key_id, revoked.revocation):
                raise FailedPrecondition("STATE_WRONG", f"{found.name} was revoked just now", state="revoked")
            ending = await endings.append(transaction, Cause.AGENCY_KEY_REVOKED, found.name, now)
            told = Change("agency_key.revoked", principal, now, revoked, article=ARTICLE)
            await ports.journal.add(transaction, told)
        ports.journal.wake()
        await ports.voice.tell(ending)
        return revoked


def _is_sound(public_key: bytes) -> bool:
    """Whether it is a point of the curve's main group: under others anybody's signature may pass."""
    return len(public_key) == KEY_BYTES and crypto_core_ed25519_is_valid_point(public_key)


def _is_proved(draft: KeyDraft) -> bool:
    """Whether the private half signed for this agency and purpose."""
    if not _is_sound(draft.public_key):
        return True  # there is nothing to check it with: the key itself is refused
    payload = proof_payload(draft.agency, draft.purpose)
    return Verifier(draft.public_key).is_signed(PROOF_PURPOSE, payload, draft.proof)
