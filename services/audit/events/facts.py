"""Facts into the ledger: a durable consumer of every fact of the cell, and refusals written as facts.

A fact is acknowledged after its record is committed, and recorded once by its id: redelivery is harmless.
"""

import logging
import re
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp
from nats.aio.msg import Msg
from prometheus_client import Counter

from kapok.fact.v1 import fact_pb2
from kapok.registry.v1 import registry_events_pb2
from services.audit.domain import Entry
from services.audit.finding import FindingChange, Owed
from services.audit.metrics import Progress
from services.audit.refusals import Refusal
from services.audit.service import Ledger
from services.chassis import pulling
from services.chassis.bus import FACTS_STREAM, FACTS_SUBJECTS, Bus
from services.chassis.metrics import REGISTRY

log = logging.getLogger(__name__)
_DURABLE = "audit"
_LARGEST_FACT_BYTES = 900 * 1024  # a bulk change tells of up to 1,000 cameras at once; the bus takes 1 MiB
_LONGEST_ID = 64
_FINDING_KINDS = {"registry.finding.raised": True, "registry.finding.resolved": False}
_MOST_DISTRICTS = 64
_LONGEST = {"article": 100, "sentence": 1000, "consequence": 200}  # characters
_SHAPES = {
    "subject": re.compile(r"operators/[!-~]{1,190}"),
    "rule": re.compile(r"[!-~]{1,64}"),
    "operator": re.compile(r"agencies/[!-~]{1,91}"),
    "district": re.compile(r"[0-9]{6}"),
}
_PREFIX = FACTS_SUBJECTS.removesuffix(">")

UNREADABLE = Counter("kapok_ledger_unreadable_facts_total", "Messages that are no facts", registry=REGISTRY)
LEFT_OUT = Counter(
    "kapok_findings_left_out_total", "Facts of findings on record whose finding can't be read", registry=REGISTRY
)


async def consume_forever(ledger: Ledger, bus: Bus, progress: Progress) -> None:
    """Put every fact on record, for as long as the service lives."""

    async def opened() -> Any:
        return await bus.jetstream.pull_subscribe(FACTS_SUBJECTS, _DURABLE, FACTS_STREAM, pulling.consumer())

    await pulling.take_forever(opened, partial(_record, ledger, progress))


async def _record(ledger: Ledger, progress: Progress, messages: Sequence[Msg]) -> None:
    """Commit them together."""
    if not messages:
        progress.is_current()
        return
    entries = []
    for message in messages:
        try:
            entries.append(read_fact(message.subject, message.data))
        except UnreadableFactError as error:
            UNREADABLE.inc()
            log.error("not put on record, from %s: %s", message.subject, error)
    await ledger.record(entries)
    progress.recorded(entries)


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
    if not fact.id.isprintable():
        raise UnreadableFactError("its id is not printable: PostgreSQL could not keep it")
    if fact.kind != _kind(subject):
        # Who may publish on a subject is the bus' to enforce; that nobody tells another's facts there is ours.
        raise UnreadableFactError("its kind is not its subject's")
    return Entry(fact.id, payload, fact.is_sealed, _finding(fact), _occurred_at(fact))


def _occurred_at(fact: fact_pb2.Fact) -> datetime | None:
    try:
        return _moment("occur_time", fact.occur_time)
    except UnreadableFactError:
        return None


def _finding(fact: fact_pb2.Fact) -> FindingChange | None:
    """What the fact tells the list of findings. One that can't be read is left out: its fact is on record even so."""
    if fact.kind not in _FINDING_KINDS:
        return None
    try:
        return FindingChange(_owed(fact), _FINDING_KINDS[fact.kind], _moment("occur_time", fact.occur_time))
    except UnreadableFactError as error:
        LEFT_OUT.inc()
        log.error("left out of the findings, fact %s: %s", fact.id, error)
        return None


def _owed(fact: fact_pb2.Fact) -> Owed:
    told = registry_events_pb2.Finding()
    try:
        is_finding = fact.snapshot.Unpack(told)
    except DecodeError:
        is_finding = False
    if not is_finding:
        raise UnreadableFactError("its snapshot is no kapok.registry.v1.Finding")
    if len(told.districts) > _MOST_DISTRICTS or told.count < 0:
        raise UnreadableFactError(f"{len(told.districts)} districts (at most {_MOST_DISTRICTS}), count {told.count}")
    return Owed(
        subject=_shaped("subject", told.subject),
        rule=_shaped("rule", told.duty.rule),
        article=_worded("article", told.duty.article),
        sentence=_worded("sentence", told.duty.sentence),
        operator=_shaped("operator", told.operator),
        districts=tuple(_shaped("district", district) for district in dict.fromkeys(told.districts)),
        count=told.count,
        consequence=_worded("consequence", told.consequence) if told.consequence else "",
        due_at=_moment("due_time", told.due_time) if told.HasField("due_time") else None,
        is_sealed=fact.is_sealed,
    )


def _shaped(name: str, text: str) -> str:
    if not _SHAPES[name].fullmatch(text):
        raise UnreadableFactError(f"its {name} is not like {_SHAPES[name].pattern}")
    return text


def _worded(name: str, text: str) -> str:
    """No control character: PostgreSQL keeps no NUL, and a terminal obeys the others."""
    if not text or len(text) > _LONGEST[name] or any(unicodedata.category(c) == "Cc" for c in text):
        raise UnreadableFactError(f"its {name} is not 1 to {_LONGEST[name]} characters without controls")
    return text


def _moment(name: str, told: Timestamp) -> datetime:
    try:
        moment = told.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise UnreadableFactError(f"its {name} is no time") from None
    if not told.seconds:
        raise UnreadableFactError(f"its {name} is missing")
    return moment


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
