"""Marks: units of one length whatever they name, read back from whatever lies around them, before the first slice."""

import uuid
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.chassis.signing import Signer
from services.rtsp.message import Interleaved, Parser
from services.streams.relay import avc, hevc, nal
from services.streams.relay.fragments import units as units_of
from services.streams.relay.framing import Arrival
from services.streams.relay.mark import FILLERS, PURPOSE, Mark, can_name, marks, pieces, slot, units
from services.streams.relay.mp4 import Form
from services.streams.relay.rtp import AccessUnit, Assembler
from services.streams.relay.sdp import Track
from tests.integration.relay.lens import rtp

SESSION = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
SIGNER = Signer(bytes(range(32)))
SIGNATURE = SIGNER.sign(PURPOSE, SESSION.encode())
ids = st.uuids().map(str) | st.from_regex(r"[0-9A-Za-z-]{1,36}", fullmatch=True)
signatures = st.just(b"") | st.binary(min_size=64, max_size=64)


@dataclass(frozen=True)
class Codec:
    """How its NAL units begin; packets of several units, and the first packet of one unit in several."""

    form: Form
    lead: tuple[bytes, ...]  # of what may stand before the slices
    key: bytes
    rest: tuple[bytes, ...]  # of what may stand behind the first slice
    aggregate: bytes
    fragment: bytes


CODECS = {
    "H264": Codec(avc, (b"\x09", b"\x67", b"\x68", b"\x06\x05"), b"\x65", (b"\x65", b"\x0c"), b"\x18", b"\x7c\x85"),
    "H265": Codec(
        hevc, (b"\x46\x01", b"\x40\x01", b"\x42\x01", b"\x44\x01", b"\x4e\x01\x05"), b"\x26\x01",
        (b"\x26\x01", b"\x50\x01"), b"\x60\x01", b"\x62\x01\x93",
    ),
}  # fmt: skip


@given(ids, signatures)
def test_a_mark_is_as_long_as_the_filler_and_needs_no_emulation_prevention(session: str, signature: bytes) -> None:
    made = units(f"sessions/{session}", signature)
    for encoding, unit in made.items():
        assert len(unit) == len(FILLERS[encoding])
        for each in (unit, FILLERS[encoding]):
            assert b"\0\0" not in each
            assert each[-1] == 0x80, "a message that ends where its unit does"


def test_marks_and_fillers_are_the_sei_messages_that_the_standards_have() -> None:
    for encoding, head in {"H264": b"\x06", "H265": b"\x4e\x01"}.items():
        for unit, kind in ((units("sessions/1")[encoding], 5), (FILLERS[encoding], 3)):
            assert unit.startswith(head + bytes([kind]))
            assert unit[len(head) + 1] == len(unit) - len(head) - 3, "size of the payload"
    assert set(FILLERS["H264"][3:-1]) == {0xFF}


@given(st.lists(st.tuples(ids, signatures)), st.binary(max_size=300), st.sampled_from(sorted(FILLERS)))
def test_marks_are_read_back_whatever_lies_around_them(
    told: list[tuple[str, bytes]], around: bytes, encoding: str
) -> None:
    written = [units(f"sessions/{session}", signature)[encoding] for session, signature in told]
    found = [mark for _, mark in marks(around.join((b"", *written, FILLERS[encoding])))]
    assert found == [Mark(*one) for one in told]


@given(st.binary(max_size=400), st.integers(0, 150), st.binary(max_size=3))
@example(b"", 33, b" ")  # a blank before the id: none that streams writes
def test_what_is_no_mark_is_read_as_none(noise: bytes, at: int, other: bytes) -> None:
    unit = bytearray(units(f"sessions/{SESSION}", SIGNATURE)["H264"])
    unit[at : at + len(other)] = other
    for _, mark in marks(noise + bytes(unit)):
        assert can_name(f"sessions/{mark.session}")
        assert len(mark.signature) in (0, 64)


@pytest.mark.parametrize("name", ["", "sessions/", f"sessions/{SESSION}0", "sessions/a b", "sessions/é", SESSION])
def test_a_name_without_room_is_refused(name: str) -> None:
    assert not can_name(name)
    with pytest.raises(ValueError, match="no room"):
        units(name)


def test_a_signature_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="Ed25519"):
        units("sessions/1", bytes(63))


@st.composite
def pictures(draw: st.DrawFn) -> tuple[str, list[list[bytes]]]:
    """An encoding and a key picture as groups of NAL units, each a packet: one, an aggregate, or a fragmented slice."""
    encoding = draw(st.sampled_from(sorted(CODECS)))
    codec = CODECS[encoding]
    body = st.binary(min_size=2, max_size=30)
    lead = [draw(st.sampled_from(codec.lead)) + draw(body) for _ in range(draw(st.integers(0, 5)))]
    rest = [draw(st.sampled_from(codec.rest)) + draw(body) for _ in range(draw(st.integers(0, 3)))]
    groups: list[list[bytes]] = []
    for unit in (*lead, codec.key + draw(body), *rest):
        if groups and draw(st.booleans()):
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return encoding, groups


def packets_of(encoding: str, groups: list[list[bytes]]) -> list[bytes]:
    head = CODECS[encoding].aggregate
    return [
        group[0] if len(group) == 1 else head + b"".join(len(unit).to_bytes(2, "big") + unit for unit in group)
        for group in groups
    ]


@given(pictures(), st.integers(0, 70_000))
def test_the_filler_stands_before_the_first_slice_in_a_packet_of_its_own(
    picture: tuple[str, list[list[bytes]]], first: int
) -> None:
    encoding, groups = picture
    codec, flat = CODECS[encoding], [unit for group in groups for unit in group]
    expected = next(i for i, unit in enumerate(flat) if unit.startswith(codec.key))
    packets = list(enumerate(packets_of(encoding, groups), first))
    made = slot(packets, encoding)
    assert [number for number, _ in made.packets] == list(range(first, first + len(packets) + made.added))
    assert made.packets[made.place][1] == FILLERS[encoding]
    assert codec.form.units(payload for _, payload in made.packets) == [
        *flat[:expected], FILLERS[encoding], *flat[expected:],
    ]  # fmt: skip


def test_what_the_camera_lost_stays_a_gap_and_a_picture_without_a_slice_is_marked_at_its_end() -> None:
    sps, key = b"\x67sps", b"\x7c\x85start"
    made = slot([(5, sps), (9, key), (12, b"\x7c\x45end")], "H264")
    assert [number for number, _ in made.packets] == [5, 9, 10, 13]
    assert made.place == 1
    alone = slot([(7, b"\x06\x06recovery point")], "H264")
    assert [(number, payload) for number, payload in alone.packets] == [
        (7, b"\x06\x06recovery point"), (8, FILLERS["H264"]),
    ]  # fmt: skip


def assembled(encoding: str, packets: list[bytes]) -> AccessUnit:
    made = Assembler(ssrc=42)
    made.restart(Track("", 97, encoding, 90_000))
    found: list[AccessUnit] = []
    for i, payload in enumerate(packets):
        found += made.push([rtp(i, 3600, payload, marker=i == len(packets) - 1)], lambda: Arrival(1.0, 1.0))
    (unit,) = found
    return unit


@given(pictures())
def test_a_marked_viewer_is_sent_the_shared_bytes_but_for_its_unit(picture: tuple[str, list[list[bytes]]]) -> None:
    encoding, groups = picture
    unit = assembled(encoding, packets_of(encoding, groups))
    own = units(f"sessions/{SESSION}", SIGNATURE)[encoding]
    assert unit.buffer[unit.mark_at :].startswith(FILLERS[encoding])
    marked = b"".join(pieces(unit.buffer, unit.mark_at, own))
    assert marked == unit.buffer.replace(FILLERS[encoding], own, 1)
    shared, seen = ([m for m in Parser().feed(b) if isinstance(m, Interleaved)] for b in (unit.buffer, marked))
    differ = [(a, b) for a, b in zip(shared, seen, strict=True) if a != b]
    assert [(a.payload[:12] == b.payload[:12], b.payload[12:]) for a, b in differ] == [(True, own)]
    found, place = units_of(unit, CODECS[encoding].form)
    assert place is not None
    assert found[place] == FILLERS[encoding]


def test_only_key_pictures_have_a_place_for_marks_and_an_earlier_relays_mark_is_left_alone() -> None:
    above = units(f"sessions/{uuid.uuid4()}")["H264"]
    made = Assembler(ssrc=42)
    made.restart(Track("", 97, "H264", 90_000))
    key, delta = (
        unit
        for i, (payload, timestamp) in enumerate([(above, 0), (b"\x65key", 0), (b"\x41delta", 3600)])
        for unit in made.push([rtp(i, timestamp, payload, marker=payload != above)], lambda: Arrival(1.0, 1.0))
    )
    assert delta.mark_at == 0
    own = units(f"sessions/{SESSION}")["H264"]
    found = [mark.session for _, mark in marks(b"".join(pieces(key.buffer, key.mark_at, own)))]
    assert [*found[1:], len(found)] == [SESSION, 2], "that of the cell below, then this one's"


def test_a_first_slice_behind_lies_is_refused_as_every_aggregate_is() -> None:
    with pytest.raises(nal.ProtocolError):
        nal.first_slice(b"\x18\xff\xff\x67", avc.h264.PACKING)
