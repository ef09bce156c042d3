"""What nobody signed for this relay, this session and this moment has no effect. One relay for all, since none has."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from kapok.permissions.v1 import permissions_events_pb2
from kapok.streams.v1 import relay_pb2
from services.chassis.signing import Signer
from tests.eventually import eventually
from tests.integration.streams.rtsp import connected, picture, refusal, reset, watching
from tests.integration.streams.stage import LEASE_S, RELAY, Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
FORGER = Signer(os.urandom(32))
TOKEN_INVALID = (403, "TOKEN_INVALID")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("forgeries")) as running:
        yield running


def forgeries(signer: Signer, purpose: str, payload: bytes) -> dict[str, bytes]:
    """``payload`` as it would be signed, spoilt in each way."""
    good = signer.seal(purpose, payload)
    return {
        "another key": FORGER.seal(purpose, payload),
        "another purpose": signer.seal("kapok.permissions.grant", payload),
        "altered": good[:5] + bytes([good[5] ^ 1]) + good[6:],
        "cut short": good[:-1],
        "unsigned": payload,
        "garbage": os.urandom(200),
        "nothing": b"",
    }


async def test_a_forged_assignment_opens_nothing(relay: Stage) -> None:
    made = relay.assignment()
    for how, forged in forgeries(relay.streams, "kapok.streams.assignment", made.SerializeToString()).items():
        reply = await relay.tell("assign", forged)
        assert (reply.error_kind, reply.error_reason, how) == ("PERMISSION_DENIED", "TOKEN_INVALID", how)
    assert await refusal(relay.url(made.session)) == TOKEN_INVALID


@pytest.mark.parametrize("sealed_for", [{"relay": "relay-2"}, {"camera": "districts/440104/cameras/2"}])
async def test_a_source_sealed_for_another_relay_or_camera_is_not_pulled(
    relay: Stage, sealed_for: dict[str, str]
) -> None:
    url, reply = await relay.assign(sealed_source=relay.sealed_source(**sealed_for))
    assert reply.error_reason == "TOKEN_INVALID"
    assert await refusal(url) == TOKEN_INVALID


async def test_a_forged_closing_or_ending_ends_nobody(relay: Stage) -> None:
    made = relay.assignment()
    await relay.tell("assign", relay.streams.seal("kapok.streams.assignment", made.SerializeToString()))
    closing = relay_pb2.SessionClosing(session=made.session, reason="x", relay=RELAY).SerializeToString()
    elsewhere = relay_pb2.SessionClosing(session=made.session, reason="x", relay="relay-2").SerializeToString()
    ending = permissions_events_pb2.Ending(number=relay.number + 1, subject="principals/p").SerializeToString()
    async with watching(relay.url(made.session)) as spared:
        for forged in (
            *forgeries(relay.streams, "kapok.streams.closing", closing).values(),
            relay.streams.seal("kapok.streams.closing", elsewhere),
        ):
            assert (await relay.tell("close", forged)).error_reason == "TOKEN_INVALID"
        for forged in forgeries(relay.permissions, "kapok.permissions.ending", ending).values():
            await relay.bus.publish("kapok.v1.permissions.endings", forged)
        async with watching((await relay.assign(principal="principals/q"))[0]) as ended:
            await relay.end("principals/q")  # heard after all that was forged
            await reset(ended)
        await picture(spared)


async def test_a_forged_roll_call_or_one_of_another_process_ends_nobody(relay: Stage) -> None:
    made = relay.assignment()
    await relay.tell("assign", relay.streams.seal("kapok.streams.assignment", made.SerializeToString()))
    process = relay.heard[-1].process
    nobody = relay_pb2.RollCall(relay=RELAY, process=process, orders=10**6, reason="x")
    elsewhere = relay_pb2.RollCall(relay="relay-2", process=process, orders=10**6)
    earlier = relay_pb2.RollCall(relay=RELAY, process="0" * 16, orders=10**6)
    async with watching(relay.url(made.session)) as viewer:
        for forged in (
            *forgeries(relay.streams, "kapok.streams.roll", nobody.SerializeToString()).values(),
            *(relay.streams.seal("kapok.streams.roll", other.SerializeToString()) for other in (elsewhere, earlier)),
        ):
            assert (await relay.tell("roll", forged)).error_reason == "TOKEN_INVALID"
        await picture(viewer)
        assert not (
            await relay.tell("roll", relay.streams.seal("kapok.streams.roll", nobody.SerializeToString()))
        ).error_kind
        await reset(viewer)


async def test_a_forged_heartbeat_counts_for_nothing(relay: Stage) -> None:
    said = permissions_events_pb2.Heartbeat(committed_number=relay.number + 1000)
    said.time.FromDatetime(datetime.now(UTC))
    async with watching((await relay.assign())[0]) as viewer:
        for forged in forgeries(relay.permissions, "kapok.permissions.heartbeat", said.SerializeToString()).values():
            await relay.bus.publish("kapok.v1.permissions.heartbeat", forged)
        believed_until_s = asyncio.get_running_loop().time() + LEASE_S + 0.3
        while asyncio.get_running_loop().time() < believed_until_s:
            await picture(viewer)  # a relay that believed it would miss a thousand endings, and end everybody


Spoil = Callable[[str], str]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "",
        lambda token: "%00",
        lambda token: "A" * 3000,
        lambda token: token[:-4],
        lambda token: token[:20] + ("A" if token[20] != "A" else "B") + token[21:],
    ],
    ids=["none", "garbage", "long", "cut short", "altered"],
)
async def test_a_spoilt_token_opens_nothing(relay: Stage, spoil: Spoil) -> None:
    url, _ = await relay.assign()
    head, _, token = url.partition("token=")
    assert await refusal(f"{head}token={spoil(token)}") == TOKEN_INVALID


async def test_a_token_signed_for_another_purpose_opens_nothing(relay: Stage) -> None:
    url, _ = await relay.assign()
    session = f"sessions/{url.partition('/s/')[2].partition('?')[0]}"

    class Confused(Signer):
        def seal(self, purpose: str, payload: bytes) -> bytes:
            return relay.streams.seal("kapok.streams.assignment", payload)

    assert await refusal(relay.url(session, Confused(os.urandom(32)))) == TOKEN_INVALID


async def test_a_session_is_joined_from_one_address_only(relay: Stage) -> None:
    url, _ = await relay.assign(viewer_limit=2)
    async with watching(url):
        assert await refusal(url, source="127.0.0.2") == TOKEN_INVALID
        async with watching(url):
            pass


async def test_a_seat_is_for_one_viewer_at_a_time(relay: Stage) -> None:
    url, _ = await relay.assign()
    async with watching(url):
        assert await refusal(url) == TOKEN_INVALID
    async with connected(url) as next_one:

        async def is_seated() -> bool:
            return (await next_one.ask("DESCRIBE", url)).status == 200

        await eventually(is_seated)
