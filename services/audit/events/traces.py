"""Facts and evidence: what a record tells of a takeover of a camera."""

import logging

from google.protobuf.message import DecodeError
from prometheus_client import Counter

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import takeover_pb2
from kapok.streams.v1 import relay_pb2
from services.audit.events.uses import CAMERA, NAME, moment
from services.audit.trace import Act, Trace
from services.chassis.metrics import REGISTRY

log = logging.getLogger(__name__)
_TAKEOVER, _COMMAND = "permissions.takeover.", "streams.camera."
_ACTS = {
    "requested": Act.GRANTED,
    "renewed": Act.RENEWED,
    "released": Act.ENDED,
    "revoked": Act.ENDED,
    "expired": Act.ENDED,
}
_LONGEST_KIND = 64

LEFT_OUT = Counter(
    "kapok_evidence_left_out_total", "Facts of takeovers on record that evidence can't be read from", registry=REGISTRY
)


def trace_told(fact_bytes: bytes) -> Trace | None:
    """What a record tells of a takeover; None when it tells of none, or can't be read, which is on record even so."""
    fact = fact_pb2.Fact()
    try:
        fact.ParseFromString(fact_bytes)
        if not fact.kind.startswith((_TAKEOVER, _COMMAND)):
            return None
        return _trace(fact)
    except (ValueError, OverflowError, DecodeError) as error:
        LEFT_OUT.inc()
        log.error("left out of the evidence, fact %r: %s", fact.id[:64], error)
        return None


def _trace(fact: fact_pb2.Fact) -> Trace | None:
    """A command that is no takeover's tells of none."""
    told, move = takeover_pb2.Takeover(), relay_pb2.CameraMove()
    if fact.snapshot.Unpack(move):
        if not move.takeover:
            return None
        return Trace(_name(move.takeover), _camera(fact), _kind(fact), Act.COMMANDED, moment(fact.occur_time))
    if not fact.kind.startswith(_TAKEOVER) or not fact.snapshot.Unpack(told):
        return None
    act = _ACTS.get(fact.kind.removeprefix(_TAKEOVER))
    if act is None:
        return None
    over = [one.over_time for one in told.taken if act is Act.ENDED and one.HasField("over_time")]
    return Trace(_name(told.name), _camera(fact), _kind(fact), act, moment(over[0] if over else fact.occur_time))


def _camera(fact: fact_pb2.Fact) -> str:
    if not CAMERA.fullmatch(fact.camera):
        raise ValueError("its camera has no camera's name")
    return fact.camera


def _kind(fact: fact_pb2.Fact) -> str:
    if len(fact.kind) > _LONGEST_KIND:
        raise ValueError("its kind is too long")
    return fact.kind


def _name(text: str) -> str:
    if not text or not NAME.fullmatch(text):
        raise ValueError("its takeover has no takeover's name")
    return text
