"""Where the soak plays: the platform, who may see what in it, and what every actor shares."""

import threading
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random

from chaos.program import Pem
from chaos.rights import Rights
from demo.chapters import Opened, opened
from demo.city import CAMERAS, Camera
from demo.platform import Platform
from kapok.streams.v1 import streams_service_pb2
from services.chassis import errors

ORGAN = "police-guangzhou"  # revokes, declares, verifies; is never revoked itself
COMMAND = "command-guangzhou"  # looks during incidents
_WATCHED = {"police-yuexiu": "440104", "police-tianhe": "440106", "police-haizhu": "440105", "police-liwan": "440103"}
_CAMERAS_EACH = 2  # few, so that each is watched in every way before the memory is judged
_RECENT = 8


@dataclass
class Scene:
    """Shared by all actors; ``over`` tells them to leave."""

    stage: Platform
    rights: Rights = field(default_factory=Rights)
    over: threading.Event = field(default_factory=threading.Event)
    recent: deque[Opened] = field(default_factory=lambda: deque(maxlen=_RECENT))  # sessions that strangers try

    @property
    def authority(self) -> Path:
        """Who certifies the relays."""
        return self.stage.home / str(self.stage.endpoints["ca"])

    @cached_property
    def pem(self) -> Pem:
        """What programs show: relays ask for a certificate of the cell, the token says whose session it is."""
        own = self.stage.endpoints["principals"][ORGAN]
        files = (self.stage.endpoints["ca"], own["key"], own["certificate"])
        return Pem.read(*(self.stage.home / str(file) for file in files))

    @property
    def principals(self) -> list[str]:
        """Those who watch, and whose rights end."""
        return list(_WATCHED)

    def a_camera(self, principal: str, chance: Random) -> Camera:
        """One that ``principal`` may watch."""
        own = [one for one in CAMERAS if one.district == _WATCHED[principal] and one.level <= 2]
        return chance.choice(own[:_CAMERAS_EACH])

    def open(self, principal: str, camera: Camera, **facts: str | int) -> Opened:
        """A session on record; errors.Error when it is refused."""
        answer = opened(self.stage, principal, camera, **facts)
        self.rights.count("sessions")
        self.recent.append(answer)
        return answer

    def renewed(self, principal: str, name: str) -> Opened:
        """The session's new token, on the relay that serves its camera now."""
        answer = self.stage.ask(principal, streams_service_pb2.RenewSessionRequest(name=name))
        assert isinstance(answer, Opened)
        self.rights.count("renewals")
        return answer

    def close(self, principal: str, name: str) -> bool:
        """Close a session; whether it was still there to be closed."""
        try:
            self.stage.ask(principal, streams_service_pb2.CloseSessionRequest(name=name))
        except errors.Error as refusal:
            self.refused(refusal)
            return False
        self.rights.count("closings")
        return True

    def leave(self) -> None:
        """Close every connection to the gateway."""
        for principal in (*self.principals, ORGAN, COMMAND):
            self.stage.gateway(principal).close()

    def refused(self, refusal: errors.Error) -> None:
        """Count a refusal by its reason."""
        self.rights.count("refusals", f"refused {refusal.reason}")
