"""Whatever the order in which takeovers command and end, each holder is owed what he, or whoever is below, had."""

from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.streams.pointings import Entry, Pointing, PointingStack, commanded, ended, restored

_POINTINGS = st.builds(Pointing, st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 9))
_FIRST, _SECOND, _THIRD = Pointing(0.1, 0, 0), Pointing(0.2, 0, 0), Pointing(0.3, 0, 0)


@dataclass
class Party:
    """A takeover in force as the model sees it: who, how high, and where it last had the camera look."""

    name: str
    agency: str
    rank: int
    had: Pointing | None = None


class Restoring(RuleBasedStateMachine):
    """The model has no stack: the camera belongs where the highest one in force that ever commanded had it look."""

    @initialize(looks=_POINTINGS)
    def begin(self, looks: Pointing) -> None:
        self.stack, self.looks, self.operators = PointingStack(), looks, looks
        self.parties: list[Party] = []
        self.granted, self.is_each_read = 0, True

    @property
    def holder(self) -> Party | None:
        return max(self.parties, key=lambda one: one.rank, default=None)

    @precondition(lambda self: len(self.parties) < 5)
    @rule(agency=st.sampled_from("abc"), rank=st.integers(0, 9))
    def takes_over(self, agency: str, rank: int) -> None:
        self.granted += 1
        self.parties.append(Party(f"takeovers/{self.granted}", agency, rank * 1000 + self.granted))

    @rule(to=_POINTINGS, is_read=st.sampled_from([True, True, True, False]))
    def holder_commands(self, to: Pointing, is_read: bool) -> None:
        holder = self.holder
        self.stack = commanded(self.stack, holder.name if holder else "", self.looks if is_read else None)
        self.is_each_read = self.is_each_read and is_read
        self.looks = to
        if holder is None:
            self.operators = to
        else:
            holder.had = to

    @precondition(lambda self: self.parties)
    @rule(data=st.data())
    def one_ends(self, data: st.DataObject) -> None:
        over = data.draw(st.sampled_from(self.parties))
        was_holding = over is self.holder
        self.parties.remove(over)
        heir = self.holder if was_holding and self.holder and self.holder.agency == over.agency else None
        self.stack = ended(self.stack, over.name, heir.name if heir else "")
        if heir is not None and over.had is not None:
            heir.had = over.had

    @rule()
    def platform_restores(self) -> None:
        self.looks = self.stack.owed or self.looks
        self.stack = restored(self.stack)

    @invariant()
    def the_holder_gets_back_what_was_his_unless_it_was_never_read(self) -> None:
        assert not (self.stack.is_lost and self.is_each_read)
        if self.stack.is_lost:
            assert self.stack.owed is None
            return
        had = [one for one in self.parties if one.had is not None]
        due = max(had, key=lambda one: one.rank).had if had else self.operators
        assert (self.stack.owed or self.looks) == due

    @invariant()
    def only_takeovers_in_force_that_commanded_are_kept(self) -> None:
        kept = {entry.takeover for entry in self.stack.entries}
        assert kept == {one.name for one in self.parties if one.had is not None}


TestRestoring = Restoring.TestCase


def test_a_takeover_that_moved_nothing_leaves_nothing_to_restore() -> None:
    assert ended(PointingStack(), "takeovers/1") == PointingStack()


def test_nobody_is_owed_what_was_not_read() -> None:
    stack = commanded(PointingStack(), "takeovers/1", None)
    assert ended(stack, "takeovers/1").owed is None


def test_an_unread_pointing_below_is_not_replaced_by_where_the_ended_one_had_pointed() -> None:
    stack = commanded(commanded(PointingStack(), "takeovers/1", None), "takeovers/2", _SECOND)
    stack = ended(stack, "takeovers/1")
    assert stack.entries == (Entry("takeovers/2", None),)
    assert ended(stack, "takeovers/2").owed is None


def test_who_commands_before_the_restoring_keeps_the_pointing_for_those_below() -> None:
    stack = ended(commanded(PointingStack(), "takeovers/2", _FIRST), "takeovers/2")
    stack = commanded(stack, "takeovers/1", _THIRD)
    assert stack.owed is None
    assert ended(stack, "takeovers/1").owed == _FIRST


def test_an_operator_who_commands_first_is_owed_nothing() -> None:
    stack = ended(commanded(PointingStack(), "takeovers/1", _FIRST), "takeovers/1")
    assert commanded(stack, "", _SECOND) == PointingStack()


def test_what_was_lost_is_not_made_up_from_where_the_ended_one_had_pointed() -> None:
    stack = ended(commanded(PointingStack(), "takeovers/2", None), "takeovers/2")
    assert stack.is_lost
    stack = commanded(stack, "takeovers/1", _SECOND)
    assert ended(stack, "takeovers/1").owed is None


def test_an_operator_who_commands_starts_anew_after_a_loss() -> None:
    stack = ended(commanded(PointingStack(), "takeovers/1", None), "takeovers/1")
    assert commanded(stack, "", _FIRST) == PointingStack()
