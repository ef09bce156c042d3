"""The pool: who counts as lost and when, and that nobody serves again before its roll was called."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from services.streams.placement import Relay
from services.streams.pool import FORGOTTEN_AFTER, SILENT_AFTER_S, Pool, Standing
from services.streams.relocation import GRANT_LIFETIME

START = datetime(2026, 1, 1, tzinfo=UTC)
A, B = "relay-1", "relay-2"
CAMERA = "districts/440104/cameras/44010400011320000001"


@dataclass
class Days:
    """A pool, and time that passes by hand, looked at as often as streams does."""

    pool: Pool = field(default_factory=lambda: Pool(START, 0.0))
    now_s: float = 0.0

    def hear(self, name: str, **said: object) -> Relay:
        relay = Relay(name, b"", "127.0.0.1", 8554, self.now, self.now_s, process="one")
        self.pool.heard(replace(relay, **said))  # type: ignore[arg-type] # each test names its own
        found = self.pool.find(name)
        assert found
        return found

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.now_s)

    def pass_s(self, seconds: float, *speaking: str) -> None:
        """Let time pass while these announce themselves."""
        for _ in range(round(seconds / 0.1)):
            self.now_s += 0.1
            for name in speaking:
                self.hear(name)
            self.pool.look_round(self.now, self.now_s)

    def standing(self, name: str) -> Standing:
        return self.pool.standing(name, self.now_s)

    def call(self) -> set[str]:
        """Call every roll that is due."""
        relays = self.pool.to_call()
        for relay in relays:
            self.pool.called(relay)
        return {relay.name for relay in relays}


@pytest.fixture
def days() -> Days:
    """Two relays that serve, their rolls called."""
    made = Days()
    made.hear(A)
    made.hear(B)
    assert made.call() == {A, B}
    assert made.call() == set()
    return made


def test_a_silent_relay_is_lost_and_gets_no_camera(days: Days) -> None:
    days.pass_s(SILENT_AFTER_S - 0.2, B)
    assert days.standing(A) is Standing.SERVING
    days.pass_s(0.4, B)
    assert (days.standing(A), days.standing(B)) == (Standing.LOST, Standing.SERVING)
    assert {days.pool.place(f"{CAMERA}{number}", days.now_s).name for number in range(50)} == {B}  # type: ignore[union-attr]


def test_a_relay_that_comes_back_serves_again_only_after_its_roll(days: Days) -> None:
    days.pass_s(SILENT_AFTER_S + 0.3, B)
    assert days.call() == set(), "nobody to call yet"
    days.hear(A)
    assert days.standing(A) is Standing.DOUBTFUL
    assert days.call() == {A}
    assert days.standing(A) is Standing.SERVING


def test_a_relay_that_doubts_gets_nothing_until_its_roll_and_each_doubt_has_its_own(days: Days) -> None:
    first = days.hear(A, doubt=1)
    assert days.standing(A) is Standing.DOUBTFUL
    days.hear(A, doubt=2)
    days.pool.called(first)
    assert days.standing(A) is Standing.DOUBTFUL, "that was the answer to another doubt"
    assert days.call() == {A}
    assert days.standing(A) is Standing.SERVING


def test_a_relay_started_again_serves_at_once_and_its_predecessor_was_last_heard_before_it(days: Days) -> None:
    days.pass_s(0.5, A, B)
    last_heard = days.now
    days.pass_s(0.5, B)
    days.hear(A, process="two")
    assert days.standing(A) is Standing.SERVING, "it keeps nothing that could be another's"
    assert days.call() == {A}, "what it does not keep is found by its roll"
    assert days.pool.last_heard_at(A) == last_heard


def test_nobody_listening_is_death_at_once(days: Days) -> None:
    assert days.pool.nobody_listens(A)
    assert days.standing(A) is Standing.LOST


def test_nobody_listening_proves_nothing_after_we_were_away_ourselves(days: Days) -> None:
    days.now_s += 0.5
    days.pool.listen_anew(days.now, days.now_s)
    assert not days.pool.nobody_listens(A)
    assert days.standing(A) is Standing.SERVING
    days.hear(A)
    assert days.pool.nobody_listens(A)


def test_our_own_standstill_is_nobodys_silence(days: Days) -> None:
    days.pass_s(0.2, A, B)
    days.now_s += 60
    assert days.pool.look_round(days.now, days.now_s) == []
    assert days.standing(A) is Standing.SERVING
    days.pass_s(SILENT_AFTER_S + 0.2, B)
    assert days.standing(A) is Standing.LOST


def test_a_relay_on_record_that_never_spoke_is_given_the_time_to(days: Days) -> None:
    fresh = Days()
    assert fresh.standing(A) is Standing.DOUBTFUL
    fresh.pass_s(SILENT_AFTER_S + 0.2)
    assert fresh.standing(A) is Standing.LOST


def test_a_relay_that_drains_gets_no_camera(days: Days) -> None:
    days.hear(A, is_draining=True)
    assert days.standing(A) is Standing.DRAINING
    assert days.pool.place(CAMERA, days.now_s) == days.pool.find(B)


def test_who_is_silent_for_long_is_forgotten(days: Days) -> None:
    days.pass_s(FORGOTTEN_AFTER.total_seconds() + 1, B)
    assert days.pool.find(A) is None
    assert days.standing(A) is Standing.LOST


def test_a_relay_that_was_replaced_under_its_name_may_still_command_for_a_while() -> None:
    """It may stand still with a command that it was granted, and go on: its successor's word is not its own."""
    days = Days()
    days.pass_s(2, A)
    assert days.pool.commanding(days.now_s) == ([A], True)
    days.hear(A, process="two")
    assert days.pool.commanding(days.now_s) == ([A], False)
    days.now_s += SILENT_AFTER_S + GRANT_LIFETIME.total_seconds()
    days.hear(A, process="two")
    assert days.pool.commanding(days.now_s) == ([A], False)
    days.now_s += 0.1
    days.hear(A, process="two")
    assert days.pool.commanding(days.now_s) == ([A], True)
