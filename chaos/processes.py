"""The platform's processes as the kernel sees them: resident memory, descriptors and threads, sampled while it runs.

Memory is judged by two medians: of the second fifth of the time (caches and pools are warm, every camera has been
watched) and of the last fifth. A median forgets the peaks of a burst, which a slope would lean on; two windows minutes
apart show a leak as well as a slope does, and say it in MiB.
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from chaos.descriptors import held

MIB = 2**20
# What may come on top: holes in malloc's heap, and of a cell the pages that its databases' caches keep of what was
# written. Measured inside in docs/design/chaos.md. A leak of 16 KiB a viewer, or of 30 KiB a second, is more than this.
GROWTH_MIB = {"cell": 16.0, "relay": 10.0}
_THREADS_MORE = 16  # pools of threads grow to their bounds
_LABELS_MOST = 12
_RELAY = "services.streams.relay"


@dataclass(frozen=True, slots=True)
class Sample:
    """One process at rest: how many it holds open of each kind, and its threads."""

    held: Counter[str]
    threads: int

    @property
    def descriptors(self) -> int:
        """All of them."""
        return self.held.total()


def family(home: Path) -> Mapping[str, psutil.Process]:
    """The processes of the cell at ``home`` that we started, by name: cell, bus, relay-1 …; the dead are left out."""
    found: dict[str, psutil.Process] = {}
    for cell in psutil.Process().children():
        with suppress(psutil.Error):
            if str(home) not in cell.cmdline() or "up" not in cell.cmdline():
                continue
            found["cell"] = cell
            for child in cell.children():
                with suppress(psutil.Error):
                    found[_name(child)] = child
    return found


def _name(child: psutil.Process) -> str:
    words = child.cmdline()
    if _RELAY in words:
        return str(child.environ().get("KAPOK_RELAY_ID", "relay"))
    return "bus" if any(word.endswith("nats-server") for word in words) else "lenses"


def at_work(home: Path) -> dict[str, Sample]:
    """Everybody of the cell at ``home``, now; who ends meanwhile is left out."""
    found = {}
    for name, process in family(home).items():
        with suppress(psutil.Error, OSError):
            found[name] = Sample(held(process), process.num_threads())
    return found


@dataclass
class Samples:
    """Seconds (monotonic) and resident bytes of each process, by name and pid."""

    home: Path
    every_s: float = 1.0
    seen: dict[tuple[str, int], list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))

    def watch(self, over: threading.Event) -> None:
        """Sample until ``over``."""
        while not over.wait(self.every_s):
            self.take()

    def take(self) -> None:
        """Once."""
        for name, process in family(self.home).items():
            with suppress(psutil.Error, OSError):
                self.seen[name, process.pid].append((time.monotonic(), process.memory_info().rss))

    def growth_mib(self, began_s: float, ended_s: float) -> dict[str, float]:
        """Of each process that lived all the time between: MiB from the second fifth's median to the last fifth's."""
        fifth = (ended_s - began_s) / 5
        growth = {}
        for (name, _), samples in self.seen.items():
            early = _within(samples, began_s + fifth, began_s + 2 * fifth)
            late = _within(samples, ended_s - fifth, ended_s)
            if early and late and samples[0][0] <= began_s + fifth:
                growth[name] = round((median(late) - median(early)) / MIB, 2)
        return growth


def _within(samples: Sequence[tuple[float, int]], since_s: float, until_s: float) -> list[int]:
    return [rss for at_s, rss in samples if since_s <= at_s < until_s]


def held_beyond(before: Mapping[str, Sample], now: Mapping[str, Sample]) -> list[str]:
    """What the cell and its relays hold at rest beyond what they held ``before``, in words."""
    ours = [(name, was, now[name]) for name, was in before.items() if _kind(name) in GROWTH_MIB and name in now]
    more_held = [
        f"{name} holds {one.descriptors} descriptors, {was.descriptors} at first: {_listed(one.held - was.held)} more"
        for name, was, one in ours
        if one.descriptors > was.descriptors
    ]
    more = [
        f"{name} runs {one.threads} threads, {was.threads} at first"
        for name, was, one in ours
        if one.threads > was.threads + _THREADS_MORE
    ]
    return more_held + more + [f"{name} is gone" for name in sorted(before.keys() - now.keys())]


def grown(growth_mib: Mapping[str, float]) -> list[str]:
    """Who grew by more than the tolerance, in words."""
    return [
        f"{name} grew by {grown} MiB; {most:g} are allowed"
        for name, grown in growth_mib.items()
        if (most := GROWTH_MIB.get(_kind(name))) is not None and grown > most
    ]


def _listed(held: Counter[str]) -> str:
    return ", ".join(f"{count} × {label}" for label, count in held.most_common(_LABELS_MOST))


def _kind(name: str) -> str:
    return name.partition("-")[0]
