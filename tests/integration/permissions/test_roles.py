"""Definitions of roles are signed by the three organs as rows are, reach every relay, and end with what they opened."""

from pathlib import Path
from typing import Any

import pytest

from kapok.permissions.v1 import agencies_service_pb2, permissions_events_pb2, policy_pb2, replica_pb2
from kapok.permissions.v1 import policy_service_pb2 as pb
from services.chassis import errors
from services.decider.policy import parse
from services.streams.relay.events import facts
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_editions import kept
from tests.integration.permissions.test_endings import listening
from tests.integration.permissions.test_proposals import LEADS, ROWS, adopted, ask, proposed
from tests.integration.permissions.test_simulations import simulated
from tests.integration.permissions.viewing import relaying, streaming
from tests.integration.relay.lens import lens
from tests.integration.streams.rtsp import reset, watching
from tests.integration.streams.stage import playing
from tests.unit.decider.test_roles import DUTY, HEADER, ROW, TRIAL

ROLES = f"{HEADER}\n{DUTY}\n"
WITH_ROW = parse(f"{ROWS}{ROW}\n", ROLES).text


async def give(stage: Stage, name: str, *roles: str, by: str = "") -> Any:
    """Set the roles of a principal, as itself unless told."""
    request = agencies_service_pb2.SetPrincipalRolesRequest(name=city.principal(name), roles=roles, reason="the night")
    return await stage.call_for(by or name, "kapok.permissions.v1.AgenciesService.SetPrincipalRoles", request)


async def version(stage: Stage, revision: int) -> Any:
    return await ask(stage, LEADS, "GetPolicyVersion", pb.GetPolicyVersionRequest(name=f"policyVersions/{revision}"))


async def test_three_signatures_define_a_role_and_its_holder_sees(stage: Stage) -> None:
    proposal = await adopted(stage, policy_csv=WITH_ROW, roles_csv=ROLES)
    assert policy_pb2.PolicyChange.FromString(proposal.change).roles_csv == ROLES
    assert not (await stage.check("urban-yuexiu", city.TUNNEL, "LIVE")).allowed
    assert list((await give(stage, "urban-yuexiu", "duty-officer")).roles) == ["duty-officer"]
    decision = await stage.check("urban-yuexiu", city.TUNNEL, "LIVE")
    assert (decision.allowed, decision.rule) == (True, "duty-live")
    found = await version(stage, 2)
    assert (found.roles_csv, found.policy_csv) == (ROLES, WITH_ROW)
    assert (await version(stage, 1)).roles_csv == ""


async def test_rows_and_roles_that_are_not_proposed_stay(stage: Stage) -> None:
    await adopted(stage, policy_csv=WITH_ROW, roles_csv=ROLES)
    await adopted(stage, roles_csv=f"{ROLES}{TRIAL}\n")
    assert (await version(stage, 3)).policy_csv == WITH_ROW
    await adopted(stage, policy_csv=ROWS)
    assert (await version(stage, 4)).roles_csv == f"{ROLES}{TRIAL}\n"
    await adopted(stage, category_levels={8: 3})
    assert (await version(stage, 5)).roles_csv == f"{ROLES}{TRIAL}\n"
    await adopted(stage, roles_csv=f"{HEADER}\n")
    assert (await version(stage, 6)).roles_csv == ""


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"policy_csv": WITH_ROW}, "column role"),  # no such role is defined
        ({"roles_csv": ROLES.replace("agency", "anybody")}, "roles line 2 column granted-by"),
        ({"roles_csv": "role"}, "roles line 1 column header"),
        ({"roles_csv": ROLES, "policy_csv": ROWS + ROW.replace("live,4", "live,5") + "\n"}, "column levels"),
    ],
)
async def test_what_is_wrong_with_roles_is_named_and_nothing_is_proposed(
    stage: Stage, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(errors.InvalidArgument, match=field):
        await proposed(stage, **changes)
    assert not (await ask(stage, LEADS, "ListPolicyProposals", pb.ListPolicyProposalsRequest())).policy_proposals


async def test_a_role_that_rows_speak_of_is_not_taken_away_from_under_them(stage: Stage) -> None:
    await adopted(stage, policy_csv=WITH_ROW, roles_csv=ROLES)
    with pytest.raises(errors.InvalidArgument, match="column role"):
        await proposed(stage, roles_csv=f"{HEADER}\n")


async def test_no_role_locks_an_organ_out(stage: Stage) -> None:
    denial = "trial-shut,14.1,on-trial,any,administer,any,any,,deny,Whoever is on trial sets nothing."
    trial = TRIAL.replace("public-security urban-management", "national-security")
    with pytest.raises(errors.InvalidArgument, match="municipal national-security") as refused:
        await proposed(stage, policy_csv=f"{ROWS}{denial}\n", roles_csv=f"{HEADER}\n{trial}\n")
    assert refused.value.reason == "LOCKS_ORGANS_OUT"
    await proposed(
        stage, policy_csv=f"{ROWS}{denial}\n", roles_csv=f"{HEADER}\n{TRIAL.replace('public-security ', '')}\n"
    )


async def test_relays_decide_by_the_roles_of_the_edition(stage: Stage) -> None:
    await adopted(stage, policy_csv=WITH_ROW, roles_csv=ROLES)
    async with stage.hear() as wire:
        said = await eventually(lambda: kept(stage, wire, 2))
    found = facts.edition(said)
    assert (found.policy.text, found.policy.roles_text) == (WITH_ROW, ROLES)
    for spoilt in (b"x", said.roles_csv[:-4]):
        with pytest.raises(ValueError, match="a policy's text"):
            facts.edition(replica_pb2.PolicyEdition(policy_csv=said.policy_csv, roles_csv=spoilt))


async def test_a_change_of_roles_is_an_ending_that_everybody_hears(stage: Stage) -> None:
    await adopted(stage, roles_csv=ROLES)
    async with listening(stage) as ear:
        await give(stage, "urban-yuexiu", "duty-officer")
        await eventually(lambda: ear.endings)
        [ending] = ear.endings
        cause = permissions_events_pb2.Ending.Cause.CAUSE_ROLES_CHANGED
        assert (ending.cause, ending.subject) == (cause, city.principal("urban-yuexiu"))


async def test_a_look_ends_with_the_role_that_it_stood_on(still: Stage, sockets: Path) -> None:
    async with lens() as camera, playing(camera):
        still.stream_uri = camera.uri
        async with still.running(), relaying(still), streaming(still, sockets) as desk:
            await still.register_cameras()
            proposal = await proposed(still, policy_csv=WITH_ROW, roles_csv=ROLES)
            [effect] = [one for one in (await simulated(still, proposal)).effects if one.role.startswith("urban")]
            assert (effect.defined_role, effect.agency_count, effect.is_gained) == ("duty-officer", 0, True)
            await adopted(still, policy_csv=WITH_ROW, roles_csv=ROLES)
            await give(still, "urban-yuexiu", "duty-officer")
            async with watching(await desk.open("urban-yuexiu", city.TUNNEL)) as viewer:
                await give(still, "urban-yuexiu")
                await reset(viewer)
            with pytest.raises(errors.Denied):
                await desk.open("urban-yuexiu", city.TUNNEL)
