"""Leases are a value of the policy: three organs set them within bounds, and each version says what is in force."""

from typing import Any

import pytest

from kapok.permissions.v1 import (
    decider_service_pb2,
    permissions_events_pb2,
    policy_pb2,
)
from kapok.permissions.v1 import policy_service_pb2 as pb
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_editions import SESSION, kept
from tests.integration.permissions.test_endings import listening
from tests.integration.permissions.test_proposals import LEADS, adopted, ask, proposed

USUAL = {"standing": 10, "takeover-holder": 10}


async def version(stage: Stage, revision: int) -> policy_pb2.PolicyVersion:
    request = pb.GetPolicyVersionRequest(name=f"policyVersions/{revision}")
    found: policy_pb2.PolicyVersion = await ask(stage, LEADS, "GetPolicyVersion", request)
    return found


@pytest.mark.parametrize(
    ("leases", "says"),
    [
        ({"standing": 4}, "standing must be from 5 to 10 seconds"),
        ({"standing": 11}, "standing must be from 5 to 10 seconds"),
        ({"takeover-holder": 9}, "takeover-holder must be from 10 to 300 seconds"),
        ({"takeover-holder": 301}, "takeover-holder must be from 10 to 300 seconds"),
        ({"takeover-holder": -1, "standing": 7}, "takeover-holder must be from 10 to 300 seconds"),
        ({"viewer": 10}, "a class of session: standing, takeover-holder"),
        ({"": 10}, "a class of session"),
    ],
)
async def test_leases_beyond_their_bounds_are_refused_whoever_would_sign(
    stage: Stage, leases: dict[str, int], says: str
) -> None:
    with pytest.raises(errors.InvalidArgument) as refusal:
        await proposed(stage, lease_seconds=leases)
    assert [says in one.description for one in refusal.value.violations if one.field == "lease_seconds"] == [True]


async def test_what_is_signed_holds_the_leases_that_are_set_and_no_others(stage: Stage) -> None:
    made = await proposed(stage, lease_seconds={"takeover-holder": 120})
    assert policy_pb2.PolicyChange.FromString(made.change).lease_seconds == {"takeover-holder": 120}


async def test_every_version_says_what_it_set_and_what_is_in_force_and_so_does_every_edition(stage: Stage) -> None:
    async with listening(stage) as ear:
        await adopted(stage, lease_seconds={"takeover-holder": 120})
        await adopted(stage, category_levels={8: 3})
        await adopted(stage, lease_seconds={"standing": 5})
        set_by, in_force = [], []
        for revision in range(1, 5):
            found = await version(stage, revision)
            set_by.append(dict(found.lease_seconds))
            in_force.append(dict(found.effective_lease_seconds))
            edition = await eventually(lambda revision=revision: kept(stage, ear.wire, revision))
            assert edition.lease_seconds == found.effective_lease_seconds, "each says all of them: one may be missed"
        longer = USUAL | {"takeover-holder": 120}
        assert set_by == [{}, {"takeover-holder": 120}, {}, {"standing": 5}]
        assert in_force == [USUAL, longer, longer, longer | {"standing": 5}]
        listed = await ask(stage, LEADS, "ListPolicyVersions", pb.ListPolicyVersionsRequest())
        assert [dict(one.effective_lease_seconds) for one in listed.policy_versions] == in_force[::-1]
        ends = [ending.cause for ending in ear.endings]
        assert set(ends) == {permissions_events_pb2.Ending.CAUSE_POLICY_CHANGED}


async def test_a_change_of_leases_alone_can_be_simulated_and_concerns_no_right(stage: Stage) -> None:
    made = await proposed(stage, lease_seconds={"takeover-holder": 300})
    request = pb.SimulatePolicyProposalRequest(name=made.name)
    answer = await ask(stage, LEADS, "SimulatePolicyProposal", request)
    assert (list(answer.effects), answer.moved_camera_count) == ([], 0)


async def decided(stage: Stage, name: str) -> Any:
    """The answer for a session of live viewing at the tunnel, where police and command may watch."""
    request = decider_service_pb2.DecideRequest(
        principal=city.principal(name), camera=city.TUNNEL, action="ACTION_LIVE", session=SESSION
    )
    return await stage.serve("streams", "Decide", request)


async def test_streams_is_told_what_a_holders_session_may_outlast_and_until_when(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    assert not (await decided(stage, "command-guangzhou")).HasField("lease_end_time"), "it opens the camera, no more"
    taken = await stage.take_over("command-guangzhou", city.TUNNEL, incident=incident)
    answer = await decided(stage, "command-guangzhou-duty")
    assert (answer.lease_seconds, answer.lease_end_time) == (10, taken.end_time), "whoever of the agency watches"
    await adopted(stage, lease_seconds={"takeover-holder": 120})
    assert (await decided(stage, "command-guangzhou-duty")).lease_seconds == 120
    assert not (await decided(stage, "police-guangzhou")).HasField("lease_end_time")
    papers = await stage.papers("police-yuexiu", city.TUNNEL)
    await stage.take_over("police-yuexiu", city.TUNNEL, legal_basis=papers)
    assert not (await decided(stage, "command-guangzhou")).HasField("lease_end_time"), "police precede"


async def test_relays_are_told_at_once_when_a_takeover_is_preceded_or_given_back(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    async with listening(stage) as ear:
        below = await stage.take_over("command-guangzhou", city.TUNNEL, incident=incident)
        assert ear.endings == [], "the operator held it by no takeover"
        papers = await stage.papers("police-yuexiu", city.TUNNEL)
        above = await stage.take_over("police-yuexiu", city.TUNNEL, legal_basis=papers)
        await eventually(lambda: len(ear.endings) == 1)
        again = await stage.take_over("command-guangzhou", city.TUNNEL, incident=incident)  # behind the police
        for name, takeover in (("command-guangzhou", again), ("police-yuexiu", above)):
            await stage.ask(name, "ReleaseTakeover", takeovers.ReleaseTakeoverRequest(name=takeover.name))
        await eventually(lambda: len(ear.endings) == 3)
        preceded = f"{below.name}/{city.TUNNEL}"  # of that camera alone: it may hold others
        assert [ending.subject for ending in ear.endings] == [preceded, again.name, above.name]
        passed = permissions_events_pb2.Ending.CAUSE_CONTROL_PASSED
        assert {ending.cause for ending in ear.endings} == {passed}
