"""Operators' reviews of papers (Article 19) on either database: they hold papers back until a deadline, no longer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument, NotFound
from services.decider.facts import Action, Camera
from services.permissions.batches import Batch, Batches
from services.permissions.decisions import Decisions
from services.permissions.incidents.service import Incidents
from services.permissions.papers.bases import Bases
from services.permissions.papers.basis import Registered, Waived
from services.permissions.papers.letter import Officer, Papers
from services.permissions.papers.review import Objection, State, Word
from services.permissions.papers.reviews import Reviews
from services.permissions.ports import Ports
from services.permissions.question import Answer, Question
from services.permissions.reaches import Reaches
from services.permissions.takeover import Cause
from services.permissions.takeovers.requests import Takeovers, Wish
from services.permissions.view import Views
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    NOW,
    OPERATOR,
    PARK,
    POLICE,
    SECRET,
    SECURITY,
    TIANHE,
    TUNNEL,
    URBAN,
)
from tests.unit.permissions import fires, records
from tests.unit.permissions.records import Outside

END = NOW + timedelta(days=2)
LETTER = Papers(
    "YX-17",
    POLICE.agency,
    (Officer("Chen", "C-1", END), Officer("Li", "C-2", END)),
    frozenset({TUNNEL.name, PARK.name}),
    NOW,
    END,
    "theft",
    "0" * 64,
)
ELSEWHERE = replace(PARK, operator="agencies/another")
Platform = tuple[Ports, Outside]
YES, NO = Word(True, None, ""), Word(False, Objection.OFFICERS, "other people came")


@pytest.fixture
async def platform(database_url: str) -> AsyncIterator[Platform]:
    async with records.ports_on(database_url) as (ports, outside):
        outside.cameras |= {PARK.name: ELSEWHERE, SECRET.name: SECRET}
        await Reviews(ports).set_terms(OPERATOR.name, OPERATOR.agency, 6, "forgeries in May")
        yield ports, outside


async def asked(ports: Ports, basis: Registered, camera: Camera = TUNNEL, action: Action = Action.COPY) -> Answer:
    question = Question(POLICE.name, camera.name, action, basis.name)
    answer = await Decisions(ports, Views(ports)).decide(question)
    batch = await Batches(ports, Views(ports)).decide_named(Batch(POLICE.name, action, basis.name), [camera.name])
    assert bool(batch.allowed[0]) == answer.decision.allowed
    reach = await Reaches(ports).of(Batch(POLICE.name, action, basis.name))
    named = set().union(*(cover.cameras for cover in reach.covers.values())) if reach.covers else set()
    assert answer.decision.allowed <= (camera.name in named or not answer.stands_on_papers)
    return answer


def moved(ports: Ports, by: timedelta) -> None:
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(by)


async def test_papers_open_nothing_of_an_operator_that_looks_until_it_accepts_them(platform: Platform) -> None:
    ports, outside = platform
    basis = await Bases(ports).register(POLICE.name, LETTER)
    assert basis.reviews == (f"{basis.name}/reviews/{OPERATOR.agency.removeprefix('agencies/')}",)
    held = (await asked(ports, basis)).decision
    assert (held.allowed, held.nearest_rule, held.lacking) == (False, "art18-copy-police", ("reviewed",))
    assert (await asked(ports, basis, ELSEWHERE)).decision.allowed, "another operator's camera, which asks for no look"
    decided = await Reviews(ports).decide(OPERATOR.name, basis.name, OPERATOR.agency, YES)
    assert (decided.state, decided.decided_by) == (State.ACCEPTED, OPERATOR.name)
    opened = (await asked(ports, basis)).decision
    assert (opened.allowed, opened.valid_until) == (True, END)
    with pytest.raises(FailedPrecondition, match="accepted"):
        await Reviews(ports).decide(OPERATOR.name, basis.name, OPERATOR.agency, NO)
    told = [change.verb for change in outside.changes if "review" in change.verb]
    assert told == ["review_terms.set", "papers_review.requested", "papers_review.accepted"]


async def test_a_silent_operator_has_let_them_pass_at_the_deadline_and_it_is_put_on_record(platform: Platform) -> None:
    ports, outside = platform
    basis = await Bases(ports).register(POLICE.name, LETTER)
    moved(ports, timedelta(hours=6) - timedelta(microseconds=1))
    assert not (await asked(ports, basis)).decision.allowed
    await Reviews(ports).lapse_once()
    moved(ports, timedelta(microseconds=1))
    assert (await asked(ports, basis)).decision.allowed, "before anybody wrote it down"
    with pytest.raises(FailedPrecondition, match="lapsed"):
        await Reviews(ports).decide(OPERATOR.name, basis.name, OPERATOR.agency, NO)
    await asyncio.gather(Reviews(ports).lapse_once(), Reviews(ports).lapse_once())  # of two replicas
    assert [(c.verb, c.by) for c in outside.changes if c.verb == "papers_review.lapsed"] == [
        ("papers_review.lapsed", "")
    ]


async def test_a_refusal_holds_beyond_the_deadline_until_municipal_police_overrule_it(platform: Platform) -> None:
    ports, _ = platform
    reviews, basis = Reviews(ports), await Bases(ports).register(POLICE.name, LETTER)
    of = (basis.name, OPERATOR.agency)
    with pytest.raises(FailedPrecondition, match="pending"):
        await reviews.overrule(CITY_POLICE.name, *of, "hurry")
    await reviews.decide(OPERATOR.name, *of, NO)
    moved(ports, timedelta(hours=12))
    assert not (await asked(ports, basis)).decision.allowed
    for who in (POLICE, OPERATOR):
        with pytest.raises(Denied):
            await reviews.overrule(who.name, *of, "I say so")
    overruled = await reviews.overrule(CITY_POLICE.name, *of, "both officers were here")
    assert (overruled.state, overruled.objection, overruled.overruled_by) == (
        State.OVERRULED, Objection.OFFICERS, CITY_POLICE.name,
    )  # fmt: skip
    assert (await asked(ports, basis)).decision.allowed
    assert (await reviews.get(POLICE.name, *of)).overrule_reason == "both officers were here"


async def test_nobody_overrules_what_is_said_of_papers_of_its_own(platform: Platform) -> None:
    ports, _ = platform
    basis = await Bases(ports).register(CITY_POLICE.name, replace(LETTER, issuer=CITY_POLICE.agency))
    await Reviews(ports).decide(OPERATOR.name, basis.name, OPERATOR.agency, NO)
    with pytest.raises(Denied, match="another principal"):
        await Reviews(ports).overrule(CITY_POLICE.name, basis.name, OPERATOR.agency, "they are mine")


@pytest.mark.parametrize(
    ("word", "field"),
    [
        (Word(False, None, "why"), "objection"),
        (Word(True, Objection.FORGED, ""), "objection"),
        (Word(False, Objection.FORGED, ""), "note"),
        (Word(False, Objection.FORGED, "x" * 501), "note"),
    ],
)
async def test_a_word_that_says_no_without_an_objection_and_a_note_is_refused(
    platform: Platform, word: Word, field: str
) -> None:
    ports, _ = platform
    basis = await Bases(ports).register(POLICE.name, LETTER)
    with pytest.raises(InvalidArgument) as refused:
        await Reviews(ports).decide(OPERATOR.name, basis.name, OPERATOR.agency, word)
    assert [violation.field for violation in refused.value.violations] == [field]


async def test_terms_are_an_operators_own_within_a_day_and_bind_no_papers_before_them(platform: Platform) -> None:
    ports, _ = platform
    reviews = Reviews(ports)
    for hours in (-1, 25):
        with pytest.raises(InvalidArgument):
            await reviews.set_terms(OPERATOR.name, OPERATOR.agency, hours, "why")
    for who in (POLICE, CITY_POLICE):
        with pytest.raises(NotFound):
            await reviews.set_terms(who.name, OPERATOR.agency, 0, "why")
    waiting = await Bases(ports).register(POLICE.name, LETTER)
    await reviews.set_terms(OPERATOR.name, OPERATOR.agency, 0, "no more")
    free = await Bases(ports).register(POLICE.name, LETTER)
    assert (free.reviews, (await asked(ports, free)).decision.allowed) == ((), True)
    assert not (await asked(ports, waiting)).decision.allowed, "its review goes on"
    await reviews.set_terms(OPERATOR.name, OPERATOR.agency, 24, "again")
    assert (await asked(ports, free)).decision.allowed, "registered before"
    terms = await reviews.terms(OPERATOR.name, OPERATOR.agency)
    assert terms is not None
    assert (terms.deadline_hours, terms.reason) == (24, "again")


async def test_live_viewing_by_level_waits_for_no_review_and_a_takeover_on_papers_does(platform: Platform) -> None:
    ports, _ = platform
    basis = await Bases(ports).register(POLICE.name, LETTER)
    assert (await asked(ports, basis, action=Action.LIVE)).decision.rule == "art14-live-district-police"
    with pytest.raises(Denied) as refused:
        await Takeovers(ports).request(
            POLICE.name, Wish((TUNNEL.name,), Cause.LAW_ENFORCEMENT, "pursuit", basis.name, "", END - timedelta(days=1))
        )
    assert refused.value.reason == "PAPERS_IN_REVIEW"


async def test_an_emergency_takeover_waits_for_no_review(platform: Platform) -> None:
    ports, _ = platform
    await Bases(ports).register(POLICE.name, LETTER)
    fire = await Incidents(ports).declare(CITY_POLICE.name, fires.FIRE)
    wish = Wish((TUNNEL.name,), Cause.ACCIDENT, "smoke", "", fire.name, NOW + timedelta(minutes=30))
    order = await Takeovers(ports).request(COMMAND.name, wish)
    assert order.taken[0].is_holding


async def test_reviews_are_absent_for_whom_they_do_not_concern(platform: Platform) -> None:
    ports, outside = platform
    reviews, basis = Reviews(ports), await Bases(ports).register(POLICE.name, LETTER)
    secret = replace(LETTER, issuer=SECURITY.agency, cameras=frozenset({SECRET.name}))
    sealed = await Bases(ports).register(SECURITY.name, secret)
    said = set()
    for who, name in ((URBAN, basis.name), (SECURITY, basis.name), (CITY_POLICE, sealed.name), (URBAN, "legalBases/x")):
        with pytest.raises(NotFound) as absent:
            await reviews.get(who.name, name, OPERATOR.agency)
        said.add(f"{absent.value.message} {dict(absent.value.metadata)}".replace(name, "NAME"))
    assert len(said) == 1
    concerns = {POLICE: {basis.name}, CITY_POLICE: {basis.name}, SECURITY: {sealed.name},
                OPERATOR: {basis.name, sealed.name}, URBAN: set()}  # fmt: skip
    for who, names in concerns.items():
        assert {one.basis for one in await reviews.list(who.name, None, 10)} == names
    first = (await reviews.list(OPERATOR.name, None, 1))[0]
    behind = (first.requested_at, f"{first.basis}/{first.operator}")
    assert [one.basis for one in await reviews.list(OPERATOR.name, behind, 5)] == [
        name for name in (basis.name, sealed.name) if name != first.basis
    ]
    assert [c.is_sealed for c in outside.changes if c.verb == "papers_review.requested"] == [False, True]
    await reviews.decide(OPERATOR.name, sealed.name, OPERATOR.agency, NO)
    with pytest.raises(NotFound):
        await reviews.overrule(CITY_POLICE.name, sealed.name, OPERATOR.agency, "why not")


async def test_a_watcher_hears_of_its_reviews_in_order_and_goes_on_from_its_number(platform: Platform) -> None:
    ports, _ = platform
    reviews = Reviews(ports)
    news = aiter(reviews.watch(OPERATOR.name, None))
    first: Any = await anext(news)
    assert (first.reviews, first.number) == ([], 0)
    basis = await Bases(ports).register(POLICE.name, LETTER)
    heard: Any = await anext(news)
    assert [(one.basis, one.state) for one in heard.reviews] == [(basis.name, State.PENDING)]
    await reviews.decide(OPERATOR.name, basis.name, OPERATOR.agency, YES)
    again: Any = await anext(aiter(reviews.watch(OPERATOR.name, heard.number)))
    assert [(one.state, again.number) for one in again.reviews] == [(State.ACCEPTED, 2)]
    with pytest.raises(InvalidArgument):
        await anext(aiter(reviews.watch(OPERATOR.name, 99)))


async def test_decisions_at_once_leave_one_word(platform: Platform) -> None:
    ports, _ = platform
    basis = await Bases(ports).register(POLICE.name, LETTER)
    of = (basis.name, OPERATOR.agency)
    words = [Reviews(ports).decide(OPERATOR.name, *of, word) for word in (YES, NO, YES, NO)]
    results = await asyncio.gather(*words, return_exceptions=True)
    assert sum(isinstance(result, FailedPrecondition) for result in results) == 3
    assert sum(not isinstance(result, BaseException) for result in results) == 1


async def test_an_operator_waives_papers_for_a_case_and_its_waiver_opens_its_own_cameras_only(
    platform: Platform,
) -> None:
    ports, outside = platform
    waived = Waived(POLICE.name, frozenset({TUNNEL.name}), NOW + timedelta(hours=24), "a child is missing")
    waiver = await Bases(ports).waive(OPERATOR.name, waived)
    answer = (await asked(ports, waiver)).decision
    assert (answer.allowed, answer.rule, answer.valid_until) == (True, "art18-copy-police", waived.ends_at)
    assert not (await asked(ports, waiver, ELSEWHERE)).decision.allowed
    shown = await Bases(ports).get(POLICE.name, waiver.name)
    assert (shown.is_waiver, shown.papers.issuer, shown.principal) == (True, OPERATOR.agency, POLICE.name)
    assert [(c.verb, c.by) for c in outside.changes if "waived" in c.verb] == [("legal_basis.waived", OPERATOR.name)]
    await Bases(ports).revoke(OPERATOR.name, waiver.name, "found")
    assert not (await asked(ports, waiver)).decision.allowed


async def test_a_waiver_is_for_cameras_of_ones_own_for_a_day_and_tells_nobody_of_a_state_secret(
    platform: Platform,
) -> None:
    ports, outside = platform
    outside.cameras[TUNNEL.name] = TUNNEL
    day = NOW + timedelta(hours=24)
    good = Waived(POLICE.name, frozenset({TUNNEL.name}), day, "a child is missing")
    for wrong, refusal in (
        (replace(good, cameras=frozenset({PARK.name})), Denied),
        (replace(good, cameras=frozenset({TUNNEL.name, TIANHE})), Denied),
        (replace(good, cameras=frozenset()), InvalidArgument),
        (replace(good, ends_at=day + timedelta(seconds=1)), InvalidArgument),
        (replace(good, reason=""), InvalidArgument),
        (replace(good, cameras=frozenset({SECRET.name})), InvalidArgument),
        (replace(good, principal="principals/nobody"), InvalidArgument),
    ):
        with pytest.raises(refusal):
            await Bases(ports).waive(OPERATOR.name, wrong)
    assert not [change for change in outside.changes if "waived" in change.verb]
    sealed = await Bases(ports).waive(
        OPERATOR.name, replace(good, principal=SECURITY.name, cameras=frozenset({SECRET.name}))
    )
    with pytest.raises(NotFound):
        await Bases(ports).get(CITY_POLICE.name, sealed.name)
