"""Agencies fit their tier; a principal's rights end by its own agency or municipal public security, at once."""

from dataclasses import replace

import pytest

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument
from services.decider.facts import AgencyKind, Principal, Tier
from services.permissions.agencies.domain import (
    Account,
    Agency,
    PrincipalReinstated,
    PrincipalRevoked,
    acting,
    check_account,
    check_agency,
    reinstate,
    revoke,
)
from tests.unit.decider.cast import CITY_POLICE, OPERATOR, POLICE, URBAN, YUEXIU

AGENCY = Agency(URBAN.agency, "Urban Management of Yuexiu", AgencyKind.URBAN_MANAGEMENT, Tier.DISTRICT, YUEXIU)
ACCOUNT = Account("principals/urban-yuexiu", AGENCY.name, clearance=2, certificates=frozenset({"ab" * 32}))


def test_a_well_formed_agency_and_account_pass() -> None:
    check_agency(AGENCY)
    check_agency(replace(AGENCY, tier=Tier.MUNICIPAL, jurisdiction="440100"))
    check_account(ACCOUNT)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "agencies/Urban"}, "agency.name"),
        ({"name": "agencies/" + "x" * 100}, "agency.name"),
        ({"display_name": "a\x00b"}, "agency.display_name"),
        ({"jurisdiction": "440100"}, "agency.jurisdiction"),
        ({"tier": Tier.MUNICIPAL}, "agency.jurisdiction"),
    ],
)
def test_a_wrong_agency_is_refused_by_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        check_agency(replace(AGENCY, **wrong))  # type: ignore[arg-type] # fields by name
    assert [violation.field for violation in refused.value.violations] == [field]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "urban"}, "principal.name"),
        ({"agency": "principals/x"}, "principal.agency"),
        ({"clearance": 0}, "principal.clearance"),
        ({"clearance": 6}, "principal.clearance"),
        ({"roles": frozenset({"viewer public-security"})}, "principal.roles"),
        ({"roles": frozenset({"public-security"})}, "principal.roles"),
        ({"certificates": frozenset({"xyz"})}, "principal.certificate_sha256"),
        ({"certificates": frozenset(f"{n:064x}" for n in range(17))}, "principal.certificate_sha256"),
    ],
)
def test_a_wrong_account_is_refused_by_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        check_account(replace(ACCOUNT, **wrong))  # type: ignore[arg-type] # fields by name
    assert [violation.field for violation in refused.value.violations] == [field]


def test_a_principal_acts_with_its_agencys_kind_and_is_suspended_with_it() -> None:
    who = acting(ACCOUNT, AGENCY)
    assert (who.kind, who.tier, who.jurisdiction, who.clearance) == (AGENCY.kind, AGENCY.tier, YUEXIU, 2)
    assert not who.is_suspended
    assert acting(replace(ACCOUNT, is_revoked=True), AGENCY).is_suspended
    assert acting(ACCOUNT, replace(AGENCY, is_suspended=True)).is_suspended


@pytest.mark.parametrize("by", [URBAN, CITY_POLICE])
def test_its_own_agency_and_municipal_public_security_revoke(by: Principal) -> None:
    revoked, events = revoke(ACCOUNT, by, "left the service")
    assert events == (PrincipalRevoked(revoked, by.name, "left the service"),)
    assert acting(revoked, AGENCY).is_suspended
    with pytest.raises(FailedPrecondition):
        revoke(revoked, by, "again")


@pytest.mark.parametrize("by", [POLICE, OPERATOR, replace(URBAN, is_suspended=True)])
def test_nobody_else_revokes(by: Principal) -> None:
    with pytest.raises(Denied, match="municipal public security"):
        revoke(ACCOUNT, by, "no")


def test_a_reason_is_asked_for() -> None:
    with pytest.raises(InvalidArgument, match="reason"):
        revoke(ACCOUNT, URBAN, "")


def test_municipal_public_security_alone_reinstates() -> None:
    revoked, _ = revoke(ACCOUNT, URBAN, "left")
    with pytest.raises(Denied):
        reinstate(revoked, URBAN, "back")
    reinstated, events = reinstate(revoked, CITY_POLICE, "back")
    assert events == (PrincipalReinstated(reinstated, CITY_POLICE.name, "back"),)
    assert reinstated == ACCOUNT
    with pytest.raises(FailedPrecondition):
        reinstate(reinstated, CITY_POLICE, "back")
