"""Pictures as browsers take them: fragmented MP4, one picture a fragment, each a WebSocket message ready to send.

Each key picture brings the codec's name (a text message) and the init segment before its own fragment, in the same
buffer: so whoever begins there, or is cut back to it, has everything, and nothing is kept or made per viewer. Pure.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

from services.rtsp.message import ProtocolError
from services.streams.relay import mp4, websocket
from services.streams.relay.framing import HEAD_BYTES
from services.streams.relay.mp4 import FORMS
from services.streams.relay.rtp import RTP_CHANNEL, AccessUnit

_FRAME_BYTES, _HEADER_BYTES = 4, 12  # of interleaved RTSP, and of RTP as the relay writes it
_STEP_MOST = 4  # a picture later than so many of the last steps is shown then: a hole would stop a browser


class Fragments:
    """Makes the fragments of one camera, while it is watched in browsers."""

    def __init__(self) -> None:
        self._told: tuple[str, tuple[bytes, ...]] = ("", ())  # encoding and parameter sets of the init segment
        self._form: mp4.Form = FORMS["H264"]
        self._opening = b""  # the messages before a key picture's fragment
        self._sequence = 0
        self._timestamp: int | None = None
        self._shown_at = self._decoded_at = 0
        self._step = mp4.TIMESCALE_HZ // 25

    def make(self, unit: AccessUnit) -> AccessUnit:
        """The same picture as WebSocket messages; ProtocolError when it is torn, or its parameter sets are."""
        if unit.is_key:
            self._open(unit)
        form, known = self._form, self._told[1]
        nals, mark = units(unit, form)
        if not unit.is_key and any(form.is_parameter_set(nal) and nal not in known for nal in nals):
            raise ProtocolError("parameter sets", "are new between two key pictures; they count from the next one on")
        self._advance(unit.timestamp)
        self._sequence += 1
        data = mp4.prefixed(nals, form)
        # How long it lasts only the next one tells, and nobody waits for that: twice the last step lets a browser
        # take a picture that is missing for a pause, not for an end.
        sample = mp4.Sample(
            data, self._decoded_at, 2 * self._step, self._shown_at - self._decoded_at, unit.is_key
        )  # fmt: skip
        message = websocket.frame(websocket.BINARY, mp4.fragment(self._sequence, [sample]))
        buffer = self._opening + message if unit.is_key else message
        mark_at = len(buffer) - len(data) + len(mp4.prefixed(nals[:mark], form)) + 4 if mark is not None else 0
        return replace(unit, buffer=buffer, sound=b"", mark_at=mark_at)

    def _open(self, unit: AccessUnit) -> None:
        told = unit.encoding, unit.parameter_sets
        if told == self._told:
            return
        form = FORMS[unit.encoding]
        init = mp4.init_segment(unit.parameter_sets, None, form)
        codec = json.dumps({"type": f'video/mp4; codecs="{form.codec(unit.parameter_sets)}"'})
        self._opening = websocket.frame(websocket.TEXT, codec.encode()) + websocket.frame(websocket.BINARY, init)
        self._told, self._form = told, form

    def _advance(self, timestamp: int) -> None:
        """RTP says when a picture is shown; it is decoded then, or at once when it is shown before an earlier one."""
        if self._timestamp is not None:
            passed = (timestamp - self._timestamp + 2**31) % 2**32 - 2**31
            most = _STEP_MOST * self._step
            self._shown_at += max(-most, min(passed, most))
            decoded_at = max(self._decoded_at + 1, self._shown_at)
            if passed > 0:
                self._step = max(1, min(passed, most, mp4.TIMESCALE_HZ))
            self._decoded_at = decoded_at
        self._timestamp = timestamp


def units(unit: AccessUnit, form: mp4.Form) -> tuple[list[bytes], int | None]:
    """The NAL units of a picture, and which of them a marked viewer has of its own; ProtocolError when it is torn."""
    if not unit.mark_at:
        return form.units(payloads(unit.buffer)), None
    at = unit.mark_at - HEAD_BYTES  # a packet of its own: nothing is torn that was whole
    before = form.units(payloads(unit.buffer[:at]))
    return before + form.units(payloads(unit.buffer[at:])), len(before)


def payloads(buffer: bytes) -> Iterator[bytes]:
    """The RTP payloads of one picture as the relay framed it."""
    at = 0
    while at < len(buffer):
        end = at + _FRAME_BYTES + int.from_bytes(buffer[at + 2 : at + 4], "big")
        if buffer[at + 1] == RTP_CHANNEL:
            yield buffer[at + _FRAME_BYTES + _HEADER_BYTES : end]
        at = end
