"""Marks are a value of the policy: three organs say which classes of session have theirs in the pictures."""

import pytest

from kapok.permissions.v1 import policy_pb2
from kapok.permissions.v1 import policy_service_pb2 as pb
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_editions import kept
from tests.integration.permissions.test_endings import listening
from tests.integration.permissions.test_leases import version
from tests.integration.permissions.test_proposals import LEADS, adopted, ask, proposed


@pytest.mark.parametrize("name", ["control", "viewer", "", "Live"])
async def test_a_class_that_shows_no_pictures_is_refused_whoever_would_sign(stage: Stage, name: str) -> None:
    with pytest.raises(errors.InvalidArgument) as refusal:
        await proposed(stage, marks={name: True})
    [said] = [one.description for one in refusal.value.violations if one.field == "marks"]
    assert "live, playback, copy, live-check" in said


async def test_what_is_signed_holds_the_marks_that_are_set_and_no_others(stage: Stage) -> None:
    made = await proposed(stage, marks={"copy": True, "live": False})
    assert policy_pb2.PolicyChange.FromString(made.change).marks == {"copy": True, "live": False}


async def test_every_version_says_what_it_set_and_what_is_in_force_and_so_does_every_edition(stage: Stage) -> None:
    async with listening(stage) as ear:
        await adopted(stage, marks={"copy": True})
        await adopted(stage, category_levels={8: 3})
        await adopted(stage, marks={"live": True, "copy": False}, lease_seconds={"standing": 5})
        set_by, in_force = [], []
        for revision in range(1, 5):
            found = await version(stage, revision)
            set_by.append(dict(found.marks))
            in_force.append(list(found.effective_marks))
            edition = await eventually(lambda revision=revision: kept(stage, ear.wire, revision))
            assert list(edition.marks) == in_force[-1], "each says all of them: one may be missed"
        assert set_by == [{}, {"copy": True}, {}, {"live": True, "copy": False}]
        assert in_force == [[], ["copy"], ["copy"], ["live"]]
        listed = await ask(stage, LEADS, "ListPolicyVersions", pb.ListPolicyVersionsRequest())
        assert [list(one.effective_marks) for one in listed.policy_versions] == in_force[::-1]


async def test_a_change_of_marks_alone_can_be_simulated_and_concerns_no_right(stage: Stage) -> None:
    made = await proposed(stage, marks={"live": True})
    request = pb.SimulatePolicyProposalRequest(name=made.name)
    answer = await ask(stage, LEADS, "SimulatePolicyProposal", request)
    assert (list(answer.effects), answer.moved_camera_count) == ([], 0)
