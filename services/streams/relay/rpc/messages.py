"""Pictures as programs take them: each a kapok.streams.v1.AccessUnit as gRPC puts it on the wire, made once for all."""

from collections.abc import Sequence
from dataclasses import replace

from kapok.streams.v1 import media_service_pb2
from services.streams.relay.fragments import units
from services.streams.relay.http2.frames import framed
from services.streams.relay.mp4 import FORMS
from services.streams.relay.rpc import calls
from services.streams.relay.rtp import AccessUnit

_START_CODE = b"\0\0\0\1"  # H.264 and H.265, Annex B


class Messages:
    """Makes the messages of one camera, while a program wants them."""

    def __init__(self) -> None:
        self._encoding = "H264"  # until a key picture says which
        self._number = 0

    def make(self, unit: AccessUnit) -> AccessUnit:
        """The same picture as a message in DATA frames; ProtocolError when it is torn. Then its number is missing."""
        self._number += 1
        self._encoding = unit.encoding or self._encoding
        nals, mark = units(unit, FORMS[self._encoding])
        data = _stream(nals)
        message = media_service_pb2.AccessUnit(
            number=self._number, codec=f"CODEC_{self._encoding}", is_key=unit.is_key, rtp_timestamp=unit.timestamp,
            data=data, parameter_sets=unit.parameter_sets,
        )  # fmt: skip
        message.capture_time.FromMicroseconds(round(unit.captured_at_unix_s * 1_000_000))
        told = calls.message(message.SerializeToString())
        mark_at = told.index(data) + len(_stream(nals[:mark])) + len(_START_CODE) if mark is not None else 0
        return replace(unit, buffer=framed(told), sound=b"", mark_at=mark_at)


def _stream(nals: Sequence[bytes]) -> bytes:
    return b"".join(part for nal in nals for part in (_START_CODE, nal))
