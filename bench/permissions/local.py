"""The public Python call by itself: warm, cold, at the size of a city, and through changes of the policy."""

import gc
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from bench.permissions.asked import NOW, Case, allowed, cameras, cases, genesis, people, request_of
from services.decider.decider import Decider
from services.decider.facts import Camera, Principal
from services.decider.policy import Policy

_RUNS = 5
_CASES, _COLD = 10_000, 100
_SESSIONS, _SWAPS = 10_000, 100


@dataclass(frozen=True)
class Warm:
    """Microseconds of one call whose class is known, the timer's own tenth left in."""

    p50_us: float
    p99_us: float


def decider_of(policy: Policy) -> Decider:
    """A decider that knows no class yet."""
    made = Decider()
    made.adopt(made.prepare(policy, revision=1))
    return made


def mixed() -> list[Case]:
    """The requests that the warm call, the cold one and the peers are measured with."""
    return cases(people(1_000), cameras(1_000), _CASES)


def warm(asked: Sequence[Case]) -> Warm:
    """Medians over runs of the median and the 99th percentile of single calls."""
    decider, runs = decider_of(genesis()), []
    _learn(decider, asked)
    for _ in range(_RUNS):
        taken = sorted(_each_ns(decider, asked))
        runs.append((taken[len(taken) // 2] / 1000, taken[int(0.99 * len(taken))] / 1000))
    return Warm(median(p50 for p50, _ in runs), median(p99 for _, p99 in runs))


def cold_ms(asked: Sequence[Case]) -> tuple[float, float]:
    """Median and worst of first calls: each is of a decider that was never asked anything."""
    taken = sorted(ns for case in asked[:_COLD] for ns in _each_ns(decider_of(genesis()), [case]))
    return median(taken) / 1e6, taken[-1] / 1e6


def cameras_ratio() -> float:
    """What a decision costs with a million cameras known, to what it costs with a thousand."""
    who = people(1_000)
    return _ratio(lambda size: (who, cameras(size)), 1_000_000)


def principals_ratio() -> float:
    """The same with a hundred thousand principals."""
    city = cameras(1_000)
    return _ratio(lambda size: (people(size), city), 100_000)


def swap_ms() -> tuple[float, int]:
    """Median of the time from a new policy to every running session judged by it; and the classes of the sessions."""
    who, city, old = people(1_000), cameras(10_000), genesis()
    decider = decider_of(old)
    sessions, runs = allowed(decider, who, city, _SESSIONS), []
    decider = decider_of(old)  # knows what running sessions stand on
    _learn(decider, sessions)
    for revision in range(2, 2 + _RUNS):
        policy = (old, stricter(old))[revision % 2]
        started_s = time.perf_counter()
        decider.adopt(decider.prepare(policy, revision))
        kept = sum(_is_allowed(decider, session) for session in sessions)
        runs.append((time.perf_counter() - started_s) * 1000)
        assert (kept < len(sessions)) == (policy is not old), "the sessions of the changed rows end, no others"
    return median(runs), len({request_of(session) for session in sessions})


def wrong_answers() -> tuple[int, int]:
    """Of a reader that asks without a pause through a hundred swaps: answers of neither policy, and how many it had."""
    old = genesis()
    new = stricter(old)
    asked = cases(people(300), cameras(300), 500)
    truth = [_answers(policy, asked) for policy in (old, new)]
    decider = decider_of(old)
    _learn(decider, asked)
    over, wrong, answered = threading.Event(), 0, 0

    def hammer() -> None:
        nonlocal wrong, answered
        seen = 0
        while not over.is_set():
            for case, by_old, by_new in zip(asked, truth[0], truth[1], strict=True):
                found = decider.decide(*case, NOW)
                is_right = found.allowed == (by_old if found.revision % 2 else by_new) and found.revision >= seen
                wrong, answered, seen = wrong + (not is_right), answered + 1, found.revision

    reader = threading.Thread(target=hammer)
    reader.start()
    for revision in range(2, 2 + _SWAPS):
        decider.adopt(decider.prepare((new, old)[revision % 2], revision))
    over.set()
    reader.join()
    return wrong, answered


def stricter(policy: Policy) -> Policy:
    """The policy without the standing views of Article 14."""
    return replace(policy, rows=tuple(row for row in policy.rows if not row.rule.startswith("art14-live-")))


def _answers(policy: Policy, asked: Sequence[Case]) -> list[bool]:
    decider = decider_of(policy)
    return [_is_allowed(decider, case) for case in asked]


def _is_allowed(decider: Decider, case: Case) -> bool:
    who, camera, action, circumstances = case
    return decider.decide(who, camera, action, circumstances, NOW).allowed


def _learn(decider: Decider, asked: Sequence[Case]) -> None:
    for case in asked:
        decider.decide(*case, NOW)


def _each_ns(decider: Decider, asked: Sequence[Case]) -> list[int]:
    taken = []
    for who, camera, action, circumstances in asked:
        started = time.perf_counter_ns()
        rule = decider.decide(who, camera, action, circumstances, NOW).rule
        taken.append(time.perf_counter_ns() - started)
        assert rule
    return taken


def _ratio(make: Callable[[int], tuple[list[Principal], list[Camera]]], size: int) -> float:
    """Median over runs, small and large by turns; every request is about another camera and principal of them all."""
    decider = decider_of(genesis())
    small, large = make(1_000), make(size)
    gc.freeze()  # a million cameras are nothing for the collector to look through
    ratios: list[float] = []
    for run in range(_RUNS):
        taken = []
        for who, city in (small, large):
            asked = cases(who, city, 20_000, seed=run)
            _learn(decider, asked)
            started_s = time.process_time()
            _learn(decider, asked)
            taken.append(time.process_time() - started_s)
        ratios.append(taken[1] / taken[0])
    gc.unfreeze()
    return median(ratios)
