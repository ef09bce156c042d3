"""The relays of the cell as a pool: who serves, who drains, who is lost, whom to ask what it keeps. Pure.

    announced ─► SERVING ─┬─ says so ──────────────────► DRAINING
                          ├─ silent, or nobody listens ─► LOST ─ heard again ─► DOUBTFUL ─ roll called ─► SERVING
                          └─ says it was silent ────────► DOUBTFUL

A relay that was lost, or may have been taken for it, gets nothing before it has let go of what was given to others.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.streams.placement import Relay, ranked, weigh
from services.streams.relocation import GRANT_LIFETIME

SILENT_AFTER_S = 1.5  # three announcements; a process that is gone is noticed at once, by the first request to it
OWN_STALL_S = 1.0  # that we may not look round and still call silence theirs
FORGOTTEN_AFTER = timedelta(minutes=10)


class Standing(StrEnum):
    """Of a relay."""

    SERVING = "serving"
    DRAINING = "draining"
    DOUBTFUL = "doubtful"
    LOST = "lost"


@dataclass(slots=True)
class _Member:
    """What is known of one relay beside its words. ``called`` is the process and doubt of its last roll call."""

    relay: Relay
    is_lost: bool = False
    is_back: bool = False  # heard since it was lost, in the same process
    called: tuple[str, int] = ("", 0)
    predecessor_heard_at: datetime | None = None  # of the process before this one
    predecessor_heard_s: float | None = None  # the same, monotonic


@dataclass(slots=True)
class Pool:
    """Bounded by the relays that may announce themselves at all; who is silent for long is forgotten."""

    listening_since: datetime
    listening_since_s: float
    _members: dict[str, _Member] = field(default_factory=dict)
    _looked_s: float = 0.0

    def heard(self, said: Relay) -> None:
        """A relay announced itself."""
        member = self._members.get(said.name)
        if member is None:
            self._members[said.name] = _Member(replace(said, weight=weigh(None, said.load, said.heard_s)))
            return
        before = member.relay
        member.relay = replace(said, weight=weigh(before.weight, said.load, said.heard_s))
        if said.process != before.process:  # it was started again: what it kept is gone, and it keeps nothing yet
            member.is_lost, member.is_back = False, False
            member.predecessor_heard_at, member.predecessor_heard_s = before.heard_at, before.heard_s
        elif member.is_lost:
            member.is_back = True

    def listen_anew(self, now: datetime, now_s: float) -> None:
        """We were deaf ourselves: silence until now was not theirs."""
        self.listening_since, self.listening_since_s = now, now_s

    def has_listened_long(self, now_s: float) -> bool:
        """Whether every relay that is alive has had the time to announce itself."""
        return now_s - self.listening_since_s > SILENT_AFTER_S

    def nobody_listens(self, name: str) -> bool:
        """The bus has nobody who hears that relay's orders: its process is gone. False when it can't be known.

        After the bus was away we may be back before the relay is.
        """
        member = self._members.get(name)
        if member is None or member.relay.heard_s < self.listening_since_s:
            return False
        member.is_lost, member.is_back = True, False
        return True

    def look_round(self, now: datetime, now_s: float) -> list[str]:
        """The relays that fell silent since the last look, now lost. To be called several times a second."""
        if now_s - self._looked_s > OWN_STALL_S:
            self.listen_anew(now, now_s)
        self._looked_s = now_s
        alive = [(name, member) for name, member in self._members.items() if not member.is_lost]
        silent = [name for name, member in alive if self._is_silent(member, now_s)]
        for name in silent:
            self._members[name].is_lost = True
        for name, member in list(self._members.items()):
            if member.is_back and self._is_silent(member, now_s):
                member.is_back = False
            if now - member.relay.heard_at > FORGOTTEN_AFTER:
                del self._members[name]
        return silent

    def standing(self, name: str, now_s: float) -> Standing:
        """How that relay stands; one that never spoke is doubtful until it had the time to."""
        member = self._members.get(name)
        if member is None:
            return Standing.LOST if self.has_listened_long(now_s) else Standing.DOUBTFUL
        if member.is_lost:
            return Standing.DOUBTFUL if member.is_back else Standing.LOST
        if member.relay.doubt and member.called != (member.relay.process, member.relay.doubt):
            return Standing.DOUBTFUL
        return Standing.DRAINING if member.relay.is_draining else Standing.SERVING

    def standings(self, now_s: float) -> Iterator[tuple[Relay, Standing]]:
        """Every relay known, and how it stands."""
        for name, member in self._members.items():
            yield member.relay, self.standing(name, now_s)

    def find(self, name: str) -> Relay | None:
        """The relay as it last announced itself."""
        member = self._members.get(name)
        return member.relay if member else None

    def place(self, camera: str, now_s: float) -> Relay | None:
        """The relay for a camera that has no place, or None while nobody serves."""
        return next(iter(self.ranked(camera, now_s)), None)

    def ranked(self, camera: str, now_s: float) -> list[Relay]:
        """Every relay that serves, the one for the camera first."""
        return ranked(camera, (relay for relay, standing in self.standings(now_s) if standing is Standing.SERVING))

    def commanding(self, now_s: float) -> tuple[list[str], bool]:
        """The relays that take commands, and whether these are all that could carry out one granted before.

        One that is silent may have been given a command as long as nobody knew, and carry it out while its grant lasts;
        so may the process before one that answers to its name now.
        """
        asked, is_all = list[str](), self.has_listened_long(now_s)
        for relay, standing in self.standings(now_s):
            if standing is not Standing.LOST:
                asked.append(relay.name)
            elif _may_still_command(relay.heard_s, now_s):
                is_all = False
            if _may_still_command(self._members[relay.name].predecessor_heard_s, now_s):
                is_all = False
        return asked, is_all

    def to_call(self) -> list[Relay]:
        """Those whose roll is to be called: new to us, started again, in doubt, or back from being lost."""
        return [
            member.relay
            for member in self._members.values()
            if member.is_back or (not member.is_lost and member.called != (member.relay.process, member.relay.doubt))
        ]

    def call_all_again(self) -> None:
        """Whatever was found when rolls were called, somebody else may have seen to or not."""
        for member in self._members.values():
            member.called = ("", 0)

    def called(self, relay: Relay) -> None:
        """``relay``, as it was when its roll was called, keeps no more than its own."""
        member = self._members.get(relay.name)
        if member is not None and member.relay.process == relay.process:
            member.called = (relay.process, relay.doubt)
            member.is_lost, member.is_back = False, False

    def last_heard_at(self, name: str, process: str | None = None) -> datetime:
        """When that process last spoke, or the one whose sessions are gone; never heard: since when we listen."""
        member = self._members.get(name)
        if member is None:
            return self.listening_since
        if member.relay.process == process or (process is None and member.is_lost):
            return member.relay.heard_at
        return member.predecessor_heard_at or self.listening_since

    def _is_silent(self, member: _Member, now_s: float) -> bool:
        return now_s - max(member.relay.heard_s, self.listening_since_s) > SILENT_AFTER_S


def _may_still_command(heard_s: float | None, now_s: float) -> bool:
    """Whether a process last heard then, and silent since, may carry out what it was told before."""
    return heard_s is not None and now_s - heard_s <= SILENT_AFTER_S + GRANT_LIFETIME.total_seconds()
