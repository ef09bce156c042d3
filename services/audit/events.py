"""Facts into the ledger: a durable consumer of every fact of the cell, and refusals written as facts.

A fact is acknowledged after its record is committed, and recorded once by its id: redelivery is harmless.
"""

import asyncio
import contextlib
import logging
import uuid
from datetime import datetime
from typing import Any

from google.protobuf.message import DecodeError
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import Error as JetStreamError
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from kapok.fact.v1 import fact_pb2
from services.audit.domain import Entry
from services.audit.refusals import Refusal
from services.audit.service import Ledger
from services.chassis.bus import FACTS_STREAM, FACTS_SUBJECTS, Bus
from services.chassis.metrics import REGISTRY
from services.chassis.tasks import stop_if_cancelled

log = logging.getLogger(__name__)
_DURABLE = "audit"
_BATCH = 200
_IDLE_S = 1.0  # also what a cancellation that nats-py swallowed can cost
_GATHER_S = 0.02  # how long a first fact waits for others to share its commit
_RETRY_S = 1.0
_ACK_WAIT_S = 5.0  # what a killed audit held comes again after this: the ledger may lag by it, not lose
_LARGEST_FACT_BYTES = 64 * 1024
_LONGEST_ID = 64
_PREFIX = FACTS_SUBJECTS.removesuffix(">")

UNREADABLE = Counter("kapok_ledger_unreadable_facts_total", "Messages that are no facts", registry=REGISTRY)


async def consume_forever(ledger: Ledger, bus: Bus) -> None:
    """Put every fact on record, for as long as the service lives."""
    while True:
        try:
            config = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=_ACK_WAIT_S, max_ack_pending=10 * _BATCH)
            facts = await bus.jetstream.pull_subscribe(FACTS_SUBJECTS, _DURABLE, FACTS_STREAM, config)
            while True:
                stop_if_cancelled()
                await _record_batch(ledger, facts)
        except (OSError, NatsError, JetStreamError, SQLAlchemyError) as error:
            # What was not acknowledged comes again.
            log.warning("facts wait in %s: %r", FACTS_STREAM, error)
            await asyncio.sleep(_RETRY_S)


async def _record_batch(ledger: Ledger, facts: Any) -> None:
    """Wait for a fact, take those that come with it, commit them together, acknowledge."""
    try:
        messages = await facts.fetch(1, timeout=_IDLE_S)
    except NatsTimeoutError:
        return
    with contextlib.suppress(NatsTimeoutError):
        messages += await facts.fetch(_BATCH - 1, timeout=_GATHER_S)
    entries = []
    for message in messages:
        try:
            entries.append(read_fact(message.subject, message.data))
        except UnreadableFactError as error:
            UNREADABLE.inc()
            log.error("not put on record, from %s: %s", message.subject, error)
    await ledger.record(entries)
    for message in messages:
        await message.ack()


class UnreadableFactError(Exception):
    """A message on a subject of facts that is none, or not the sender's to tell."""


def read_fact(subject: str, payload: bytes) -> Entry:
    """The ledger's entry for a message; UnreadableFactError when it is no fact of its subject's kind."""
    if len(payload) > _LARGEST_FACT_BYTES:
        raise UnreadableFactError(f"{len(payload)} bytes, a fact has at most {_LARGEST_FACT_BYTES}")
    fact = fact_pb2.Fact()
    try:
        fact.ParseFromString(payload)
    except DecodeError:
        raise UnreadableFactError("not a kapok.fact.v1.Fact") from None
    if not 1 <= len(fact.id) <= _LONGEST_ID:
        raise UnreadableFactError(f"its id has {len(fact.id)} characters, not 1 to {_LONGEST_ID}")
    if fact.kind != _kind(subject):
        # Who may publish on a subject is the bus' to enforce; that nobody tells another's facts there is ours.
        raise UnreadableFactError("its kind is not its subject's")
    return Entry(fact.id, payload, fact.is_sealed)


def _kind(subject: str) -> str:
    """`registry.camera.created`; a relay's own name in `relay.<id>.viewer.opened` is not part of the kind."""
    words = subject.removeprefix(_PREFIX).split(".")
    return ".".join(words[:1] + words[2:] if words[0] == "relay" else words)


def refusal_entry(refusal: Refusal, count: int, request_id: str, occurred_at: datetime, *, is_sealed: bool) -> Entry:
    """A refusal as a fact of the gateway, standing for ``count`` identical ones."""
    fact = fact_pb2.Fact(
        id=str(uuid.uuid4()),
        kind="gateway.call.refused",
        principal=refusal.principal,
        camera=refusal.camera,
        rule=refusal.rule,
        article=refusal.article,
        request_id=request_id,
        is_sealed=is_sealed,
    )
    fact.occur_time.FromDatetime(occurred_at)
    fact.snapshot.Pack(
        fact_pb2.Refusal(
            method=refusal.method, code=refusal.code, reason=refusal.reason, message=refusal.message, count=count
        )
    )
    return Entry(fact.id, fact.SerializeToString(), is_sealed)
