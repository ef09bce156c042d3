"""One incident, any acts by anybody in any order while time goes on: what must hold whatever happens."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.chassis.errors import Error
from services.decider.area import covers
from services.decider.facts import Area, Camera
from services.permissions.incidents.commands import Extension, Ruling, Widening
from services.permissions.incidents.domain import LONGEST, Declared, Outcome, State, Verb, settle
from services.permissions.incidents.rules import decide, declare, end, extend, widen
from tests.unit.decider.cast import CITY_POLICE, COMMAND, NOW, PARK, POLICE, SECURITY, TIANHE, TUNNEL, URBAN
from tests.unit.permissions.fires import BLOCK, DISTRICT_COMMAND, DUTY, FIRE, NEXT, WHOLE

AGENCIES = (COMMAND.agency, URBAN.agency)
AREAS = (Area(BLOCK), Area(NEXT), WHOLE, Area(cameras=frozenset({PARK.name})), Area(districts=frozenset({TIANHE})))
CAMERAS = (TUNNEL, replace(TUNNEL, latitude=23.13), PARK, replace(TUNNEL, district=TIANHE, latitude=23.2))
able = st.sampled_from((COMMAND, DUTY, CITY_POLICE))
people = able | st.sampled_from((POLICE, DISTRICT_COMMAND, SECURITY, URBAN))
areas, minutes = st.sampled_from(AREAS), st.integers(30, 4320)
Opened = set[tuple[str, str]]  # agency and camera


def open_now(declared: Declared, at: datetime) -> Opened:
    """What the facts of ``declared`` open at ``at``."""

    def is_open(agency: str, camera: Camera) -> bool:
        return any(f.starts_at <= at < f.ends_at and covers(f.area, camera) for f in declared.facts(agency))

    return {(agency, f"{c.name} {c.latitude}") for agency in AGENCIES for c in CAMERAS if is_open(agency, c)}


class OneIncident(RuleBasedStateMachine):
    """Acts that are refused change nothing; those that are not are checked against what was seen before them."""

    @initialize(by=st.sampled_from((COMMAND, DISTRICT_COMMAND)), area=areas, lasting=minutes)
    def begin(self, by: object, area: Area, lasting: int) -> None:
        self.now, self.seen = NOW, list[tuple[datetime, Opened]]()
        area = area if by is COMMAND else Area(BLOCK)
        said = replace(FIRE, area=area, ends_at=NOW + timedelta(minutes=lasting))
        self.declared, _ = declare("incidents/1", said, by, NOW)  # type: ignore[arg-type] # one of the two

    def attempt(self, act: Callable[[], Outcome]) -> None:
        before = settle(self.declared, self.now)[0]
        try:
            after, events = act()
        except Error:
            return
        assert before.outcome is None or before == after, "closed stays closed"
        assert after.acts[: len(before.acts)] == before.acts or any(act.is_pending for act in before.acts)
        is_over = any(event.verb in {Verb.ENDED, Verb.EXPIRED} for event in events)
        if not is_over and not after.outcome:
            assert after.ends_at >= before.ends_at, "no end moves back"
            assert open_now(after, self.now) >= open_now(before, self.now), "what is open only grows"
        for at, opened in self.seen:
            assert open_now(after, at) - opened == set() or at == self.now, "nothing is opened for what was before"
        self.declared = after

    @rule(by=people, number=st.integers(1, 4), is_approved=st.booleans())
    def decide(self, by: object, number: int, is_approved: bool) -> None:
        waiting = self.declared.pending
        ruling = Ruling(waiting.number if waiting else number, is_approved, "seen")
        self.attempt(lambda: decide(self.declared, ruling, by, self.now))  # type: ignore[arg-type] # one of the people

    @precondition(lambda self: self.declared.pending)
    @rule(by=able)
    def approve(self, by: object) -> None:
        self.decide(by=by, number=1, is_approved=True)

    @rule(by=people, lasting=st.integers(600, 4320))
    def extend(self, by: object, lasting: int) -> None:
        command = Extension("O-2", "it burns", self.now + timedelta(minutes=lasting))
        self.attempt(lambda: extend(self.declared, command, by, self.now))  # type: ignore[arg-type] # one of the people

    @rule(by=people, area=areas | st.none(), agency=st.none() | st.sampled_from(AGENCIES))
    def widen(self, by: object, area: Area | None, agency: str | None) -> None:
        opens_to = frozenset({agency}) if agency else frozenset[str]()
        command = Widening("O-3", "it spreads", area or Area(), opens_to, "L-2", ("C-3", "C-4"))
        self.attempt(lambda: widen(self.declared, command, by, self.now))  # type: ignore[arg-type] # one of the people

    @rule(by=people, is_meant=st.integers(0, 9))
    def end(self, by: object, is_meant: int) -> None:
        if is_meant:  # seldom: nothing happens afterwards
            return
        self.attempt(lambda: end(self.declared, by, self.now))  # type: ignore[arg-type] # one of the people

    @rule(passing=st.sampled_from((1, 5, 20, 45, 120)))
    def wait(self, passing: int) -> None:
        self.seen.append((self.now, open_now(self.declared, self.now)))
        self.now += timedelta(minutes=passing)

    @rule()
    def settle(self) -> None:
        self.declared, _ = settle(self.declared, self.now)

    @invariant()
    def holds(self) -> None:
        declared = settle(self.declared, self.now)[0]
        if declared.state is not State.IN_FORCE:
            assert not open_now(declared, self.now), "it opens something in force only"
        first = declared.acts[0]
        if first.is_pending:
            assert declared.starts_at is None
        for act in declared.acts:
            assert not (act.is_pending and act.effective_at), "nothing is in effect while it waits"
            assert act.effective_at is None or act.effective_at >= act.at
            assert act.verdict is None or act.approve_by is not None
            assert not act.decided_by or act.decided_by != act.principal or act.verdict == "lapsed"
            assert act.ends_at is None or act.ends_at <= act.at + LONGEST
        assert sum(act.is_pending for act in declared.acts) <= 1
        is_whole_on_one_word = any(area.districts for area in declared.unapproved_areas)
        assert not is_whole_on_one_word, "a whole district stands on two principals' word"


TestOneIncident = OneIncident.TestCase
TestOneIncident.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
