"""Use case of telling operators that an incident reaches their cameras: found by area, after it was declared.

An emergency waits for no list of operators: acts take effect at once, and a round a second finds whom they concern.
"""

import logging
from collections import defaultdict
from dataclasses import replace

from services.chassis import errors
from services.chassis.tasks import stop_if_cancelled
from services.decider.facts import Area
from services.permissions.incidents.domain import Declared, Verb
from services.permissions.incidents.rules import ARTICLE
from services.permissions.ports import Change, Operators, Ports
from services.permissions.store import incidents

log = logging.getLogger(__name__)


class Concerns:
    """Driven by time."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def find_once(self) -> None:
        """Put on record whom acts concern that nobody was looked up for, with a fact when there is somebody new."""
        async with self._ports.database.read() as transaction:
            waiting = await incidents.unconcerned(transaction)
        areas: dict[str, dict[int, Area]] = defaultdict(dict)
        for name, number, area in waiting:
            areas[name][number] = area
        for name, acts in areas.items():
            stop_if_cancelled()
            drawn = [area for area in acts.values() if area.polygon or area.districts]
            try:
                found = [await self._ports.cameras.operators(area) for area in drawn]
            except errors.Error as failure:  # the next round asks again; other incidents do not wait for this one
                log.warning("whom %s concerns is not known yet: %s", name, failure.message)
                continue
            await self._write(name, tuple(acts), found)

    async def _write(self, name: str, numbers: tuple[int, ...], found: list[Operators]) -> None:
        ports = self._ports
        async with ports.database.write() as transaction:
            known = await incidents.find(transaction, name, is_to_change=True)
            assert known is not None, "its act is on record"
            concerned = _with(known, found)
            if concerned != known:
                await incidents.save(transaction, concerned)
                is_open = concerned.operators != known.operators
                told = Change(f"incident.{Verb.CONCERNED}", "", ports.clock.now(), concerned, article=ARTICLE)
                if is_open:  # of state secrets no fact tells: their operators read the incident itself
                    await ports.journal.add(transaction, told)
            await incidents.set_concerned(transaction, name, numbers)
        ports.journal.wake()


def _with(known: Declared, found: list[Operators]) -> Declared:
    """The incident with these operators; who runs other cameras there too is no secret any more."""
    is_open = known.operators.union(*(one.open for one in found))
    sealed = known.sealed_operators.union(*(one.sealed for one in found))
    return replace(known, operators=is_open, sealed_operators=sealed - is_open)
