"""Facts into the ledger: a durable consumer of every fact of the cell, and refusals written as facts.

A fact is acknowledged after its record is committed, and recorded once by its id: redelivery is harmless.
"""

import asyncio
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

log = logging.getLogger(__name__)
_DURABLE = "audit"
_BATCH = 200
_IDLE_S = 5.0
_GATHER_S = 0.02  # how long a first fact waits for others to share its commit
_RETRY_S = 1.0
_LARGEST_FACT_BYTES = 64 * 1024
_LONGEST_ID = 64

UNREADABLE = Counter("kapok_ledger_unreadable_facts_total", "Messages that are no facts", registry=REGISTRY)


async def consume_forever(ledger: Ledger, bus: Bus) -> None:
    """Put every fact on record, for as long as the service lives."""
    while True:
        try:
            config = ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, max_ack_pending=10 * _BATCH)
            facts = await bus.jetstream.pull_subscribe(FACTS_SUBJECTS, _DURABLE, FACTS_STREAM, config)
            while True:
                await _record_batch(ledger, facts)
        except (OSError, NatsError, JetStreamError, SQLAlchemyError) as error:
            # What was not acknowledged comes again.
            log.warning("facts wait in %s: %r", FACTS_STREAM, error)
            await asyncio.sleep(_RETRY_S)


async def _record_batch(ledger: Ledger, facts: Any) -> None:
    """One commit for whatever came together; acknowledged afterwards."""
    try:
        messages = await facts.fetch(1, timeout=_IDLE_S)
    except (TimeoutError, NatsTimeoutError):
        return
    try:
        messages += await facts.fetch(_BATCH - 1, timeout=_GATHER_S)
    except (TimeoutError, NatsTimeoutError):
        log.debug("one fact came alone")
    await ledger.record([entry for message in messages if (entry := _entry(message.subject, message.data))])
    await asyncio.gather(*(message.ack() for message in messages))


def _entry(subject: str, data: bytes) -> Entry | None:
    """The fact as it goes into the ledger; None, counted and logged, for what is no fact."""
    fact = fact_pb2.Fact()
    try:
        fact.ParseFromString(data)
    except DecodeError:
        fact.Clear()
    if not fact.id or len(fact.id) > _LONGEST_ID or len(data) > _LARGEST_FACT_BYTES:
        UNREADABLE.inc()
        log.error("a message is no fact and is left out of the ledger", extra={"subject": subject})
        return None
    return Entry(fact.id, data, fact.is_sealed)


def refusal_entry(
    refusal: Refusal, count: int, request_id: str, occurred_at: datetime, *, is_sealed: bool
) -> Entry:  # fmt: skip
    """A refusal as the fact that the ledger keeps."""
    fact = fact_pb2.Fact(
        id=str(uuid.uuid4()), kind="gateway.call.refused", principal=refusal.principal, camera=refusal.camera,
        rule=refusal.rule, article=refusal.article, request_id=request_id, is_sealed=is_sealed,
    )  # fmt: skip
    fact.occur_time.FromDatetime(occurred_at)
    fact.snapshot.Pack(
        fact_pb2.Refusal(
            method=refusal.method, code=refusal.code, reason=refusal.reason, message=refusal.message, count=count
        )
    )
    return Entry(fact.id, fact.SerializeToString(), is_sealed)
