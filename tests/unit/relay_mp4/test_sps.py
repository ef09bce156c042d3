"""Hostile sequence parameter sets: read, or refused as a protocol error, never anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rtsp.message import ProtocolError
from services.streams.relay import sps
from tests.unit.relay_mp4.clips import encode


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        shape = sps.parse(b"\x67" + body)
    except ProtocolError:
        return
    assert 0 < shape.width <= 16_384
    assert 0 < shape.height <= 16_384


def test_a_set_that_ends_early_is_refused_at_every_length() -> None:
    whole = encode(profile="high").parameter_sets[0]
    for length in range(8):
        with pytest.raises(ProtocolError):
            sps.parse(whole[:length])


def test_another_unit_is_not_taken_for_one() -> None:
    with pytest.raises(ProtocolError, match="type 7"):
        sps.parse(encode().parameter_sets[1])
