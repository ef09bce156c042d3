"""How a relay ends viewers: by a reset, each by what it stands on, and fail closed when it can't know."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from kapok.permissions.v1 import permissions_events_pb2
from kapok.streams.v1 import relay_pb2
from tests.eventually import eventually
from tests.integration.streams.rtsp import picture, refusal, reset, watching
from tests.integration.streams.stage import CAMERA, RELAY, Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOKEN_INVALID = (403, "TOKEN_INVALID")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One relay for the whole module: each test leaves it working."""
    async with stage(tmp_path_factory.mktemp("endings")) as running:
        yield running


@pytest.mark.parametrize(
    "on", ["principal", "agency", "camera", "legal_basis", "incident", "session", "certificate", "agency_key"]
)
async def test_the_end_of_whatever_a_session_stands_on_resets_its_viewer_alone(relay: Stage, on: str) -> None:
    others: dict[str, Any] = {
        "principal": "principals/q",
        "agency": "agencies/b",
        "legal_basis": "legalBases/b",
        "credentials": ["certificates/b", "agencyKeys/b"],
        "incident": "",
    }
    elsewhere = "districts/440104/cameras/44010400011320000009"
    (mine, _), (other, _) = (
        await relay.assign(
            legal_basis="legalBases/a", incident="incidents/a", credentials=["certificates/a", "agencyKeys/a"]
        ),
        await relay.assign(camera=elsewhere, sealed_source=relay.sealed_source(camera=elsewhere), **others),
    )
    subjects = {
        "principal": "principals/p", "agency": "agencies/a", "camera": CAMERA, "legal_basis": "legalBases/a",
        "incident": "incidents/a", "certificate": "certificates/a", "agency_key": "agencyKeys/a",
        "session": f"sessions/{mine.partition('/s/')[2].partition('?')[0]}",
    }  # fmt: skip
    async with watching(mine) as ended, watching(other) as spared:
        await relay.end(subjects[on])
        await reset(ended)
        assert await refusal(mine) == TOKEN_INVALID
        await picture(spared)


async def test_an_ending_played_again_spares_what_was_decided_after_it(relay: Stage) -> None:
    await relay.end("principals/p")
    number = relay.number
    played = await relay.bus.value(relay.endings, str(number))
    assert played is not None
    url, _ = await relay.assign()
    async with watching(url) as spared:
        await relay.bus.publish("kapok.v1.permissions.endings", played)
        witness, _ = await relay.assign(principal="principals/q")
        async with watching(witness) as ended:
            await relay.end("principals/q")  # heard after what was played again
            await reset(ended)
        await picture(spared)


async def test_an_ending_that_is_nowhere_ends_everybody_by_the_lease_until_it_is_found(relay: Stage) -> None:
    url, _ = await relay.assign()
    async with watching(url) as viewer:
        relay.number += 1  # committed, counted by heartbeats, and lost on both ways
        await reset(viewer)
    _, reply = await relay.assign(number=relay.number - 1)
    assert (reply.error_kind, reply.error_reason) == ("UNAVAILABLE", "SERVICE_AWAY")
    lost = permissions_events_pb2.Ending(number=relay.number, subject="principals/q").SerializeToString()
    await relay.endings.put(str(relay.number), relay.permissions.seal("kapok.permissions.ending", lost))
    await relay.settled()


async def test_numbers_far_beyond_what_was_heard_end_everybody_and_the_relay_begins_anew(relay: Stage) -> None:
    url, _ = await relay.assign()
    older = relay.number
    async with watching(url) as viewer:
        relay.number += 1_000_000  # permissions' database was put back, and goes on above all that was given
        await reset(viewer)
    _, reply = await relay.assign(number=older)
    assert (reply.error_kind, reply.error_reason) == ("ABORTED", "STATE_WRONG"), "it was decided before"
    await relay.settled()
    again, _ = await relay.assign(principal="principals/q")
    async with watching(again) as ended:
        await relay.end("principals/q")
        await reset(ended)


async def test_the_closing_of_a_session_resets_its_viewer(relay: Stage) -> None:
    url, _ = await relay.assign()
    session = f"sessions/{url.partition('/s/')[2].partition('?')[0]}"
    closing = relay_pb2.SessionClosing(session=session, reason="closed by its owner", relay=RELAY)
    async with watching(url) as viewer:
        signed = relay.streams.seal("kapok.streams.closing", closing.SerializeToString())
        assert not (await relay.tell("close", signed)).error_kind
        await reset(viewer)
    assert await refusal(url) == TOKEN_INVALID
    assert not (await relay.tell("close", signed)).error_kind, "closing twice is no error"


async def test_a_relay_that_is_stopped_resets_its_viewers_and_records_their_ends(relay: Stage) -> None:
    before = (await relay.facts()).count("closed")
    url, _ = await relay.assign()
    async with watching(url) as viewer:
        relay.process.terminate()
        await reset(viewer)
    await relay.process.wait()

    async def is_its_end_on_record() -> bool:
        return (await relay.facts()).count("closed") == before + 1

    await eventually(is_its_end_on_record)
