"""Who controls a camera: taken over in an incident, refused to others by name, given back, ended by time."""

from datetime import timedelta
from typing import Any

import pytest

from kapok.permissions.v1 import permissions_events_pb2
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.permissions.v1 import takeovers_service_pb2 as pb
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after


async def state(stage: Stage, name: str = "metro") -> Any:
    """Who controls the tunnel camera."""
    request = pb.GetControlStateRequest(name=f"{city.TUNNEL}/controlState")
    return await stage.ask(name, "GetControlState", request)


async def granted(stage: Stage, name: str) -> permissions_events_pb2.ControlGrant:
    """The grant, as a relay reads it."""
    answer = await stage.grant(name, city.TUNNEL)
    payload = stage.verifier.open("kapok.permissions.grant", answer.signed_grant)
    return permissions_events_pb2.ControlGrant.FromString(payload)


async def release(stage: Stage, name: str, takeover: str) -> Any:
    """Give a takeover back."""
    return await stage.ask(name, "ReleaseTakeover", pb.ReleaseTakeoverRequest(name=takeover))


async def test_with_nothing_in_force_the_operator_controls(stage: Stage) -> None:
    found = await state(stage)
    assert (found.holder, found.takeover, found.epoch) == ("agencies/metro", "", 1)
    assert (await granted(stage, "metro")).epoch == 1
    with pytest.raises(errors.Denied):
        await stage.grant("police-guangzhou", city.TUNNEL)


async def test_command_takes_over_in_an_incident_and_the_operator_is_refused_with_the_holder_named(
    stage: Stage,
) -> None:
    incident = await stage.incident("command-guangzhou", "command-guangzhou")
    takeover = await stage.take_over("command-guangzhou-duty", city.TUNNEL, incident=incident)
    [taken] = takeover.taken
    assert (taken.camera, taken.is_holding, taken.epoch, takeover.incident) == (city.TUNNEL, True, 2, incident)
    held = await stage.grant("command-guangzhou-duty", city.TUNNEL)
    assert (held.agency, held.takeover) == ("agencies/command-guangzhou", takeover.name)
    grant = await granted(stage, "command-guangzhou-duty")
    assert (grant.camera, grant.agency, grant.epoch) == (city.TUNNEL, "agencies/command-guangzhou", 2)
    with pytest.raises(errors.Denied) as refusal:
        await stage.grant("metro", city.TUNNEL)
    assert refusal.value.reason == "HELD_BY_ANOTHER"
    assert refusal.value.metadata["holder"] == "principals/command-guangzhou-duty"
    assert refusal.value.metadata["until"] in refusal.value.message

    await release(stage, "command-guangzhou-duty", takeover.name)
    assert (await granted(stage, "metro")).epoch == 3
    own = await stage.grant("metro", city.TUNNEL)
    assert (own.agency, own.takeover) == ("agencies/metro", "")
    with pytest.raises(errors.Denied):
        await stage.grant("command-guangzhou-duty", city.TUNNEL)


async def test_a_grant_lasts_two_seconds_at_most(stage: Stage) -> None:
    grant = await granted(stage, "metro")
    left = grant.expire_time.ToDatetime() - (await _now(stage))
    assert timedelta(0) < left <= timedelta(seconds=2)


async def test_who_declares_an_incident_does_not_request_its_takeover(stage: Stage) -> None:
    incident = await stage.incident("command-guangzhou", "command-guangzhou")
    with pytest.raises(errors.Denied, match="Article 18 ¶2"):
        await stage.take_over("command-guangzhou", city.TUNNEL, incident=incident)
    assert (await state(stage)).epoch == 1


async def test_a_takeover_without_a_ground_is_refused_under_its_article(stage: Stage) -> None:
    with pytest.raises(errors.Denied) as of_police:
        await stage.take_over("police-yuexiu", city.TUNNEL)
    assert of_police.value.reason == "PAPERS_MISSING"
    with pytest.raises(errors.Denied) as of_command:
        await stage.take_over("command-guangzhou", city.TUNNEL)
    assert of_command.value.metadata["lacking"] == "incident"
    with pytest.raises(errors.Denied):
        await stage.take_over("metro", city.TUNNEL)


async def test_a_higher_rank_precedes_and_its_end_falls_back_to_the_earlier_holder(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    await stage.take_over("command-guangzhou", city.TUNNEL, incident=incident)
    papers = await stage.papers("police-yuexiu", city.TUNNEL)
    above = await stage.take_over("police-yuexiu", city.TUNNEL, legal_basis=papers)
    assert (above.taken[0].is_holding, above.taken[0].epoch) == (True, 3)
    with pytest.raises(errors.Denied):
        await stage.grant("command-guangzhou", city.TUNNEL)
    await release(stage, "police-yuexiu", above.name)
    assert (await granted(stage, "command-guangzhou")).epoch == 4


async def test_a_takeover_ends_by_time_and_its_end_has_an_epoch(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    await stage.take_over("command-guangzhou", city.TUNNEL, lasting=timedelta(milliseconds=400), incident=incident)

    async def operator_is_back() -> bool:
        found = await state(stage)
        return (found.holder, found.epoch) == ("agencies/metro", 3)

    await eventually(operator_is_back)
    assert (await granted(stage, "metro")).epoch == 3


async def test_the_end_of_an_incident_ends_its_takeovers(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    takeover = await stage.take_over("command-guangzhou", city.TUNNEL, incident=incident)
    await stage.ask("police-guangzhou", "EndIncident", permissions.EndIncidentRequest(name=incident))
    assert (await granted(stage, "metro")).epoch == 3
    with pytest.raises(errors.FailedPrecondition):
        await release(stage, "command-guangzhou", takeover.name)


async def test_only_its_agency_releases_and_an_unknown_name_is_no_secret_found(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    takeover = await stage.take_over("command-guangzhou", city.TUNNEL, incident=incident)
    with pytest.raises(errors.Denied) as refusal:
        await release(stage, "metro", takeover.name)
    assert refusal.value.reason == "HELD_BY_ANOTHER"
    papers = await stage.papers("security-guangzhou", city.SECRET)
    sealed = await stage.take_over("security-guangzhou", city.SECRET, legal_basis=papers)
    said = []
    for name in (sealed.name, "takeovers/00000000-0000-4000-8000-000000000000"):
        with pytest.raises(errors.NotFound) as missing:
            await release(stage, "police-guangzhou", name)
        said.append(f"{missing.value.message} {dict(missing.value.metadata)}".replace(name, "NAME"))
    assert said[0] == said[1]


async def test_takeover_and_epoch_survive_a_restart(still: Stage) -> None:
    async with still.running():
        await still.register_cameras()
        incident = await still.incident("police-guangzhou", "command-guangzhou")
        takeover = await still.take_over("command-guangzhou", city.TUNNEL, incident=incident)
    async with still.running():
        found = await state(still)
        assert (found.takeover, found.epoch) == (takeover.name, 2)
        assert (await still.check("command-guangzhou", city.TUNNEL, "LIVE", incident=incident)).allowed


async def _now(stage: Stage) -> Any:
    """Now, by the clock of permissions: the time that an incident declared just now begins."""
    declared = await stage.incident("police-guangzhou", "urban-yuexiu")
    ended = await stage.ask("police-guangzhou", "EndIncident", permissions.EndIncidentRequest(name=declared))
    return ended.start_time.ToDatetime()


async def test_a_takeover_of_many_takes_what_may_be_taken_and_says_why_not_of_the_rest(stage: Stage) -> None:
    papers = await stage.papers("police-yuexiu", city.TUNNEL)
    nowhere = "districts/440104/cameras/44010400011320999999"
    taken = await stage.take_over("police-yuexiu", city.TUNNEL, city.STREET, nowhere, legal_basis=papers)
    assert [(one.camera, one.is_holding, one.epoch) for one in taken.taken] == [(city.TUNNEL, True, 2)]
    refused = {one.camera: (one.reason, one.article) for one in taken.refused}
    assert refused == {city.STREET: ("PAPERS_MISSING", "Article 14 ¶1"), nowhere: ("CAMERA_NOT_ACCESSIBLE", "")}


async def test_secrets_among_many_look_like_what_never_was(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    nowhere = "districts/440104/cameras/44010400011320999999"
    told = []
    for name in (city.SECRET, nowhere):
        taken = await stage.take_over("command-guangzhou", city.TUNNEL, name, incident=incident)
        told.append(str(taken.refused[0]).replace(name, "NAME"))
    assert told[0] == told[1]


async def test_part_of_a_takeover_is_given_back_and_the_rest_renewed(stage: Stage) -> None:
    papers = await stage.papers("police-yuexiu", city.TUNNEL, city.STREET)
    taken = await stage.take_over("police-yuexiu", city.TUNNEL, city.STREET, legal_basis=papers)
    assert [one.is_holding for one in taken.taken] == [True, True]
    back = await stage.ask(
        "police-yuexiu", "ReleaseTakeover", pb.ReleaseTakeoverRequest(name=taken.name, cameras=[city.TUNNEL])
    )
    assert [(one.camera, one.over_by, one.epoch) for one in back.taken] == [(city.TUNNEL, "released", 3)]
    later = after(timedelta(minutes=30))
    renewed = await stage.ask(
        "police-yuexiu", "RenewTakeover", pb.RenewTakeoverRequest(name=taken.name, end_time=later)
    )
    assert [(one.camera, one.is_holding, one.epoch) for one in renewed.taken] == [(city.STREET, True, 2)]
    assert renewed.end_time == later
    too_late = pb.RenewTakeoverRequest(name=taken.name, end_time=after(timedelta(hours=2)))
    with pytest.raises(errors.InvalidArgument, match="outlast"):
        await stage.ask("police-yuexiu", "RenewTakeover", too_late)
    seen = await stage.ask("police-guangzhou", "GetTakeover", pb.GetTakeoverRequest(name=taken.name))
    assert {one.camera: one.over_by for one in seen.taken} == {city.TUNNEL: "released", city.STREET: ""}


async def test_an_organ_revokes_and_others_read_only_what_concerns_them(stage: Stage) -> None:
    incident = await stage.incident("police-guangzhou", "command-guangzhou")
    taken = await stage.take_over("command-guangzhou", city.TUNNEL, incident=incident)
    revoke = pb.RevokeTakeoverRequest(name=taken.name, reason="it was a drill")
    with pytest.raises(errors.Denied, match="three organs"):
        await stage.ask("metro", "RevokeTakeover", revoke)
    with pytest.raises(errors.NotFound):
        await stage.ask("urban-yuexiu", "GetTakeover", pb.GetTakeoverRequest(name=taken.name))
    [seen] = (await stage.ask("metro", "GetTakeover", pb.GetTakeoverRequest(name=taken.name))).taken
    assert (seen.camera, seen.is_holding) == (city.TUNNEL, True)
    over = await stage.ask("police-guangzhou", "RevokeTakeover", revoke)
    assert [(one.over_by, one.epoch) for one in over.taken] == [("revoked", 3)]
    assert (await granted(stage, "metro")).epoch == 3


@pytest.mark.parametrize(
    "cameras", [[], [city.TUNNEL] * 2, ["nowhere"] * 2, [f"districts/440104/cameras/{n:020}" for n in range(5001)]]
)
async def test_a_list_that_is_none_is_refused_by_its_field(stage: Stage, cameras: list[str]) -> None:
    with pytest.raises(errors.InvalidArgument, match=r"takeover\.cameras"):
        await stage.take_over("command-guangzhou", *cameras)
