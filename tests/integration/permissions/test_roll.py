"""Agencies, principals, certificates on either database: on record whole, read, suspended, revoked; none locked out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import (
    AlreadyExists,
    Denied,
    Error,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    Unauthenticated,
)
from services.decider.facts import CITY, Action, AgencyKind, Principal, Tier
from services.permissions.agencies.domain import Account, Agency
from services.permissions.agencies.enrolments import Enrolments
from services.permissions.agencies.principals import Principals
from services.permissions.agencies.service import Agencies
from services.permissions.decisions import Decisions
from services.permissions.ending import Cause
from services.permissions.incidents.service import Incidents
from services.permissions.ports import Ports
from services.permissions.question import Question
from services.permissions.store import endings
from services.permissions.takeover import Cause as Why
from services.permissions.takeovers.controls import Controls
from services.permissions.takeovers.requests import Takeovers, Wish
from services.permissions.view import Views
from tests.unit.decider.cast import CITY_POLICE, COMMAND, LATER, NOW, OPERATOR, POLICE, SECURITY, TUNNEL, URBAN, YUEXIU
from tests.unit.permissions import records
from tests.unit.permissions.certificates import certificate_of, issued
from tests.unit.permissions.fires import FIRE
from tests.unit.permissions.records import Outside

Platform = tuple[Ports, Outside]
WATER = Agency("agencies/water", "Water", AgencyKind.URBAN_MANAGEMENT, Tier.DISTRICT, YUEXIU)
FIRST = Account("principals/water", WATER.name, 2, frozenset())
SECOND = replace(FIRST, name="principals/water-night", clearance=1)


@pytest.fixture
async def platform(database_url: str) -> AsyncIterator[Platform]:
    async with records.ports_on(database_url) as made:
        yield made


async def founded(ports: Ports) -> None:
    await Agencies(ports).register(CITY_POLICE.name, WATER, FIRST, certificate_of(FIRST.name))


async def allowed(ports: Ports, name: str, **more: frozenset[str]) -> bool:
    asked = Question(name, TUNNEL.name, Action.DESCRIBE, **more)  # type: ignore[arg-type] # credentials alone
    return (await Decisions(ports, Views(ports)).decide(asked)).decision.allowed


async def prints(ports: Ports, agency: str = WATER.name) -> list[str]:
    found = await Enrolments(ports).list(CITY_POLICE.name, agency, "", 100)
    return [one.sha256 for entry in found for one in entry.certificates]


async def test_an_agency_comes_on_record_with_its_principal_and_certificate(platform: Platform) -> None:
    ports, outside = platform
    await founded(ports)
    [sha256] = await prints(ports)
    found = await Principals(ports).identify(FIRST.name, sha256)
    assert (found.principal.agency, found.principal.kind, found.principal.clearance) == (WATER.name, WATER.kind, 2)
    assert [change.verb for change in outside.changes] == [
        "agency.registered", "principal.registered", "certificate.registered",
    ]  # fmt: skip
    entry = await Agencies(ports).get(FIRST.name, WATER.name)
    assert (entry.agency, entry.registered_by, entry.registered_at) == (WATER, CITY_POLICE.name, NOW)
    with pytest.raises(Unauthenticated):
        await Principals(ports).identify(URBAN.name, sha256)
    with pytest.raises(Unauthenticated):
        await Principals(ports).identify(FIRST.name, "0" * 64)


@pytest.mark.parametrize(
    ("agency", "account", "document", "refused"),
    [
        (replace(WATER, jurisdiction=CITY), FIRST, certificate_of(FIRST.name), InvalidArgument),
        (replace(WATER, name=URBAN.agency), FIRST, certificate_of(FIRST.name), AlreadyExists),
        (WATER, replace(FIRST, name=URBAN.name), certificate_of(URBAN.name), AlreadyExists),
        (WATER, replace(FIRST, clearance=3), certificate_of(FIRST.name), InvalidArgument),
        (WATER, replace(FIRST, clearance=0), certificate_of(FIRST.name), InvalidArgument),
        (WATER, FIRST, certificate_of(URBAN.name), InvalidArgument),
        (WATER, FIRST, issued(f"kapok://{FIRST.name}", ends_at=NOW), InvalidArgument),
        (WATER, FIRST, b"", InvalidArgument),
        (replace(WATER, kind=AgencyKind.NATIONAL_SECURITY), FIRST, certificate_of(FIRST.name), Denied),
    ],
)
async def test_nothing_is_half_registered(
    platform: Platform, agency: Agency, account: Account, document: bytes, refused: type[Error]
) -> None:
    ports, _ = platform
    with pytest.raises(refused):
        await Agencies(ports).register(CITY_POLICE.name, agency, account, document)
    with pytest.raises(NotFound):
        await Agencies(ports).get(CITY_POLICE.name, WATER.name)
    await founded(ports)  # nothing of the refused one is in the way


@pytest.mark.parametrize("by", [POLICE, URBAN, OPERATOR, SECURITY, COMMAND])
async def test_others_found_none(platform: Platform, by: Principal) -> None:
    ports, _ = platform
    with pytest.raises(Denied):
        await Agencies(ports).register(by.name, WATER, FIRST, certificate_of(FIRST.name))


async def test_of_two_who_register_the_same_agency_at_once_one_does(platform: Platform) -> None:
    ports, _ = platform
    made = await asyncio.gather(*(founded(ports) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in made if one) == ["AlreadyExists"] * 3
    assert len(await prints(ports)) == 1


async def test_an_agency_enrols_more_principals_of_its_own_and_nobody_elses(platform: Platform) -> None:
    ports, _ = platform
    await founded(ports)
    use = Enrolments(ports)
    for by in (URBAN, POLICE, OPERATOR):
        for name in (SECOND.name, "principals/nobody"):
            with pytest.raises(Denied, match="put on record by itself"):
                await use.certify(by.name, name, certificate_of(name))
        with pytest.raises(Denied, match="put on record by itself"):
            await use.register(by.name, SECOND, certificate_of(SECOND.name))
    with pytest.raises(InvalidArgument, match="at most 2"):
        await use.register(FIRST.name, replace(SECOND, clearance=3), certificate_of(SECOND.name))
    await use.register(FIRST.name, SECOND, certificate_of(SECOND.name))
    with pytest.raises(AlreadyExists):
        await use.register(FIRST.name, SECOND, certificate_of(SECOND.name))
    found = await use.list(SECOND.name, WATER.name, "", 10)
    assert [(e.account.name, e.account.clearance, e.registered_by) for e in found] == [
        (FIRST.name, 2, CITY_POLICE.name), (SECOND.name, 1, FIRST.name),
    ]  # fmt: skip
    assert await use.list(SECOND.name, WATER.name, FIRST.name, 10) == found[1:]
    with pytest.raises(Denied):
        await use.list(URBAN.name, WATER.name, "", 10)


async def test_public_security_makes_no_principal_of_another_organ(platform: Platform) -> None:
    ports, _ = platform
    use = Enrolments(ports)
    spy = Account("principals/spy", SECURITY.agency, 1, frozenset())
    with pytest.raises(Denied):
        await use.register(CITY_POLICE.name, spy, certificate_of(spy.name))
    with pytest.raises(Denied):
        await use.certify(CITY_POLICE.name, SECURITY.name, certificate_of(SECURITY.name))
    await use.certify(SECURITY.name, SECURITY.name, certificate_of(SECURITY.name))


async def test_a_certificate_is_replaced_and_the_former_ends_what_was_opened_under_it(platform: Platform) -> None:
    ports, outside = platform
    await founded(ports)
    [former] = await prints(ports)
    use = Enrolments(ports)
    made = await use.certify(FIRST.name, FIRST.name, certificate_of(FIRST.name))
    for sha256 in (former, made.sha256):
        await Principals(ports).identify(FIRST.name, sha256)
    shown = frozenset({f"certificates/{former}"})
    assert not await allowed(ports, FIRST.name, credentials=shown)  # level 4, and it may see 2
    with pytest.raises(Denied):
        await use.revoke(URBAN.name, former, "no")
    revoked = await use.revoke(FIRST.name, former, "its key lay open")
    assert [(one.cause, one.subject) for one in outside.told] == [(Cause.CERTIFICATE_REVOKED, revoked.name)]
    with pytest.raises(Unauthenticated, match="revoked"):
        await Principals(ports).identify(FIRST.name, former)
    await Principals(ports).identify(FIRST.name, made.sha256)
    with pytest.raises(Denied, match="was revoked"):
        await allowed(ports, FIRST.name, credentials=shown)
    await allowed(ports, FIRST.name, credentials=frozenset({made.name}))
    with pytest.raises(FailedPrecondition):
        await use.revoke(FIRST.name, former, "again")
    with pytest.raises(AlreadyExists):
        await use.certify(FIRST.name, FIRST.name, await _document(former, ports))


async def _document(sha256: str, ports: Ports) -> bytes:
    """A certificate that is on record already."""
    document = certificate_of(FIRST.name)
    made = await Enrolments(ports).certify(FIRST.name, FIRST.name, document)
    await Enrolments(ports).revoke(FIRST.name, made.sha256, "for this test")
    assert made.sha256 != sha256
    return document


async def test_a_suspended_agency_has_nothing_until_it_is_reinstated(platform: Platform) -> None:
    ports, outside = platform
    use, fire = Agencies(ports), await Incidents(ports).declare(CITY_POLICE.name, FIRE)
    wish = Wish((TUNNEL.name,), Why.ACCIDENT, "smoke", "", fire.name, LATER)
    await Takeovers(ports).request(COMMAND.name, wish)
    assert (await Controls(ports).state(OPERATOR.name, TUNNEL.name)).holder.agency == COMMAND.agency
    assert await allowed(ports, COMMAND.name)
    entry = await use.suspend(CITY_POLICE.name, COMMAND.agency, "its office was broken into")
    assert (entry.suspended_at, entry.suspend_reason) == (NOW, "its office was broken into")
    assert [(one.cause, one.subject) for one in outside.told] == [(Cause.AGENCY_SUSPENDED, COMMAND.agency)]
    assert not await allowed(ports, COMMAND.name)
    assert (await Controls(ports).state(OPERATOR.name, TUNNEL.name)).holder.agency == OPERATOR.agency
    with pytest.raises(Denied, match="was suspended"):
        await use.get(COMMAND.name, COMMAND.agency)
    with pytest.raises(FailedPrecondition):
        await use.suspend(CITY_POLICE.name, COMMAND.agency, "again")
    assert await use.get(CITY_POLICE.name, COMMAND.agency) == entry
    back = await use.reinstate(CITY_POLICE.name, COMMAND.agency, "all is well")
    assert not back.agency.is_suspended
    assert await allowed(ports, COMMAND.name)
    verbs = [change.verb for change in outside.changes]
    assert verbs[-2:] == ["agency.suspended", "agency.reinstated"]
    assert "takeover.released" in verbs
    with pytest.raises(FailedPrecondition):
        await use.reinstate(CITY_POLICE.name, COMMAND.agency, "again")


@pytest.mark.parametrize("by", [POLICE, URBAN, COMMAND])
async def test_others_suspend_and_reinstate_none_and_learn_no_names(platform: Platform, by: Principal) -> None:
    ports, _ = platform
    said = []
    for name in (URBAN.agency, "agencies/nobody"):
        for act in (Agencies(ports).suspend, Agencies(ports).reinstate):
            with pytest.raises(Denied) as refused:
                await act(by.name, name, "why not")
            said.append(refused.value.message)
    assert len(set(said)) == 1
    for act in (Agencies(ports).suspend, Agencies(ports).reinstate):
        with pytest.raises(NotFound):
            await act(CITY_POLICE.name, "agencies/nobody", "why not")
        with pytest.raises(InvalidArgument, match="reason"):
            await act(CITY_POLICE.name, URBAN.agency, "")


async def test_an_organ_is_never_locked_out(platform: Platform) -> None:
    ports, _ = platform
    use, enrolling = Agencies(ports), Enrolments(ports)
    [mine] = [await enrolling.certify(CITY_POLICE.name, CITY_POLICE.name, certificate_of(CITY_POLICE.name))]
    [theirs] = [await enrolling.certify(SECURITY.name, SECURITY.name, certificate_of(SECURITY.name))]
    for attempt in (
        use.suspend(CITY_POLICE.name, SECURITY.agency, "why"),
        use.suspend(CITY_POLICE.name, CITY_POLICE.agency, "why"),
        Principals(ports).revoke(CITY_POLICE.name, SECURITY.name, "why"),
        Principals(ports).revoke(CITY_POLICE.name, CITY_POLICE.name, "why"),
        enrolling.revoke(CITY_POLICE.name, theirs.sha256, "why"),
        enrolling.revoke(CITY_POLICE.name, mine.sha256, "why"),
    ):
        with pytest.raises(FailedPrecondition, match="the last that acts") as refused:
            await attempt
        assert refused.value.reason == "LOCKS_ORGANS_OUT"
    async with ports.database.read() as transaction:
        assert await endings.committed(transaction) == 0
    await enrolling.certify(SECURITY.name, SECURITY.name, certificate_of(SECURITY.name))
    await enrolling.revoke(CITY_POLICE.name, theirs.sha256, "another one is there")


async def test_of_two_last_ones_that_are_revoked_at_once_one_stays(platform: Platform) -> None:
    ports, _ = platform
    use = Enrolments(ports)
    made = [await use.certify(SECURITY.name, SECURITY.name, certificate_of(SECURITY.name)) for _ in range(3)]
    done = await asyncio.gather(
        *(use.revoke(SECURITY.name, one.sha256, "at once") for one in made), return_exceptions=True
    )
    assert [type(one) for one in done if isinstance(one, Error)] == [FailedPrecondition]


async def test_a_certificate_that_ended_keeps_no_organ_alive(platform: Platform) -> None:
    ports, _ = platform
    use = Enrolments(ports)
    short = issued(f"kapok://{SECURITY.name}", ends_at=NOW + timedelta(hours=1))
    await use.certify(SECURITY.name, SECURITY.name, short)
    long = await use.certify(SECURITY.name, SECURITY.name, certificate_of(SECURITY.name))
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(timedelta(hours=2))
    with pytest.raises(FailedPrecondition, match="the last that acts"):
        await use.revoke(SECURITY.name, long.sha256, "the other one is over")


async def test_agencies_are_listed_by_pages_to_organs_and_to_others_their_own(platform: Platform) -> None:
    ports, _ = platform
    use = Agencies(ports)
    everyone = [entry.agency.name for entry in await use.list(CITY_POLICE.name, "", 100)]
    assert everyone == sorted(everyone)
    assert URBAN.agency in everyone
    assert [e.agency.name for e in await use.list(SECURITY.name, everyone[1], 2)] == everyone[2:4]
    assert [e.agency.name for e in await use.list(URBAN.name, "", 100)] == [URBAN.agency]
    assert await use.list(URBAN.name, URBAN.agency, 100) == []
    with pytest.raises(Denied):
        await use.get(URBAN.name, POLICE.agency)
