"""Facts and the register of use: what a record tells of a use of a camera, and a look into the register as a fact."""

import logging
import re
import unicodedata
import uuid
from datetime import UTC, datetime

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp
from prometheus_client import Counter

from kapok.audit.v1 import register_service_pb2
from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import relay_pb2, session_pb2
from services.audit.domain import Entry
from services.audit.register import Look
from services.audit.use import CONTROL, Use
from services.chassis.metrics import REGISTRY

log = logging.getLogger(__name__)
CAMERA = re.compile(r"districts/[0-9]{6}/cameras/[0-9]{20}")
NAME = re.compile(r"[!-~]{0,100}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_TEXT = 200  # characters
_SESSION, _COPY, _MOVE = "streams.session.", "streams.copy.recorded", "streams.camera.move_ordered"

LEFT_OUT = Counter(
    "kapok_register_left_out_total", "Facts of uses on record whose use can't be read", registry=REGISTRY
)


def use_told(fact_bytes: bytes) -> Use | None:
    """What a record tells of a use; None when it tells of none, or can't be read: its fact is on record even so."""
    fact = fact_pb2.Fact()
    try:
        fact.ParseFromString(fact_bytes)
    except DecodeError:
        return None  # was altered since it was recorded; the chain tells of it
    if not (fact.kind.startswith(_SESSION) or fact.kind in {_COPY, _MOVE}):
        return None
    try:
        return _use(fact)
    except (ValueError, OverflowError, DecodeError) as error:
        LEFT_OUT.inc()
        log.error("left out of the register of use, fact %r: %s", fact.id[:64], error)
        return None


def look_entry(look: Look) -> Entry:
    """A look into the register as a fact of the ledger's own."""
    fact = fact_pb2.Fact(
        id=str(uuid.uuid4()),
        kind="audit.register.looked_into",
        principal=look.principal,
        camera=look.camera,
        rule=look.rule,
        article=look.article,
        request_id=look.request_id,
        is_sealed=look.is_sealed,
    )
    fact.occur_time.FromDatetime(look.at)
    fact.snapshot.Pack(register_service_pb2.RegisterLook(inspection=look.inspection))
    return Entry(fact.id, fact.SerializeToString(), look.is_sealed)


def _use(fact: fact_pb2.Fact) -> Use:
    if not CAMERA.fullmatch(fact.camera):
        raise ValueError("its camera has no camera's name")
    if fact.kind.startswith(_SESSION):
        return _of_session(fact)
    return _of_copy(fact) if fact.kind == _COPY else _of_move(fact)


def _of_session(fact: fact_pb2.Fact) -> Use:
    told = _session_in(fact)
    if not told.name or not told.agency:
        raise ValueError("its snapshot is no session of an agency")
    is_closed = told.HasField("close_time")
    return Use(
        key=_named(told.name),
        camera=fact.camera,
        action=_said(session_pb2.Session.Kind.Name(told.kind), "KIND_"),
        principal=_named(told.principal),
        rule=_named(told.rule),
        article=_worded(told.article),
        started_at=moment(told.create_time),
        agency=_named(told.agency),
        session=told.name,
        purpose=_said(session_pb2.Purpose.Name(told.purpose), "PURPOSE_"),
        legal_basis=_named(told.legal_basis),
        ground=_named(told.incident),
        ended_at=moment(told.close_time) if is_closed else None,
        expires_at=moment(told.expire_time),
        close_reason=_worded(told.close_reason),
    )


def _session_in(fact: fact_pb2.Fact) -> session_pb2.Session:
    """The session as it is after the fact; an empty one where the snapshot is of anything else."""
    told, move = session_pb2.Session(), relay_pb2.SessionMove()
    if fact.snapshot.Unpack(move):
        return move.session
    fact.snapshot.Unpack(told)
    return told


def _of_copy(fact: fact_pb2.Fact) -> Use:
    """As much as a copy tells of the session that it was made in, which tells the rest itself."""
    told = session_pb2.Copy()
    if not fact.snapshot.Unpack(told) or not fact.session or not _SHA256.fullmatch(told.sha256):
        raise ValueError("its snapshot is no copy of a session")
    return Use(
        key=_named(fact.session),
        camera=fact.camera,
        action="copy",
        principal=_named(fact.principal),
        rule=_named(fact.rule),
        article=_worded(fact.article),
        started_at=moment(fact.occur_time),
        session=fact.session,
        copies=1,
        copy_sha256=told.sha256,
    )


def _of_move(fact: fact_pb2.Fact) -> Use:
    told = relay_pb2.CameraMove()
    if not fact.snapshot.Unpack(told) or not fact.principal:
        raise ValueError("its snapshot is no command of a principal")
    at = moment(fact.occur_time)
    return Use(
        key=f"{_named(fact.principal)} {fact.camera} {at:%Y-%m-%dT%H}",
        camera=fact.camera,
        action=CONTROL,
        principal=fact.principal,
        rule=_named(fact.rule),
        article=_worded(fact.article),
        started_at=at,
        agency=_named(told.agency),
        ground=_named(told.takeover),
        ended_at=at,
        commands=1,
    )


def _said(name: str, prefix: str) -> str:
    return name.removeprefix(prefix).lower().replace("_", "-")


def _named(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError("a name in it is too long or not printable")
    return text


def _worded(text: str) -> str:
    """No control character: PostgreSQL keeps no NUL, and a terminal obeys the others."""
    return "".join(c for c in text if unicodedata.category(c) != "Cc")[:_LONGEST_TEXT]


def moment(told: Timestamp) -> datetime:
    """Aware UTC; ValueError or OverflowError for what is none."""
    if not told.seconds:
        raise ValueError("a time is missing")
    return told.ToDatetime(UTC)
