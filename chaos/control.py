"""`python -m chaos.control`: rivals contend for one camera amid faults, and its own log is the judge.

rivals take, renew, release │ all command, lawful or not │ faults ─► quiet ─► the operator holds ─► judged

The cell is in parts (`chaos.parts`): permissions, streams, the bus and each relay are processes that faults strike.
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
from chaos.answers import RELEASED, RENEWED, REQUESTED
from chaos.commands import read
from chaos.rivals import OPERATOR, RIVALS, Contest
from chaos.run import Chosen, chosen, outcome
from chaos.scene import Scene
from demo.city import TUNNEL_PTZ
from demo.platform import platform
from services.chassis import errors

_QUIET_S = 30.0  # longer than any takeover here, a lost relay's lease, and the start of who was killed last
_LONGER = 2.0  # times as long at most, until enough commands were sent
_WORDS = ("commands_sent", "commands_applied", "stale_epoch_applied", "two_holders_seen", "answered_and_lost")


def play(scene: Scene, run: Chosen) -> tuple[Mapping[str, object], Sequence[str]]:
    """Contend for the time, then judge: the figures, and what did not hold."""
    contest, wrong = Contest(scene), list[str]()
    contest.prepare()
    chances = (Random(f"{run.seed} {number}") for number in range(100))  # one of its own for each actor
    acts: list[Callable[[], None]] = [partial(contest.contend, rival, next(chances)) for rival in RIVALS]
    acts += [partial(contest.command, principal, next(chances)) for principal in (*RIVALS, OPERATOR)]
    began_s = time.monotonic()
    acts.append(partial(pauses.strike, contest, next(chances)))

    def guarded(act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001 - whatever it is, it did not hold
            wrong.append(f"an actor fell: {error!r}")

    actors = [threading.Thread(target=guarded, args=(act,), daemon=True) for act in acts]
    for actor in actors:
        actor.start()
    scene.over.wait(run.seconds)
    while len(contest.told.sent) < run.commands and time.monotonic() < began_s + run.seconds * _LONGER:
        scene.over.wait(1.0)
    scene.over.set()
    for actor in actors:
        actor.join()
    return _judged(contest, wrong)


def _judged(contest: Contest, wrong: list[str]) -> tuple[Mapping[str, object], Sequence[str]]:
    holder = _last_holder(contest)
    if holder != f"agencies/{OPERATOR}":
        wrong.append(f"{holder} holds after the last takeover has ended")
    scene, answers = contest.scene, contest.answers
    home = scene.stage.home
    lines = read((home / "logs" / "ptz.jsonl").read_text().splitlines(), TUNNEL_PTZ.code)
    figures, unlawful = contest.told.judged(lines)
    lost = [*answers.not_in_database(scene), *answers.not_in_ledger(scene, contest.told)]
    wrong += [*unlawful[:10], *lost[:10], *record.raised(home), *record.verified(scene.stage)]
    counted = {word: figures[word] for word in _WORDS}
    counted["answered_and_lost"] += len(lost)
    rest = {word: count for word, count in figures.items() if word not in counted}
    acts = {"takeovers": REQUESTED, "renewals": RENEWED, "releases": RELEASED}
    return counted | rest | {word: answers.count(kind) for word, kind in acts.items()} | scene.rights.figures(), wrong


def _last_holder(contest: Contest) -> str:
    """Once everything has ended and everybody is back: who is, or what stands in the way of knowing."""
    deadline_s, holder = time.monotonic() + _QUIET_S, ""
    while holder != f"agencies/{OPERATOR}" and time.monotonic() < deadline_s:
        try:
            holder = contest.holder()
        except errors.Unavailable as away:
            holder = away.message
        time.sleep(0.1)
    return holder


def in_parts(home: Path) -> tuple[str, ...]:
    """How the cell is started."""
    return (sys.executable, "-m", "chaos.parts", str(home))


def main() -> int:
    """Play, print, and say whether everything held."""
    run = chosen("control")
    with tempfile.TemporaryDirectory(prefix="kapok-control-") as folder:
        home = Path(folder) / "home"
        with platform(home, in_parts(home)) as stage:
            figures, wrong = play(Scene(stage), run)
    return outcome(run, figures, wrong)


if __name__ == "__main__":
    sys.exit(main())
