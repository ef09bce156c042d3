"""Who enrols whom, and how high: nobody makes more of a kind of agency than the three organs have signed for it."""

import pytest

from services.chassis.errors import Denied
from services.decider.facts import AgencyKind, Principal, Tier
from services.decider.policy import Policy
from services.permissions.agencies.domain import Agency
from services.permissions.agencies.enrolment import (
    ceiling,
    refuse_unless_enrolling,
    refuse_unless_founding,
    refuse_unless_reading,
)
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    EVERYBODY,
    GENESIS,
    INFORMATIZATION,
    OPERATOR,
    POLICE,
    SECTOR,
    SECURITY,
    URBAN,
    YUEXIU,
    policy_of,
    principal,
)

K = AgencyKind
DISTRICT_SECURITY = principal(K.NATIONAL_SECURITY, YUEXIU, clearance=5)


def agency(who: Principal) -> Agency:
    return Agency(who.agency, "an agency", who.kind, who.tier, who.jurisdiction)


@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize(
    ("kind", "most"),
    [
        (K.PUBLIC_SECURITY, 4), (K.NATIONAL_SECURITY, 5), (K.INFORMATION_TECHNOLOGY, 4), (K.URBAN_MANAGEMENT, 2),
        (K.EMERGENCY_COMMAND, 4), (K.SECTOR_AUTHORITY, 2), (K.OPERATOR, 4),
    ],
)  # fmt: skip
def test_the_ceiling_is_what_the_rows_that_ship_show_standing(kind: AgencyKind, tier: Tier, most: int) -> None:
    assert ceiling(GENESIS, kind, tier) == most


def test_the_ceiling_follows_the_rows_and_is_least_without_any() -> None:
    row = "r,14.1,urban-management@district,district,{},{},any,{},{},s"
    assert ceiling(Policy(()), K.URBAN_MANAGEMENT, Tier.DISTRICT) == 1
    for cells, most in (
        (("live", "1-3", "cleared operating", "allow"), 3),
        (("playback", "1-3", "", "allow"), 1),  # not standing: nobody looks back without a ground
        (("live", "1-4", "incident", "allow"), 1),
        (("live", "1-4", "papers cleared", "allow"), 1),
        (("live", "1-4", "", "deny"), 1),
    ):
        policy = policy_of(row.format(*cells))
        assert ceiling(policy, K.URBAN_MANAGEMENT, Tier.DISTRICT) == most
        assert ceiling(policy, K.URBAN_MANAGEMENT, Tier.MUNICIPAL) == 1
        assert ceiling(policy, K.OPERATOR, Tier.DISTRICT) == 1


FOUNDERS = {
    CITY_POLICE: {CITY_POLICE, POLICE, URBAN, COMMAND, SECTOR, OPERATOR},
    INFORMATIZATION: {INFORMATIZATION},
    SECURITY: {SECURITY, DISTRICT_SECURITY},
}


@pytest.mark.parametrize("by", [*EVERYBODY, DISTRICT_SECURITY])
@pytest.mark.parametrize(
    "of", [CITY_POLICE, POLICE, URBAN, COMMAND, OPERATOR, INFORMATIZATION, SECURITY, DISTRICT_SECURITY]
)
def test_public_security_of_the_city_founds_agencies_but_not_those_of_another_organ(
    by: Principal, of: Principal
) -> None:
    if of in FOUNDERS.get(by, set()):
        refuse_unless_founding(by, agency(of))
    else:
        with pytest.raises(Denied, match="put on record by municipal"):
            refuse_unless_founding(by, agency(of))
    if of in FOUNDERS.get(by, set()) or by == of:
        refuse_unless_enrolling(by, agency(of))
    else:
        with pytest.raises(Denied, match="put on record by itself"):
            refuse_unless_enrolling(by, agency(of))


def test_the_records_of_an_agency_are_for_itself_and_the_organs_of_the_city() -> None:
    readers = {by for by in [*EVERYBODY, DISTRICT_SECURITY] if _reads(by, URBAN.agency)}
    assert readers == {URBAN, CITY_POLICE, SECURITY, INFORMATIZATION}


def _reads(by: Principal, agency: str) -> bool:
    try:
        refuse_unless_reading(by, agency)
    except Denied:
        return False
    return True
