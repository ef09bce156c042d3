"""RTP payloads of one H.264 picture in, its NAL units out (RFC 6184 §5.6 to §5.8). Pure."""

from collections.abc import Iterable

from services.rtsp.message import ProtocolError

SPS, PPS = 7, 8
_STAP_A, _FU_A = 24, 28
_FIRST, _LAST = 0x80, 0x40


def kind(unit: bytes) -> int:
    """The type of a NAL unit, 1 to 23."""
    return unit[0] & 31


def units(payloads: Iterable[bytes]) -> list[bytes]:
    """The NAL units that ``payloads`` carry, all of one picture, in the order of their sequence numbers.

    Raises ProtocolError for a fragment whose beginning or end is missing, and for packets of the interleaved modes,
    which need an agreement that nobody made.
    """
    found: list[bytes] = []
    fragments: list[bytes] = []
    for payload in payloads:
        if len(payload) < 2:
            raise ProtocolError("RTP payload", "is too short for a NAL unit")
        form = payload[0] & 31
        if form == _FU_A:
            _fragment(payload, fragments)
            if payload[1] & _LAST:
                found.append(b"".join(fragments))
                fragments.clear()
        elif fragments:
            raise ProtocolError("FU-A", "the end of a fragmented unit is missing")
        elif form == _STAP_A:
            found += _aggregated(payload)
        elif 1 <= form <= 23:
            found.append(payload)
        else:
            raise ProtocolError("RTP payload", f"has the type {form}; ask the camera for packetization-mode 1 or 0")
    if fragments:
        raise ProtocolError("FU-A", "the end of a fragmented unit is missing")
    return found


def _fragment(payload: bytes, fragments: list[bytes]) -> None:
    if bool(payload[1] & _FIRST) == bool(fragments):
        raise ProtocolError("FU-A", "the beginning or the end of a fragmented unit is missing")
    if payload[1] & _FIRST:
        fragments.append(bytes([payload[0] & 0xE0 | payload[1] & 0x1F]))
    fragments.append(payload[2:])


def _aggregated(payload: bytes) -> list[bytes]:
    found, at = [], 1
    while at < len(payload):
        start = at + 2
        at = start + int.from_bytes(payload[at:start], "big")
        if at > len(payload) or at == start:
            raise ProtocolError("STAP-A", "a unit's length reaches beyond its packet, or is nothing")
        found.append(payload[start:at])
    return found
