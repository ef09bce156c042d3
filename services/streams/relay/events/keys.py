"""Whose word the relay takes: signatures are checked and seals opened before anything is read."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime

from kapok.permissions.v1 import replica_pb2
from kapok.registry.v1 import camera_pb2
from kapok.streams.v1 import relay_pb2
from services.chassis import sealing
from services.chassis.errors import Denied, Unavailable
from services.chassis.signing import Verifier
from services.streams.relay.gate import Token


@dataclass(frozen=True)
class Keys:
    """The relay's own X25519 key, and the public keys of those whose word it takes."""

    relay: str
    own: bytes
    streams: Verifier
    permissions: Verifier
    process: str = ""  # of this process alone, as it announces it

    def source(self, camera: str, sealed: bytes) -> camera_pb2.Source:
        """The camera's source, which registry sealed to this relay and this camera alone."""
        context = sealing.context("kapok.registry.source", self.relay, camera)
        return camera_pb2.Source.FromString(sealing.open_(self.own, sealed, context))

    def token(self, text: str) -> Token:
        """What a viewer shows; errors.Denied (TOKEN_INVALID) for anything that streams did not sign for this relay."""
        try:
            signed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise Denied("TOKEN_INVALID", "the URL has no readable token; use the URL as it was given") from None
        said = relay_pb2.SessionToken.FromString(self.streams.open("kapok.streams.token", signed))
        self.refuse_others(said.relay)
        return Token(said.session, datetime.fromtimestamp(said.expire_time_ms / 1000, UTC))

    def assignment(self, signed: bytes) -> relay_pb2.Assignment:
        """A session for this relay, by streams."""
        said = relay_pb2.Assignment.FromString(self.streams.open("kapok.streams.assignment", signed))
        self.refuse_others(said.relay)
        return said

    def closing(self, signed: bytes) -> relay_pb2.SessionClosing:
        """The end of one, by streams."""
        said = relay_pb2.SessionClosing.FromString(self.streams.open("kapok.streams.closing", signed))
        self.refuse_others(said.relay)
        return said

    def roll_call(self, signed: bytes) -> relay_pb2.RollCall:
        """Which sessions are this relay's, by streams; Denied when it is for another or for an earlier process."""
        said = relay_pb2.RollCall.FromString(self.streams.open("kapok.streams.roll", signed))
        self.refuse_others(said.relay)
        if said.process != self.process:
            raise Denied("TOKEN_INVALID", "this roll is of a process that has ended")
        return said

    def facts(self, signed: bytes) -> replica_pb2.SessionFacts:
        """What a session was decided by, by permissions."""
        return replica_pb2.SessionFacts.FromString(self.permissions.open("kapok.permissions.facts", signed))

    def edition(self, signed: bytes) -> replica_pb2.PolicyEdition:
        """A version of the policy, by permissions."""
        return replica_pb2.PolicyEdition.FromString(self.permissions.open("kapok.permissions.edition", signed))

    def refuse_others(self, relay: str) -> None:
        """Denied (TOKEN_INVALID) for what was made for another relay."""
        if relay != self.relay:
            raise Denied("TOKEN_INVALID", f"this was made for {relay}: ask streams again")

    def refuse_predecessors(self, process: str) -> None:
        """Unavailable for what a process before this one was to be told: that one knew which epochs are over, this one
        may have been fenced of none of them.
        """
        if process and process != self.process:
            raise Unavailable("SERVICE_AWAY", "this relay was started again meanwhile; try again", service=self.relay)
