"""Datagrams out of order, lost, late, twice, and from a camera that begins anew."""

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.streams.relay.reorder import Reorder


def datagram(sequence: int) -> bytes:
    return struct.pack(">BBHII", 0x80, 97, sequence & 0xFFFF, 0, 0)


def through(reorder: Reorder, sequences: list[int], now_s: float = 0.0) -> list[int]:
    released = [packet for sequence in sequences for packet in reorder.push(datagram(sequence), now_s)]
    return [packet[2] << 8 | packet[3] for packet in released]


@pytest.mark.parametrize(
    ("came", "went_on"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1, 3, 2, 4], [1, 2, 3, 4]),
        ([65_534, 0, 65_535, 1], [65_534, 65_535, 0, 1]),
        ([1, 2, 2, 1, 3], [1, 2, 3]),
        ([1, 3], [1]),
        ([1, 40_000, 40_001], [1, 40_000, 40_001]),
        ([20_000, 20_002, 5, 6], [20_000, 20_002, 5, 6]),
    ],
)
def test_order_is_restored(came: list[int], went_on: list[int]) -> None:
    assert through(Reorder(), came) == went_on


def test_what_is_lost_is_waited_for_a_tenth_of_a_second_at_most() -> None:
    reorder = Reorder()
    assert through(reorder, [1, 3, 4]) == [1]
    assert through(reorder, [5], now_s=0.05) == []
    assert through(reorder, [6], now_s=0.2) == [3, 4, 5, 6]
    assert through(reorder, [2], now_s=0.2) == []
    assert (reorder.lost, reorder.late) == (1, 1)


def test_no_more_than_64_are_held() -> None:
    assert through(Reorder(), [1, *range(3, 70)]) == [1, *range(3, 70)]


def test_what_is_no_rtp_is_nothing() -> None:
    assert Reorder().push(b"short", 0.0) == []


@given(st.randoms(use_true_random=False), st.integers(0, 0xFFFF))
def test_a_shuffle_within_the_buffer_is_undone(chance: random.Random, first: int) -> None:
    numbers = [first + i for i in range(200)]
    shuffled = [first, *sorted(numbers[1:], key=lambda number: number + chance.randrange(20))]
    assert through(Reorder(), shuffled) == [number & 0xFFFF for number in numbers]


@given(st.lists(st.integers(0, 0xFFFF), max_size=300))
def test_nothing_is_sent_twice_or_held_without_bound(sequences: list[int]) -> None:
    reorder = Reorder()
    released = through(reorder, sequences)
    assert len(sequences) - len(released) - reorder.late <= 64
