"""`make demo`: the story of first light, played on a platform of its own. Exits 0 only when every step held.

Each step does what an agency would do, through the gateway, and checks what came back. The last line is JSON.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from demo.chapters import claim, fire, police, refusals
from demo.platform import Platform, platform
from services.chassis import errors

Step = Callable[[Platform], str]
CHAPTERS: tuple[tuple[str, Step], ...] = (
    ("police list the cameras of their district and watch one", police.lists_and_watches),
    ("urban management is refused a level-4 camera", refusals.level_too_high),
    ("a copy without a letter of introduction is refused", refusals.copy_without_papers),
    ("with the letter the copy passes, its hash on record", police.copies_with_papers),
    ("a camera in a changing room is refused", refusals.changing_room),
    ("police are revoked while they watch", police.revoked_while_watching),
    ("fire in a tunnel: before the incident, command is refused", fire.refused_before),
    ("the incident is declared, command takes 40 cameras over and sees", fire.takes_over_and_sees),
    ("command moves one; the operator's move is refused", fire.moves_and_keeps_the_operator_out),
    ("the police take that one from command, and give it back", fire.stands_below_the_police),
    ("the takeover ends, the operator moves it again", fire.gives_back),
    ("the live view of the takeover says how it ended", claim.shows_its_end),
    ("the operator claims what it cost, with the ledger's evidence", claim.is_filed),
    ("the incident ends, and command's running and next look with it", fire.ends),
    ("the ledger verifies", police.verifies_the_ledger),
)


@dataclass
class Telling:
    """What happened, step by step."""

    steps: list[dict[str, object]] = field(default_factory=list)

    def play(self, title: str, step: Step, stage: Platform) -> None:
        """One step: print it with what happened and how long it took."""
        started_s = time.monotonic()
        try:
            happened, held = step(stage), True
        except (AssertionError, errors.Error, OSError, TimeoutError) as failure:
            happened, held = f"{type(failure).__name__}: {failure}", False
        took_ms = round((time.monotonic() - started_s) * 1000)
        print(f"{'held  ' if held else 'FAILED'} {title} ({took_ms} ms)\n       {happened}", flush=True)
        self.steps.append({"step": title, "held": held, "ms": took_ms, "what": happened})


def main() -> int:
    """Play the story in a temporary home."""
    telling, started_s = Telling(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kapok-demo-") as folder:
        print("starting a platform of its own", flush=True)
        with platform(Path(folder) / "home") as stage:
            ready_s = time.monotonic() - started_s
            print(f"ready after {ready_s:.1f} s\n", flush=True)
            for title, step in CHAPTERS:
                telling.play(title, step, stage)
    failed = sum(not step["held"] for step in telling.steps)
    seconds = round(time.monotonic() - started_s, 1)
    outcome = {"steps": telling.steps, "failed": failed, "ready_s": round(ready_s, 1), "seconds": seconds}
    print(json.dumps(outcome, ensure_ascii=False))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
