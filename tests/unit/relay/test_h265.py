"""H.265 over RTP: key pictures and parameter sets in every packetisation, and what lies about its lengths."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.errors import FailedPrecondition
from services.rtsp.message import ProtocolError
from services.streams.relay.h264 import KEY, PARAMETERS
from services.streams.relay.h265 import H265
from services.streams.relay.sdp import offer, parse


def nal(kind: int, body: bytes = b"body") -> bytes:
    return bytes((kind << 1, 1)) + body


VPS, SPS, PPS = nal(32, b"vps"), nal(33, b"sps"), nal(34, b"pps")
IDR, CRA, DELTA = nal(19), nal(21), nal(1)
FMTP = ";".join(
    f"sprop-{name}={base64.b64encode(unit).decode()}" for name, unit in (("vps", VPS), ("sps", SPS), ("pps", PPS))
)


def fragment(kind: int, flags: int) -> bytes:
    return bytes((49 << 1, 1, flags | kind)) + b"part"


def aggregate(*units: bytes) -> bytes:
    return bytes((48 << 1, 1)) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


@pytest.mark.parametrize(
    ("payload", "flags"),
    [
        (IDR, KEY),
        (CRA, KEY),
        (nal(16), KEY),
        (DELTA, 0),
        (VPS, 0),
        (SPS, PARAMETERS),
        (PPS, 0),
        (nal(39, b"\x06recovery point"), KEY),
        (nal(39, b"\x05user data"), 0),
        (fragment(19, 0x80), KEY),
        (fragment(19, 0x00), 0),
        (fragment(19, 0x40), 0),
        (fragment(1, 0x80), 0),
        (aggregate(VPS, SPS, PPS, IDR), KEY | PARAMETERS),
        (aggregate(DELTA, DELTA), 0),
    ],
)
def test_key_pictures_and_parameter_sets_are_seen_in_every_packetisation(payload: bytes, flags: int) -> None:
    assert H265().inspect(payload) == flags


@pytest.mark.parametrize(
    "payload", [b"", b"\x26", b"\x26\x01", b"\x62\x01", aggregate(IDR)[:-1], aggregate(IDR) + b"\x00", aggregate(b"ab")]
)
def test_lengths_that_lie_are_refused(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        H265().inspect(payload)


def test_parameter_sets_are_kept_in_order_wherever_they_come_from() -> None:
    inspector = H265(FMTP)
    assert inspector.parameter_sets == [VPS, SPS, PPS]
    newer = nal(33, b"other sps")
    inspector.inspect(aggregate(newer, PPS))
    assert inspector.parameter_sets == [VPS, newer, PPS]
    inspector.inspect(nal(32, b"other vps"))
    assert inspector.parameter_sets == [nal(32, b"other vps")], "what referred to the old one is gone"


def test_parameter_sets_are_bounded() -> None:
    inspector = H265("sprop-pps=" + "aM44gA==," * 1000 + ";sprop-vps=!!!")
    for i in range(100):
        inspector.inspect(nal(34, bytes([i])))
    inspector.inspect(nal(34, bytes(60_000)))
    assert len(inspector.parameter_sets) == 16


def test_an_offer_is_understood_by_our_own_parser_with_its_parameter_sets() -> None:
    track = parse(offer(H265(FMTP)), "rtsp://relay/s/1").track
    assert (track.encoding, track.inspector().parameter_sets) == ("H265", [VPS, SPS, PPS])


def test_a_stream_with_decoding_order_numbers_is_not_taken_for_one_without() -> None:
    body = b"m=video 0 RTP/AVP 97\r\na=rtpmap:97 H265/90000\r\na=fmtp:97 sprop-max-don-diff=2\r\n"
    with pytest.raises(FailedPrecondition, match="H265"):
        parse(body, "rtsp://c/")


@given(st.binary(max_size=60))
def test_any_payload_is_inspected_or_refused(payload: bytes) -> None:
    try:
        H265(payload.decode("latin1")).inspect(payload)
    except ProtocolError:
        assert len(payload) < 3 or payload[0] >> 1 & 63 == 48
