"""Looks as relays tell them, read from the stream of facts: each begin and end, until it is in the database."""

from collections.abc import Sequence
from datetime import UTC
from typing import Protocol

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import relay_pb2
from services.chassis import pulling
from services.chassis.bus import Bus
from services.chassis.clock import Clock
from services.decider.exclusive import Suspension
from services.streams.looks import Look, Record

_TOLD = "kapok.v1.facts.relay.>"
_DURABLE = "streams"
_BEGUN, _ENDED = "relay.viewer.opened", "relay.viewer.closed"
_SUSPENDED, _RESUMED = "suspended", "resumed"
_LONGEST_NAME = 100  # of an agency
_LONGEST = 64  # characters of what a relay names


class Suspensions(Protocol):
    """Where it is kept which sessions are suspended."""

    async def suspend(self, name: str, relay: str, suspension: Suspension | None) -> None:
        """What an open session's own relay shows of it from here on; None: all."""
        ...


async def follow_looks(bus: Bus, record: Record, suspensions: Suspensions, clock: Clock) -> None:
    """Keep ``record`` and ``suspensions`` at what relays told, for as long as the service lives."""

    async def take(messages: Sequence[Msg]) -> None:
        told = [(message.subject, look) for message in messages if (look := _look(message.subject, message.data))]
        begun, ended = ([look for subject, look in told if subject.endswith(verb)] for verb in (".opened", ".closed"))
        if told:
            await record.take(begun, ended, clock.now())
        for message in messages:
            if (said := _suspension(message.subject, message.data)) is not None:
                await suspensions.suspend(*said)

    await pulling.take_forever(pulling.named(bus, _DURABLE, _TOLD), take)


def _suspension(subject: str, payload: bytes) -> tuple[str, str, Suspension | None] | None:
    """A session, its relay, and what suspends it from now on; None for a fact that tells of nothing so."""
    verb = subject.rpartition(".")[2]
    if verb not in (_SUSPENDED, _RESUMED):
        return None
    fact, told = fact_pb2.Fact(), relay_pb2.SessionSuspension()
    try:
        fact.ParseFromString(payload)
        is_told = fact.snapshot.Unpack(told)
        until = told.until.ToDatetime(UTC)
    except (DecodeError, ValueError, OverflowError):
        return None
    if not is_told or len(told.agency) > _LONGEST_NAME:
        return None
    found = Suspension(told.takeover, told.agency, until) if verb == _SUSPENDED else None
    return told.session, subject.split(".")[4], found


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
