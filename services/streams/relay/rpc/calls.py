"""What programs ask and are told, as gRPC has it: kapok.streams.v1.MediaService in bytes."""

from urllib.parse import quote, urlencode

from google.protobuf.message import DecodeError

from kapok.streams.v1 import media_service_pb2
from services.chassis import errors, rpc_status

METHOD = "/kapok.streams.v1.MediaService/WatchAccessUnits"
REQUEST_BYTES_MOST = 8192
_PREFIX_BYTES = 5  # of a message: whether it is compressed, and its length


def target(received: bytes | bytearray) -> str | None:
    """What is asked, as an RTSP URL would name it: there is one gate. None: more is to come. Raises errors.Error."""
    length = int.from_bytes(received[1:_PREFIX_BYTES], "big")
    if received[:1] not in (b"", b"\0"):
        raise errors.InvalidArgument(errors.Violation("request", "is compressed; it is short enough without"))
    if len(received) >= _PREFIX_BYTES and length > REQUEST_BYTES_MOST:
        raise errors.InvalidArgument(errors.Violation("request", f"has more than {REQUEST_BYTES_MOST} bytes"))
    if len(received) < _PREFIX_BYTES + length:
        return None
    if len(received) > _PREFIX_BYTES + length:
        raise errors.InvalidArgument(errors.Violation("request", "is one message; nothing follows it"))
    try:
        request = media_service_pb2.WatchAccessUnitsRequest.FromString(bytes(received[_PREFIX_BYTES:]))
    except DecodeError:
        wrong = errors.Violation("request", "is no kapok.streams.v1.WatchAccessUnitsRequest")
        raise errors.InvalidArgument(wrong) from None
    session = quote(request.session.removeprefix("sessions/"), safe="")
    return f"/s/{session}?{urlencode({'token': request.token})}"


def message(serialised: bytes) -> bytes:
    """``serialised`` as a message on the wire, not compressed."""
    return b"\0" + len(serialised).to_bytes(4, "big") + serialised


def status(error: errors.Error) -> tuple[int, str, bytes]:
    """gRPC's code, the words, and the serialised google.rpc.Status with its ErrorInfo."""
    rich = rpc_status.to_status(error)
    return rich.code, rich.message, rich.SerializeToString()
