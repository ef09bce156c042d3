"""Exclusive takeovers at a relay: who sees nothing meanwhile, who is told, and what gives the view back."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from services.chassis.errors import Aborted, Denied
from services.decider.facts import Circumstances, Takeover
from services.streams.relay.record import Pause
from services.streams.relay.sessions import Session, Sessions
from services.streams.relay.suspending import Suspending
from tests.unit.decider.cast import CITY_POLICE, COMMAND, LATER, NOW, SECURITY, URBAN, takeover
from tests.unit.relay.cases import WATCHED, session

MINUTE = timedelta(minutes=1)
COMMANDS = replace(takeover(COMMAND, camera=WATCHED), is_exclusive=True)
POLICES = takeover(CITY_POLICE, number=2, camera=WATCHED)
CAMERA = WATCHED.name


class Watcher:
    """As much of a viewer as is paused."""

    is_paused = False

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False


class Relay:
    """Urban management watches, and so do the police, who rank above emergency command."""

    def __init__(self, sessions: Sessions | None = None) -> None:
        self.sessions = sessions or Sessions()
        self.told: list[Pause] = []
        self.suspending = Suspending(self.sessions, self.told.append)
        self.watcher, self.above = Watcher(), Watcher()
        for name, who, viewer in (("a", URBAN, self.watcher), ("b", CITY_POLICE, self.above)):
            self.keep(session(f"sessions/{name}", principal=who, expires_at=LATER + MINUTE))
            self.find(name).viewers.add(viewer)  # type: ignore[arg-type] # as much of one as is touched

    def keep(self, one: Session) -> None:
        self.sessions.keep(one)
        self.suspending.look(NOW)

    def find(self, name: str = "a") -> Session:
        found = self.sessions.find(f"sessions/{name}")
        assert found
        return found

    def take(self, number: int, *takeovers: Takeover) -> None:
        self.sessions.take(number, {CAMERA: takeovers})
        self.suspending.look(NOW)

    def end(self, number: int, subject: str) -> None:
        self.sessions.end_on(subject, number, "")
        self.suspending.look(NOW)

    @property
    def says(self) -> list[tuple[str, bool]]:
        """Of whom it told what: whether the view was given back."""
        return [(one.session.name, one.ended_at is not None) for one in self.told]


def test_who_ranks_below_is_paused_refused_and_told_and_nobody_else() -> None:
    relay = Relay()
    relay.take(6, COMMANDS)
    assert (relay.watcher.is_paused, relay.above.is_paused) == (True, False)
    assert relay.says == [("sessions/a", False)]
    [told] = relay.told
    assert (told.viewers, told.began_at, told.suspension.agency) == (1, NOW, COMMAND.agency)
    with pytest.raises(Denied) as refusal:
        relay.find().refuse_joining()
    assert refusal.value.reason == "HELD_BY_ANOTHER"
    assert refusal.value.metadata == {
        "holder": COMMAND.agency, "until": LATER.isoformat(), "article": "Article 18", "camera": CAMERA
    }  # fmt: skip
    relay.take(6, COMMANDS)
    relay.suspending.look(NOW + MINUTE)
    assert len(relay.told) == 1, "heard twice it is suspended once"


@pytest.mark.parametrize("subject", [name for name in COMMANDS.stands_on if name])
def test_whatever_ends_the_takeover_gives_the_view_back(subject: str) -> None:
    relay = Relay()
    relay.take(6, COMMANDS)
    relay.end(7, subject)
    assert not relay.watcher.is_paused
    assert relay.says == [("sessions/a", False), ("sessions/a", True)]
    relay.suspending.look(NOW)
    assert relay.sessions.bound() == [], "nothing is looked at for ever"


def test_time_gives_the_view_back_though_nobody_says_so() -> None:
    relay = Relay()
    relay.take(6, COMMANDS)
    relay.suspending.look(LATER - timedelta(microseconds=1))
    assert relay.watcher.is_paused
    relay.suspending.look(LATER)
    assert not relay.watcher.is_paused
    assert relay.told[-1].ended_at == LATER


def test_a_later_end_is_told_and_a_higher_rank_that_is_not_exclusive_gives_the_view_back() -> None:
    relay = Relay()
    relay.take(6, COMMANDS)
    relay.take(7, replace(COMMANDS, ends_at=LATER + MINUTE))
    assert [one.suspension.until for one in relay.told] == [LATER, LATER + MINUTE]
    relay.take(8, COMMANDS, POLICES)
    assert not relay.watcher.is_paused
    relay.end(9, POLICES.name)
    assert relay.watcher.is_paused, "the earlier holder is back"
    relay.take(10, COMMANDS, replace(takeover(SECURITY, number=3, camera=WATCHED), is_exclusive=True))
    assert relay.above.is_paused, "police rank below national security"


def test_messages_in_whatever_order_have_the_last_word() -> None:
    """Two replicas of permissions speak at once: the part of 7 is preceded, 8 says who holds after that."""
    steps = [
        (6, lambda relay: relay.take(6, COMMANDS)),
        (7, lambda relay: relay.end(7, COMMANDS.part)),
        (8, lambda relay: relay.take(8, COMMANDS, POLICES)),
        (9, lambda relay: relay.end(9, POLICES.name)),
    ]
    for order in permutations(steps):
        relay = Relay()
        for _, step in order:
            step(relay)
        assert relay.watcher.is_paused, [number for number, _ in order]


def test_what_ended_before_it_was_heard_of_suspends_nobody() -> None:
    relay = Relay()
    relay.end(7, COMMANDS.name)
    relay.take(6, COMMANDS)
    assert not relay.watcher.is_paused
    assert relay.told == []


def test_a_session_decided_before_and_assigned_after_is_decided_again() -> None:
    relay = Relay()
    relay.take(6, COMMANDS)
    with pytest.raises(Aborted):
        relay.keep(session("sessions/c", number=5, principal=URBAN))
    knows = Circumstances(takeovers=(COMMANDS,))
    relay.keep(session("sessions/c", number=6, principal=URBAN, circumstances=knows))
    assert relay.find("c").suspension, "as after a start of the relay, or a move to another one"


def test_a_renewed_session_stays_suspended_and_one_that_is_decided_without_is_given_back() -> None:
    relay = Relay()
    relay.take(6, COMMANDS)
    for number, knows, is_paused in ((7, (COMMANDS,), True), (8, (), False)):
        relay.keep(session(number=number, principal=URBAN, circumstances=Circumstances(takeovers=knows)))
        assert relay.watcher.is_paused is is_paused
    assert relay.says == [("sessions/a", False), ("sessions/a", True)]


def test_an_own_takeover_heard_of_later_prolongs_no_lease() -> None:
    """What a holder may outlast is settled when its session is decided: streams keeps its record so long."""
    relay = Relay()
    relay.keep(session("sessions/c", principal=COMMAND))
    relay.take(6, COMMANDS)
    assert relay.find("c").case.circumstances.takeovers == ()
    assert relay.find("c").suspension is None
