"""Staff over gRPC: entered, listed by pages, ended; what is spelt wrong is refused by field."""

from datetime import timedelta
from typing import Any

import pytest

from kapok.permissions.v1 import agencies_service_pb2, genesis_pb2, staff_pb2
from kapok.permissions.v1 import staff_service_pb2 as pb
from services.chassis.errors import InvalidArgument
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after

LI = "principals/li-wei"


async def call(stage: Stage, name: str, verb: str, request: Any) -> Any:
    return await stage.call_for(name, f"kapok.permissions.v1.StaffService.{verb}", request)


@pytest.fixture
async def office(stage: Stage) -> Stage:
    """The metro has a person."""
    person = genesis_pb2.Principal(name=LI, agency="agencies/metro", clearance=1, is_person=True)
    request = agencies_service_pb2.RegisterPrincipalRequest(principal=person)
    await stage.call_for("metro", "kapok.permissions.v1.AgenciesService.RegisterPrincipal", request)
    return stage


async def test_a_person_is_trained_put_on_duty_and_looks_until_its_shift_is_ended(office: Stage) -> None:
    training = staff_pb2.Training(
        person=LI, certificate_number="T-1", start_time=after(timedelta(0)), end_time=after(timedelta(days=1))
    )
    made = await call(office, "police-guangzhou", "RegisterTraining", pb.RegisterTrainingRequest(training=training))
    assert (made.registered_by, made.certificate_number) == ("principals/police-guangzhou", "T-1")
    assert list((await office.check("li-wei", city.STREET, "LIVE")).lacking) == ["on-duty"]
    shift = staff_pb2.Shift(person=LI, end_time=after(timedelta(hours=1)))
    shifts = [await call(office, "metro", "EnterShift", pb.EnterShiftRequest(shift=shift)) for _ in range(3)]
    allowed = await office.check("li-wei", city.STREET, "LIVE")
    assert (allowed.rule, allowed.valid_until) == ("art21-live-own", shift.end_time)
    first = await call(office, "li-wei", "ListShifts", pb.ListShiftsRequest(parent=LI, page_size=2))
    rest = pb.ListShiftsRequest(parent=LI, page_size=2, page_token=first.next_page_token)
    second = await call(office, "police-guangzhou", "ListShifts", rest)
    assert {one.name for one in (*first.shifts, *second.shifts)} == {one.name for one in shifts}
    assert (len(first.shifts), len(second.shifts), second.next_page_token) == (2, 1, "")
    for one in shifts:
        over = await call(office, "metro", "EndShift", pb.EndShiftRequest(name=one.name, reason="went home"))
        assert (over.ended_by, over.HasField("early_end_time")) == ("principals/metro", True)
    assert not (await office.check("li-wei", city.STREET, "LIVE")).allowed
    gone = await call(
        office, "police-guangzhou", "RevokeTraining", pb.RevokeTrainingRequest(name=made.name, reason="x")
    )
    [listed] = (await call(office, "metro", "ListTrainings", pb.ListTrainingsRequest(parent=LI))).trainings
    assert listed == gone


@pytest.mark.parametrize(
    "request_of",
    [
        lambda: ("EnterShift", pb.EnterShiftRequest(shift=staff_pb2.Shift(person=LI))),
        lambda: ("EnterShift", pb.EnterShiftRequest(shift=staff_pb2.Shift(person="li", end_time=after(timedelta(1))))),
        lambda: ("EndShift", pb.EndShiftRequest(name="shifts/1", reason="x")),
        lambda: ("EndShift", pb.EndShiftRequest(name=f"trainings/{'0' * 36}", reason="x")),
        lambda: ("ListShifts", pb.ListShiftsRequest(parent=LI, page_size=-1)),
        lambda: ("ListShifts", pb.ListShiftsRequest(parent=LI, page_token="x")),
        lambda: ("ListShifts", pb.ListShiftsRequest(parent="")),
        lambda: ("ListTrainings", pb.ListTrainingsRequest(parent=LI, page_token="bmFu")),
    ],
)
async def test_what_is_spelt_wrong_is_refused(office: Stage, request_of: Any) -> None:
    verb, request = request_of()
    with pytest.raises(InvalidArgument):
        await call(office, "metro", verb, request)
