"""A relay marks pictures as the policy in force has it: from the next key picture on, however the policy comes."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.chassis.signing import Verifier
from services.streams.relay.mark import FILLERS, PURPOSE, Mark, marks
from tests.integration.relay.stage import Client
from tests.integration.streams.rtsp import watching
from tests.integration.streams.stage import Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("marks")) as made:
        yield made


async def mark_of(viewer: Client) -> Mark | None:
    """What the next key picture names; None: filler."""
    seen = len(viewer.packets)
    while True:
        await viewer.receive()
        for packet in viewer.packets[seen:]:
            if packet.payload[12:] == FILLERS["H264"]:
                return None
            for _, mark in marks(packet.payload):
                return mark
        seen = len(viewer.packets)


@pytest.mark.parametrize("way", ["pushed and kept", "kept only"])
async def test_marks_begin_and_end_while_a_viewer_watches_and_no_right_changes(relay: Stage, way: str) -> None:
    await relay.adopt()
    await relay.settled()
    made = relay.assignment()
    session = made.session.removeprefix("sessions/")
    made.mark_signature = relay.streams.sign(PURPOSE, session.encode())
    reply = await relay.tell("assign", relay.streams.seal("kapok.streams.assignment", made.SerializeToString()))
    assert not reply.error_kind, reply
    async with watching(relay.url(made.session)) as viewer:
        assert await mark_of(viewer) is None
        await relay.adopt(marks=["live"], is_heard=way != "kept only")
        found: Mark | None = None
        while found is None:
            found = await mark_of(viewer)
        assert found.session == session
        assert Verifier(relay.streams.public_key).is_signed(PURPOSE, session.encode(), found.signature)
        await relay.settled()
        await renewed(relay, made.session)
        assert await mark_of(viewer) == (session, b""), "of an older release of streams: nobody signed"
        await relay.adopt(marks=["copy", "of a later release"])
        while await mark_of(viewer):
            pass


async def renewed(relay: Stage, session: str) -> None:
    """The session assigned again."""
    again = relay.assignment(session=session, signed_facts=relay.decided(session))
    reply = await relay.tell("assign", relay.streams.seal("kapok.streams.assignment", again.SerializeToString()))
    assert not reply.error_kind, reply


async def test_a_session_that_no_mark_can_name_is_not_kept(relay: Stage) -> None:
    name = "sessions/" + "0" * 37
    made = relay.assignment(session=name, signed_facts=relay.decided(name))
    signed = relay.streams.seal("kapok.streams.assignment", made.SerializeToString())
    assert (await relay.tell("assign", signed)).error_reason == "STATE_WRONG"
    odd = relay.assignment(mark_signature=b"short")
    signed = relay.streams.seal("kapok.streams.assignment", odd.SerializeToString())
    assert (await relay.tell("assign", signed)).error_reason == "STATE_WRONG"


async def test_whoever_comes_while_the_policy_marks_is_marked_from_the_first_picture_on(relay: Stage) -> None:
    await relay.adopt(marks=["live"])
    await relay.settled()
    url, reply = await relay.assign()
    assert not reply.error_kind
    async with watching(url) as viewer:
        named: list[str] = []
        while not named:
            assert FILLERS["H264"] not in b"".join(packet.payload for packet in viewer.packets)
            named = [mark.session for packet in viewer.packets for _, mark in marks(packet.payload)]
            await viewer.receive()
        assert f"/s/{named[0]}?" in url
