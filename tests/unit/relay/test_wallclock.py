"""When pictures were taken, by the reports of cameras whose clocks are right, wrong, or make no sense."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.streams.relay.framing import Arrival
from services.streams.relay.wallclock import PICTURE, SOUND, WallClock

NOW_S = 1_700_000_000.0
NOW = Arrival(5.0, NOW_S)


def report(unix_s: float, timestamp: int) -> bytes:
    ntp = int((unix_s + 2_208_988_800) * 2**32)
    return struct.pack(">BBHIQIII", 0x80, 200, 6, 7, ntp, timestamp, 0, 0)


def test_without_reports_the_arrival_tells() -> None:
    assert WallClock().unix_s(PICTURE, 90_000, 90_000, NOW) == NOW_S


def test_a_camera_with_a_right_clock_is_believed() -> None:
    clock = WallClock()
    clock.hear(PICTURE, report(NOW_S - 0.3, 0xFFFFFFFF), NOW)
    assert clock.unix_s(PICTURE, 44_999, 90_000, NOW) == pytest.approx(NOW_S + 0.2)


def test_a_wrong_clock_is_moved_for_all_tracks_alike() -> None:
    clock = WallClock()
    clock.hear(PICTURE, report(1000.0, 0), NOW)
    clock.hear(SOUND, report(1000.5, 0), Arrival(5.1, NOW_S + 0.1))
    assert clock.unix_s(PICTURE, 0, 90_000, NOW) == pytest.approx(NOW_S)
    assert clock.unix_s(SOUND, 0, 8_000, NOW) == pytest.approx(NOW_S + 0.5), "half a second apart, as the camera says"


def test_a_report_that_makes_no_sense_of_a_packet_is_not_used_for_it() -> None:
    clock = WallClock()
    clock.hear(PICTURE, report(NOW_S, 0), NOW)
    assert clock.unix_s(PICTURE, 2**31 - 1, 90_000, NOW) == NOW_S


def test_reports_are_found_in_compound_packets_and_no_others_are_taken_for_them() -> None:
    clock = WallClock()
    empty = struct.pack(">BBHI", 0x80, 201, 1, 7)
    clock.hear(PICTURE, empty, NOW)
    clock.hear(PICTURE, report(NOW_S - 1, 0)[:-1], NOW)
    clock.hear(PICTURE, struct.pack(">BBHIQIII", 0x80, 200, 6, 7, 0, 0, 0, 0), NOW)  # no clock at all
    assert clock.unix_s(PICTURE, 0, 90_000, NOW) == NOW_S
    clock.hear(PICTURE, empty + report(NOW_S - 1, 0), NOW)
    assert clock.unix_s(PICTURE, 0, 90_000, NOW) == pytest.approx(NOW_S - 1)


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_no_bytes_break_it(packets: list[bytes]) -> None:
    clock = WallClock()
    for packet in packets:
        clock.hear(PICTURE, packet, NOW)
    assert abs(clock.unix_s(PICTURE, 0, 90_000, NOW) - NOW_S) <= 10
