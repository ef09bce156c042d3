"""Streams on the bus: its facts, and the endings it hears of. Its relays are in `fleet`."""

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from google.protobuf.message import Message as Protobuf
from nats.aio.msg import Msg

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import permissions_events_pb2 as endings_pb2
from kapok.streams.v1 import relay_pb2, session_pb2
from services.chassis import identity
from services.chassis.bus import Bus
from services.chassis.clock import Clock
from services.chassis.outbox import Message
from services.chassis.signing import Verifier
from services.streams.copies import Copy
from services.streams.domain import Ended, Session
from services.streams.looks import Look
from services.streams.relocation import Former

ENDINGS = "kapok.v1.permissions.endings"


@dataclass(frozen=True)
class FactEncoder:
    """Domain events as outbox messages, each with the request that caused it."""

    clock: Clock

    def session(self, verb: str, session: Session) -> Message:
        """The session as it is after ``verb``."""
        fact = fact_pb2.Fact(
            kind=f"streams.session.{verb}", principal=session.principal, camera=session.camera, session=session.name,
            rule=session.rule, article=session.article, is_sealed=session.is_sealed,
        )  # fmt: skip
        return self._message(fact, session_message(session))

    def moved(self, session: Session, former: Former) -> Message:
        """The session at its new relay, and where it was."""
        fact = fact_pb2.Fact(
            kind="streams.session.moved", principal=session.principal, camera=session.camera, session=session.name,
            rule=session.rule, article=session.article, is_sealed=session.is_sealed,
        )  # fmt: skip
        move = relay_pb2.SessionMove(session=session_message(session), former_relay=former.relay, reason=former.why)
        move.last_heard_time.FromDatetime(former.last_heard_at)
        return self._message(fact, move)

    def look_lost(self, look: Look, ended_at: datetime, why: str) -> Message:
        """The end of a look that its relay can't tell any more."""
        fact = fact_pb2.Fact(
            kind="streams.viewer.closed", principal=look.principal, camera=look.camera, session=look.session,
            is_sealed=look.is_sealed,
        )  # fmt: skip
        viewer = relay_pb2.Viewer(
            session=look.session, relay=look.relay, process=look.process, viewer=look.viewer, peer_address=look.peer,
            close_reason=why,
        )  # fmt: skip
        viewer.open_time.FromDatetime(look.opened_at)
        viewer.close_time.FromDatetime(ended_at)
        return self._message(fact, viewer)

    def copy(self, copy: Copy, session: Session) -> Message:
        """The hash of a copy."""
        fact = fact_pb2.Fact(
            kind="streams.copy.recorded", principal=session.principal, camera=session.camera, session=session.name,
            rule=session.rule, article=session.article, is_sealed=session.is_sealed,
        )  # fmt: skip
        return self._message(fact, copy_message(copy))

    def _message(self, fact: fact_pb2.Fact, snapshot: Protobuf) -> Message:
        now = self.clock.now()
        serving = identity.current_caller.get()
        fact.id = str(uuid.uuid4())
        fact.occur_time.FromDatetime(now)
        fact.request_id = serving.request_id if serving else ""
        fact.snapshot.Pack(snapshot)
        return Message(fact.id, f"kapok.v1.facts.{fact.kind}", fact.SerializeToString(), now)


def session_message(session: Session) -> session_pb2.Session:
    """The session as agencies and the ledger see it: never its token."""
    message = session_pb2.Session(
        name=session.name, camera=session.camera, kind=f"KIND_{session.kind.name}",
        purpose=f"PURPOSE_{session.purpose.name}", legal_basis=session.legal_basis, incident=session.incident,
        principal=session.principal, agency=session.agency, rule=session.rule, article=session.article,
        viewer_limit=session.viewer_limit, relay=session.relay, close_reason=session.close_reason,
        stream=f"STREAM_{session.stream.name}", state=_state(session),
    )  # fmt: skip
    message.create_time.FromDatetime(session.opened_at)
    message.expire_time.FromDatetime(session.expires_at)
    if session.closed_at:
        message.close_time.FromDatetime(session.closed_at)
    elif session.suspended_by and session.suspended_until:
        message.suspended_by = session.suspended_by
        message.suspend_until.FromDatetime(session.suspended_until)
    return message


def _state(session: Session) -> session_pb2.Session.State:
    if session.closed_at:
        return session_pb2.Session.STATE_CLOSED
    return session_pb2.Session.STATE_SUSPENDED if session.suspended_by else session_pb2.Session.STATE_OPEN


def copy_message(copy: Copy) -> session_pb2.Copy:
    """The copy as the register of use shows it."""
    return session_pb2.Copy(
        session=copy.session, sha256=copy.sha256, size_bytes=copy.size_bytes, duration_ms=copy.duration_ms
    )


def encode_token(session: Session, expires_at: datetime, nonce: bytes) -> bytes:
    """The payload of a session token."""
    return relay_pb2.SessionToken(
        session=session.name, relay=session.relay, expire_time_ms=int(expires_at.timestamp() * 1000), nonce=nonce
    ).SerializeToString()


End = Callable[[Ended], Awaitable[None]]


async def follow_endings(bus: Bus, permissions: Verifier, end: End, since: int | None) -> None:
    """Call ``end`` for each ending that permissions signed, those after ``since`` first.

    What ended while nobody listened stands in the bucket under the next numbers; None: nothing to catch up on.
    """

    async def apply(signed: bytes) -> None:
        ending = endings_pb2.Ending.FromString(permissions.open("kapok.permissions.ending", signed))
        cause = endings_pb2.Ending.Cause.Name(ending.cause).removeprefix("CAUSE_").replace("_", " ").lower()
        await end(Ended(ending.subject, ending.number, cause, ending.is_sealed))

    async def heard(message: Msg) -> None:
        await apply(message.data)

    await bus.subscribe(ENDINGS, heard)
    if since is not None:
        bucket = await bus.bucket("endings")
        while (signed := await bus.value(bucket, str(since := since + 1))) is not None:
            await apply(signed)
