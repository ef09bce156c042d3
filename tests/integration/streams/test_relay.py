"""A relay on the bus: who gets pictures, and how they end."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from cli.rtsp_pull import Pull
from demo.platform import Viewer, watching
from kapok.permissions.v1 import permissions_events_pb2
from kapok.streams.v1 import relay_pb2
from services.chassis import errors
from services.chassis.signing import Signer
from tests.eventually import eventually
from tests.integration.streams.stage import CAMERA, LEASE_S, RELAY, Stage, stage

FORGER = Signer(os.urandom(32))


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as running:
        yield running


async def seen(url: str) -> Viewer:
    """A viewer that sees pictures."""
    viewer = watching(url)
    assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why
    return viewer


async def refusal_of(url: str) -> errors.Error:
    def pull() -> errors.Error:
        with pytest.raises(errors.Error) as refusal, closing(Pull.open(url)):
            pass
        return refusal.value

    return await asyncio.to_thread(pull)


async def test_the_camera_of_a_session_that_is_moved_here_is_pulled_before_its_viewers_come(relay: Stage) -> None:
    await relay.assign(camera=f"{CAMERA}1", sealed_source=relay.sealed_source(camera=f"{CAMERA}1"))
    _, reply = await relay.assign(is_moved=True)
    assert not reply.error_kind, reply
    await eventually(lambda: relay.heard[-1].cameras)
    assert (relay.heard[-1].cameras, relay.heard[-1].viewers) == (1, 0)


async def test_an_ending_resets_what_stands_on_it_and_nothing_else(relay: Stage) -> None:
    mine, _ = await relay.assign()
    other, _ = await relay.assign(principal="principals/q")
    viewers = [await seen(mine), await seen(other)]
    await relay.end("principals/p")
    await eventually(viewers[0].ended.is_set)
    assert not viewers[1].ended.is_set()
    assert (await refusal_of(mine)).reason == "TOKEN_INVALID"


async def test_a_browser_shows_the_same_token_stands_on_record_alike_and_is_reset_alike(relay: Stage) -> None:
    url, _ = await relay.assign()
    path, _, token = url.partition("/s/")[2].partition("?token=")
    where = f"ws://127.0.0.1:{relay.heard[-1].web_port}/s/{path}"
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(where, protocols=("kapok.v1", token)) as opened:
            assert (await opened.receive_json())["type"].startswith("video/mp4")
            assert await relay.facts() == ["opened"]
            assert "have joined already" in str((await refusal_of(url)).message)
            await relay.end("principals/p")
            async for message in opened:
                assert message.type is aiohttp.WSMsgType.BINARY or message.type is aiohttp.WSMsgType.TEXT
            assert opened.close_code == 1006
        async with session.ws_connect(where, protocols=("kapok.v1", token)) as late:
            assert (await late.receive()).data == 4403

    async def is_closed() -> bool:
        return await relay.facts() == ["opened", "closed"]

    await eventually(is_closed)


async def test_an_ending_whose_message_was_lost_is_found_by_its_number(relay: Stage) -> None:
    viewer = await seen((await relay.assign(incident="incidents/i"))[0])
    await relay.end("incidents/i", is_heard=False)
    await eventually(viewer.ended.is_set, within_s=LEASE_S)


async def test_silence_ends_everybody_when_the_lease_runs_out_and_not_before(relay: Stage) -> None:
    url, _ = await relay.assign(viewer_limit=2)
    viewer = await seen(url)
    relay.beats.clear()
    silent_since_s = asyncio.get_running_loop().time()
    await eventually(viewer.ended.is_set, within_s=LEASE_S + 2)
    assert asyncio.get_running_loop().time() - silent_since_s > LEASE_S - 0.5
    _, reply = await relay.assign()
    assert reply.error_kind == "UNAVAILABLE"
    relay.beats.set()

    async def is_accepted_again() -> bool:
        return not (await relay.assign())[1].error_kind

    await eventually(is_accepted_again)


async def test_a_decision_older_than_an_ending_is_refused(relay: Stage) -> None:
    before = relay.number
    for subject in ("principals/p", CAMERA, "agencies/a", "legalBases/b"):
        await relay.end(subject)
        await relay.settled()
        _, reply = await relay.assign(number=before, legal_basis="legalBases/b")
        assert (reply.error_kind, subject) == ("ABORTED", subject)
    _, reply = await relay.assign(legal_basis="legalBases/b")
    assert not reply.error_kind


async def test_a_decision_newer_than_the_replica_waits_for_it(relay: Stage) -> None:
    asked = asyncio.ensure_future(relay.assign(number=relay.number + 1))
    await relay.end("principals/somebody")
    assert not (await asked)[1].error_kind


async def test_the_end_of_a_session_comes_by_the_relays_own_clock(relay: Stage) -> None:
    viewer = await seen((await relay.assign(ends_at=datetime.now(UTC) + timedelta(seconds=1)))[0])
    await eventually(viewer.ended.is_set, within_s=3)


async def test_what_is_forged_has_no_effect(relay: Stage) -> None:
    viewer = await seen((await relay.assign())[0])
    before = relay.number
    await relay.end("principals/p", signer=FORGER)
    relay.number = before
    _, reply = await relay.assign(signer=FORGER)
    assert reply.error_kind == "PERMISSION_DENIED"
    _, reply = await relay.assign(relay="relay-2")
    assert reply.error_kind == "PERMISSION_DENIED"
    await relay.bus.publish("kapok.v1.permissions.endings", os.urandom(80))
    relay.beats.clear()
    forged_until_s = asyncio.get_running_loop().time() + LEASE_S + 1
    while asyncio.get_running_loop().time() < forged_until_s:
        await relay.beat(FORGER)
        await asyncio.sleep(0.05)
    assert viewer.ended.is_set(), "a forged heartbeat renewed the lease"


@pytest.mark.parametrize("change", ["another key", "another relay", "another session", "expired"])
async def test_a_token_that_is_not_for_this_session_now_opens_nothing(relay: Stage, change: str) -> None:
    url, _ = await relay.assign()
    session = f"sessions/{url.partition('/s/')[2].partition('?')[0]}"
    wrong = {
        "another key": lambda: relay.url(session, FORGER),
        "another relay": lambda: relay.url(session, relay="relay-2"),
        "another session": lambda: relay.url("sessions/other").replace("/other", f"/{session[9:]}"),
        "expired": lambda: relay.url(session, expire_time_ms=int(datetime.now(UTC).timestamp() * 1000) - 1),
    }[change]()
    assert (await refusal_of(wrong)).reason == "TOKEN_INVALID"
    await seen(url)


async def test_no_picture_before_the_look_is_on_record_and_its_end_follows(relay: Stage) -> None:
    viewer = await seen((await relay.assign())[0])
    assert await relay.facts() == ["opened"]
    await relay.end("principals/p")
    await eventually(viewer.ended.is_set)

    async def is_closed_on_record() -> bool:
        return await relay.facts() == ["opened", "closed"]

    await eventually(is_closed_on_record)


async def test_without_a_place_for_facts_nobody_sees_a_picture(relay: Stage) -> None:
    url, _ = await relay.assign()
    await relay.bus.jetstream.delete_stream("KAPOK_FACTS")
    assert (await refusal_of(url)).kind == "UNAVAILABLE"


async def test_a_forged_or_expired_grant_moves_nothing(relay: Stage) -> None:
    grant = permissions_events_pb2.ControlGrant(camera=CAMERA, principal="principals/p", epoch=3)
    grant.expire_time.FromDatetime(datetime.now(UTC) + timedelta(seconds=2))
    signed = FORGER.seal("kapok.permissions.grant", grant.SerializeToString())
    command = relay_pb2.ControlCommand(signed_grant=signed, pan=1, relay=RELAY)
    answer = await relay.bus.request(f"kapok.v1.relays.{RELAY}.control", command.SerializeToString())
    assert relay_pb2.RelayReply.FromString(answer).error_kind == "PERMISSION_DENIED"
