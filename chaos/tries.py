"""`python -m chaos.tries`: a million tries straight at relays' control ports, while control passes on lawfully.

epoch passes ─► lawful command ─► tries of every kind, many in flight ─► epoch passes …   the camera's log is the judge
now and then a relay stands still with lawful commands in it, the other one takes the camera, the first goes on
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from chaos.commands import Line, read, velocity
from chaos.forgeries import Forger, Try
from chaos.parts.bare import GRANT, RELAYS, Bare, bare
from chaos.record import raised
from demo.city import TUNNEL_PTZ
from kapok.streams.v1 import relay_pb2
from services.chassis.bus import BusAwayError
from services.chassis.signing import Signer

_IN_FLIGHT = 64
_MADE = 250  # tries of each epoch, told again and again until it passes on: replays are tries as well
_TOLD_EACH = 8
_STANDS_STILL_S = 2.5  # longer than a grant lasts
_UP_WITHIN_S = 120.0


@dataclass
class Assault:
    """``epoch`` is the newest that every relay has taken. Lawful commands are numbered as in chaos.commands."""

    bare: Bare
    chance: Random
    epoch: int = 1
    tries: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)  # of refusals
    obeyed: list[str] = field(default_factory=list)  # tries that a relay answered as done
    lawful: dict[int, tuple[int, bool]] = field(default_factory=dict)  # by number: epoch, and whether it was done
    stops: int = 0

    async def run(self, most: int, stops: int) -> None:
        """So many tries, and so many relays that stand still meanwhile."""
        await self._up()
        forger = Forger(self.bare, self.chance, Signer(os.urandom(32)))
        while self.tries.total() < most:
            await self._pass_on()
            made = [forger.make(self.chance.choice(RELAYS), self.epoch) for _ in range(_MADE)]
            told = (made * _TOLD_EACH)[: most - self.tries.total()]
            self.chance.shuffle(told)
            await self._at_once(told)
            if self.stops < stops and self.tries.total() >= most * (self.stops + 1) // (stops + 1):
                await self._stand_still(made)

    async def _up(self) -> None:
        async with asyncio.timeout(_UP_WITHIN_S):
            for relay in RELAYS:
                await self._fence(relay, self.epoch)

    async def _fence(self, relay: str, epoch: int) -> None:
        """Until the relay has said that it took it."""
        while True:
            try:
                assert not (await self.bare.fence(relay, epoch)).error_kind
            except BusAwayError:
                await asyncio.sleep(0.1)
            else:
                return

    async def _pass_on(self) -> None:
        """To the next epoch, which both relays know when this returns; its holder commands."""
        epoch = self.epoch + self.chance.randint(1, 3)
        for relay in RELAYS:
            await self._fence(relay, epoch)
        self.epoch = epoch
        await self._command(self.chance.choice(RELAYS), epoch)

    async def _command(self, relay: str, epoch: int) -> None:
        """A lawful one."""
        number = len(self.lawful) + 1
        self.lawful[number] = (epoch, False)
        signed = self.bare.permissions.seal(GRANT, self.bare.grant(epoch))
        order = relay_pb2.ControlCommand(
            signed_grant=signed, pan=velocity(number), relay=relay, sealed_source=self.bare.source(relay)
        )
        try:
            answer = await self.bare.command(relay, order.SerializeToString())
        except BusAwayError:
            self.reasons["lawful unanswered"] += 1
            return
        self.lawful[number] = (epoch, not answer.error_kind)
        if answer.error_kind:
            self.reasons[f"lawful {answer.error_reason}"] += 1

    async def _at_once(self, told: list[Try]) -> None:
        """Many in flight, the lawful holder's commands among them."""
        left = iter(told)

        async def act() -> None:
            for one in left:
                await self._try(one)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(_IN_FLIGHT):
                tasks.create_task(act())
            for _ in range(3):
                await self._command(self.chance.choice(RELAYS), self.epoch)

    async def _try(self, one: Try) -> None:
        self.tries[one.kind] += 1
        try:
            answer = await self.bare.command(one.relay, one.order)
        except BusAwayError:  # the relay was too busy to say: the camera's log tells
            self.reasons["unanswered"] += 1
            return
        if answer.error_kind:
            self.reasons[answer.error_reason] += 1
        else:
            self.obeyed.append(one.kind)

    async def _stand_still(self, made: list[Try]) -> None:
        """A relay is stopped with lawful commands in it, is replaced under the next epoch, and goes on."""
        self.stops += 1
        stopped, other = self.chance.sample(RELAYS, 2)
        process, epoch = self.bare.process(stopped), self.epoch
        async with asyncio.TaskGroup() as tasks:
            early = [tasks.create_task(self._command(stopped, epoch)) for _ in range(20)]
            await asyncio.wait(early, return_when=asyncio.FIRST_COMPLETED)
            process.suspend()
            try:
                for _ in range(20):
                    tasks.create_task(self._command(stopped, epoch))
                await asyncio.sleep(_STANDS_STILL_S)  # as streams lets its grants run out before another one commands
                await self._fence(other, epoch + 1)
                for _ in range(5):
                    await self._command(other, epoch + 1)
            finally:
                process.resume()
        self.epoch = epoch + 1
        await self._fence(stopped, self.epoch)
        await self._at_once([one for one in made if one.kind != "expired"])


def judged(assault: Assault, lines: list[Line]) -> tuple[dict[str, object], list[str]]:
    """The figures, and in words what did not hold."""
    wrong = [f"a try ({kind}) was answered as done" for kind in assault.obeyed]
    strange = [line for line in lines if line.number < 0 or assault.lawful.get(line.number, (-1,))[0] != line.epoch]
    wrong += [f"the camera was told {line.number} under epoch {line.epoch} by nobody lawful" for line in strange]
    highest, stale = 0, 0
    for line in lines:
        stale += line.epoch < highest
        highest = max(highest, line.epoch)
    wrong += [f"{stale} commands of an older epoch were carried out"] * bool(stale)
    seen = {line.number for line in lines}
    lost = [number for number, (_, is_done) in assault.lawful.items() if is_done and number not in seen]
    wrong += [f"lawful command {number} was answered and not carried out" for number in lost]
    figures = {
        "tries": assault.tries.total(), "commands_sent": len(assault.lawful), "commands_applied": len(lines),
        "stale_epoch_applied": stale + len(strange) + len(assault.obeyed), "answered_and_lost": len(lost),
        "relays_stopped": assault.stops, "last_epoch": assault.epoch,
        "by_kind": dict(sorted(assault.tries.items())), "refused": dict(sorted(assault.reasons.items())),
    }  # fmt: skip
    return figures, wrong


async def play(tries: int, stops: int, seed: int) -> int:
    """Everything; the exit code."""
    with tempfile.TemporaryDirectory(prefix="kapok-tries-") as folder:
        async with bare(Path(folder) / "home") as made:
            assault, began_s = Assault(made, Random(seed)), time.monotonic()
            await assault.run(tries, stops)
            seconds = time.monotonic() - began_s
            figures, wrong = judged(assault, read(made.log.read_text().splitlines(), TUNNEL_PTZ.code))
            wrong += raised(Path(folder) / "home")
    for reason in wrong[:10]:
        print(f"did not hold: {reason}", flush=True)
    print(json.dumps({"seconds": round(seconds, 1), "seed": seed, **figures, "failed": wrong[:10]}))
    return 1 if wrong else 0


def main() -> int:
    """As the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=1_000_000)
    parser.add_argument("--stops", type=int, default=10, help="relays that stand still and go on")
    parser.add_argument("--seed", type=int, default=None, help="by chance unless given")
    told = parser.parse_args()
    seed = Random().randrange(2**32) if told.seed is None else told.seed
    print(f"tries: {told.tries}, seed {seed}", flush=True)
    return asyncio.run(play(told.tries, told.stops, seed))


if __name__ == "__main__":
    sys.exit(main())
