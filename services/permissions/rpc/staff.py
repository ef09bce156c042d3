"""StaffService: trainings and duty shifts, protobuf ↔ domain."""

from collections.abc import Callable
from typing import TypeVar

from google.protobuf.message import Message

from kapok.permissions.v1 import staff_pb2
from kapok.permissions.v1 import staff_service_pb2 as pb
from services.permissions.agencies.staff import Staff, StaffDraft
from services.permissions.agencies.staff_record import StaffEntry, StaffKind
from services.permissions.rpc import messages, paging
from services.permissions.rpc.callers import principal_of_call
from services.permissions.rpc.messages import instant, stamp

M = TypeVar("M", bound=Message)


class StaffServicer:
    """Every method speaks for the principal that the gateway identified."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff

    async def RegisterTraining(self, request: pb.RegisterTrainingRequest, _context: object) -> staff_pb2.Training:
        principal, asked = principal_of_call(), request.training
        draft = StaffDraft(
            StaffKind.TRAINING,
            messages.named("principal", asked.person, "training.person"),
            instant(asked.start_time, "training.start_time"),
            instant(asked.end_time, "training.end_time"),
            asked.certificate_number,
        )
        return training(await self._staff.train(principal, draft))

    async def RevokeTraining(self, request: pb.RevokeTrainingRequest, _context: object) -> staff_pb2.Training:
        principal, name = principal_of_call(), messages.named("training", request.name, "name")
        return training(await self._staff.end(principal, name, request.reason))

    async def ListTrainings(self, request: pb.ListTrainingsRequest, _context: object) -> pb.ListTrainingsResponse:
        shown, token = await self._list(StaffKind.TRAINING, training, request)
        return pb.ListTrainingsResponse(trainings=shown, next_page_token=token)

    async def EnterShift(self, request: pb.EnterShiftRequest, _context: object) -> staff_pb2.Shift:
        principal, asked = principal_of_call(), request.shift
        draft = StaffDraft(
            StaffKind.SHIFT,
            messages.named("principal", asked.person, "shift.person"),
            instant(asked.start_time, "shift.start_time") if asked.HasField("start_time") else None,
            instant(asked.end_time, "shift.end_time"),
        )
        return shift(await self._staff.enter(principal, draft))

    async def EndShift(self, request: pb.EndShiftRequest, _context: object) -> staff_pb2.Shift:
        principal, name = principal_of_call(), messages.named("shift", request.name, "name")
        return shift(await self._staff.end(principal, name, request.reason))

    async def ListShifts(self, request: pb.ListShiftsRequest, _context: object) -> pb.ListShiftsResponse:
        shown, token = await self._list(StaffKind.SHIFT, shift, request)
        return pb.ListShiftsResponse(shifts=shown, next_page_token=token)

    async def _list(
        self,
        kind: StaffKind,
        told: Callable[[StaffEntry], M],
        request: pb.ListTrainingsRequest | pb.ListShiftsRequest,
    ) -> tuple[list[M], str]:
        """A page, and the token of the next."""
        principal, person = principal_of_call(), messages.named("principal", request.parent, "parent")
        size, before = paging.by_time(kind.name.lower(), request)
        found = await self._staff.list(principal, person, kind, before, size + 1)
        return paging.fitting(found, size, told, lambda one: (one.ends_at, one.name))


def training(entry: StaffEntry) -> staff_pb2.Training:
    """A training on record."""
    early = entry.early_end
    return staff_pb2.Training(
        name=entry.name,
        person=entry.person,
        certificate_number=entry.number,
        start_time=stamp(entry.starts_at),
        end_time=stamp(entry.ends_at),
        registered_by=entry.entered_by,
        register_time=stamp(entry.entered_at),
        revoke_time=stamp(early.at) if early else None,
        revoked_by=early.principal if early else "",
        revoke_reason=early.reason if early else "",
    )


def shift(entry: StaffEntry) -> staff_pb2.Shift:
    """A shift on record."""
    early = entry.early_end
    return staff_pb2.Shift(
        name=entry.name,
        person=entry.person,
        start_time=stamp(entry.starts_at),
        end_time=stamp(entry.ends_at),
        entered_by=entry.entered_by,
        enter_time=stamp(entry.entered_at),
        early_end_time=stamp(early.at) if early else None,
        ended_by=early.principal if early else "",
        end_reason=early.reason if early else "",
    )
