"""State secrets are made and opened by count and hash: in decisions, records and facts (Article 11)."""

from typing import Any

import pytest

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import policy_pb2
from kapok.permissions.v1 import policy_service_pb2 as pb
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from kapok.registry.v1 import registry_service_pb2 as registry
from services.chassis import bus, errors
from services.chassis.bus import FACTS_STREAM
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_endings import listening
from tests.integration.permissions.test_proposals import LEADS, adopted, ask, proposed, signed

GET = "kapok.registry.v1.RegistryService.GetCamera"
KEEPER, INFORMATICS = "security-guangzhou", "informatics-guangzhou"
STREET, SECRET, NOWHERE = (name.rpartition("/")[2] for name in (city.STREET, city.SECRET, city.NOWHERE))


async def drawn(stage: Stage, **levels: int) -> policy_pb2.SealedLevels:
    """A list of national security's; codes as keywords begin with c."""
    said = [{"code": code.removeprefix("c"), "level": level} for code, level in levels.items()]
    found: policy_pb2.SealedLevels = await ask(
        stage, KEEPER, "DrawUpSealedLevels", pb.DrawUpSealedLevelsRequest(camera_levels=said)
    )
    return found


async def described(stage: Stage, name: str, camera: str) -> Any:
    """The camera's record, or None where it does not exist for them."""
    try:
        return await stage.call_for(name, GET, registry.GetCameraRequest(name=camera))
    except errors.Denied as refusal:
        return None if refusal.reason == "CAMERA_NOT_ACCESSIBLE" else refusal


async def test_the_other_organs_sign_a_count_and_a_hash_and_read_no_name(stage: Stage) -> None:
    kept = await drawn(stage, **{f"c{STREET}": 5})
    assert (kept.camera_count, len(kept.salt), kept.camera_levels[0].code) == (1, 32, STREET)
    said = []
    for organ in (LEADS, INFORMATICS):
        found = await ask(stage, organ, "GetSealedLevels", pb.GetSealedLevelsRequest(name=kept.name))
        assert (found.camera_count, found.sha256) == (kept.camera_count, kept.sha256)
        said.append(found.SerializeToString())
    proposal = await proposed(stage, sealed_levels=kept.name)
    change = policy_pb2.PolicyChange.FromString(proposal.change)
    assert change.sealed_levels.sha256 == kept.sha256
    for organ in ("public-security", "information-technology", "national-security"):
        proposal = await signed(stage, proposal, organ)
    version = await ask(stage, INFORMATICS, "GetPolicyVersion", pb.GetPolicyVersionRequest(name="policyVersions/2"))
    assert version.sealed_levels == change.sealed_levels
    said += [proposal.SerializeToString(), version.SerializeToString()]
    assert not any(STREET.encode() in one or kept.salt in one for one in said)
    again = await ask(stage, KEEPER, "GetSealedLevels", pb.GetSealedLevelsRequest(name=kept.name))
    assert (again.adopted_revision, again.camera_levels[0].code) == (2, STREET)


async def test_a_camera_that_becomes_a_secret_is_one_that_never_existed_at_once_and_ends_its_viewers(
    stage: Stage,
) -> None:
    assert (await stage.check("police-yuexiu", city.STREET, "LIVE")).allowed
    kept = await drawn(stage, **{f"c{STREET}": 5})
    async with listening(stage) as ear:
        await adopted(stage, sealed_levels=kept.name)
        await eventually(lambda: [one for one in ear.endings if one.subject == city.STREET])
        assert [one.subject for one in ear.endings] == ["policyVersions/2", city.STREET]
    with pytest.raises(errors.Denied) as hidden:
        await stage.check("police-yuexiu", city.STREET, "LIVE")
    with pytest.raises(errors.Denied) as absent:
        await stage.check("police-yuexiu", city.NOWHERE, "LIVE")
    assert hidden.value.message.replace(city.STREET, city.NOWHERE) == absent.value.message
    assert (await stage.check("metro", city.STREET, "LIVE")).allowed

    async def has_followed() -> bool:
        return (await described(stage, "metro", city.STREET)).security_level == 5

    await eventually(has_followed)
    assert await described(stage, "police-yuexiu", city.STREET) is None


async def test_a_takeover_ends_where_its_camera_becomes_a_secret_to_who_holds_it(stage: Stage) -> None:
    papers = await stage.papers("police-yuexiu", city.TUNNEL, city.STREET)
    both = await stage.take_over("police-yuexiu", city.TUNNEL, city.STREET, legal_basis=papers)
    theirs = await stage.papers(KEEPER, city.STREET)
    above = await stage.take_over(KEEPER, city.STREET, legal_basis=theirs)
    await adopted(stage, sealed_levels=(await drawn(stage, **{f"c{STREET}": 5})).name)
    left = await stage.ask("police-yuexiu", "GetTakeover", takeovers.GetTakeoverRequest(name=both.name))
    assert [(one.camera, one.over_by) for one in left.taken] == [(city.TUNNEL, "")]
    whole = await stage.ask(KEEPER, "GetTakeover", takeovers.GetTakeoverRequest(name=both.name))
    assert {one.camera: one.over_by for one in whole.taken} == {city.TUNNEL: "", city.STREET: "withdrawn"}
    release = takeovers.ReleaseTakeoverRequest(name=above.name)
    assert [one.over_by for one in (await stage.ask(KEEPER, "ReleaseTakeover", release)).taken] == ["released"]
    state = takeovers.GetControlStateRequest(name=f"{city.STREET}/controlState")
    assert (await stage.ask("metro", "GetControlState", state)).holder == "agencies/metro"


async def test_a_secret_that_is_opened_is_a_camera_like_others_and_its_past_is_not_told(stage: Stage) -> None:
    assert await described(stage, "police-yuexiu", city.SECRET) is None
    await adopted(stage, sealed_levels=(await drawn(stage, **{f"c{SECRET}": 3})).name)

    async def is_open() -> Any:
        return await described(stage, "police-yuexiu", city.SECRET)

    camera = await eventually(is_open)
    assert camera.security_level == 3
    request = registry.ListCameraRevisionsRequest(parent=city.SECRET)
    method = "kapok.registry.v1.RegistryService.ListCameraRevisions"
    told = await stage.call_for("police-yuexiu", method, request)
    assert [one.camera.security_level for one in told.revisions] == [3]
    assert "5" not in told.revisions[0].cause
    own = await stage.call_for("archive", method, request)
    assert {one.camera.security_level for one in own.revisions} == {3, 5}
    before = registry.GetCameraRequest(name=city.SECRET, as_of_time=own.revisions[-1].start_time)
    assert (await stage.call_for("archive", GET, before)).security_level == 5
    with pytest.raises(errors.Denied):
        await stage.call_for("police-yuexiu", GET, before)
    await adopted(stage, camera_levels=[{"code": SECRET, "level": 2}])
    assert (await stage.check("police-yuexiu", city.SECRET, "LIVE")).allowed, "set openly from now on"


async def test_naming_a_secret_openly_opens_nothing_and_tells_nothing(stage: Stage) -> None:
    said = []
    for code in (SECRET, NOWHERE):
        seen = []
        for _ in range(2):
            proposal = await proposed(stage, camera_levels=[{"code": code, "level": 2}])
            simulated = await ask(
                stage, LEADS, "SimulatePolicyProposal", pb.SimulatePolicyProposalRequest(name=proposal.name)
            )
            seen.append(simulated.SerializeToString())
            for organ in ("public-security", "information-technology", "national-security"):
                proposal = await signed(stage, proposal, organ)
            assert proposal.adopted_revision
        said.append(seen)
    assert said[0] == said[1]
    assert await described(stage, "police-yuexiu", city.SECRET) is None
    assert (await stage.check("archive", city.SECRET, "LIVE")).allowed


async def test_no_fact_of_the_ordinary_book_names_what_a_list_names(stage: Stage) -> None:
    kept = await drawn(stage, **{f"c{SECRET}": 5, f"c{NOWHERE}": 5})
    await adopted(stage, sealed_levels=kept.name)
    async with bus.connect(stage.permissions.bus_url, stage.keys.bus_seed("setup"), "setup") as wire:

        async def count() -> int:
            return int((await wire.jetstream.stream_info(FACTS_STREAM)).state.messages)

        before = await count()
        assert before
    async with bus.connect(stage.permissions.bus_url, stage.keys.bus_seed("audit"), "audit") as wire:
        subscription = await wire.jetstream.pull_subscribe("", "audit", FACTS_STREAM)
        seen: list[fact_pb2.Fact] = []
        while not any(fact.kind == "permissions.proposal.adopted" for fact in seen):
            seen += [fact_pb2.Fact.FromString(one.data) for one in await subscription.fetch(50, timeout=5)]
    naming = [fact for fact in seen if NOWHERE.encode() in fact.SerializeToString()]
    assert [(fact.kind, fact.is_sealed) for fact in naming] == [("permissions.sealedLevels.drawn_up", True)]


async def test_a_list_is_proposed_once_and_only_as_it_was_drawn_up(stage: Stage) -> None:
    kept = await drawn(stage, **{f"c{NOWHERE}": 5})
    first, second = [await proposed(stage, sealed_levels=kept.name) for _ in "12"]
    for organ in ("public-security", "information-technology", "national-security"):
        first = await signed(stage, first, organ)
    with pytest.raises(errors.FailedPrecondition):
        await signed(stage, second, "public-security")  # outdated
    with pytest.raises(errors.FailedPrecondition, match="in force since policyVersions/2"):
        await proposed(stage, sealed_levels=kept.name)
    with pytest.raises(errors.NotFound):
        await proposed(stage, sealed_levels="sealedLevels/00000000-0000-4000-8000-000000000000")
    with pytest.raises(errors.InvalidArgument):
        await proposed(stage, sealed_levels="sealedLevels/x")


@pytest.mark.parametrize("who", [LEADS, INFORMATICS, "police-yuexiu", "archive"])
async def test_nobody_else_draws_lists_up_and_no_other_than_organs_reads_of_them(stage: Stage, who: str) -> None:
    request = pb.DrawUpSealedLevelsRequest(camera_levels=[{"code": SECRET, "level": 5}])
    with pytest.raises(errors.Denied):
        await ask(stage, who, "DrawUpSealedLevels", request)
    kept = await drawn(stage, **{f"c{SECRET}": 5})
    if who not in (LEADS, INFORMATICS):
        for name in (kept.name, "sealedLevels/00000000-0000-4000-8000-000000000000"):
            with pytest.raises(errors.Denied, match="organs"):
                await ask(stage, who, "GetSealedLevels", pb.GetSealedLevelsRequest(name=name))


async def test_a_camera_twice_on_a_list_is_refused_by_name(stage: Stage) -> None:
    twice = [{"code": SECRET, "level": 5}, {"code": SECRET, "level": 1}]
    with pytest.raises(errors.InvalidArgument, match=SECRET):
        await ask(stage, KEEPER, "DrawUpSealedLevels", pb.DrawUpSealedLevelsRequest(camera_levels=twice))
