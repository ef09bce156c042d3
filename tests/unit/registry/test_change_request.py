"""Change requests: what may be asked, and that each is decided once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kapok.registry.v1 import changes_service_pb2
from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument
from services.registry import change_request
from services.registry.change_request import CameraChange, ChangeState, decide, violations, withdraw
from tests.unit.registry.systems import NOW

CAMERA = "districts/440104/cameras/44010400001320000017"
ASKED = CameraChange("cameraChanges/1", CAMERA, "the gate moved", "principals/parks", NOW, place="south gate")
POLICE = "principals/police-yuexiu"
LATER = NOW + timedelta(hours=1)


def fields_of(change: CameraChange) -> list[str]:
    return [violation.field.removeprefix("camera_change.") for violation in violations(change)]


def test_the_states_are_those_of_the_api() -> None:
    ours = {f"STATE_{state.name}": state.value for state in ChangeState}
    assert ours == {k: v for k, v in changes_service_pb2.CameraChange.State.items() if v}


@pytest.mark.parametrize(
    "changes",
    [
        {"place": "厕所门外广场"},
        {"latitude": 23.1, "longitude": 113.2},
        {"direction": 0.0},
        {"direction": 359.9},
        {"category": 13},
        {"premises": 6},
        {"purpose": "traffic"},
    ],
)
def test_one_change_is_enough(changes: dict[str, Any]) -> None:
    change = replace(ASKED, **{"place": None, **changes})
    assert violations(change) == []
    change_request.refuse_unless_sound(change)
    assert change.changes == changes, "what is not set stays as it is"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"place": None}, "camera_change"),
        ({"camera": "districts/440104/cameras/1"}, "camera"),
        ({"camera": "districts/440105/cameras/44010400001320000017"}, "camera"),
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"place": ""}, "place"),
        ({"place": "x" * 201}, "place"),
        ({"purpose": "a\nb"}, "purpose"),
        ({"latitude": 23.1}, "position"),
        ({"latitude": 0.0, "longitude": 0.0}, "position"),
        ({"latitude": float("nan"), "longitude": 113.2}, "position"),
        ({"direction": 360.0}, "direction_degrees"),
        ({"direction": -0.1}, "direction_degrees"),
        ({"direction": float("inf")}, "direction_degrees"),
        ({"category": 14}, "place_category"),
        ({"category": 0}, "place_category"),
        ({"premises": 7}, "premises"),
    ],
)
def test_one_wrong_field_is_named(changes: dict[str, Any], field: str) -> None:
    wrong = replace(ASKED, **changes)
    assert fields_of(wrong) == [field]
    with pytest.raises(InvalidArgument) as refused:
        change_request.refuse_unless_sound(wrong)
    assert refused.value.reason == "FIELD_INVALID"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"premises": 20}, "premises"), ({"place": "女厕所"}, "place"), ({"purpose": "dorms"}, "purpose")],
)
def test_a_move_into_a_place_of_privacy_is_refused_whatever_else_is_wrong(changes: dict[str, Any], field: str) -> None:
    private = replace(ASKED, direction=400.0, **changes)
    with pytest.raises(InvalidArgument) as refused:
        change_request.refuse_unless_sound(private)
    assert (refused.value.reason, refused.value.metadata["article"]) == ("PLACE_OF_PRIVACY", "Article 6 ¶2")
    assert fields_of(private) == [field, "direction_degrees"]


@pytest.mark.parametrize(("approved", "state"), [(True, ChangeState.APPROVED), (False, ChangeState.REJECTED)])
def test_a_decision_is_on_record_with_who_when_and_why(approved: bool, state: ChangeState) -> None:
    decided = decide(ASKED, POLICE, approved, "seen on site", LATER)
    assert (decided.state, decided.decided_by, decided.decided_at) == (state, POLICE, LATER)
    assert decided.decision_reason == "seen on site"
    assert decided.changes == ASKED.changes


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\x00b"])
def test_a_decision_says_why(reason: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        decide(ASKED, POLICE, True, reason, LATER)
    assert [violation.field for violation in refused.value.violations] == ["reason"]


def test_a_request_is_taken_back_before_it_is_decided() -> None:
    withdrawn = withdraw(ASKED, "principals/parks", LATER)
    assert (withdrawn.state, withdrawn.decided_by) == (ChangeState.WITHDRAWN, "principals/parks")


@pytest.mark.parametrize(
    "settled",
    [decide(ASKED, POLICE, True, "y", NOW), decide(ASKED, POLICE, False, "n", NOW), withdraw(ASKED, POLICE, NOW)],
)
def test_what_is_settled_stays_so_and_says_by_whom_and_when(settled: CameraChange) -> None:
    said = f"{settled.state.name.lower()} by {POLICE} at 2026-01-01 00:00 UTC"
    with pytest.raises(FailedPrecondition, match=said) as refused:
        decide(settled, "principals/other", False, "", LATER)
    assert (refused.value.reason, refused.value.metadata["state"]) == ("STATE_WRONG", settled.state.name)
    with pytest.raises(FailedPrecondition, match=said):
        withdraw(settled, "principals/parks", LATER)


def test_nobody_decides_the_request_of_its_own_agency() -> None:
    change_request.refuse_own_decision("agencies/parks", "agencies/police-yuexiu")
    with pytest.raises(Denied, match="asked for this change"):
        change_request.refuse_own_decision("agencies/police-yuexiu", "agencies/police-yuexiu")
