"""How every test of `make chaos` is called and what it says at the end: one JSON line, and why it did not hold."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Chosen:
    """For how long, and by which chances. The same seed draws the same acts; the machine decides how they meet."""

    seconds: float
    seed: int
    commands: int = 0  # a contest goes on until so many were sent, for twice the time at most


def chosen(what: str) -> Chosen:
    """From the command line; the seed is drawn where none is given, and printed before anything else."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=None, help="by chance unless given")
    parser.add_argument("--commands", type=int, default=0, help="go on until so many were sent, twice as long at most")
    told = parser.parse_args()
    seed = Random().randrange(2**32) if told.seed is None else told.seed
    print(f"{what}: {told.seconds:.0f} s, seed {seed}", flush=True)
    return Chosen(told.seconds, seed, told.commands)


def outcome(run: Chosen, figures: Mapping[str, object], wrong: Sequence[str]) -> int:
    """Print what did not hold and the figures; the exit code."""
    for reason in wrong:
        print(f"did not hold: {reason}", flush=True)
    told = {"seconds": round(run.seconds), "seed": run.seed, **figures, "failed": list(wrong)}
    print(json.dumps(told, ensure_ascii=False))
    return 1 if wrong else 0
