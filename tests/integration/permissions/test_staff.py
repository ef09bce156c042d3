"""Staff on either database: a person looks at its agency's cameras while trained and on duty, not a moment longer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.errors import Denied, Error, FailedPrecondition, InvalidArgument, NotFound
from services.decider.decision import Decision
from services.decider.facts import Action, Principal
from services.permissions.agencies.domain import Account
from services.permissions.agencies.enrolments import Enrolments
from services.permissions.agencies.staff import Staff, StaffDraft
from services.permissions.agencies.staff_record import StaffEntry, StaffKind
from services.permissions.batches import Batch, Batches
from services.permissions.decisions import Decisions
from services.permissions.ending import Cause
from services.permissions.ports import Ports
from services.permissions.question import Question
from services.permissions.view import Views
from tests.unit.decider.cast import CITY_POLICE, NOW, OPERATOR, PARK, POLICE, SECURITY, TUNNEL, URBAN
from tests.unit.permissions import records
from tests.unit.permissions.records import Outside

Platform = tuple[Ports, Outside]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LI = Account("principals/li-wei", OPERATOR.agency, 4, frozenset(), is_person=True)
WANG = Account("principals/wang", URBAN.agency, 1, frozenset(), is_person=True)
TRAINING = StaffDraft(StaffKind.TRAINING, LI.name, NOW - DAY, NOW + DAY, "T-1")
SHIFT = StaffDraft(StaffKind.SHIFT, LI.name, None, NOW + 8 * HOUR)
STAFFS = (Action.LIVE, Action.PLAYBACK, Action.COPY, Action.CONTROL)


@pytest.fixture
async def platform(database_url: str) -> AsyncIterator[Platform]:
    async with records.ports_on(database_url) as (ports, outside):
        outside.cameras[PARK.name] = PARK
        await Enrolments(ports).register(OPERATOR.name, LI, b"")
        await Enrolments(ports).register(URBAN.name, WANG, b"")
        outside.changes.clear()
        yield ports, outside


async def decided(ports: Ports, action: Action = Action.LIVE, who: str = LI.name) -> Decision:
    """Alone, and in a batch with another camera: the two agree."""
    views = Views(ports)
    decision = (await Decisions(ports, views).decide(Question(who, TUNNEL.name, action))).decision
    answers = await Batches(ports, views).decide_named(Batch(who, action), [PARK.name, TUNNEL.name])
    assert answers.reasons[answers.which[1]][0] == decision
    return decision


def pass_(ports: Ports, by: timedelta) -> datetime:
    assert isinstance(ports.clock, ManualClock)
    ports.clock.advance(by)
    return ports.clock.now()


async def staffed(ports: Ports) -> tuple[StaffEntry, StaffEntry]:
    use = Staff(ports)
    return await use.train(CITY_POLICE.name, TRAINING), await use.enter(OPERATOR.name, SHIFT)


@pytest.mark.parametrize("action", STAFFS)
async def test_a_person_needs_both_and_its_system_neither(platform: Platform, action: Action) -> None:
    ports, _ = platform
    assert (await decided(ports, action)).lacking == ("trained", "on-duty")
    assert (await decided(ports, action, OPERATOR.name)).valid_until is None
    await Staff(ports).train(CITY_POLICE.name, TRAINING)
    refused = await decided(ports, action)
    assert (refused.allowed, refused.lacking) == (False, ("on-duty",))
    assert "EnterShift (Article 20)" in refused.sentence
    await Staff(ports).enter(OPERATOR.name, SHIFT)
    allowed = await decided(ports, action)
    assert (allowed.allowed, allowed.valid_until) == (True, SHIFT.ends_at)


async def test_a_shift_without_a_training_opens_nothing_and_says_who_gives_one(platform: Platform) -> None:
    ports, _ = platform
    await Staff(ports).enter(OPERATOR.name, SHIFT)
    refused = await decided(ports)
    assert (refused.allowed, refused.lacking) == (False, ("trained",))
    assert "municipal public security" in refused.sentence
    assert "RegisterTraining; an operator's own attestation does not count (Article 23)" in refused.sentence


async def test_what_a_person_keeps_and_knows_needs_neither(platform: Platform) -> None:
    ports, _ = platform
    for action in (Action.DESCRIBE, Action.CONFIGURE, Action.ADMINISTER):
        assert (await decided(ports, action)).allowed


async def test_a_decision_ends_with_the_earlier_of_the_two_and_goes_on_with_the_next_shift(platform: Platform) -> None:
    ports, _ = platform
    use = Staff(ports)
    await use.train(CITY_POLICE.name, replace(TRAINING, ends_at=NOW + 10 * HOUR))
    await use.enter(OPERATOR.name, SHIFT)
    await use.enter(OPERATOR.name, replace(SHIFT, starts_at=NOW + 8 * HOUR, ends_at=NOW + 16 * HOUR))
    assert (await decided(ports)).valid_until == NOW + 8 * HOUR
    pass_(ports, 8 * HOUR - timedelta(seconds=1))
    assert (await decided(ports)).allowed
    pass_(ports, timedelta(seconds=1))
    assert (await decided(ports)).valid_until == NOW + 10 * HOUR, "the training is over before the second shift"
    pass_(ports, 2 * HOUR)
    assert (await decided(ports)).lacking == ("trained",)


async def test_a_shift_to_come_opens_nothing_yet(platform: Platform) -> None:
    ports, _ = platform
    await Staff(ports).train(CITY_POLICE.name, TRAINING)
    await Staff(ports).enter(OPERATOR.name, replace(SHIFT, starts_at=NOW + HOUR))
    assert (await decided(ports)).lacking == ("on-duty",)
    pass_(ports, HOUR)
    assert (await decided(ports)).allowed


@pytest.mark.parametrize("kind", StaffKind)
async def test_ended_early_it_ends_what_the_person_looks_at(platform: Platform, kind: StaffKind) -> None:
    ports, outside = platform
    training, shift = await staffed(ports)
    ended, by, cause = {
        StaffKind.TRAINING: (training, CITY_POLICE, Cause.TRAINING_REVOKED),
        StaffKind.SHIFT: (shift, OPERATOR, Cause.SHIFT_ENDED),
    }[kind]
    at = pass_(ports, HOUR)
    over = await Staff(ports).end(by.name, ended.name, "went home")
    assert over.early_end is not None
    assert (over.early_end.principal, over.early_end.at) == (by.name, at)
    assert [(one.cause, one.subject) for one in outside.told] == [(cause, LI.name)]
    assert not (await decided(ports)).allowed
    with pytest.raises(FailedPrecondition):
        await Staff(ports).end(by.name, ended.name, "again")
    assert [change.verb for change in outside.changes] == [
        "training.registered", "shift.entered", "training.revoked" if kind is StaffKind.TRAINING else "shift.ended",
    ]  # fmt: skip
    assert [change.article for change in outside.changes[:2]] == ["Article 23", "Article 20"]


async def test_a_shift_called_off_before_it_begins_ends_nothing(platform: Platform) -> None:
    ports, outside = platform
    shift = await Staff(ports).enter(OPERATOR.name, replace(SHIFT, starts_at=NOW + HOUR))
    await Staff(ports).end(OPERATOR.name, shift.name, "another one takes it")
    assert outside.told == []
    pass_(ports, HOUR)
    await Staff(ports).train(CITY_POLICE.name, TRAINING)
    assert (await decided(ports)).lacking == ("on-duty",)


async def test_of_two_who_end_it_at_once_one_does(platform: Platform) -> None:
    ports, outside = platform
    _, shift = await staffed(ports)
    done = await asyncio.gather(
        *(Staff(ports).end(OPERATOR.name, shift.name, "x") for _ in range(4)), return_exceptions=True
    )
    assert [type(one) for one in done if isinstance(one, Error)] == [FailedPrecondition] * 3
    assert len(outside.told) == 1


@pytest.mark.parametrize("by", [OPERATOR, POLICE, SECURITY, URBAN])
async def test_only_municipal_public_security_attests_a_training(platform: Platform, by: Principal) -> None:
    ports, _ = platform
    training = await Staff(ports).train(CITY_POLICE.name, TRAINING)
    for refused in (
        Staff(ports).train(by.name, TRAINING),
        Staff(ports).train(by.name, replace(TRAINING, person="principals/nobody")),
        Staff(ports).end(by.name, training.name, "x"), Staff(ports).end(by.name, "trainings/none", "x"),
    ):  # fmt: skip
        with pytest.raises(Denied, match="municipal public security"):
            await refused


async def test_nobody_enters_a_shift_of_another_agencys_people_or_of_itself(platform: Platform) -> None:
    ports, _ = platform
    shift = await Staff(ports).enter(OPERATOR.name, SHIFT)
    for by in (URBAN.name, CITY_POLICE.name, LI.name):
        for person in (LI.name, "principals/nobody"):
            with pytest.raises(Denied, match="by a system of its own agency"):
                await Staff(ports).enter(by, replace(SHIFT, person=person))
    for by in (URBAN.name, LI.name):
        for name in (shift.name, "shifts/none"):
            with pytest.raises(Denied, match="by a system of its own agency"):
                await Staff(ports).end(by, name, "x")
    await Staff(ports).end(CITY_POLICE.name, shift.name, "it was never there")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": NOW - timedelta(seconds=3)}, "shift.start_time"),
        ({"starts_at": NOW - DAY, "ends_at": NOW}, "shift.start_time"),
        ({"starts_at": NOW + 93 * DAY, "ends_at": NOW + 93 * DAY + HOUR}, "shift.start_time"),
        ({"ends_at": NOW + DAY + timedelta(seconds=1)}, "shift.end_time"),
        ({"ends_at": NOW}, "shift.end_time"),
        ({"starts_at": NOW + 2 * HOUR, "ends_at": NOW + HOUR}, "shift.end_time"),
    ],
)
async def test_a_shift_is_of_a_day_at_most_and_never_of_the_past(
    platform: Platform, changes: dict[str, datetime], field: str
) -> None:
    ports, outside = platform
    with pytest.raises(InvalidArgument) as refused:
        await Staff(ports).enter(OPERATOR.name, replace(SHIFT, **changes))  # type: ignore[arg-type] # fields by name
    assert field in [violation.field for violation in refused.value.violations]
    assert not outside.changes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": " "}, "training.certificate_number"),
        ({"ends_at": NOW}, "training.end_time"),
        ({"ends_at": NOW - 2 * DAY}, "training.end_time"),
        ({"ends_at": NOW + 1099 * DAY}, "training.end_time"),
    ],
)
async def test_a_training_is_valid_for_a_while_that_is_not_over(
    platform: Platform, changes: dict[str, object], field: str
) -> None:
    ports, outside = platform
    with pytest.raises(InvalidArgument) as refused:
        await Staff(ports).train(CITY_POLICE.name, replace(TRAINING, **changes))  # type: ignore[arg-type] # by name
    assert field in [violation.field for violation in refused.value.violations]
    assert not outside.changes


async def test_systems_and_strangers_have_no_records(platform: Platform) -> None:
    ports, _ = platform
    for name in (OPERATOR.name, "principals/nobody"):
        with pytest.raises(NotFound, match="no such person"):
            await Staff(ports).train(CITY_POLICE.name, replace(TRAINING, person=name))
    with pytest.raises(NotFound, match="no such person"):
        await Staff(ports).enter(OPERATOR.name, replace(SHIFT, person=OPERATOR.name))


async def test_a_persons_records_are_listed_to_its_agency_and_the_organs(platform: Platform) -> None:
    ports, _ = platform
    use = Staff(ports)
    made = [await use.enter(OPERATOR.name, replace(SHIFT, ends_at=NOW + n * HOUR)) for n in (1, 2, 2, 3)]
    await use.train(CITY_POLICE.name, TRAINING)
    newest = sorted(made, key=lambda entry: (entry.ends_at, entry.name), reverse=True)
    assert await use.list(LI.name, LI.name, StaffKind.SHIFT, None, 10) == newest
    before = (newest[1].ends_at, newest[1].name)
    assert await use.list(CITY_POLICE.name, LI.name, StaffKind.SHIFT, before, 1) == newest[2:3]
    [training] = await use.list(OPERATOR.name, LI.name, StaffKind.TRAINING, None, 10)
    assert training.number == "T-1"
    for person in (LI.name, "principals/nobody"):
        with pytest.raises(Denied):
            await use.list(URBAN.name, person, StaffKind.SHIFT, None, 10)


async def test_another_agencys_training_and_shift_help_nobody(platform: Platform) -> None:
    ports, _ = platform
    await Staff(ports).train(CITY_POLICE.name, replace(TRAINING, person=WANG.name))
    await Staff(ports).enter(URBAN.name, replace(SHIFT, person=WANG.name))
    assert (await decided(ports)).lacking == ("trained", "on-duty")
    assert not (await decided(ports, who=WANG.name)).allowed
