"""`python -m chaos.control`: rivals contend for one camera amid faults, and its own log is the judge.

rivals take, renew, release │ all command, lawful or not │ faults ─► quiet ─► the operator holds ─► judged
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random

from chaos import pauses, record
from chaos.commands import read
from chaos.rivals import OPERATOR, RIVALS, Contest
from chaos.run import Chosen, chosen, outcome
from chaos.scene import Scene
from demo.city import TUNNEL_PTZ
from demo.platform import platform

_QUIET_S = 12.0  # longer than any takeover here, and than a lost relay's lease
_WORDS = ("commands_sent", "commands_applied", "stale_epoch_applied", "two_holders_seen", "answered_and_lost")


def play(scene: Scene, run: Chosen) -> tuple[Mapping[str, object], Sequence[str]]:
    """Contend for the time, then judge: the figures, and what did not hold."""
    contest, wrong = Contest(scene), list[str]()
    contest.prepare()
    chances = (Random(f"{run.seed} {number}") for number in range(100))  # one of its own for each actor
    acts: list[Callable[[], None]] = [partial(contest.contend, rival, next(chances)) for rival in RIVALS]
    acts += [partial(contest.command, principal, next(chances)) for principal in (*RIVALS, OPERATOR)]
    acts.append(partial(pauses.strike, scene, next(chances), time.monotonic() + run.seconds))

    def guarded(act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it is, it did not hold
            wrong.append(f"an actor fell: {error!r}")

    actors = [threading.Thread(target=guarded, args=(act,), daemon=True) for act in acts]
    for actor in actors:
        actor.start()
    scene.over.wait(run.seconds)
    scene.over.set()
    for actor in actors:
        actor.join()
    return _judged(contest, wrong)


def _judged(contest: Contest, wrong: list[str]) -> tuple[Mapping[str, object], Sequence[str]]:
    deadline_s = time.monotonic() + _QUIET_S
    while contest.holder() != f"agencies/{OPERATOR}" and time.monotonic() < deadline_s:
        time.sleep(0.1)
    if (holder := contest.holder()) != f"agencies/{OPERATOR}":
        wrong.append(f"{holder} holds after the last takeover has ended")
    stage = contest.scene.stage
    lines = read((stage.home / "logs" / "ptz.jsonl").read_text().splitlines(), TUNNEL_PTZ.code)
    figures, unlawful = contest.told.judged(lines)
    forgotten = contest.forgotten()
    wrong += [*unlawful[:10], *forgotten[:10], *record.raised(stage.home), *record.verified(stage)]
    counted = {word: figures[word] for word in _WORDS}
    counted["answered_and_lost"] += len(forgotten)
    rest = {word: count for word, count in figures.items() if word not in counted}
    return counted | rest | {"takeovers": len(contest.granted)} | contest.scene.rights.figures(), wrong


def main() -> int:
    """Play, print, and say whether everything held."""
    run = chosen("control")
    with tempfile.TemporaryDirectory(prefix="kapok-control-") as folder, platform(Path(folder) / "home") as stage:
        figures, wrong = play(Scene(stage), run)
    return outcome(run, figures, wrong)


if __name__ == "__main__":
    sys.exit(main())
