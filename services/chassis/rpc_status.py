"""errors.Error ↔ google.rpc.Status with exactly one ErrorInfo (AIP-193)."""

from collections.abc import Callable

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode
from grpc.aio import AioRpcError
from grpc_status import rpc_status

from kapok.error.v1 import error_reason_pb2
from services.chassis import errors

DOMAIN = "kapok"
_REASONS = frozenset(name.removeprefix("ERROR_REASON_") for name in list(error_reason_pb2.ErrorReason.keys()))
_KINDS: dict[str, Callable[..., errors.Error]] = {
    kind.kind: kind
    for kind in (
        errors.Unauthenticated,
        errors.Denied,
        errors.NotFound,
        errors.AlreadyExists,
        errors.FailedPrecondition,
        errors.Aborted,
        errors.Unavailable,
        errors.Internal,
    )
}


def to_status(error: errors.Error) -> status_pb2.Status:
    """The rich status of an error: ErrorInfo, and BadRequest or RetryInfo where they apply.

    The same error is the same bytes in every process: two replicas that refuse a name tell nobody apart by them.
    """
    details: list[Message] = [
        error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=dict(error.metadata))
    ]
    if error.violations:
        fields = [
            error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description)
            for v in error.violations
        ]
        details.append(error_details_pb2.BadRequest(field_violations=fields))
    if error.retry_after is not None:
        delay = Duration()
        delay.FromTimedelta(error.retry_after)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    packed = []
    for detail in details:
        packed.append(AnyMessage())
        packed[-1].Pack(detail, deterministic=True)  # else a map's order is each process's own
    code: int = StatusCode[error.kind].value[0]
    return status_pb2.Status(code=code, message=error.message, details=packed)


def to_error(failure: AioRpcError, service: str) -> errors.Error:
    """What a neighbour answered, in our own family; a neighbour that is away becomes errors.Unavailable."""
    status = rpc_status.from_call(failure)
    if status is None:
        # It was cancelled there: who is told to stop gives what runs a moment, then ends it.
        if failure.code() in {StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED, StatusCode.CANCELLED}:
            return errors.Unavailable("SERVICE_AWAY", f"{service} does not answer; try again", service=service)
        return errors.Internal("INTERNAL", f"{service} failed: {failure.code().name}", service=service)
    return from_status(status)


def from_status(status: status_pb2.Status) -> errors.Error:
    """The error that ``to_status`` made."""
    info, bad, retry = (error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest(), error_details_pb2.RetryInfo())
    for detail in status.details:
        for message in (info, bad, retry):
            detail.Unpack(message)
    kind = next(code.name for code in StatusCode if code.value[0] == status.code)
    metadata = dict(info.metadata)
    if kind == errors.InvalidArgument.kind:
        violations = [errors.Violation(v.field, v.description) for v in bad.field_violations]
        return errors.InvalidArgument(*violations, reason=info.reason, **metadata)
    if kind == errors.Exhausted.kind:
        delay = retry.retry_delay.ToTimedelta()
        return errors.Exhausted(info.reason, status.message, retry_after=delay, **metadata)
    error = named(kind, info.reason, status.message, **metadata)
    if retry.HasField("retry_delay"):
        error.retry_after = retry.retry_delay.ToTimedelta()
    return error


def known_reason(error: errors.Error) -> str:
    """Its reason if that is one of ours, else UNSPECIFIED: what another process sent may be anything."""
    return error.reason if error.reason in _REASONS else "UNSPECIFIED"


def named(kind: str, reason: str, message: str, **metadata: str) -> errors.Error:
    """The error of that kind, for kinds that need nothing beyond a reason and a message; else errors.Internal."""
    return _KINDS.get(kind, errors.Internal)(reason, message, **metadata)
