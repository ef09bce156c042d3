"""Papers on either database: each use counted with what opens on it, revoked, and shown to whom they concern."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Denied, FailedPrecondition, NotFound
from services.decider.facts import Action
from services.permissions.batches import Batch, Batches
from services.permissions.decisions import Decisions
from services.permissions.ending import Cause
from services.permissions.papers.bases import Bases
from services.permissions.papers.basis import Registered
from services.permissions.papers.letter import Officer, Papers
from services.permissions.ports import Ports
from services.permissions.question import Question
from services.permissions.store import basis_facts, endings, takeovers
from services.permissions.takeover import Cause as Why
from services.permissions.takeovers.requests import Takeovers, Wish
from services.permissions.view import Views
from tests.unit.decider.cast import (
    CITY_POLICE,
    LATER,
    NOW,
    OPERATOR,
    PARK,
    POLICE,
    SECRET,
    SECTOR,
    SECURITY,
    TUNNEL,
    URBAN,
)
from tests.unit.permissions import records
from tests.unit.permissions.records import Outside

LETTER = Papers(
    "YX-17",
    POLICE.agency,
    (Officer("Chen", "C-1", LATER), Officer("Li", "C-2", LATER)),
    frozenset({TUNNEL.name}),
    NOW,
    LATER,
    "theft",
    "0" * 64,
)
Platform = tuple[Ports, Outside]


@pytest.fixture
async def platform(database_url: str) -> AsyncIterator[Platform]:
    async with records.ports_on(database_url) as (ports, outside):
        outside.cameras |= {PARK.name: PARK, SECRET.name: SECRET}
        yield ports, outside


async def opens(ports: Ports, basis: Registered, session: str, camera: str = TUNNEL.name) -> bool:
    """A copy session of the district police on these papers."""
    asked = Question(POLICE.name, camera, Action.COPY, basis.name, used_for=session)
    return (await Decisions(ports, Views(ports)).decide(asked)).decision.allowed


async def covers(ports: Ports, basis: Registered) -> bool:
    """Whether they cover, asked of a batch."""
    asked = Batch(POLICE.name, Action.COPY, basis.name)
    return bool((await Batches(ports, Views(ports)).decide_named(asked, [TUNNEL.name])).allowed[0])


async def test_each_session_is_one_use_however_often_it_is_decided(platform: Platform) -> None:
    ports, outside = platform
    use = Bases(ports)
    basis = await use.register(POLICE.name, replace(LETTER, use_limit=2))
    assert await covers(ports, basis)
    assert [await opens(ports, basis, s) for s in ("sessions/1", "sessions/1", "sessions/2")] == [True] * 3
    assert not await opens(ports, basis, "sessions/3"), "used up"
    assert await opens(ports, basis, "sessions/2"), "a renewal uses nothing more"
    assert (await use.get(POLICE.name, basis.name)).uses == 2
    used = [change for change in outside.changes if change.verb == "legal_basis.used"]
    assert [(change.by, change.camera) for change in used] == [(POLICE.name, TUNNEL.name)] * 2
    asked = Question(POLICE.name, TUNNEL.name, Action.COPY, basis.name)
    refused = (await Decisions(ports, Views(ports)).decide(asked)).decision
    assert (refused.allowed, refused.lacking) == (False, ("papers",))
    assert not await covers(ports, basis)


async def test_a_question_without_a_session_uses_nothing_and_neither_does_what_stands_on_another_article(
    platform: Platform,
) -> None:
    ports, outside = platform
    basis = await Bases(ports).register(POLICE.name, replace(LETTER, cameras=frozenset({TUNNEL.name, PARK.name})))
    await Decisions(ports, Views(ports)).decide(Question(POLICE.name, TUNNEL.name, Action.COPY, basis.name))
    standing = Question(POLICE.name, PARK.name, Action.DESCRIBE, basis.name, used_for="sessions/1")
    assert (await Decisions(ports, Views(ports)).decide(standing)).decision.allowed
    await Decisions(ports, Views(ports)).decide(
        Question(URBAN.name, TUNNEL.name, Action.COPY, basis.name, used_for="sessions/2")
    )
    assert (await Bases(ports).get(POLICE.name, basis.name)).uses == 0
    assert "legal_basis.used" not in [change.verb for change in outside.changes]


async def test_sessions_read_together_have_the_papers_that_each_has_alone(platform: Platform) -> None:
    ports, _ = platform
    spent = await Bases(ports).register(POLICE.name, replace(LETTER, use_limit=1))
    free = await Bases(ports).register(POLICE.name, LETTER)
    assert await opens(ports, spent, "sessions/1")
    asked = {"sessions/1": spent.name, "sessions/2": spent.name, "sessions/3": free.name, "sessions/4": "legalBases/no"}
    async with ports.database.read() as transaction:
        found = await basis_facts.named_each(transaction, asked, {TUNNEL.name}, NOW)
        alone = {s: await basis_facts.named(transaction, {n}, {TUNNEL.name}, NOW, s) for s, n in asked.items()}
    assert found == {session: papers for session, papers in alone.items() if papers}
    assert found.keys() == {"sessions/1", "sessions/3"}, "who did not use them finds none left"


async def test_many_sessions_at_once_never_use_more_than_the_limit(platform: Platform) -> None:
    ports, _ = platform
    basis = await Bases(ports).register(POLICE.name, replace(LETTER, use_limit=3))
    allowed = await asyncio.gather(*(opens(ports, basis, f"sessions/{n}") for n in range(12)))
    assert sum(allowed) == 3
    assert (await Bases(ports).get(POLICE.name, basis.name)).uses == 3


async def test_a_takeover_is_a_use_too(platform: Platform) -> None:
    ports, _ = platform
    basis = await Bases(ports).register(POLICE.name, replace(LETTER, use_limit=1))
    wish = Wish((TUNNEL.name,), Why.ACCIDENT, "pursuit", basis.name, "", LATER)
    await Takeovers(ports).request(POLICE.name, wish)
    with pytest.raises(Denied) as refused:
        await Takeovers(ports).request(POLICE.name, wish)
    assert refused.value.reason == "PAPERS_MISSING"


async def test_a_revocation_ends_what_stands_on_the_papers_and_says_so(platform: Platform) -> None:
    ports, outside = platform
    use = Bases(ports)
    basis = await use.register(POLICE.name, LETTER)
    assert await opens(ports, basis, "sessions/1")
    await Takeovers(ports).request(POLICE.name, Wish((TUNNEL.name,), Why.ACCIDENT, "pursuit", basis.name, "", LATER))
    revoked = await use.revoke(CITY_POLICE.name, basis.name, "the case is closed")
    async with ports.database.read() as transaction:
        [ending] = await endings.unkept(transaction, 10)
        assert await basis_facts.in_force(transaction, POLICE.name, NOW, 10) == ()
    assert (ending.cause, ending.subject) == (Cause.LEGAL_BASIS_REVOKED, basis.name)
    assert outside.told == [ending]
    assert [change.verb for change in outside.changes][-2:] == ["takeover.released", "legal_basis.revoked"]
    assert not await opens(ports, basis, "sessions/1"), "not even renewed"
    assert not await covers(ports, basis)
    assert (revoked.papers.ends_at, await use.get(POLICE.name, basis.name)) == (LATER, replace(revoked, uses=2))
    with pytest.raises(FailedPrecondition):
        await use.revoke(POLICE.name, basis.name, "again")


async def test_papers_are_absent_for_whom_they_do_not_concern_and_those_of_secrets_for_all_but_national_security(
    platform: Platform,
) -> None:
    ports, outside = platform
    use = Bases(ports)
    plain = await use.register(POLICE.name, LETTER)
    sealed = await use.register(
        SECURITY.name, replace(LETTER, issuer=SECURITY.agency, cameras=frozenset({SECRET.name}))
    )
    said = set()
    for who, name in (
        (URBAN, plain.name), (SECTOR, plain.name), (SECURITY, plain.name), (CITY_POLICE, sealed.name),
        (POLICE, sealed.name), (CITY_POLICE, "legalBases/none"),
    ):  # fmt: skip
        for ask in (use.get(who.name, name), use.revoke(who.name, name, "why not")):
            with pytest.raises(NotFound) as absent:
                await ask
            said.add(f"{absent.value.message} {dict(absent.value.metadata)}".replace(name, "NAME"))
    assert len(said) == 1
    await use.revoke(SECURITY.name, sealed.name, "done")
    assert [c.is_sealed for c in outside.changes if c.verb.startswith("legal_basis")] == [False, True, True]


async def test_an_operator_reads_what_it_meets_of_papers_for_its_own_cameras(platform: Platform) -> None:
    ports, outside = platform
    elsewhere = replace(PARK, operator="agencies/another")
    outside.cameras[PARK.name] = elsewhere
    use = Bases(ports)
    basis = await use.register(POLICE.name, replace(LETTER, cameras=frozenset({TUNNEL.name, PARK.name})))
    met = await use.get(OPERATOR.name, basis.name)
    assert (met.papers.cameras, met.papers.purpose) == (frozenset({TUNNEL.name}), "")
    assert (met.papers.number, met.papers.officers, met.papers.ends_at) == (LETTER.number, LETTER.officers, LATER)
    with pytest.raises(NotFound):
        await use.revoke(OPERATOR.name, basis.name, "it is about me")


async def test_papers_are_listed_page_by_page_to_whom_they_concern(platform: Platform) -> None:
    ports, _ = platform
    use, clock = Bases(ports), ports.clock
    assert isinstance(clock, ManualClock)
    names = []
    for _ in range(5):
        names.append((await use.register(POLICE.name, LETTER)).name)
        clock.advance(timedelta(minutes=1))
    names += [(await use.register(POLICE.name, LETTER)).name for _ in range(3)]  # at one moment
    of_security = replace(LETTER, issuer=SECURITY.agency, cameras=frozenset({SECRET.name}))
    sealed = (await use.register(SECURITY.name, of_security)).name
    expected = sorted(names[5:], reverse=True) + names[4::-1]
    assert await listed(ports, POLICE.name) == expected
    assert await listed(ports, CITY_POLICE.name) == expected
    assert await listed(ports, SECURITY.name) == [sealed]
    assert await listed(ports, URBAN.name) == []
    assert set(await listed(ports, OPERATOR.name)) == {*names, sealed}, "all of them name cameras that it runs"


async def listed(ports: Ports, who: str) -> list[str]:
    """By name, in pages of two."""
    found: list[str] = []
    before = None
    while page := await Bases(ports).list(who, before, 2):
        found += [one.name for one in page]
        last = page[-1]
        assert last.registered_at is not None
        before = (last.registered_at, last.name)
    return found


async def test_a_district_uses_a_letter_of_the_agency_above_it(platform: Platform) -> None:
    ports, _ = platform
    basis = await Bases(ports).register(POLICE.name, replace(LETTER, issuer=CITY_POLICE.agency))
    assert await opens(ports, basis, "sessions/1")
    clock = ports.clock
    assert isinstance(clock, ManualClock)
    clock.advance(timedelta(hours=1))
    assert not await opens(ports, basis, "sessions/1"), "its end has come"


async def test_uses_takeovers_and_a_revocation_at_once_wait_for_each_other_and_leave_nothing_open(
    platform: Platform,
) -> None:
    ports, _ = platform
    use = Bases(ports)
    for round_ in range(3):
        basis = await use.register(POLICE.name, LETTER)
        wish = Wish((TUNNEL.name,), Why.ACCIDENT, "pursuit", basis.name, "", LATER)
        results = await asyncio.gather(
            Takeovers(ports).request(POLICE.name, wish), use.revoke(CITY_POLICE.name, basis.name, "closed"),
            *(opens(ports, basis, f"sessions/{round_}-{n}") for n in range(4)),
            Takeovers(ports).request(POLICE.name, wish), return_exceptions=True,
        )  # fmt: skip
        assert all(not isinstance(result, BaseException) or isinstance(result, Denied) for result in results)
        async with ports.database.read() as transaction:
            assert await takeovers.cameras_on(transaction, basis.name) == []
        uses = (await use.get(POLICE.name, basis.name)).uses
        allowed = sum(result is True for result in results)
        granted = sum(not isinstance(result, bool | BaseException | Registered) for result in results)
        assert uses == allowed + granted
