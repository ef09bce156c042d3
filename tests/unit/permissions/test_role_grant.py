"""Who gives a role to whom: the agency itself or its steward, as the definition says, and never one for others."""

from dataclasses import replace

import pytest

from services.chassis.errors import Denied, InvalidArgument
from services.decider.facts import Principal
from services.decider.policy import Policy
from services.decider.roles import COLUMNS, parse
from services.permissions.agencies.domain import MAX_ROLES, Account, Agency, check_roles
from services.permissions.agencies.enrolment import ceiling
from services.permissions.agencies.role_grant import RoleOrder, ordered, refuse_unless_granting, takes
from tests.unit.decider.cast import CITY_POLICE, COMMAND, GENESIS, POLICE, SECURITY, URBAN, policy_of

ROLES = "\n".join((
    ",".join(COLUMNS), "duty-officer,14.1,urban-management,agency,s", "chief,14.1,urban-management,steward,s",
    "guard,14.1,public-security@municipal,agency,s", "",
))  # fmt: skip
POLICY = Policy(GENESIS.rows, parse(ROLES))
SELF, PERSON = URBAN, replace(URBAN, name="principals/person", is_person=True)


def agency(who: Principal) -> Agency:
    return Agency(who.agency, "an agency", who.kind, who.tier, who.jurisdiction)


@pytest.mark.parametrize(
    ("by", "roles", "is_allowed"),
    [
        (SELF, {"duty-officer"}, True), (CITY_POLICE, {"duty-officer"}, True), (CITY_POLICE, {"chief"}, True),
        (SELF, {"chief"}, False), (SELF, {"chief", "duty-officer"}, False), (PERSON, {"duty-officer"}, False),
        (POLICE, {"duty-officer"}, False), (SECURITY, {"chief"}, False), (COMMAND, {"duty-officer"}, False),
        (replace(SELF, is_suspended=True), {"duty-officer"}, False), (SELF, {"no-more-defined"}, True),
    ],
)  # fmt: skip
def test_who_gives_a_role_is_as_its_definition_says(by: Principal, roles: set[str], is_allowed: bool) -> None:
    if is_allowed:
        return refuse_unless_granting(by, agency(URBAN), POLICY, roles)
    with pytest.raises(Denied) as refused:
        refuse_unless_granting(by, agency(URBAN), POLICY, roles)
    assert refused.value.metadata["article"] == "Article 14 ¶2"
    return None


def test_no_organ_gives_roles_to_principals_of_another_one() -> None:
    with pytest.raises(Denied):
        refuse_unless_granting(CITY_POLICE, agency(SECURITY), POLICY, {"duty-officer"})


@pytest.mark.parametrize("roles", [{"guard"}, {"nothing"}, {"duty-officer", "Chief"}, {"public-security"}])
def test_only_roles_that_are_defined_for_its_kind_are_given(roles: set[str]) -> None:
    with pytest.raises(InvalidArgument, match="chief duty-officer"):
        check_roles(roles, "roles", agency(URBAN), POLICY)
    check_roles({"duty-officer", "chief"}, "roles", agency(URBAN), POLICY)


def test_one_principal_has_so_many_and_no_more() -> None:
    many = "\n".join((",".join(COLUMNS), *(f"r{n},14.1,urban-management,agency,s" for n in range(MAX_ROLES + 1)), ""))
    with pytest.raises(InvalidArgument, match=f"at most {MAX_ROLES}"):
        check_roles({f"r{n}" for n in range(MAX_ROLES + 1)}, "roles", agency(URBAN), Policy((), parse(many)))


def test_an_order_needs_a_reason_and_leaves_the_clearance_unless_it_names_one() -> None:
    account = Account(URBAN.name, URBAN.agency, 2, frozenset(), frozenset({"a", "b"}))
    assert ordered(account, RoleOrder(URBAN.name, frozenset({"c"}), "moved")) == replace(
        account, roles=frozenset({"c"})
    )
    assert ordered(account, RoleOrder(URBAN.name, account.roles, "moved", 1)) == replace(account, clearance=1)
    for reason in ("", " ", "x" * 501, "a\nb"):
        with pytest.raises(InvalidArgument, match="reason"):
            ordered(account, RoleOrder(URBAN.name, frozenset(), reason))


@pytest.mark.parametrize(
    ("roles", "clearance", "is_taken"),
    [({"a", "b"}, 2, False), ({"a", "b", "c"}, 3, False), ({"a"}, 3, True), ({"a", "b"}, 1, True), ({"c"}, 2, True)],
)
def test_what_is_taken_back_is_a_role_or_a_clearance(roles: set[str], clearance: int, is_taken: bool) -> None:
    account = Account(URBAN.name, URBAN.agency, 2, frozenset(), frozenset({"a", "b"}))
    assert takes(account, replace(account, roles=frozenset(roles), clearance=clearance)) == is_taken


def test_a_clearance_reaches_as_high_as_the_rows_of_its_roles() -> None:
    row = "duty-live,14.1,urban-management,district,live,1-2,any,,allow,s"
    rows = policy_of(row).rows
    higher = replace(rows[0], rule="duty", role="duty-officer", levels="3 4")
    policy = Policy((*rows, higher), parse(ROLES))
    assert ceiling(policy, URBAN.kind, URBAN.tier) == 2
    assert ceiling(policy, URBAN.kind, URBAN.tier, {"duty-officer"}) == 4
    assert ceiling(policy, URBAN.kind, URBAN.tier, {"guard"}) == 2
