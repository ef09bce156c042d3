"""StaffService: trainings and duty shifts, protobuf ↔ domain."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime

from kapok.permissions.v1 import staff_pb2
from kapok.permissions.v1 import staff_service_pb2 as pb
from services.chassis.errors import InvalidArgument, Violation
from services.permissions.rpc import messages
from services.permissions.rpc.callers import principal_of_call
from services.permissions.rpc.messages import instant, stamp
from services.permissions.staff import Staff, StaffDraft
from services.permissions.staff_record import StaffEntry, StaffKind

_USUAL_PAGE, _LARGEST_PAGE = 50, 1000
_Position = tuple[datetime, str]


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
        found, token = await self._list(StaffKind.TRAINING, request)
        return pb.ListTrainingsResponse(trainings=map(training, found), next_page_token=token)

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
        found, token = await self._list(StaffKind.SHIFT, request)
        return pb.ListShiftsResponse(shifts=map(shift, found), next_page_token=token)

    async def _list(
        self, kind: StaffKind, request: pb.ListTrainingsRequest | pb.ListShiftsRequest
    ) -> tuple[Sequence[StaffEntry], str]:
        """A page, and the token of the next."""
        principal, person = principal_of_call(), messages.named("principal", request.parent, "parent")
        if request.page_size < 0:
            raise InvalidArgument(Violation("page_size", "must not be negative"))
        size, before = min(request.page_size or _USUAL_PAGE, _LARGEST_PAGE), _position(request.page_token)
        found = await self._staff.list(principal, person, kind, before, size + 1)
        return found[:size], _token(found[size - 1]) if len(found) > size else ""


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


def _token(last: StaffEntry) -> str:
    return base64.urlsafe_b64encode(f"{last.ends_at.timestamp()!r} {last.name}".encode()).decode()


def _position(token: str) -> _Position | None:
    if not token:
        return None
    try:
        seconds, _, name = base64.urlsafe_b64decode(token).decode().partition(" ")
        return datetime.fromtimestamp(float(seconds), UTC), name
    except (binascii.Error, ValueError, OverflowError, OSError):
        raise InvalidArgument(Violation("page_token", "is not of this list: start again without it")) from None
