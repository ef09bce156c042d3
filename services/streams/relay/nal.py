"""RTP payloads of one picture in, its NAL units out: H.264 (RFC 6184 §5.6 to §5.8), H.265 (RFC 7798 §4.4). Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.rtsp.message import ProtocolError

_FIRST, _LAST = 0x80, 0x40


@dataclass(frozen=True, slots=True)
class Packing:
    """What differs between the encodings. ``aggregate`` and ``fragment`` are types that hold units and are none."""

    header_bytes: int
    kind_of: Mapping[int, int]  # the type of a unit, by its first byte
    units: range  # types that go as they are
    slices: frozenset[int]  # types of the picture itself, before which everything else stands
    aggregate: int
    fragment: int
    header_of_fragment: Callable[[bytes], bytes]  # the header of the unit that a payload is a fragment of


def units(payloads: Iterable[bytes], packing: Packing) -> list[bytes]:
    """The NAL units that ``payloads`` carry, all of one picture, in the order of their sequence numbers.

    Raises ProtocolError for lengths that lie, for a fragment whose beginning or end is missing, and for packets of the
    interleaved modes, which need an agreement that nobody made.
    """
    found: list[bytes] = []
    fragments: list[bytes] = []
    head = packing.header_bytes
    for payload in payloads:
        if len(payload) <= head:
            raise ProtocolError("RTP payload", "is too short for a NAL unit")
        form = packing.kind_of[payload[0]]
        if form == packing.fragment:
            if bool(payload[head] & _FIRST) == bool(fragments):
                raise ProtocolError("fragmented unit", "has no beginning, or no end")
            if not fragments:
                fragments.append(packing.header_of_fragment(payload))
            fragments.append(payload[head + 1 :])
            if payload[head] & _LAST:
                found.append(b"".join(fragments))
                fragments.clear()
        elif fragments:
            raise ProtocolError("fragmented unit", "has no end")
        elif form == packing.aggregate:
            found += aggregated(payload, head)
        elif form in packing.units:
            found.append(payload)
        else:
            raise ProtocolError("RTP payload", f"has the type {form}, which nobody agreed on")
    if fragments:
        raise ProtocolError("fragmented unit", "has no end")
    return found


def aggregated(payload: bytes, header_bytes: int) -> Iterator[bytes]:
    """The units of an aggregate, each of more than a header; ProtocolError on lengths that lie."""
    at, end = header_bytes, len(payload)
    while at < end:
        start = at + 2
        at = start + int.from_bytes(payload[at:start], "big")
        if at > end or at <= start + header_bytes:
            raise ProtocolError("aggregated units", "have a length that reaches beyond the packet, or is nothing")
        yield payload[start:at]


def first_slice(payload: bytes, packing: Packing) -> int | None:
    """Where the picture begins in a packet: 0 at its start, else behind the other units of an aggregate; None: nowhere.

    ProtocolError when the lengths of an aggregate lie.
    """
    form = packing.kind_of[payload[0]]
    if form == packing.fragment:
        form = packing.kind_of[packing.header_of_fragment(payload)[0]]
    if form != packing.aggregate:
        return 0 if form in packing.slices else None
    at = packing.header_bytes
    for unit in aggregated(payload, packing.header_bytes):
        if packing.kind_of[unit[0]] in packing.slices:
            return at if at > packing.header_bytes else 0
        at += 2 + len(unit)
    return None


def without(payload: bytes, before: int, packing: Packing) -> bytes:
    """An aggregate without the units that lie before that place, which `first_slice` found."""
    return payload[: packing.header_bytes] + payload[before:]
