"""What grows is found, what merely peaks is not; descriptors and threads at rest are counted."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from chaos.processes import GROWTH_MIB, MIB, Sample, Samples, grown, held_beyond


def growth(rss_mib: Callable[[int], float], lived_from: int = 0) -> dict[str, float]:
    samples = Samples(Path())
    samples.seen["relay-1", 1] = [(at, int(rss_mib(at) * MIB)) for at in range(lived_from, 600)]
    return samples.growth_mib(0, 600)


@pytest.mark.parametrize(
    ("rss_mib", "grows"),
    [
        (lambda at: 80, False),
        (lambda at: 80 + 40 * (at % 60 == 0), False),  # bursts
        (lambda at: min(80.0, 40 + at), False),  # warms up
        (lambda at: 80 + 0.05 * at, True),  # a slow leak
        (lambda at: 80 + 30 * (at > 400), True),  # a step that stays
    ],
)
def test_memory_that_grows_is_told_from_memory_that_peaks(rss_mib: Callable[[int], float], grows: bool) -> None:
    assert bool(grown(growth(rss_mib))) is grows


def test_a_process_that_did_not_live_all_the_time_is_not_judged() -> None:
    assert growth(lambda at: at, lived_from=200) == {}


def test_those_who_are_not_ours_are_told_and_not_judged() -> None:
    assert grown({"lenses": 500.0, "bus": 500.0}) == []
    assert len(grown({"cell": GROWTH_MIB["cell"] + 1, "relay-2": GROWTH_MIB["relay"] + 1})) == 2


def test_descriptors_and_threads_are_back_where_they_were() -> None:
    def holding(threads: int = 5, **held: int) -> Sample:
        return Sample(Counter({"pipe": 10} | held), threads)

    before = {"cell": holding(30), "relay-1": holding(), "lenses": holding()}
    assert held_beyond(before, before) == []
    assert held_beyond(before, before | {"lenses": holding(socket=99)}) == []
    [held] = held_beyond(before, before | {"relay-1": holding(6, socket=2)})
    assert held == "relay-1 holds 12 descriptors, 10 at first: 2 × socket more"
    [more] = held_beyond(before, before | {"cell": holding(60)})
    assert "cell runs 60 threads" in more
    [gone] = held_beyond(before, {name: one for name, one in before.items() if name != "relay-1"})
    assert gone == "relay-1 is gone"
