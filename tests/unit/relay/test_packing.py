"""A picture in runs: every packet once, in order, without its framing."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from services.rtsp.message import Interleaved
from services.streams.relay.mark import FILLERS, units
from services.streams.relay.packing import Packing, Run
from services.streams.relay.rtp import AccessUnit


def packed(*packets: tuple[int, int], sound: tuple[tuple[int, int], ...] = ()) -> tuple[list[bytes], tuple[Run, ...]]:
    """Packets of these (channel, size), as they are and in runs."""
    counter = itertools.count()
    made = [(channel, bytes([next(counter) % 256]) * size) for channel, size in (*sound, *packets)]
    wires = [Interleaved(channel, packet).encode() for channel, packet in made]
    beside, inside = b"".join(wires[: len(sound)]), b"".join(wires[len(sound) :])
    return [packet for _, packet in made], Packing().make(AccessUnit(inside, True, 1, 2, 3.0, sound=beside)).runs


def unpacked(runs: tuple[Run, ...]) -> list[bytes]:
    return [packet for run in runs for packet in run.packets()]


def test_a_key_picture_is_a_report_its_parameter_sets_and_the_rest_in_one_run() -> None:
    packets, runs = packed((1, 28), (0, 20), (0, 16), (0, 1400), (0, 1400), (0, 1400), (0, 700))
    assert [(run.channel, run.packet_bytes, len(run)) for run in runs] == [(1, 28, 1), (0, 20, 2), (0, 1400, 4)]
    assert unpacked(runs) == packets


def test_sound_goes_first_by_channels_of_its_own() -> None:
    packets, runs = packed((0, 500), sound=((3, 28), (2, 172), (2, 172)))
    assert [(run.channel, len(run)) for run in runs] == [(3, 1), (2, 2), (0, 1)]
    assert unpacked(runs) == packets


def test_a_run_is_no_longer_than_the_kernel_takes() -> None:
    packets, runs = packed(*[(0, 1400)] * 200)
    assert all(len(run) <= 64 and len(run.data) <= 65_507 for run in runs)
    assert unpacked(runs) == packets
    packets, runs = packed(*[(0, 20)] * 200)
    assert [len(run) for run in runs] == [64, 64, 64, 8]
    assert unpacked(runs) == packets


def test_whatever_the_sizes_every_packet_comes_out_once() -> None:
    dice = random.Random(7)
    for _ in range(200):
        sizes = [
            (dice.choice((0, 0, 0, 1)), dice.choice((12, 13, 700, 1400, 65_000))) for _ in range(dice.randint(1, 40))
        ]
        packets, runs = packed(*sizes)
        assert unpacked(runs) == packets


@given(st.lists(st.integers(13, 400), max_size=6), st.lists(st.integers(13, 400), max_size=6))
def test_a_marked_viewer_has_one_run_of_its_own_and_shares_the_others(before: list[int], after: list[int]) -> None:
    own, filler = units("sessions/1")["H264"], FILLERS["H264"]
    made = [*(bytes(size) for size in before), bytes(12) + filler, *(bytes(size) for size in after)]
    wires = [Interleaved(0, packet).encode() for packet in made]
    at = sum(map(len, wires[: len(before)])) + 16
    unit = Packing().make(AccessUnit(b"".join(wires), True, 1, 2, 3.0, encoding="H264", mark_at=at))
    marked = unit.marked(own)
    assert unpacked(unit.runs) == made
    assert unpacked(marked) == [bytes(12) + own if packet.endswith(filler) else packet for packet in made]
    assert [a is b for a, b in zip(unit.runs, marked, strict=True)].count(False) == 1


def test_what_is_left_of_a_run_begins_at_a_packet() -> None:
    packets, (run,) = packed((0, 100), (0, 100), (0, 40))
    assert list(run.after(100).packets()) == packets[1:]
    assert run.after(200).is_single
