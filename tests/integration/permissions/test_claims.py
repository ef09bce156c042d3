"""Claims for compensation on either database: once for each takeover and operator, on record at each step."""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import AlreadyExists, Denied, Error, FailedPrecondition, NotFound
from services.decider.facts import Camera, Principal
from services.permissions.claims.domain import DECIDED_WITHIN, Claim, Loss, LossKind, State, Statement, Verb
from services.permissions.claims.rules import Answer, Supplement, Word
from services.permissions.claims.service import Claims
from services.permissions.ports import Ports
from services.permissions.store import takeovers
from services.permissions.takeover import Request, grant, operated, release
from services.permissions.takeovers.control import Act, write
from tests.unit.decider.cast import (
    CITY_POLICE,
    COMMAND,
    INFORMATIZATION,
    NOW,
    OPERATOR,
    PARK,
    POLICE,
    SECRET,
    SECURITY,
    TUNNEL,
    URBAN,
)
from tests.unit.permissions import records
from tests.unit.permissions.claiming import ASKED, TOTAL, UP
from tests.unit.permissions.records import Outside

STATEMENT = Statement("the tunnel was taken over", (Loss(LossKind.EXPENSE, "guards", TOTAL, TUNNEL.name),))
ELSEWHERE = replace(PARK, name=PARK.name[:-1] + "8", operator=URBAN.agency)
LEVELS = {one.name.rpartition("/")[2]: one.level for one in (PARK, SECRET, ELSEWHERE)}  # not their categories'
WHOSE = OPERATOR.agency
ONE, TWO = "takeovers/1", "takeovers/2"
MINUTE = timedelta(minutes=1)
Platform = tuple[Ports, Outside]


@pytest.fixture
async def platform(database_url: str) -> AsyncIterator[Platform]:
    async with records.ports_on(database_url, LEVELS) as (ports, outside):
        outside.cameras |= {one.name: one for one in (TUNNEL, PARK, SECRET, ELSEWHERE)}
        yield ports, outside


def later(ports: Ports, by: timedelta) -> None:
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(by)


async def take(ports: Ports, name: str, who: Principal, *cameras: Camera) -> None:
    """A takeover of ten minutes, as the use case writes it once it was decided."""
    now = ports.clock.now()
    async with ports.database.write() as transaction:
        number = await takeovers.next_number(transaction)
        asked = Request(name, number, who, None, "smoke", now + 10 * MINUTE, "incidents/1", now + 10 * MINUTE)
        outcomes = [grant(operated(camera), asked, now) for camera in cameras]
        await write(transaction, ports, outcomes, Act(who.name, now, "smoke"))


async def give_back(ports: Ports, name: str, who: Principal, cameras: Collection[Camera]) -> None:
    now = ports.clock.now()
    async with ports.database.write() as transaction:
        controls = await takeovers.load_known(transaction, [camera.name for camera in cameras])
        await write(transaction, ports, [release(c, name, who, now) for c in controls.values()], Act(who.name, now))


async def filed(ports: Ports, name: str = ONE, who: Principal = POLICE, *cameras: Camera) -> Claim:
    """Taken, given back, claimed for."""
    cameras = cameras or (TUNNEL, PARK)
    await take(ports, name, who, *cameras)
    await give_back(ports, name, who, cameras)
    return await Claims(ports).file(OPERATOR.name, name, Statement("why", (replace(STATEMENT.losses[0], camera=""),)))


async def test_a_claim_is_filed_answered_supplemented_decided_and_settled_each_step_a_fact(platform: Platform) -> None:
    ports, outside = platform
    claims = Claims(ports)
    await take(ports, ONE, POLICE, TUNNEL, PARK, ELSEWHERE)
    await give_back(ports, ONE, POLICE, (TUNNEL, PARK))
    outside.changes.clear()
    claim = await claims.file(OPERATOR.name, ONE, STATEMENT)
    assert (claim.agency, claim.camera_count, claim.amount_fen) == (POLICE.agency, 2, TOTAL)
    await claims.answer(POLICE.name, ONE, WHOSE, UP)
    await claims.answer(POLICE.name, ONE, WHOSE, ASKED)
    later(ports, MINUTE)
    await claims.supplement(OPERATOR.name, ONE, WHOSE, Supplement("the bill", "c" * 64))
    await claims.answer(POLICE.name, ONE, WHOSE, Word(Answer.ACCEPT, "in part", 1))
    settled = await claims.settle(POLICE.name, ONE, WHOSE, "GZ-PAY-7")
    assert (settled.state, settled.accepted_fen, settled.payment_reference) == (State.SETTLED, 1, "GZ-PAY-7")
    assert settled.decide_by == NOW + DECIDED_WITHIN + MINUTE
    for reader in (OPERATOR, POLICE, CITY_POLICE, INFORMATIZATION, SECURITY):
        assert await claims.get(reader.name, ONE, WHOSE) == settled
    assert [(change.verb, change.by) for change in outside.changes] == [
        ("claim.filed", OPERATOR.name),
        ("claim.taken_up", POLICE.name),
        ("claim.more_asked", POLICE.name),
        ("claim.supplemented", OPERATOR.name),
        ("claim.accepted", POLICE.name),
        ("claim.settled", POLICE.name),
    ]
    assert {(change.article, change.is_sealed, change.camera) for change in outside.changes} == {
        ("Article 18 ¶3", False, "")
    }


async def test_a_takeover_in_force_at_one_of_its_cameras_is_not_claimed_for_and_one_elsewhere_hinders_nobody(
    platform: Platform,
) -> None:
    ports, _ = platform
    await take(ports, ONE, POLICE, TUNNEL, PARK, ELSEWHERE)
    await give_back(ports, ONE, POLICE, (TUNNEL,))
    with pytest.raises(FailedPrecondition, match="in force"):
        await Claims(ports).file(OPERATOR.name, ONE, STATEMENT)
    await give_back(ports, ONE, POLICE, (PARK,))
    assert (await Claims(ports).file(OPERATOR.name, ONE, STATEMENT)).camera_count == 2


async def test_a_takeover_that_time_has_ended_is_claimed_for_before_its_end_is_on_record(platform: Platform) -> None:
    ports, _ = platform
    await take(ports, ONE, POLICE, TUNNEL)
    later(ports, 10 * MINUTE)
    assert (await Claims(ports).file(OPERATOR.name, ONE, STATEMENT)).state is State.FILED


async def test_a_takeover_is_claimed_for_once_whoever_files_at_once_and_after_a_withdrawal(platform: Platform) -> None:
    ports, outside = platform
    await take(ports, ONE, POLICE, TUNNEL)
    await give_back(ports, ONE, POLICE, (TUNNEL,))
    outside.changes.clear()
    told = await asyncio.gather(
        *(Claims(ports).file(OPERATOR.name, ONE, STATEMENT) for _ in range(8)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in told) == ["AlreadyExists"] * 7 + ["Claim"]
    assert [change.verb for change in outside.changes] == ["claim.filed"]
    await Claims(ports).withdraw(OPERATOR.name, ONE, WHOSE, "settled between us")
    with pytest.raises(AlreadyExists, match="once"):
        await Claims(ports).file(OPERATOR.name, ONE, STATEMENT)


async def test_only_the_operator_files_and_to_whom_the_takeover_is_absent_so_is_its_claim(platform: Platform) -> None:
    ports, _ = platform
    await take(ports, ONE, POLICE, TUNNEL)
    await give_back(ports, ONE, POLICE, (TUNNEL,))
    for who in (POLICE, CITY_POLICE, SECURITY):
        with pytest.raises(Denied, match="operator"):
            await Claims(ports).file(who.name, ONE, STATEMENT)
    await Claims(ports).file(OPERATOR.name, ONE, STATEMENT)
    claims, said = Claims(ports), set[str]()
    for name in (ONE, TWO):
        for act in (
            claims.file(URBAN.name, name, STATEMENT),
            claims.get(COMMAND.name, name, WHOSE),
            claims.answer(URBAN.name, name, WHOSE, UP),
            claims.supplement(URBAN.name, name, WHOSE, Supplement("")),
            claims.settle(COMMAND.name, name, WHOSE, ""),
            claims.withdraw(COMMAND.name, name, WHOSE, ""),
            claims.read(COMMAND.name, name, WHOSE),
        ):
            with pytest.raises(NotFound) as absent:
                await act
            text = f"{absent.value.message} {dict(absent.value.metadata)}"
            said.add(text.replace(f"{name}/claims/{WHOSE.removeprefix('agencies/')}", "NAME").replace(name, "NAME"))
    assert len(said) == 1
    assert await claims.list(URBAN.name, "", None, 5) == []


async def test_a_claim_with_a_state_secret_is_sealed_and_for_national_security_alone_of_the_organs(
    platform: Platform,
) -> None:
    ports, outside = platform
    outside.changes.clear()
    claim = await filed(ports, ONE, SECURITY, SECRET, TUNNEL)
    await Claims(ports).answer(SECURITY.name, ONE, WHOSE, UP)
    told = {change.verb: change.is_sealed for change in outside.changes if change.verb.startswith("claim.")}
    assert told == {"claim.filed": True, "claim.taken_up": True}
    for organ in (CITY_POLICE, INFORMATIZATION):
        with pytest.raises(NotFound):
            await Claims(ports).get(organ.name, ONE, WHOSE)
        assert await Claims(ports).list(organ.name, "", None, 5) == []
    assert (await Claims(ports).get(SECURITY.name, ONE, WHOSE)).filed_at == claim.filed_at
    for reader in (SECURITY, OPERATOR):
        assert (await Claims(ports).read(reader.name, ONE, WHOSE)).shows_sealed


async def test_a_camera_that_became_a_state_secret_after_it_was_taken_seals_the_claim(platform: Platform) -> None:
    ports, outside = platform
    await take(ports, ONE, POLICE, TUNNEL)
    await give_back(ports, ONE, POLICE, (TUNNEL,))
    outside.cameras[TUNNEL.name] = replace(TUNNEL, level=5)
    claim = await Claims(ports).file(OPERATOR.name, ONE, STATEMENT)
    assert claim.is_sealed
    with pytest.raises(NotFound):
        await Claims(ports).get(CITY_POLICE.name, ONE, WHOSE)


async def test_the_ledger_reads_the_operators_cameras_and_no_secrets_for_others_than_they_are_for(
    platform: Platform,
) -> None:
    ports, _ = platform
    await take(ports, ONE, POLICE, TUNNEL, PARK, ELSEWHERE)
    await give_back(ports, ONE, POLICE, (TUNNEL, PARK))
    await Claims(ports).file(OPERATOR.name, ONE, STATEMENT)
    shown = {}
    for reader in (OPERATOR, POLICE, CITY_POLICE, SECURITY):
        found = await Claims(ports).read(reader.name, ONE, WHOSE)
        assert found.cameras == {TUNNEL.name, PARK.name}
        shown[reader] = found.shows_sealed
    assert shown == {OPERATOR: True, POLICE: False, CITY_POLICE: False, SECURITY: True}


async def test_claims_are_listed_page_by_page_last_filed_first_and_by_takeover(platform: Platform) -> None:
    ports, _ = platform
    names = []
    for number in range(1, 6):
        names.append((await filed(ports, f"takeovers/{number}")).name)
        later(ports, MINUTE if number % 2 else timedelta(0))  # some are filed at one moment
    claims = Claims(ports)
    for reader in (OPERATOR, POLICE, CITY_POLICE):
        seen, before = list[str](), None
        while page := await claims.list(reader.name, "", before, 2):
            seen += [one.name for one in page]
            before = (page[-1].filed_at, page[-1].name)
        assert seen == names[::-1]
    assert [one.name for one in await claims.list(OPERATOR.name, "takeovers/3", None, 5)] == [names[2]]


async def test_a_deadline_that_nobody_kept_is_told_once(platform: Platform) -> None:
    ports, outside = platform
    await filed(ports)
    await Claims(ports).lapse_once()
    later(ports, DECIDED_WITHIN)
    outside.changes.clear()
    await asyncio.gather(Claims(ports).lapse_once(), Claims(ports).lapse_once())
    await Claims(ports).lapse_once()
    assert [(change.verb, change.by) for change in outside.changes] == [("claim.overdue", "")]
    late = await Claims(ports).get(OPERATOR.name, ONE, WHOSE)
    assert (late.is_late, late.state, late.steps[-1].verb) == (True, State.FILED, Verb.OVERDUE)


async def test_answers_at_once_are_one_after_the_other(platform: Platform) -> None:
    ports, _ = platform
    await filed(ports)
    await Claims(ports).answer(POLICE.name, ONE, WHOSE, UP)
    words = [Word(Answer.ACCEPT, "n", fen) for fen in range(1, 6)]
    told = await asyncio.gather(
        *(Claims(ports).answer(POLICE.name, ONE, WHOSE, word) for word in words),
        Claims(ports).withdraw(OPERATOR.name, ONE, WHOSE, "never mind"),
        return_exceptions=True,
    )
    [done] = [one for one in told if not isinstance(one, Error | Exception)]
    assert await Claims(ports).get(OPERATOR.name, ONE, WHOSE) == done
