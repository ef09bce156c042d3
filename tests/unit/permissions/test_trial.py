"""A trial of a policy tells which sessions would end and why, and of state secrets to national security alone."""

from dataclasses import replace

import pytest

from services.decider.facts import NO_CIRCUMSTANCES, Action, AgencyKind, Camera, Principal
from services.decider.policy import Policy
from services.decider.replica import Case, Edition
from services.permissions.joint.trial import MOST_TOLD, Trial
from tests.unit.decider.cast import GENESIS, NOW, OPERATOR, PARK, POLICE, SECRET, SECURITY, URBAN

URBAN_LIVE = "art14-live-district-urban"
WITHOUT = Policy(tuple(row for row in GENESIS.rows if row.rule != URBAN_LIVE))
ORGANS = (AgencyKind.PUBLIC_SECURITY, AgencyKind.INFORMATION_TECHNOLOGY, AgencyKind.NATIONAL_SECURITY)


def case(who: Principal, camera: Camera = PARK) -> Case:
    return Case(who, camera, Action.LIVE, NO_CIRCUMSTANCES)


def trial(policy: Policy = WITHOUT, asking: AgencyKind = AgencyKind.PUBLIC_SECURITY, **levels: dict[str, int]) -> Trial:
    return Trial(Edition(1, GENESIS), Edition(2, policy, **levels), asking)  # type: ignore[arg-type] # by name


def test_each_session_is_counted_once_by_what_both_policies_say() -> None:
    tried = trial()
    for who in (URBAN, URBAN, POLICE, replace(POLICE, is_suspended=True)):  # the last is ending already
        tried.judge(case(who), NOW)
    verdict = tried.verdict(is_cut_off=False)
    assert (verdict.lasting, verdict.ending) == (1, 2)
    assert verdict.reasons == (((URBAN.name, "live", URBAN_LIVE, "default-deny"), 2),)


def test_a_level_that_rises_ends_what_it_is_too_high_for() -> None:
    tried = trial(GENESIS, camera_levels={PARK.name.rpartition("/")[2]: 4})
    tried.judge(case(URBAN), NOW)
    tried.judge(case(POLICE), NOW)
    verdict = tried.verdict(is_cut_off=True)
    assert (verdict.lasting, verdict.ending, verdict.is_cut_off) == (1, 1, True)


@pytest.mark.parametrize("asking", ORGANS)
@pytest.mark.parametrize(
    ("camera", "levels"),
    [(SECRET, {}), (replace(PARK, operator=OPERATOR.agency), {PARK.name.rpartition("/")[2]: 5})],
    ids=["that are", "that become"],
)
def test_state_secrets_are_told_to_national_security_only(
    asking: AgencyKind, camera: Camera, levels: dict[str, int]
) -> None:
    tried = trial(GENESIS, asking, camera_levels=levels)
    for who in (SECURITY, OPERATOR, POLICE):
        tried.judge(case(who, camera), NOW)
    verdict = tried.verdict(is_cut_off=False)
    is_told = verdict.lasting + verdict.ending > 0
    assert is_told == (asking is AgencyKind.NATIONAL_SECURITY)
    assert bool(verdict.reasons) <= is_told


def test_the_list_is_bounded_and_begins_with_the_most_sessions() -> None:
    tried = trial()
    for number in range(MOST_TOLD + 5):
        for _ in range(1 + (number == 7)):
            tried.judge(case(replace(URBAN, name=f"principals/urban-{number:03}")), NOW)
    verdict = tried.verdict(is_cut_off=False)
    assert (len(verdict.reasons), verdict.ending) == (MOST_TOLD, MOST_TOLD + 6)
    assert verdict.reasons[0] == (("principals/urban-007", "live", URBAN_LIVE, "default-deny"), 2)
