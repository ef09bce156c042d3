"""Agencies that contend for one camera: each takes it over again and again, and commands it all the time."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from google.type.latlng_pb2 import LatLng

from chaos.answers import RELEASED, RENEWED, REQUESTED, Answers
from chaos.commands import Commands
from chaos.scene import COMMAND, ORGAN, Scene
from demo.chapters import ahead, name_of
from demo.city import TUNNEL_AREA, TUNNEL_PTZ
from demo.papers import letter
from kapok.permissions.v1 import incident_pb2, takeover_pb2
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.permissions.v1 import takeovers_service_pb2 as takeovers
from kapok.streams.v1 import streams_service_pb2
from services.chassis import errors

CAMERA = name_of(TUNNEL_PTZ)
OPERATOR = "tunnels-guangzhou"
DISTRICT, SECURITY = "police-liwan", "security-guangzhou"
RIVALS = (ORGAN, DISTRICT, SECURITY, COMMAND)
_CAUSES = {COMMAND: "CAUSE_ACCIDENT"}
_HOURS = timedelta(hours=6)


@dataclass
class Contest:
    """What every actor shares. ``commander`` is the relay that carried out a command last."""

    scene: Scene
    told: Commands = field(default_factory=Commands)
    answers: Answers = field(default_factory=Answers)
    commander: str = "relay-1"
    grounds: dict[str, dict[str, str]] = field(default_factory=dict)

    def prepare(self) -> None:
        """Papers for the police and national security, an incident for emergency command."""
        for principal in (ORGAN, DISTRICT, SECURITY):
            self.grounds[principal] = {"legal_basis": self._papers(principal)}
        incident = incident_pb2.Incident(
            display_name="争夺", kind="INCIDENT_KIND_ACCIDENT", order_number="contest",
            area=[LatLng(latitude=latitude, longitude=longitude) for latitude, longitude in TUNNEL_AREA],
            end_time=ahead(_HOURS), agencies=[f"agencies/{COMMAND}"], letter_number="contest",
            officer_certificates=["1", "2"],
        )  # fmt: skip
        declared = self.scene.stage.ask(ORGAN, permissions.DeclareIncidentRequest(incident=incident))
        self.grounds[COMMAND] = {"incident": declared.name}

    def contend(self, principal: str, chance: Random) -> None:
        """Take the camera, renew or not, give it back or let time do it; for ever."""
        while not self.scene.over.wait(chance.uniform(0.05, 1.0)):
            lasting = timedelta(seconds=chance.uniform(1.0, 6.0))
            taken = self._tried(principal, takeovers.RequestTakeoverRequest(takeover=self._wish(principal, lasting)))
            if taken is None:
                continue
            self._heard(principal, taken)
            self.answers.heard(principal, REQUESTED, taken)
            self.scene.over.wait(chance.uniform(0.05, 1.5))
            if chance.random() < 0.3:
                later = ahead(timedelta(seconds=chance.uniform(2.0, 8.0)))
                self._act(principal, RENEWED, takeovers.RenewTakeoverRequest(name=taken.name, end_time=later))
                self.scene.over.wait(chance.uniform(0.05, 1.0))
            if chance.random() < 0.7:
                self._act(principal, RELEASED, takeovers.ReleaseTakeoverRequest(name=taken.name))

    def command(self, principal: str, chance: Random) -> None:
        """Move the camera as often as it is let."""
        while not self.scene.over.wait(chance.uniform(0.01, 0.06)):
            number, pan = self.told.begin(principal)
            moved = self._tried(principal, streams_service_pb2.MoveCameraRequest(camera=CAMERA, pan=pan))
            if moved is not None:
                self.told.done(number, moved.epoch, time.monotonic())
                self.commander = moved.relay

    def holder(self) -> str:
        """Who controls the camera now, by its operator's leave."""
        state = self.scene.stage.ask(OPERATOR, takeovers.GetControlStateRequest(name=f"{CAMERA}/controlState"))
        return str(state.holder)

    def _act(self, principal: str, kind: str, request: Any) -> None:
        answer = self._tried(principal, request)
        if answer is not None:
            self.answers.heard(principal, kind, answer)

    def _heard(self, principal: str, taken: takeover_pb2.Takeover) -> None:
        at_s = time.monotonic()
        for one in taken.taken:
            if one.is_holding:
                self.told.granted(principal, one.epoch, at_s, is_fenced=one.is_fenced)

    def _wish(self, principal: str, lasting: timedelta) -> takeover_pb2.Takeover:
        ground = self.grounds[principal]
        return takeover_pb2.Takeover(
            cameras=[CAMERA], cause=_CAUSES.get(principal, "CAUSE_LAW_ENFORCEMENT"), reason="contest",
            end_time=ahead(lasting), legal_basis=ground.get("legal_basis"), incident=ground.get("incident"),
        )  # fmt: skip

    def _papers(self, principal: str) -> str:
        basis = letter(principal, "contest", [CAMERA], "contest")
        return str(self.scene.stage.ask(principal, permissions.RegisterLegalBasisRequest(legal_basis=basis)).name)

    def _tried(self, principal: str, request: Any) -> Any:
        """The answer, or None when it is refused or nobody answers."""
        try:
            return self.scene.stage.ask(principal, request)
        except errors.Error as refusal:
            self.scene.refused(refusal)
            return None
