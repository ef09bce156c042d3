"""Looks as relays tell them, read from the stream of facts: each begin and end, until it is in the database."""

import asyncio
import logging
from datetime import UTC
from typing import Any

from google.protobuf.message import DecodeError
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import Error as JetStreamError
from sqlalchemy.exc import SQLAlchemyError

from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import relay_pb2
from services.chassis.bus import FACTS_STREAM, Bus
from services.chassis.clock import Clock
from services.chassis.tasks import stop_if_cancelled
from services.streams.looks import Look, Record

log = logging.getLogger(__name__)
_TOLD = "kapok.v1.facts.relay.>"
_DURABLE = "streams"
_BEGUN, _ENDED = "relay.viewer.opened", "relay.viewer.closed"
_BATCH = 200
_IDLE_S = 1.0
_RETRY_S = 1.0
_ACK_WAIT_S = 5.0
_LONGEST = 64  # characters of what a relay names


async def follow_looks(bus: Bus, record: Record, clock: Clock) -> None:
    """Keep ``record`` at what relays told, for as long as the service lives."""
    # Named with its filter, it is created on a subject that says the filter: the bus lets streams read nothing else.
    config = ConsumerConfig(
        name=_DURABLE, durable_name=_DURABLE, filter_subject=_TOLD, ack_policy=AckPolicy.EXPLICIT,
        deliver_policy=DeliverPolicy.NEW, ack_wait=_ACK_WAIT_S, max_ack_pending=10 * _BATCH,
    )  # fmt: skip
    while True:
        try:
            await bus.jetstream.add_consumer(FACTS_STREAM, config)
            facts = await bus.jetstream.pull_subscribe_bind(_DURABLE, FACTS_STREAM)
            while True:
                stop_if_cancelled()
                await _take_batch(facts, record, clock)
        except (OSError, NatsError, JetStreamError, SQLAlchemyError) as error:
            log.warning("looks wait in %s: %r", FACTS_STREAM, error)  # what was not acknowledged comes again
            await asyncio.sleep(_RETRY_S)


async def _take_batch(facts: Any, record: Record, clock: Clock) -> None:
    try:
        messages = await facts.fetch(_BATCH, timeout=_IDLE_S)
    except TimeoutError:  # nats-py raises its own, or Python's when the server's word comes late
        return
    told = [(message.subject, look) for message in messages if (look := _look(message.subject, message.data))]
    begun, ended = ([look for subject, look in told if subject.endswith(verb)] for verb in (".opened", ".closed"))
    await record.take(begun, ended, clock.now())
    for message in messages:
        await message.ack()


def _look(subject: str, payload: bytes) -> Look | None:
    """What a relay told on its own subject; None for what is no look, or names what no relay of ours would."""
    fact, told = fact_pb2.Fact(), relay_pb2.Viewer()
    try:
        fact.ParseFromString(payload)
        is_look = fact.kind in (_BEGUN, _ENDED) and fact.snapshot.Unpack(told)
        opened_at = told.open_time.ToDatetime(UTC)
    except (DecodeError, ValueError, OverflowError):
        is_look = False
    if not is_look:
        return None
    relay = subject.split(".")[4]  # the bus lets no other relay speak there
    look = Look(
        relay, told.process, told.session, told.viewer, opened_at, told.peer_address, fact.principal, fact.camera,
        is_sealed=fact.is_sealed,
    )  # fmt: skip
    texts = (look.relay, look.process, look.session, look.viewer, look.peer, look.camera)
    return look if all(len(text) <= _LONGEST and text.isprintable() for text in texts) else None
