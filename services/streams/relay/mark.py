"""A session's mark in its pictures: each key picture says to which session it was sent, where the policy asks for it.

Every key picture has one NAL unit of one length before its first slice, for everybody: an SEI message, filler in the
shared buffer. Only the bytes of that unit differ between viewers, never a length, a number or a timestamp:

    shared buffer    … parameter sets │ filler  │ slices …
    marked viewer        the same     │ its own │ the same        three pieces, one sendmsg

A mark names the session, never who watches. It is text, so no byte of it needs emulation prevention. Pure.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from mmap import mmap
from typing import NamedTuple

from services.streams.relay import h264, h265, nal
from services.streams.relay.framing import HEAD_BYTES

PURPOSE = "kapok.streams.mark"  # of streams' signature, which is over the session's id
Numbered = tuple[int, bytes]  # the number and the payload of a packet
_IDENTITY = bytes.fromhex("a672e5b27d3a4db29ec1ad9d09c7e1d2") + b"kapok session "  # a UUID: this form of user data
SIGNATURE_BYTES = 64  # Ed25519
_ID_BYTES, _WRITTEN_BYTES = 36, 86  # a UUID; a signature in base64url without padding
MARK_BYTES = len(_IDENTITY) + _ID_BYTES + 1 + _WRITTEN_BYTES
_FILLER, _USER_DATA = 3, 5  # types of SEI messages (H.264 D.1.1, H.265 D.2.1)
_SEI = {"H264": b"\x06", "H265": b"\x4e\x01"}  # headers: type 6; type 39, before the slices of the base layer
_PACKINGS = {"H264": h264.PACKING, "H265": h265.PACKING}
_SESSION = re.compile(r"sessions/([0-9A-Za-z-]{1,36})", re.ASCII)
_WRITTEN = re.compile(re.escape(_IDENTITY) + rb"(?=.{36} )([0-9A-Za-z-]+) +([0-9A-Za-z_-]{86}|\.{86})")


@dataclass(slots=True)
class Marking:
    """How the pictures of a session are marked now: its units by encoding; none, and its viewers get the filler.

    Every viewer of the session holds this one object: what the policy says of it is said once.
    """

    units: Mapping[str, bytes] = field(default_factory=dict)


class Mark(NamedTuple):
    """What was found: the session's id, and the signature under it, empty where there is none."""

    session: str
    signature: bytes


class Slot(NamedTuple):
    """A picture's packets with the filler among them: its ``place``, and how many packets were ``added``."""

    packets: Sequence[Numbered]
    place: int
    added: int

    @property
    def offset(self) -> int:
        """Where its bytes begin once the packets are framed and joined."""
        return sum(HEAD_BYTES + len(payload) for _, payload in self.packets[: self.place]) + HEAD_BYTES


def can_name(session: str) -> bool:
    """Whether a mark has room for the name."""
    return _SESSION.fullmatch(session) is not None


def units(session: str, signature: bytes = b"") -> Mapping[str, bytes]:
    """The NAL units that name ``sessions/{id}``, by encoding, each as long as the filler of the same encoding.

    ``signature`` is streams' over the id; empty: the mark says so. Raises ValueError for a name that has no room.
    """
    found = _SESSION.fullmatch(session)
    if found is None:
        raise ValueError(f"{session} has no room in a mark")
    signed = base64.urlsafe_b64encode(signature).rstrip(b"=") or b"." * _WRITTEN_BYTES
    text = _IDENTITY + found[1].encode().ljust(_ID_BYTES) + b" " + signed
    if len(text) != MARK_BYTES:
        raise ValueError(f"a signature of {len(signature)} bytes is none of Ed25519")
    return {encoding: _unit(encoding, _USER_DATA, text) for encoding in _SEI}


def marks(data: bytes | mmap) -> Iterator[tuple[int, Mark]]:
    """Every mark in ``data`` and where it begins, whatever lies around it: NAL units stand in files as they are."""
    for found in _WRITTEN.finditer(data):
        signed = found[2].rstrip(b".")
        signature = base64.urlsafe_b64decode(signed + b"==") if signed else b""
        yield found.start(), Mark(found[1].decode(), signature)


def slot(packets: Sequence[Numbered], encoding: str) -> Slot:
    """``packets`` of a key picture with the filler before its first slice, and those behind it numbered on.

    An aggregate that holds the first slice behind other units is cut in two: nothing may stand before those.
    """
    packing = _PACKINGS[encoding]
    looked_at = ((place, nal.first_slice(payload, packing)) for place, (_, payload) in enumerate(packets))
    place, at = next(((place, at) for place, at in looked_at if at is not None), (len(packets), 0))
    behind = list(packets[place:])
    number = behind[0][0] if behind else packets[-1][0] + 1
    head = [(number, behind[0][1][:at])] if at else []
    if head:
        behind[0] = (number, nal.without(behind[0][1], at, packing))
    added = len(head) + 1
    filler = (number + len(head), FILLERS[encoding])
    shifted = [(number + added, payload) for number, payload in behind]
    return Slot([*packets[:place], *head, filler, *shifted], place + len(head), added)


def pieces(buffer: bytes, at: int, own: bytes) -> tuple[memoryview, bytes, memoryview]:
    """``buffer`` with ``own`` in place of what lies ``at`` there: as long as before, and not copied."""
    shared = memoryview(buffer)
    return shared[:at], own, shared[at + len(own) :]


def _unit(encoding: str, kind: int, text: bytes) -> bytes:
    return _SEI[encoding] + bytes([kind, len(text)]) + text + b"\x80"


FILLERS = {encoding: _unit(encoding, _FILLER, b"\xff" * MARK_BYTES) for encoding in _SEI}
