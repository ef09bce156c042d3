"""How a call failed, as the caller is told: a service's own status byte for byte, or one of ours."""

from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode
from grpc.aio import AioRpcError

from services.chassis import errors, rpc_status
from services.gateway.refusal import Refusal

_DETAILS_KEY = "grpc-status-details-bin"
_REFUSALS = frozenset({StatusCode.PERMISSION_DENIED, StatusCode.UNAUTHENTICATED})
_FAULTS = frozenset({StatusCode.UNKNOWN, StatusCode.INTERNAL})
Metadata = tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A status that is not OK. ``trailers`` hold google.rpc.Status, serialised, when there is one.

    ``is_overrun``: it was beyond a limit of ours, and goes on record by its count. What services limit says of cameras
    what is theirs to record.
    """

    code: StatusCode
    message: str
    trailers: Metadata = ()
    is_overrun: bool = False

    @property
    def is_refusal(self) -> bool:
        """Whether it goes on record: whatever permission refuses, and whatever an article does."""
        return self.code in _REFUSALS or (
            self.code is StatusCode.INVALID_ARGUMENT and "article" in self._info().metadata
        )

    def status(self) -> status_pb2.Status:
        """The rich status; code and message alone when the service sent no more."""
        for key, value in self.trailers:
            if key == _DETAILS_KEY:
                try:
                    return status_pb2.Status.FromString(value)
                except DecodeError:
                    break
        return status_pb2.Status(code=self.code.value[0], message=self.message)

    def refusal(self, principal: str, method: str, request_id: str) -> Refusal:
        """What the ledger is told of it; ErrorInfo gives camera, rule and article."""
        info = self._info()
        about = {key: info.metadata.get(key, "") for key in ("camera", "rule", "article")}
        return Refusal(principal, method, self.code.name, info.reason, self.message, request_id, **about)

    def _info(self) -> error_details_pb2.ErrorInfo:
        info = error_details_pb2.ErrorInfo()
        for detail in self.status().details:
            detail.Unpack(info)
        return info


def of_error(error: errors.Error) -> Failure:
    """Our own refusal or fault."""
    details = rpc_status.to_status(error).SerializeToString()
    is_overrun = isinstance(error, errors.Exhausted)
    return Failure(StatusCode[error.kind], error.message, ((_DETAILS_KEY, details),), is_overrun)


def of_call(error: AioRpcError, owner: str) -> Failure:
    """What ``owner`` answered. A bare failure of the transport is told in our words, with nothing of our insides."""
    trailers: Metadata = tuple(_pairs(error.trailing_metadata()))
    if not any(key == _DETAILS_KEY for key, _ in trailers):
        # Cancelled there: a service that stops ends what still runs. Whose own caller went away is told nothing.
        if error.code() in (StatusCode.UNAVAILABLE, StatusCode.CANCELLED):
            return of_error(errors.Unavailable("SERVICE_AWAY", f"{owner} does not answer; try again", service=owner))
        if error.code() in _FAULTS:
            return of_error(errors.Internal("INTERNAL", "our fault; the request id finds it in the log"))
    return Failure(error.code(), error.details() or "", trailers)


def unknown_method(path: str) -> Failure:
    """As gRPC itself answers, with the way out."""
    return Failure(StatusCode.UNIMPLEMENTED, f"{path}: no such method; reflection lists those that there are")


def _pairs(metadata: Any) -> list[tuple[str, str | bytes]]:
    return [(key, value) for key, value in metadata or ()]
