"""Keys of agencies on either database: registered by who holds them, found for one purpose, revoked for good."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import AlreadyExists, Denied, Exhausted, FailedPrecondition, InvalidArgument, NotFound
from services.chassis.signing import Signer
from services.decider.facts import Principal
from services.permissions.agencies.key import MOST_KEYS, PROOF_PURPOSE, AgencyKey, KeyPurpose, proof_payload
from services.permissions.agencies.keys import AgencyKeys, KeyDraft
from services.permissions.ending import Cause
from services.permissions.ports import Ports
from services.permissions.store import agency_keys as store
from services.permissions.store import endings
from tests.unit.decider.cast import CITY_POLICE, NOW, OPERATOR, POLICE, URBAN
from tests.unit.permissions import records
from tests.unit.permissions.records import Outside

Platform = tuple[Ports, Outside]
KEY = Signer(bytes(range(32)))
TOKENS, LETTERS = KeyPurpose.TOKENS, KeyPurpose.LETTERS


@pytest.fixture
async def platform(database_url: str) -> AsyncIterator[Platform]:
    async with records.ports_on(database_url) as made:
        yield made


def draft(agency: str = URBAN.agency, purpose: KeyPurpose = TOKENS, key: Signer = KEY) -> KeyDraft:
    return KeyDraft(agency, purpose, key.public_key, key.sign(PROOF_PURPOSE, proof_payload(agency, purpose)))


async def found(ports: Ports, key: AgencyKey, agency: str = URBAN.agency, purpose: KeyPurpose = TOKENS) -> bool:
    async with ports.database.read() as transaction:
        return await store.find(transaction, agency, key.key_id, purpose, ports.clock.now()) == key


@pytest.mark.parametrize("by", [URBAN, CITY_POLICE])
async def test_a_key_is_found_for_its_agency_and_purpose_and_for_no_other(platform: Platform, by: Principal) -> None:
    ports, outside = platform
    key = await AgencyKeys(ports).register(by.name, draft())
    assert (key.registered_by, key.registered_at) == (by.name, NOW)
    assert await found(ports, key)
    assert not await found(ports, key, agency=POLICE.agency)
    assert not await found(ports, key, purpose=LETTERS)
    assert not await found(ports, replace(key, key_id="0" * 64))
    assert [(change.verb, change.by) for change in outside.changes] == [("agency_key.registered", by.name)]
    async with ports.database.read() as transaction:
        assert not await store.find(transaction, URBAN.agency, key.key_id, TOKENS, NOW - timedelta(seconds=1))


@pytest.mark.parametrize("by", [POLICE, OPERATOR])
async def test_nobody_registers_lists_or_revokes_for_another_agency(platform: Platform, by: Principal) -> None:
    ports, outside = platform
    use = AgencyKeys(ports)
    key = await use.register(URBAN.name, draft())
    for refused in (
        use.register(by.name, draft(key=Signer(bytes(32)))), use.list(by.name, URBAN.agency, "", 10),
        use.revoke(by.name, key.key_id, "no"), use.revoke(by.name, "0" * 64, "no"),
    ):  # fmt: skip
        with pytest.raises(Denied, match="municipal public security"):
            await refused
    assert await found(ports, key)
    assert len(outside.changes) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"proof": b""}, "proof"),
        ({"proof": b"\0" * 64}, "proof"),
        ({"proof": draft(purpose=LETTERS).proof}, "proof"),
        ({"proof": draft(agency=POLICE.agency).proof}, "proof"),
        ({"public_key": Signer(bytes(32)).public_key}, "proof"),
        ({"public_key": b"short"}, "agency_key.public_key"),
        # Of small order: anybody's signature may pass under such a key.
        ({"public_key": b"\1" + bytes(31)}, "agency_key.public_key"),
    ],
)
async def test_a_key_that_its_agency_does_not_prove_to_hold_is_refused(
    platform: Platform, wrong: dict[str, bytes], field: str
) -> None:
    ports, outside = platform
    with pytest.raises(InvalidArgument) as refused:
        await AgencyKeys(ports).register(URBAN.name, replace(draft(), **wrong))  # type: ignore[arg-type]
    assert [violation.field for violation in refused.value.violations] == [field]
    assert not outside.changes


async def test_a_key_serves_one_agency_and_one_purpose_for_ever(platform: Platform) -> None:
    ports, _ = platform
    use = AgencyKeys(ports)
    key = await use.register(URBAN.name, draft())
    again = (draft(), draft(purpose=LETTERS), draft(agency=POLICE.agency))
    for one in again:
        with pytest.raises(AlreadyExists):
            await use.register(CITY_POLICE.name, one)
    await use.revoke(URBAN.name, key.key_id, "lost")
    for one in again:
        with pytest.raises(AlreadyExists):
            await use.register(CITY_POLICE.name, one)


async def test_of_two_who_register_the_same_key_at_once_one_does(platform: Platform) -> None:
    ports, outside = platform
    use = AgencyKeys(ports)
    made = await asyncio.gather(*(use.register(URBAN.name, draft()) for _ in range(4)), return_exceptions=True)
    assert [type(one) for one in made if not isinstance(one, AgencyKey)] == [AlreadyExists] * 3
    assert len(outside.changes) == 1


async def test_an_agency_that_is_not_on_record_has_no_keys(platform: Platform) -> None:
    ports, _ = platform
    with pytest.raises(NotFound):
        await AgencyKeys(ports).register(CITY_POLICE.name, draft(agency="agencies/nobody"))
    with pytest.raises(NotFound):
        await AgencyKeys(ports).revoke(CITY_POLICE.name, "0" * 64, "gone")
    assert await AgencyKeys(ports).list(CITY_POLICE.name, "agencies/nobody", "", 10) == []


@pytest.mark.parametrize("by", [URBAN, CITY_POLICE])
async def test_a_revoked_key_is_none_and_its_ending_says_so(platform: Platform, by: Principal) -> None:
    ports, outside = platform
    use = AgencyKeys(ports)
    key = await use.register(URBAN.name, draft())
    with pytest.raises(InvalidArgument, match="reason"):
        await use.revoke(by.name, key.key_id, " ")
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(timedelta(minutes=1))
    revoked = await use.revoke(by.name, key.key_id, "lost")
    assert not await found(ports, revoked)
    assert [(one.cause, one.subject) for one in outside.told] == [(Cause.AGENCY_KEY_REVOKED, key.name)]
    assert [change.verb for change in outside.changes] == ["agency_key.registered", "agency_key.revoked"]
    with pytest.raises(FailedPrecondition):
        await use.revoke(by.name, key.key_id, "again")
    async with ports.database.read() as transaction:
        assert [one.subject for one in await endings.unkept(transaction, 10)] == [key.name]
        assert await store.get(transaction, key.key_id) == revoked


async def test_of_two_who_revoke_at_once_one_does(platform: Platform) -> None:
    ports, outside = platform
    use = AgencyKeys(ports)
    key = await use.register(URBAN.name, draft())
    made = await asyncio.gather(*(use.revoke(URBAN.name, key.key_id, "x") for _ in range(4)), return_exceptions=True)
    assert [type(one) for one in made if not isinstance(one, AgencyKey)] == [FailedPrecondition] * 3
    assert len(outside.told) == 1


async def test_keys_are_listed_by_pages_and_there_are_not_too_many(platform: Platform) -> None:
    ports, _ = platform
    use = AgencyKeys(ports)
    made = [await use.register(URBAN.name, draft(key=Signer(bytes([n]) * 32))) for n in range(MOST_KEYS)]
    ordered = sorted(made, key=lambda key: key.key_id)
    assert await use.list(URBAN.name, URBAN.agency, "", 3) == ordered[:3]
    assert await use.list(CITY_POLICE.name, URBAN.agency, ordered[2].key_id, 100) == ordered[3:]
    assert await use.list(POLICE.name, POLICE.agency, "", 100) == []
    with pytest.raises(Exhausted):
        await use.register(URBAN.name, draft())
    await use.revoke(URBAN.name, made[0].key_id, "old")
    assert await use.register(URBAN.name, draft())
