"""Ordinary control outside a takeover: the operator's, or of whom the three organs let command, one at a time."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.permissions.v1 import takeovers_service_pb2 as pb
from services.chassis.clock import ManualClock
from services.chassis.errors import Denied
from services.decider.facts import Action, Principal
from services.decider.policy import Policy, parse
from services.permissions.decisions import Decisions
from services.permissions.ports import Ports
from services.permissions.question import Question
from services.permissions.store import control_leases, takeover_pages, takeovers
from services.permissions.takeover import of_agency
from services.permissions.takeovers.control import Act, end
from services.permissions.takeovers.control_lease import LIFETIME
from services.permissions.takeovers.controls import Controls
from services.permissions.view import Views
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_proposals import ROWS, adopted
from tests.integration.permissions.test_takeovers import granted, state
from tests.unit.decider.cast import GENESIS, NOW, OPERATOR, POLICE, TUNNEL, URBAN, deciding
from tests.unit.permissions import records

DUTY = "command-guangzhou-duty"
POINTS = (
    "art14-control-district-police,14.1,public-security@district,district,control,1-4,any,operating,allow,"
    "District police point the cameras of their district while nobody else does\n"
)
SECOND = timedelta(seconds=1)


def generous() -> Policy:
    """The rows that ship, and two that let a district's police and its urban management command."""
    urban = POINTS.replace("police", "urban").replace("public-security", "urban-management")
    return Policy((*GENESIS.rows, *parse(ROWS.splitlines()[0] + "\n" + POINTS + urban).rows))


def clock_of(ports: Ports) -> ManualClock:
    assert isinstance(ports.clock, ManualClock)
    return ports.clock


async def epoch(ports: Ports, who: Principal) -> int:
    """Under which it may command now; 0 when another keeps it off."""
    try:
        return (await Controls(ports).grant(who.name, TUNNEL.name)).epoch
    except Denied as refusal:
        if refusal.reason != "HELD_BY_ANOTHER":
            raise
        return 0


async def test_control_goes_round_with_an_epoch_for_each_turn_on_either_database(database_url: str) -> None:
    async with records.ports_on(database_url) as (made, outside):
        ports = replace(made, decider=deciding(generous()))
        assert [await epoch(ports, who) for who in (POLICE, POLICE, URBAN)] == [2, 2, 0]
        assert await epoch(ports, OPERATOR) == 3, "the operator precedes"
        assert outside.fenced == {TUNNEL.name: 3}, "what the police were granted runs for two seconds still"
        assert await epoch(ports, POLICE) == 0
        clock_of(ports).advance(LIFETIME)
        assert await epoch(ports, URBAN) == 4
        clock_of(ports).advance(LIFETIME)
        await asyncio.gather(Controls(ports).expire_once(), Controls(ports).expire_once())  # of two replicas
        found = await Controls(ports).state(POLICE.name, TUNNEL.name)
        assert (found.holder.agency, found.holder.until, found.epoch) == (OPERATOR.agency, None, 5)
        async with ports.database.read() as transaction:
            assert await control_leases.standing(transaction, [TUNNEL.name]) == {}
            assert await takeovers.all_standing(transaction) == ()
            assert await takeover_pages.last_change(transaction) == 0, "no watcher has anything to look for"
        assert (outside.changes, outside.told) == ([], []), "nothing of it is a takeover's"


async def test_commands_prolong_a_lease_only_once_half_of_it_is_used_and_no_grant_outlasts_it(
    database_url: str,
) -> None:
    async with records.ports_on(database_url) as (made, _):
        ports = replace(made, decider=deciding(generous()))
        ends = []
        for _ in range(4):
            grant = await Controls(ports).grant(POLICE.name, TUNNEL.name)
            held = (await Controls(ports).state(POLICE.name, TUNNEL.name)).holder
            assert held.until is not None
            assert grant.expires_at <= held.until
            ends.append(held.until - NOW)
            clock_of(ports).advance(2 * SECOND)
        assert ends == [LIFETIME] * 3 + [LIFETIME + 6 * SECOND]


async def test_a_lease_ends_with_the_agencys_rights(database_url: str) -> None:
    async with records.ports_on(database_url) as (made, _):
        ports = replace(made, decider=deciding(generous()))
        assert await epoch(ports, POLICE) == 2
        async with ports.database.write() as transaction:
            cameras = await takeovers.cameras_of(transaction, POLICE.agency)
            assert cameras == await takeovers.cameras_by(transaction, POLICE.name) == [TUNNEL.name]
            await end(transaction, ports, cameras, lambda one: of_agency(one, POLICE.agency, NOW), Act("", NOW))
        assert await epoch(ports, URBAN) == 4


async def test_a_policy_that_forgot_to_keep_others_off_does_not_make_two_holders(database_url: str) -> None:
    rows = tuple(row for row in generous().rows if row.rule != "art18-deny-control-held-by-other")
    async with records.ports_on(database_url) as (made, _):
        ports = replace(made, decider=deciding(Policy(rows)))
        assert [await epoch(ports, who) for who in (POLICE, URBAN, POLICE)] == [2, 0, 2]


async def test_a_check_and_its_explanation_know_of_a_lease_for_control_alone(database_url: str) -> None:
    async with records.ports_on(database_url) as (made, _):
        ports = replace(made, decider=deciding(generous()))
        await epoch(ports, POLICE)
        decisions = Decisions(ports, Views(ports))
        for who, action, is_allowed in (
            (POLICE, Action.CONTROL, True),
            (OPERATOR, Action.CONTROL, True),
            (URBAN, Action.CONTROL, False),
            (POLICE, Action.LIVE, True),
        ):
            question = Question(who.name, TUNNEL.name, action)
            decision = (await decisions.decide(question)).decision
            reasons, _ = await decisions.explain(question, who.name)
            assert decision.allowed is reasons.decision.allowed is is_allowed
            assert decision.held_by == ("" if is_allowed else POLICE.agency)
            assert ("held-by-other" in reasons.conditions) is not is_allowed


async def test_the_rows_that_ship_let_nobody_but_the_operator_command_outside_a_takeover(stage: Stage) -> None:
    assert (await granted(stage, "metro")).epoch == 1
    found = await state(stage)
    assert (found.holder, found.takeover, found.epoch, found.HasField("until")) == ("agencies/metro", "", 1, True)
    for name in sorted(city.AGENCIES.keys() - {"metro", "archive"}):
        with pytest.raises(Denied) as refused:
            await stage.grant(name, city.TUNNEL)
        assert refused.value.metadata["article"]


async def test_whom_the_three_organs_let_command_takes_turns_with_the_operator_below_every_takeover(
    stage: Stage,
) -> None:
    await adopted(stage, policy_csv=ROWS + POINTS)
    assert (await granted(stage, "police-yuexiu")).epoch == 2
    found = await state(stage)
    assert (found.holder, found.takeover, found.HasField("until")) == ("agencies/police-yuexiu", "", True)
    own = await stage.grant("police-yuexiu", city.TUNNEL)
    assert (own.decision.rule, own.agency, own.takeover) == ("art14-control-district-police", found.holder, "")

    assert (await granted(stage, "metro")).epoch == 3
    with pytest.raises(Denied) as refused:
        await stage.grant("police-yuexiu", city.TUNNEL)
    about = refused.value.metadata
    assert (refused.value.reason, about["holder"], about["article"]) == (
        "HELD_BY_ANOTHER", "principals/metro", "Article 14 ¶1",
    )  # fmt: skip
    decision = await stage.check("police-yuexiu", city.TUNNEL, "CONTROL")
    assert (decision.allowed, decision.held_by) == (False, "agencies/metro")

    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    taken = await stage.take_over(DUTY, city.TUNNEL, incident=incident)
    assert (taken.taken[0].is_holding, taken.taken[0].epoch) == (True, 4)
    for name in ("metro", "police-yuexiu"):
        with pytest.raises(Denied) as refused:
            await stage.grant(name, city.TUNNEL)
        assert refused.value.metadata["holder"] == f"principals/{DUTY}"
    listed = await stage.ask("police-guangzhou", "ListTakeovers", pb.ListTakeoversRequest(include_over=True))
    assert [one.name for one in listed.takeovers] == [taken.name]


async def test_a_revoked_principals_lease_keeps_nobody_off(stage: Stage) -> None:
    await adopted(stage, policy_csv=ROWS + POINTS)
    await stage.grant("metro", city.TUNNEL)
    revoke = permissions.RevokePrincipalRequest(name="principals/metro", reason="its key was stolen")
    await stage.ask("police-guangzhou", "RevokePrincipal", revoke)
    assert (await granted(stage, "police-yuexiu")).epoch == 2
