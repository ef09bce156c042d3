"""RFC 6184 payloads, whole, joined and in fragments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rtsp.message import ProtocolError
from services.streams.relay import avc

_UNIT = st.binary(min_size=2, max_size=400).map(lambda data: bytes([0x60 | data[0] % 23 + 1]) + data)


def _fragmented(unit: bytes, size: int) -> list[bytes]:
    """FU-A packets, at least two, as RFC 6184 §5.8 has them."""
    body = unit[1:]
    size = min(size, len(body) - 1)
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    marks = [0x80] + [0] * (len(pieces) - 2) + [0x40]
    return [
        bytes([unit[0] & 0xE0 | 28, unit[0] & 31 | mark]) + piece for mark, piece in zip(marks, pieces, strict=True)
    ]


def _joined(units: list[bytes]) -> bytes:
    return b"\x78" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


@given(st.lists(_UNIT, max_size=5), _UNIT, st.integers(1, 100))
def test_every_form_gives_back_the_units_in_order(units: list[bytes], large: bytes, size: int) -> None:
    joined = [_joined(units)] if units else []
    assert avc.units([*joined, *units, *_fragmented(large, size)]) == [*units, *units, large]


@given(_UNIT, st.integers(1, 100), st.data())
def test_a_lost_end_or_beginning_is_refused(unit: bytes, size: int, data: st.DataObject) -> None:
    packets = _fragmented(unit, size)
    del packets[data.draw(st.sampled_from([0, len(packets) - 1]))]
    with pytest.raises(ProtocolError):
        avc.units(packets)


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_any_bytes_are_read_or_refused(payloads: list[bytes]) -> None:
    try:
        assert all(avc.units(payloads))
    except ProtocolError:
        return


@pytest.mark.parametrize("payload", [b"", b"\x65", b"\x79\x00\x01", b"\x78\x00\x05\x01", b"\x78\x00\x00"])
def test_lies_about_length_and_foreign_modes_are_refused(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        avc.units([payload])
