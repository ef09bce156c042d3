"""Who is told of a takeover over the wire, at once: lists by page, and a stream that goes on from its token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import grpc
import pytest

from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.permissions.v1 import takeovers_service_pb2 as pb
from services.chassis import errors, identity, rpc_client, rpc_status
from services.chassis.clock import SystemClock
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_proposals import adopted
from tests.integration.permissions.test_sealed_levels import drawn

COMMAND = "command-guangzhou"
TOLD = ("metro", "police-yuexiu", "police-guangzhou", "informatics-guangzhou", "security-guangzhou", COMMAND)
PATH = "/kapok.permissions.v1.TakeoversService/WatchTakeovers"
FOREIGN = ("x", "17", "A" * 5000, "\x00", "é")


@asynccontextmanager
async def watching(stage: Stage, who: str, token: str = "") -> AsyncIterator[Any]:
    """The stream of notices of a principal while inside."""
    ring = identity.KeyRing.from_files("gateway", stage.keys.pair("gateway"), stage.keys.peers)
    caller = identity.Caller("gateway", "a request", city.principal(who))
    signed = identity.sign(ring, "permissions", PATH, caller, SystemClock())
    request = pb.WatchTakeoversRequest(resume_token=token)
    async with grpc.aio.insecure_channel(stage.permissions.listen, options=rpc_client.OPTIONS) as channel:
        opened = channel.unary_stream(
            PATH, pb.WatchTakeoversRequest.SerializeToString, pb.WatchTakeoversResponse.FromString
        )
        call = opened(request, metadata=((identity.METADATA_KEY, signed),), timeout=20)
        try:
            yield call
        except grpc.aio.AioRpcError as failure:
            raise rpc_status.to_error(failure, "permissions") from failure
        finally:
            call.cancel()


async def listed(stage: Stage, who: str, **asked: Any) -> Any:
    return await stage.ask(who, "ListTakeovers", pb.ListTakeoversRequest(**asked))


@pytest.mark.parametrize("who", TOLD)
async def test_whom_a_takeover_concerns_is_told_who_took_what_why_until_when_and_how_to_claim(
    stage: Stage, who: str
) -> None:
    incident = await stage.incident("police-guangzhou", COMMAND)
    async with watching(stage, who) as call:
        first = await call.read()
        assert (list(first.notices), bool(first.resume_token)) == ([], True)
        taken = await stage.take_over(COMMAND, incident=incident, all_of_incident=True)
        [notice] = (await call.read()).notices
        assert notice.takeover.taken == taken.taken
        assert (notice.takeover.principal, notice.takeover.reason) == ("principals/command-guangzhou", "smoke")
        assert (notice.takeover.end_time, notice.takeover.incident) == (taken.end_time, incident)
        assert ("Article 18 ¶3" in notice.how_to_claim and taken.name in notice.how_to_claim) == (who == "metro")
        await stage.ask(COMMAND, "ReleaseTakeover", pb.ReleaseTakeoverRequest(name=taken.name))
        [over] = (await call.read()).notices
        assert {one.over_by for one in over.takeover.taken} == {"released"}
        assert (over.takeover.taken_count, over.takeover.in_force_count) == (2, 0)


async def test_others_hear_nothing_and_who_may_not_know_of_a_secret_hears_nothing_of_it(stage: Stage) -> None:
    async with watching(stage, "police-yuexiu") as police, watching(stage, "urban-yuexiu") as urban:
        for call in (police, urban):
            await call.read()
        papers = await stage.papers("security-guangzhou", city.SECRET)
        await stage.take_over("security-guangzhou", city.SECRET, legal_basis=papers)
        of_tunnel = await stage.papers("security-guangzhou", city.TUNNEL)
        tunnel = await stage.take_over("security-guangzhou", city.TUNNEL, legal_basis=of_tunnel)
        [notice] = (await police.read()).notices
        assert notice.takeover.name == tunnel.name, "nothing came of the secret, no empty answer either"
        assert not (await listed(stage, "urban-yuexiu", include_over=True)).takeovers
    shown = await listed(stage, "police-guangzhou")
    assert [(one.name, one.taken_count, len(one.taken)) for one in shown.takeovers] == [(tunnel.name, 1, 0)]
    assert len((await listed(stage, "archive")).takeovers) == 1, "its operator knows of its own"


async def test_who_was_away_goes_on_from_his_token_and_its_gaps_tell_nothing(stage: Stage) -> None:
    papers = await stage.papers("police-yuexiu", city.TUNNEL, city.STREET)
    async with watching(stage, "metro") as call:
        token = (await call.read()).resume_token
    one = await stage.take_over("police-yuexiu", city.TUNNEL, legal_basis=papers)
    other = await stage.take_over("police-yuexiu", city.STREET, legal_basis=papers)
    await stage.ask("police-yuexiu", "ReleaseTakeover", pb.ReleaseTakeoverRequest(name=one.name))
    async with watching(stage, "metro", token) as call:
        heard = [await call.read() for _ in range(2)]
    told = [(notice.takeover.name, notice.takeover.in_force_count) for news in heard for notice in news.notices]
    assert told == [(other.name, 1), (one.name, 0)], "each once, as it stands, in the order of its last change"
    assert not any(news.resume_token.isdigit() for news in heard)
    async with watching(stage, "metro", heard[0].resume_token) as call:
        assert (await call.read()).notices == heard[1].notices


async def test_what_became_a_secret_is_in_no_notice_from_then_on_whoever_heard_of_it_before(stage: Stage) -> None:
    papers = await stage.papers("police-yuexiu", city.TUNNEL, city.STREET)
    async with watching(stage, "police-guangzhou") as call:
        token = (await call.read()).resume_token
        await stage.take_over("police-yuexiu", city.TUNNEL, city.STREET, legal_basis=papers)
        [before] = (await call.read()).notices
        assert before.takeover.taken_count == 2
    await adopted(stage, sealed_levels=(await drawn(stage, **{f"c{city.TUNNEL.rpartition('/')[2]}": 5})).name)
    async with watching(stage, "police-guangzhou", token) as call:
        [after] = (await call.read()).notices
    assert [one.camera for one in after.takeover.taken] == [city.STREET]
    assert [one.taken_count for one in (await listed(stage, "police-guangzhou")).takeovers] == [1]


@pytest.mark.parametrize("token", FOREIGN)
async def test_a_token_of_nobody_is_refused(stage: Stage, token: str) -> None:
    with pytest.raises(errors.InvalidArgument, match="resume_token"):
        async with watching(stage, "metro", token) as call:
            await call.read()


async def cut_off(stage: Stage) -> None:
    """Have a watcher revoked, and read on."""
    revoked = permissions.RevokePrincipalRequest(name=city.principal("metro"), reason="lost its key")
    async with watching(stage, "metro") as call:
        await call.read()
        await stage.ask("police-guangzhou", "RevokePrincipal", revoked)
        await call.read()


async def test_a_stream_ends_with_the_right_of_its_reader(stage: Stage) -> None:
    with pytest.raises(errors.Denied) as refusal:
        await cut_off(stage)
    assert refusal.value.reason == "PRINCIPAL_REVOKED"


async def test_a_list_goes_page_by_page_those_in_force_first_of_all(stage: Stage) -> None:
    papers = await stage.papers("police-yuexiu", city.TUNNEL, city.STREET)
    made = [await stage.take_over("police-yuexiu", city.TUNNEL, legal_basis=papers) for _ in range(3)]
    await stage.ask("police-yuexiu", "ReleaseTakeover", pb.ReleaseTakeoverRequest(name=made[1].name))

    async def pages(**asked: Any) -> list[str]:
        found, token = list[str](), ""
        while True:
            answer = await listed(stage, "metro", page_size=1, page_token=token, **asked)
            found += [one.name for one in answer.takeovers]
            if not (token := answer.next_page_token):
                return found

    assert await pages() == [made[2].name, made[0].name]
    assert await pages(include_over=True) == [one.name for one in reversed(made)]
    for wrong in ({"page_token": "x"}, {"page_size": -1}):
        with pytest.raises(errors.InvalidArgument):
            await listed(stage, "metro", **wrong)


async def test_an_end_by_time_is_told_without_anybody_asking(stage: Stage) -> None:
    papers = await stage.papers("police-yuexiu", city.TUNNEL)
    async with watching(stage, "metro") as call:
        await call.read()
        await stage.take_over("police-yuexiu", city.TUNNEL, legal_basis=papers, lasting=timedelta(milliseconds=400))
        assert (await call.read()).notices
        [over] = (await call.read()).notices
        assert [one.over_by for one in over.takeover.taken] == ["expired"]
