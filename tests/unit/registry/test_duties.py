"""Duties: what each gap owes, in which states, from which moment on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.duties import CONSEQUENCES, DUE_DAYS, RULES, due, owed, owed_by_operator
from services.registry.lifecycle import LifeState, missing_for
from services.registry.system import CameraSystem, Funding, FundingKind, StaffMember
from tests.unit.registry.systems import CHECK, LATER, MUNICIPAL, NOW, SEEN, TINY, TRAINED, operator, qualified, system

OPERATED = [LifeState.IN_SERVICE, LifeState.SUSPENDED_BY_OPERATOR, LifeState.SUSPENDED_BY_PUBLIC_SECURITY]
DAY = timedelta(days=1)
BARE = {
    "funding": Funding(FundingKind.DISTRICT), "qualifications": qualified(design=NOW, construction=NOW),
    "acceptance": None, "sign": None, "password_exclusion": None, "staff": (), "required_staff_count": 1,
    "storage_days": 0, "checks": (),
}  # fmt: skip
PAPERS = {"art8-acceptance", "art9-procedure", "art13-design", "art13-construction"}


def rules(owing: CameraSystem, *, has_finance_cameras: bool = True) -> list[str]:
    return [duty.rule for duty in owed(owing, NOW, has_finance_cameras, MUNICIPAL)]


@pytest.mark.parametrize("state", LifeState)
def test_a_whole_system_owes_nothing(state: LifeState) -> None:
    assert rules(system(state=state)) == []


GAPS: list[tuple[dict[str, Any], str]] = [
    ({"sign": None}, "art12-sign"),
    ({"sign": replace(SEEN, attested_at=NOW + TINY)}, "art12-sign"),
    ({"qualifications": qualified(maintenance=NOW)}, "art13-maintenance"),
    ({"qualifications": ()}, "art13-maintenance"),
    ({"qualifications": qualified(maintenance=LATER, design=NOW)}, "art13-design"),
    ({"qualifications": qualified(maintenance=LATER, construction=NOW)}, "art13-construction"),
    ({"acceptance": None}, "art8-acceptance"),
    ({"password_exclusion": None}, "art6-password-exclusion"),
    ({"required_staff_count": 2}, "art20-staff-count"),
    ({"staff": (replace(TRAINED, is_full_time=False),)}, "art20-staff-count"),
    ({"staff": (TRAINED, StaffMember("S-2", True))}, "art23-training"),
    ({"staff": (), "required_staff_count": 0}, "art21-monitoring-room"),
    ({"storage_days": 29}, "art21-storage"),
    ({"checks": ()}, "art22-check"),
    ({"checks": (replace(CHECK, checked_at=NOW - 90 * DAY - TINY),)}, "art22-check"),
    ({"checks": (replace(CHECK, checked_at=NOW + TINY),)}, "art22-check"),
    ({"checks": (replace(CHECK, storage_ok=False), replace(CHECK, checked_at=NOW - DAY))}, "art22-check"),
    ({"funding": Funding(FundingKind.MUNICIPAL)}, "art9-procedure"),
]


@pytest.mark.parametrize("state", OPERATED)
@pytest.mark.parametrize(("changes", "rule"), GAPS)
def test_each_gap_of_an_operated_system_is_one_duty(changes: dict[str, Any], rule: str, state: LifeState) -> None:
    assert rules(system(state=state, **changes)) == [rule]


@pytest.mark.parametrize(
    "changes",
    [
        {"is_fixed_place": False, "sign": None},
        {"storage_days": 1, "storage_citation": "Escort Rules §4"},
        {"checks": (replace(CHECK, checked_at=NOW - 90 * DAY),)},
        {"checks": (replace(CHECK, checked_at=NOW - DAY, front_end_ok=False), CHECK)},
        {"staff": (), "required_staff_count": 0, "has_monitoring_room": False},
        {"qualifications": (*qualified(maintenance=NOW), *qualified(maintenance=NOW + TINY))},
    ],
)
def test_what_is_in_order_or_not_asked_for_is_not_owed(changes: dict[str, Any]) -> None:
    assert rules(system(**changes)) == []


@pytest.mark.parametrize("state", [LifeState.UNSPECIFIED, LifeState.PLANNED, LifeState.RETIRED])
def test_a_planned_and_a_retired_system_owe_nothing(state: LifeState) -> None:
    assert rules(system(state=state, **BARE)) == []


@pytest.mark.parametrize("state", [LifeState.BUILT, LifeState.ACCEPTED])
def test_a_system_that_never_served_owes_its_papers_only(state: LifeState) -> None:
    assert set(rules(system(state=state, **BARE))) == PAPERS


def test_everything_is_owed_at_once_in_the_order_of_the_articles() -> None:
    assert rules(system(**BARE)) == [
        name for name in RULES if name not in {"art7-responsible-entities", "art16-freshness", "art23-training"}
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"training_expires_at": NOW},
        {"training_expires_at": None},
        {"training_certificate": ""},
        {"training_issuer": ""},
        {"training_issuer": "agencies/parks"},
        {"training_issuer": "agencies/police-yuexiu"},
    ],
)
def test_only_a_valid_training_of_municipal_public_security_counts(changes: dict[str, Any]) -> None:
    untrained = system(staff=(replace(TRAINED, **changes),))
    assert rules(untrained) == ["art20-staff-count", "art23-training"]


def test_a_training_counts_until_the_moment_it_expires() -> None:
    assert rules(system(staff=(replace(TRAINED, training_expires_at=NOW + TINY),))) == []


def test_untrained_staff_is_one_duty_that_counts_them_and_names_the_first() -> None:
    crowd = system(staff=(TRAINED, *(StaffMember(f"X-{number}") for number in range(300))))
    (duty,) = owed(crowd, NOW, True, MUNICIPAL)
    assert duty.sentence.startswith("300 of its staff")
    assert "X-0, X-1, X-2, X-3, X-4, …" in duty.sentence
    assert "X-5" not in duty.sentence


def test_passwords_concern_systems_with_cameras_of_finance_places_only() -> None:
    assert rules(system(password_exclusion=None), has_finance_cameras=False) == []


def test_an_operator_owes_its_responsible_entities() -> None:
    assert owed_by_operator(operator()) == ()
    (duty,) = owed_by_operator(operator(responsible_entities=()))
    assert (duty.rule, duty.article) == ("art7-responsible-entities", "Article 7")


def test_every_rule_has_a_consequence_and_a_term() -> None:
    assert CONSEQUENCES.keys() == DUE_DAYS.keys() == RULES.keys()
    assert {text.split()[1] for text in CONSEQUENCES.values()} <= {str(article) for article in range(24, 30)}
    assert due("art12-sign", NOW) == NOW + 30 * DAY
    assert due("art6-password-exclusion", NOW) == NOW + 7 * DAY
    assert due("a rule of a later release", NOW) == NOW + 30 * DAY


@given(st.sets(st.sampled_from(sorted(BARE))), st.booleans())
def test_a_system_that_lacks_nothing_for_service_owes_no_paper_of_it(gaps: set[str], has_finance_cameras: bool) -> None:
    some = system(**{name: BARE[name] for name in gaps})
    missing = set(missing_for(some, LifeState.IN_SERVICE, has_finance_cameras, NOW))
    duties = set(owed(some, NOW, has_finance_cameras, MUNICIPAL))
    assert missing <= duties
    papers = {"art6-password-exclusion", "art12-sign", "art13-maintenance", "art21-storage"}
    assert {duty for duty in duties if duty.rule in papers} == missing
