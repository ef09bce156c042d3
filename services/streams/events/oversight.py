"""A look into the sessions of a camera as a fact: in the book that the camera's own facts are in."""

from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import streams_service_pb2
from services.chassis.outbox import Message
from services.decider.ruling import Ruling
from services.streams.events import FactEncoder


class OversightEncoder(FactEncoder):
    """Looks as outbox messages."""

    def looked_into(self, principal: str, camera: str, ruling: Ruling) -> Message:
        """By which rule, and within which inspection, if one."""
        fact = fact_pb2.Fact(
            kind="streams.sessions.looked_into", principal=principal, camera=camera, rule=ruling.rule,
            article=ruling.article, is_sealed=ruling.is_sealed,
        )  # fmt: skip
        return self._message(fact, streams_service_pb2.CameraSessionsLook(inspection=ruling.inspection))
