"""Operators and camera systems: which are refused, what an update may change, and that the database loses nothing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kapok.registry.v1 import system_pb2
from services.chassis.errors import InvalidArgument
from services.registry import system as systems
from services.registry.system import (
    Acceptance,
    Attestation,
    CameraSystem,
    Funding,
    LifeState,
    MaintenanceCheck,
    Operator,
    Qualification,
    ResponsibleEntity,
    StaffMember,
)
from tests.unit.registry.systems import CHECK, HASH, LATER, NOW, QUALIFIED, SEEN, TRAINED, operator, system

MINUTE = timedelta(minutes=1)
MAIL = ResponsibleEntity("owner", 1, agreement_number="7", agreement_sha256=HASH)


def system_fields(wrong: CameraSystem) -> list[str]:
    return [violation.field.removeprefix("camera_system.") for violation in systems.violations(wrong)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (systems.Role, system_pb2.ResponsibleEntity.Role),
        (systems.FundingKind, system_pb2.Funding.Kind),
        (systems.Work, system_pb2.Qualification.Work),
    ],
)
def test_the_numbers_are_those_of_the_api(ours: type[IntEnum], theirs: Any) -> None:
    named = {name.partition("_")[2]: number for name, number in theirs.items() if number}
    assert {value.name: value.value for value in ours} == named


def test_names_tell_the_agency_and_the_revision_tells_the_etag() -> None:
    assert (system().operator, system().parent) == ("agencies/parks", "operators/parks")
    assert (operator().agency, operator(revision=3).etag, system(revision=7).etag) == ("agencies/parks", "r3", "r7")
    assert systems.system_name("operators/parks", "north") == system().name


@pytest.mark.parametrize("identifier", ["a", "north-2", "x" * 40])
def test_a_system_is_named_by_its_operator(identifier: str) -> None:
    assert systems.is_system_id(identifier)
    assert systems.is_system_name(f"operators/parks/systems/{identifier}")


@pytest.mark.parametrize("identifier", ["", "x" * 41, "A", "a--b", "-a", "a-", "a/b", "a\n", "é", "a/systems/b"])
def test_other_identifiers_name_no_system(identifier: str) -> None:
    assert not systems.is_system_id(identifier)
    assert not systems.is_system_name(f"operators/parks/systems/{identifier}")
    assert not systems.is_system_name(f"operators/{identifier}/systems/north") or len(identifier) == 41


def test_a_sound_system_passes_whole_and_bare() -> None:
    assert systems.violations(system(display_name="北\u3000门")) == []
    assert systems.violations(CameraSystem("operators/a/systems/b", "b", LifeState.PLANNED, NOW, NOW)) == []


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"display_name": " "}, "display_name"),
    ({"display_name": "x" * 201}, "display_name"),
    ({"display_name": "right\u202eleft"}, "display_name"),
    ({"funding": Funding(0)}, "funding.kind"),
    ({"funding": Funding(1, "x" * 101)}, "funding.procedure_reference"),
    ({"qualifications": QUALIFIED * 7}, "qualifications"),
    ({"qualifications": (Qualification(4, "e", "n", NOW),)}, "qualifications[0].work"),
    ({"qualifications": (*QUALIFIED, Qualification(1, "", "n", NOW))}, "qualifications[3].entity"),
    ({"qualifications": (Qualification(1, "e", "", NOW),)}, "qualifications[0].number"),
    ({"qualifications": (Qualification(1, "e", "n", None),)}, "qualifications[0].expire_time"),
    ({"acceptance": Acceptance("", "p", NOW)}, "acceptance.certificate_number"),
    ({"acceptance": Acceptance("A", "", NOW)}, "acceptance.issuer"),
    ({"acceptance": Acceptance("A", "p", None)}, "acceptance.accept_time"),
    ({"sign": Attestation(NOW, HASH[1:], "w")}, "sign.photo_sha256"),
    ({"sign": Attestation(NOW, HASH + "\n", "w")}, "sign.photo_sha256"),
    ({"sign": Attestation(NOW, "g" * 64, "w")}, "sign.photo_sha256"),
    ({"sign": Attestation(None, HASH, "w")}, "sign.attest_time"),
    ({"sign": Attestation(datetime(1, 1, 1, tzinfo=UTC), HASH, "w")}, "sign.attest_time"),
    ({"sign": Attestation(datetime(9999, 1, 1, tzinfo=UTC), HASH, "w")}, "sign.attest_time"),
    ({"sign": Attestation(datetime(2026, 1, 1), HASH, "w")}, "sign.attest_time"),
    ({"password_exclusion": Attestation(NOW, HASH, "")}, "password_exclusion.attested_by"),
    ({"staff": tuple(replace(TRAINED, number=f"{n}") for n in range(501))}, "staff"),
    ({"staff": (replace(TRAINED, number="王小明"),)}, "staff[0].number"),
    ({"staff": (replace(TRAINED, number="x" * 33),)}, "staff[0].number"),
    ({"staff": (TRAINED, TRAINED)}, "staff[1].number"),
    ({"staff": (replace(TRAINED, training_issuer="police"),)}, "staff[0].training_issuer"),
    ({"staff": (replace(TRAINED, training_certificate="a\tb"),)}, "staff[0].training_certificate"),
    ({"required_staff_count": -1}, "required_staff_count"),
    ({"required_staff_count": 10_001}, "required_staff_count"),
    ({"storage_days": -1}, "storage_days"),
    ({"storage_days": 3651}, "storage_days"),
    ({"storage_citation": "x" * 101}, "storage_citation"),
    ({"checks": (CHECK,) * 101}, "checks"),
    ({"checks": (replace(CHECK, checked_at=None),)}, "checks[0].check_time"),
    ({"checks": (replace(CHECK, checked_by=""),)}, "checks[0].checked_by"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG)
def test_one_wrong_field_is_named_with_its_path(changes: dict[str, Any], field: str) -> None:
    assert system_fields(system(**changes)) == [field]


@pytest.mark.parametrize(
    "changes",
    [
        {"display_name": "x" * 200},
        {"storage_days": 3650, "required_staff_count": 10_000},
        {"staff": tuple(StaffMember(f"{n}") for n in range(500))},
        {"checks": (CHECK,) * 100},
        {"qualifications": (QUALIFIED * 7)[:20]},
    ],
)
def test_what_just_fits_passes(changes: dict[str, Any]) -> None:
    assert system_fields(system(**changes)) == []


def test_a_hostile_record_gets_a_bounded_answer() -> None:
    crowd = tuple(StaffMember("x" * 10_000, training_issuer="y" * 10_000) for _ in range(500))
    told = systems.violations(system(display_name="", staff=crowd, storage_days=-1))
    assert len(told) == 20
    assert sum(len(violation.description) for violation in told) < 4_000


@pytest.mark.parametrize(
    ("entity", "field"),
    [
        (replace(MAIL, agreement_sha256=""), "[0].agreement_sha256"),
        (replace(MAIL, agreement_number=""), "[0].agreement_number"),
        (replace(MAIL, agreement_sha256="AB" * 32), "[0].agreement_sha256"),
        (replace(MAIL, role=0), "[0].role"),
        (replace(MAIL, display_name=""), "[0].display_name"),
        (replace(MAIL, contact="x" * 101), "[0].contact"),
    ],
)
def test_a_wrong_responsible_entity_is_named(entity: ResponsibleEntity, field: str) -> None:
    told = [v.field for v in systems.operator_violations(operator(responsible_entities=(entity,)))]
    assert told == [f"operator.responsible_entities{field}"]


def test_an_operator_names_one_to_twenty_responsible_entities() -> None:
    for number, wrong in [(0, 1), (1, 0), (20, 0), (21, 1)]:
        assert len(systems.operator_violations(operator(responsible_entities=(MAIL,) * number))) == wrong


def test_a_registration_is_planned_whatever_the_draft_claims() -> None:
    new = systems.planned("operators/zoo/systems/a", system(revision=9), LATER)
    assert (new.name, new.state, new.etag) == ("operators/zoo/systems/a", LifeState.PLANNED, "r1")
    assert (new.created_at, new.updated_at) == (LATER, LATER)
    with pytest.raises(InvalidArgument):
        systems.planned("operators/zoo/systems/a", system(display_name=""), LATER)


def test_an_update_changes_the_fields_of_its_mask_and_nothing_else() -> None:
    draft = system(display_name="new", storage_days=60, state=LifeState.RETIRED, name="operators/x/systems/y")
    changed = systems.apply(system(), ("storage_days",), draft, NOW + MINUTE)
    assert changed == system(storage_days=60, revision=2, updated_at=NOW + MINUTE)


def test_every_field_of_the_record_can_be_changed_and_no_output_can() -> None:
    columns = {"name", "state", "created_at", "updated_at", "revision"}
    mask = [name for name in CameraSystem.__dataclass_fields__ if name not in columns]
    assert systems.apply(system(display_name="old"), mask, system(), NOW) == system(revision=2)
    outputs = set(system_pb2.CameraSystem.DESCRIPTOR.fields_by_name) - set(mask)
    for path in outputs:
        with pytest.raises(InvalidArgument, match=path) as refused:
            systems.apply(system(), ("staff", path), system(), NOW)
        assert "not a whole field" not in refused.value.message, "an output is told from a word that means nothing"


@pytest.mark.parametrize("mask", [(), ("*",), ("sign.photo_sha256",), ("nonsense",), ("x" * 9999,), ("staff",) * 33])
def test_a_mask_names_whole_changeable_fields_only(mask: tuple[str, ...]) -> None:
    with pytest.raises(InvalidArgument) as refused:
        systems.apply(system(), mask, system(), NOW)
    assert [violation.field for violation in refused.value.violations] == ["update_mask"]
    assert len(refused.value.message) < 500, "hostile words are not repeated whole"


def test_a_state_in_the_mask_is_refused_with_the_verb_that_changes_it() -> None:
    with pytest.raises(InvalidArgument, match="TransitionCameraSystem"):
        systems.apply(system(), ("state",), system(), NOW)


def test_an_acceptance_on_record_is_corrected_but_not_taken_back() -> None:
    corrected = system(acceptance=Acceptance("A-2", "police", NOW))
    assert systems.apply(system(), ("acceptance",), corrected, NOW).acceptance == corrected.acceptance
    for emptied in (None, Acceptance("", "", None)):
        with pytest.raises(InvalidArgument, match=r"camera_system\.acceptance"):
            systems.apply(system(), ("acceptance",), system(acceptance=emptied), NOW)
    assert systems.apply(system(acceptance=None), ("acceptance",), system(acceptance=None), NOW).acceptance is None


def test_an_update_tells_everything_that_would_be_wrong() -> None:
    draft = system(storage_days=-1, sign=replace(SEEN, photo_sha256=""), acceptance=None)
    with pytest.raises(InvalidArgument) as refused:
        systems.apply(system(), ("storage_days", "sign", "acceptance"), draft, NOW)
    told = {violation.field for violation in refused.value.violations}
    assert told == {f"camera_system.{name}" for name in ("storage_days", "sign.photo_sha256", "acceptance")}


def test_an_operators_record_is_renewed_whole() -> None:
    first = systems.renewed(None, operator(revision=5), NOW)
    assert first == operator(revision=1)
    second = systems.renewed(first, operator(display_name="b", responsible_entities=(MAIL,)), LATER)
    assert second == Operator("operators/parks", "b", LATER, (MAIL,), 2)
    with pytest.raises(InvalidArgument, match="Article 7"):
        systems.renewed(first, operator(responsible_entities=()), LATER)


times = st.datetimes(timezones=st.just(UTC))
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
attestations = st.none() | st.builds(Attestation, st.none() | times, texts, texts)
whole_systems = st.builds(
    CameraSystem, texts, texts, st.sampled_from(LifeState), times, times, st.integers(1, 9),
    st.none() | st.builds(Funding, st.integers(0, 3), texts),
    st.lists(st.builds(Qualification, st.integers(0, 3), texts, texts, st.none() | times), max_size=3).map(tuple),
    st.none() | st.builds(Acceptance, texts, texts, st.none() | times), st.booleans(), attestations, attestations,
    st.lists(
        st.builds(StaffMember, texts, st.booleans(), texts, texts, st.none() | times), max_size=3).map(tuple),
    st.integers(-9, 9), st.booleans(), st.integers(-9, 9), texts,
    st.lists(
        st.builds(MaintenanceCheck, st.none() | times, st.booleans(), st.booleans(), st.booleans(), texts), max_size=3
    ).map(tuple),
)  # fmt: skip
whole_operators = st.builds(
    Operator, texts, texts, times,
    st.lists(st.builds(ResponsibleEntity, texts, st.integers(0, 3), texts, texts, texts), max_size=3).map(tuple),
    st.integers(1, 9),
)  # fmt: skip


@given(whole_systems)
def test_what_the_database_keeps_of_a_system_is_all_of_it(kept: CameraSystem) -> None:
    columns = CameraSystem(
        kept.name, kept.display_name, kept.state, kept.created_at, kept.updated_at, revision=kept.revision
    )
    assert systems.from_json(columns, systems.to_json(kept)) == kept


@given(whole_operators)
def test_what_the_database_keeps_of_an_operator_is_all_of_it(kept: Operator) -> None:
    columns = Operator(kept.name, kept.display_name, kept.updated_at, revision=kept.revision)
    assert systems.operator_from_json(columns, systems.operator_to_json(kept)) == kept


def test_the_text_holds_no_column_and_reads_without_what_a_release_did_not_know() -> None:
    kept = json.loads(systems.to_json(system()))
    assert not kept.keys() & {"name", "display_name", "state", "revision", "created_at", "updated_at"}
    del kept["checks"]
    columns = CameraSystem("operators/parks/systems/north", "北门", LifeState.IN_SERVICE, NOW, NOW)
    assert systems.from_json(columns, json.dumps({**kept, "of_a_later_release": 1})) == system(checks=())
