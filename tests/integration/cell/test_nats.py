"""The bus of a home lets nobody say or hear more than its part."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from nats.aio.client import Client
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import ConsumerConfig

from services.cell.keys import Keys
from services.cell.nats import Server
from services.chassis import bus
from tests.eventually import eventually

WATCHED = "kapok.v1.watched"


@asynccontextmanager
async def user(server: Server, keys: Keys, name: str) -> AsyncIterator[tuple[bus.Bus, list[str]]]:
    """A connection as ``name``, and what the server refused it."""
    refusals: list[str] = []

    async def on_error(error: Exception) -> None:
        refusals.append(str(error))

    client = Client()
    await client.connect(
        server.url,
        nkeys_seed_str=keys.bus_seed(name).read_text(),
        inbox_prefix=f"_INBOX.{name}".encode(),
        error_cb=on_error,
        allow_reconnect=False,
    )
    try:
        yield bus.Bus(client, client.jetstream()), refusals
    finally:
        await client.close()


@pytest.mark.parametrize(
    "subject",
    [
        "kapok.v1.permissions.heartbeat",
        "kapok.v1.permissions.endings",
        "$KV.endings.1",
        "kapok.v1.relays.relay-2.announce",
        "kapok.v1.relays.relay-1.assign",
        "kapok.v1.facts.relay.relay-2.viewer.opened",
        "kapok.v1.facts.streams.session.opened",
        "kapok.v1.facts.permissions.principal.revoked",
        "$JS.API.STREAM.DELETE.KAPOK_FACTS",
        "$JS.API.STREAM.PURGE.KV_endings",
        "$JS.API.CONSUMER.MSG.NEXT.KAPOK_FACTS.audit",
        "_INBOX.streams.answer",
    ],
)
async def test_a_relay_cannot_say_what_is_not_its_own(server: Server, keys: Keys, subject: str) -> None:
    async with user(server, keys, "relay-1") as (relay, refusals):
        await relay.publish(subject, b"forged")
        await relay.client.flush()
        await eventually(lambda: any("publish to" in refusal and subject.lower() in refusal for refusal in refusals))


@pytest.mark.parametrize(
    "subject",
    [">", "_INBOX.>", "_INBOX.relay-2.>", "_INBOX.streams.>", "kapok.v1.facts.>", "kapok.v1.relays.relay-2.control"],
)
async def test_a_relay_cannot_hear_what_is_not_its_own(server: Server, keys: Keys, subject: str) -> None:
    async with user(server, keys, "relay-1") as (relay, refusals):
        await relay.client.subscribe(subject)
        await relay.client.flush()
        await eventually(lambda: any("subscription to" in refusal for refusal in refusals))


async def test_a_relay_announces_itself_tells_of_its_viewers_and_answers_its_orders(server: Server, keys: Keys) -> None:
    heard: list[str] = []
    async with user(server, keys, "relay-1") as (relay, refusals), user(server, keys, "streams") as (streams, _):

        async def hear(message: object) -> None:
            heard.append(message.subject)  # type: ignore[attr-defined] # a nats Msg

        async def answer(message: object) -> None:
            await message.respond(b"kept")  # type: ignore[attr-defined] # a nats Msg

        await streams.subscribe("kapok.v1.relays.*.announce", hear)
        await relay.subscribe("kapok.v1.relays.relay-1.assign", answer)
        await relay.publish("kapok.v1.relays.relay-1.announce", b"here")
        await relay.publish_durable("kapok.v1.facts.relay.relay-1.viewer.opened", b"fact", "id-1")
        assert await streams.request("kapok.v1.relays.relay-1.assign", b"session") == b"kept"
        await eventually(lambda: heard == ["kapok.v1.relays.relay-1.announce"])
        assert refusals == []


async def test_permissions_keeps_endings_that_a_relay_reads(server: Server, keys: Keys) -> None:
    async with user(server, keys, "permissions") as (permissions, _), user(server, keys, "relay-1") as (relay, _):
        await (await permissions.bucket("endings")).put("7", b"signed")
        assert await relay.value(await relay.bucket("endings"), "7") == b"signed"
        assert await relay.value(await relay.bucket("endings"), "8") is None


async def test_audit_reads_facts_with_its_own_durable_consumer(server: Server, keys: Keys) -> None:
    async with user(server, keys, "registry") as (registry, _), user(server, keys, "audit") as (audit, refusals):
        await registry.publish_durable("kapok.v1.facts.registry.camera.created", b"fact", "id-1")
        consumer = await audit.jetstream.pull_subscribe("kapok.v1.facts.>", durable="audit", stream=bus.FACTS_STREAM)
        [message] = await consumer.fetch(1, timeout=5)
        assert message.data == b"fact"
        await message.ack_sync()
        assert refusals == []


async def test_streams_reads_what_relays_tell_of_viewers_and_no_other_fact(server: Server, keys: Keys) -> None:
    async with (
        user(server, keys, "registry") as (registry, _),
        user(server, keys, "relay-1") as (relay, _),
        user(server, keys, "streams") as (streams, refusals),
    ):
        named = ConsumerConfig(name="streams", durable_name="streams")
        await streams.jetstream.add_consumer(bus.FACTS_STREAM, named, filter_subject="kapok.v1.facts.relay.>")
        await registry.publish_durable("kapok.v1.facts.registry.camera.created", b"another", "id-1")
        await relay.publish_durable("kapok.v1.facts.relay.relay-1.viewer.opened", b"look", "id-2")
        consumer = await streams.jetstream.pull_subscribe_bind("streams", bus.FACTS_STREAM)
        [message] = await consumer.fetch(10, timeout=5)
        assert message.data == b"look"
        await message.ack_sync()
        assert refusals == []
        everything = "kapok.v1.facts.>"
        with pytest.raises((NatsTimeoutError, NoRespondersError)):
            await streams.jetstream.add_consumer(bus.FACTS_STREAM, named, timeout=0.5, filter_subject=everything)
        assert refusals


async def test_permissions_reads_what_the_registry_tells_and_no_other_fact(server: Server, keys: Keys) -> None:
    async with user(server, keys, "permissions") as (permissions, refusals):
        named = ConsumerConfig(name="permissions", durable_name="permissions")
        own = "kapok.v1.facts.registry.>"
        await permissions.jetstream.add_consumer(bus.FACTS_STREAM, named, filter_subject=own)
        assert refusals == []
        with pytest.raises((NatsTimeoutError, NoRespondersError)):
            await permissions.jetstream.add_consumer(
                bus.FACTS_STREAM, named, timeout=0.5, filter_subject="kapok.v1.facts.relay.>"
            )
        assert refusals


async def test_other_services_cannot_read_the_stream_of_facts(server: Server, keys: Keys) -> None:
    async with user(server, keys, "gateway") as (gateway, refusals):
        with pytest.raises((NatsTimeoutError, NoRespondersError)):
            await gateway.client.request(f"$JS.API.STREAM.MSG.GET.{bus.FACTS_STREAM}", b'{"seq":1}', timeout=0.2)
        assert refusals


async def test_a_stranger_is_not_let_in(server: Server, keys: Keys) -> None:
    client = Client()

    async def ignore(_: Exception) -> None:
        """The refusal is what the test expects."""

    try:
        with pytest.raises(Exception, match=r"(?i)authorization|no servers"):
            await client.connect(server.url, allow_reconnect=False, error_cb=ignore, connect_timeout=1)
    finally:
        await client.close()
