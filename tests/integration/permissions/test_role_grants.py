"""Roles given and taken back on either database: what they open, what ends with them, who may give them."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from services.chassis.errors import Denied, InvalidArgument, NotFound
from services.decider.facts import Action, AgencyKind, Principal, Tier
from services.decider.policy import parse
from services.permissions import policies
from services.permissions.agencies.domain import Account, Agency
from services.permissions.agencies.enrolments import Enrolments
from services.permissions.agencies.principals import Principals
from services.permissions.agencies.role_grant import RoleOrder
from services.permissions.agencies.role_grants import RoleGrants
from services.permissions.agencies.service import Agencies
from services.permissions.decisions import Decisions
from services.permissions.ending import Cause
from services.permissions.incidents.service import Incidents
from services.permissions.joint.version import Version
from services.permissions.ports import Ports
from services.permissions.question import Question
from services.permissions.store import policies as versions
from services.permissions.takeover import Cause as Why
from services.permissions.takeovers.controls import Controls
from services.permissions.takeovers.requests import Takeovers, Wish
from services.permissions.view import Views
from tests.unit.decider.cast import CITY_POLICE, COMMAND, GENESIS, LATER, NOW, OPERATOR, POLICE, TUNNEL, URBAN, YUEXIU
from tests.unit.decider.test_roles import DUTY, HEADER, ROW, TRIAL
from tests.unit.permissions import records
from tests.unit.permissions.certificates import certificate_of
from tests.unit.permissions.fires import FIRE
from tests.unit.permissions.records import Outside

Platform = tuple[Ports, Outside]
LEADER = "watch-leader,18.2,emergency-command,agency,Leads a watch."
DEFINED = parse("\n".join((GENESIS.text.rstrip(), ROW, "")), "\n".join((HEADER, DUTY, TRIAL, LEADER, "")))
CLERK = Account("principals/clerk", URBAN.agency, 4, frozenset(), frozenset({"duty-officer"}))


@pytest.fixture
async def platform(database_url: str) -> AsyncIterator[Platform]:
    """With a policy that defines two roles."""
    async with records.ports_on(database_url) as (ports, outside):
        async with ports.database.write() as transaction:
            await versions.insert_next(transaction, Version(2, DEFINED, NOW, "policyProposals/1"), b"", {}, {})
        await policies.load(ports.database, ports.decider)
        yield ports, outside


async def given(
    ports: Ports, *roles: str, who: str = URBAN.name, by: Principal = URBAN, clearance: int = 0
) -> frozenset[str]:
    entry = await RoleGrants(ports).set(by.name, RoleOrder(who, frozenset(roles), "moved to the night", clearance))
    return entry.account.roles


async def rule(ports: Ports, who: str = URBAN.name) -> str:
    asked = Question(who, TUNNEL.name, Action.LIVE)
    return (await Decisions(ports, Views(ports)).decide(asked)).decision.rule


async def test_a_role_opens_what_its_rows_say_until_it_is_taken_back(platform: Platform) -> None:
    ports, outside = platform
    assert await rule(ports) == "default-deny"
    assert await given(ports, "duty-officer") == {"duty-officer"}
    assert await rule(ports) == "duty-live"
    assert await given(ports) == frozenset()
    assert await rule(ports) == "default-deny"
    assert [(one.cause, one.subject, one.number) for one in outside.told] == [
        (Cause.ROLES_CHANGED, URBAN.name, 1), (Cause.ROLES_CHANGED, URBAN.name, 2),
    ]  # fmt: skip
    order = RoleOrder(URBAN.name, frozenset({"duty-officer"}), "moved to the night")
    assert [(c.verb, c.by, c.article) for c in outside.changes] == [
        ("principal.roles-set", URBAN.name, "Article 14 ¶2")
    ] * 2
    assert outside.changes[0].snapshot == order


async def test_the_roles_that_it_has_are_no_change(platform: Platform) -> None:
    ports, outside = platform
    await given(ports, "duty-officer")
    assert await given(ports, "duty-officer") == {"duty-officer"}
    assert len(outside.told) == len(outside.changes) == 1


async def test_a_principal_is_enrolled_with_its_roles_and_cleared_as_high_as_they_show(platform: Platform) -> None:
    ports, _ = platform
    use = Enrolments(ports)
    with pytest.raises(InvalidArgument, match="at most 2"):
        await use.register(URBAN.name, replace(CLERK, roles=frozenset()), certificate_of(CLERK.name))
    with pytest.raises(InvalidArgument, match="must be of the roles defined"):
        await use.register(URBAN.name, replace(CLERK, roles=frozenset({"chief"})), certificate_of(CLERK.name))
    with pytest.raises(Denied, match="on-trial is given and taken back by municipal public-security alone"):
        await use.register(URBAN.name, replace(CLERK, roles=frozenset({"on-trial"})), certificate_of(CLERK.name))
    entry = await use.register(URBAN.name, CLERK, certificate_of(CLERK.name))
    assert entry.account.roles == CLERK.roles
    assert await rule(ports, CLERK.name) == "duty-live"
    [listed] = [one for one in await use.list(URBAN.name, URBAN.agency, "", 9) if one.account.name == CLERK.name]
    assert (listed.account.roles, listed.account.clearance) == (CLERK.roles, 4)
    [sha256] = [one.sha256 for one in listed.certificates]
    assert (await Principals(ports).identify(CLERK.name, sha256)).principal.roles == CLERK.roles


async def test_the_first_principal_of_an_agency_may_have_roles_too(platform: Platform) -> None:
    ports, _ = platform
    water = Agency("agencies/water", "Water", AgencyKind.URBAN_MANAGEMENT, Tier.DISTRICT, YUEXIU)
    first = Account("principals/water", water.name, 2, frozenset(), frozenset({"on-trial"}))
    await Agencies(ports).register(CITY_POLICE.name, water, first, certificate_of(first.name))
    [entry] = await Enrolments(ports).list(CITY_POLICE.name, water.name, "", 9)
    assert entry.account.roles == {"on-trial"}


async def test_who_may_not_give_a_role_gives_none_and_learns_no_names(platform: Platform) -> None:
    ports, outside = platform
    for by, roles in ((URBAN, ["on-trial"]), (POLICE, ["duty-officer"]), (COMMAND, ["duty-officer"])):
        with pytest.raises(Denied):
            await given(ports, *roles, by=by)
    said = []
    for who in (URBAN.name, "principals/nobody"):
        with pytest.raises(Denied) as refused:
            await given(ports, "duty-officer", who=who, by=POLICE)
        said.append(str(refused.value))
    assert said[0] == said[1]
    with pytest.raises(NotFound):
        await given(ports, who="principals/nobody", by=CITY_POLICE)
    with pytest.raises(InvalidArgument, match="roles"):
        await given(ports, "chief")
    assert not outside.changes
    assert await given(ports, "on-trial", by=CITY_POLICE) == {"on-trial"}
    with pytest.raises(Denied, match="on-trial"):
        await given(ports)  # nor does the agency take it back


async def test_a_role_that_is_defined_no_more_can_be_taken_back_and_not_given(platform: Platform) -> None:
    ports, _ = platform
    await given(ports, "duty-officer")
    async with ports.database.write() as transaction:
        await versions.insert_next(transaction, Version(3, GENESIS, NOW, "policyProposals/2"), b"", {}, {})
    assert await rule(ports) == "default-deny"
    assert await given(ports) == frozenset()
    with pytest.raises(InvalidArgument, match=r"\(none\)"):
        await given(ports, "duty-officer")


async def test_takeovers_end_with_a_role_that_is_taken_back_and_with_none_that_is_given(platform: Platform) -> None:
    ports, outside = platform
    fire = await Incidents(ports).declare(CITY_POLICE.name, FIRE)
    await Takeovers(ports).request(COMMAND.name, Wish((TUNNEL.name,), Why.ACCIDENT, "smoke", "", fire.name, LATER))
    await given(ports, "watch-leader", who=COMMAND.name, by=COMMAND)
    assert (await Controls(ports).state(OPERATOR.name, TUNNEL.name)).holder.agency == COMMAND.agency
    await given(ports, who=COMMAND.name, by=COMMAND)
    assert (await Controls(ports).state(OPERATOR.name, TUNNEL.name)).holder.agency == OPERATOR.agency
    assert [change.verb for change in outside.changes][-2:] == ["takeover.released", "principal.roles-set"]


async def test_a_clearance_goes_with_the_role_as_high_as_its_rows_and_comes_back_with_it(platform: Platform) -> None:
    ports, _ = platform
    use = Enrolments(ports)
    await use.register(URBAN.name, replace(CLERK, roles=frozenset(), clearance=2), certificate_of(CLERK.name))
    for clearance, refused in ((5, "at most 4"), (6, "level from 1 to 5"), (-1, "level from 1 to 5")):
        with pytest.raises(InvalidArgument, match=refused):
            await given(ports, "duty-officer", who=CLERK.name, clearance=clearance)
    with pytest.raises(InvalidArgument, match="at most 2"):
        await given(ports, who=CLERK.name, clearance=3)
    await given(ports, "duty-officer", who=CLERK.name, clearance=4)
    assert await rule(ports, CLERK.name) == "duty-live"
    await given(ports, who=CLERK.name, clearance=1)
    [entry] = [one for one in await use.list(URBAN.name, URBAN.agency, "", 9) if one.account.name == CLERK.name]
    assert (entry.account.roles, entry.account.clearance) == (frozenset(), 1)
