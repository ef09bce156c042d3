"""A simulation counts the registry's cameras and judges the sessions that run; who is away is named."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kapok.permissions.v1 import policy_service_pb2 as pb
from kapok.registry.v1 import camera_facts_service_pb2
from kapok.streams.v1 import running_sessions_service_pb2
from services.chassis import errors
from services.permissions import app as permissions
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage
from tests.integration.permissions.test_proposals import URBAN_LIVE, ask, proposed, without
from tests.integration.permissions.viewing import Desk, relaying, streaming
from tests.integration.registry.calls import Caller
from tests.integration.relay.lens import lens
from tests.integration.streams.stage import playing

OWN_LIVE = "art21-live-own"
OPERATORS = "operator@municipal"
RUNNING = "kapok.streams.v1.RunningSessionsService.ListRunningSessions"
STOCKS = "kapok.registry.v1.CameraFactsService.CountCameraStocks"


@pytest.fixture
async def desk(still: Stage, sockets: Path) -> AsyncIterator[tuple[Stage, Desk]]:
    """Every service and a relay up."""
    async with lens() as camera, playing(camera):
        still.stream_uri = camera.uri
        async with still.running(), relaying(still), streaming(still, sockets) as desk:
            await still.register_cameras()
            yield still, desk


async def simulated(stage: Stage, proposal: Any, organ: str = "informatics-guangzhou") -> Any:
    request = pb.SimulatePolicyProposalRequest(name=proposal.name)
    return await ask(stage, organ, "SimulatePolicyProposal", request)


async def whole(stage: Stage, proposal: Any, organ: str = "informatics-guangzhou") -> Any:
    """The same once no neighbour is away: on a busy machine one may answer too late."""

    async def known() -> Any:
        answer = await simulated(stage, proposal, organ)
        return None if answer.is_registry_away or answer.is_streams_away else answer

    return await eventually(known)


async def test_running_sessions_that_would_end_are_named_by_principal_and_rule(desk: tuple[Stage, Desk]) -> None:
    stage, streams = desk
    for name in ("urban-yuexiu", "urban-yuexiu", "police-yuexiu"):
        await streams.open(name, city.STREET)
    answer = await whole(stage, await proposed(stage, policy_csv=without(URBAN_LIVE)))
    [effect] = answer.effects
    assert (effect.camera_count, effect.agency_count, list(effect.agencies)) == (1, 1, ["agencies/urban-yuexiu"])
    found = answer.running_sessions
    assert (found.ending_session_count, found.lasting_session_count, found.is_cut_off) == (2, 1, False)
    [ending] = found.ending_sessions
    assert (ending.principal, ending.session_count) == (city.principal("urban-yuexiu"), 2)
    assert (ending.action, ending.before_rule, ending.after_rule) == ("live", URBAN_LIVE, "default-deny")
    assert (await stage.check("urban-yuexiu", city.STREET, "LIVE")).allowed, "nothing was changed"


async def test_state_secrets_are_in_no_count_but_national_securitys(desk: tuple[Stage, Desk]) -> None:
    stage, streams = desk
    await streams.open("archive", city.SECRET)
    proposal = await proposed(stage, policy_csv=without(OWN_LIVE))
    told = await whole(stage, proposal, "security-guangzhou")
    assert told.running_sessions.ending_session_count == 1
    for organ in ("informatics-guangzhou", "police-guangzhou"):
        answer = await whole(stage, proposal, organ)
        assert answer.running_sessions.ending_session_count + answer.running_sessions.lasting_session_count == 0
        counts = [[one.camera_count for one in each.effects if one.role == OPERATORS] for each in (told, answer)]
        assert counts == [[3], [2]]


async def test_who_is_away_is_said_and_the_classes_are_told_all_the_same(still: Stage) -> None:
    async with still.running():
        await still.register_cameras()
        proposal = await proposed(still, policy_csv=without(URBAN_LIVE))
        answer = await simulated(still, proposal)
        assert (answer.is_registry_away, answer.is_streams_away) == (False, True)
        assert answer.effects[0].camera_count == 1
        assert not answer.HasField("running_sessions")
    async with permissions.app(still.permissions):
        answer = await simulated(still, proposal)
        assert (answer.is_registry_away, answer.is_streams_away) == (True, True)
        assert [effect.role for effect in answer.effects] == ["urban-management@district"]
        assert not answer.HasField("running_sessions")


async def test_sessions_and_stocks_are_told_to_permissions_only_and_page_by_page(desk: tuple[Stage, Desk]) -> None:
    stage, streams = desk
    for name in ("urban-yuexiu", "police-yuexiu", "police-yuexiu"):
        await streams.open(name, city.STREET)
    running, stocks = running_sessions_service_pb2, camera_facts_service_pb2
    asked = running.ListRunningSessionsRequest(page_size=2)
    counted = stocks.CountCameraStocksRequest(highest_level=5, page_size=1)
    for service, principal in (("gateway", city.principal("police-guangzhou")), ("audit", "")):
        caller = Caller(stage.keys, service, principal)
        assert (await caller.refused(streams.listen, RUNNING, asked)).reason == "METHOD_NOT_EXPOSED"
        assert (await caller.refused(stage.registry.listen, STOCKS, counted)).reason == "METHOD_NOT_EXPOSED"
    caller = Caller(stage.keys, "permissions")
    first = await caller.ask(streams.listen, RUNNING, asked)
    asked.page_token = first.next_page_token
    rest = await caller.ask(streams.listen, RUNNING, asked)
    assert (len(first.sessions), len(rest.sessions), rest.next_page_token) == (2, 1, "")
    assert len({one.name for one in (*first.sessions, *rest.sessions)}) == 3
    found = []
    while True:
        page = await caller.ask(stage.registry.listen, STOCKS, counted)
        found += [(one.security_level, one.operator, one.count) for one in page.stocks]
        if not page.next_page_token:
            break
        counted.page_token = page.next_page_token
    assert found == [(2, "agencies/metro", 1), (4, "agencies/metro", 1), (5, "agencies/archive", 1)]
    for wrong in (
        {"highest_level": 0},
        {"highest_level": 4, "page_token": "1;2"},
        {"highest_level": 4, "page_size": -1},
    ):
        refusal = await caller.refused(stage.registry.listen, STOCKS, stocks.CountCameraStocksRequest(**wrong))
        assert isinstance(refusal, errors.InvalidArgument)
    refusal = await caller.refused(streams.listen, RUNNING, running.ListRunningSessionsRequest(page_size=1001))
    assert isinstance(refusal, errors.InvalidArgument)
