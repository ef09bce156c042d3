"""Where viewers come in: a listening door for each protocol, and what is told of it."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from services.chassis.tls import Renewed
from services.streams.relay.browser import Browser
from services.streams.relay.connection import Connection, House
from services.streams.relay.ender import Ender
from services.streams.relay.program import Program
from services.streams.relay.server import Door, MakeTalk, Server, listen
from services.streams.relay.settings import Settings, endpoint


class Entrance(NamedTuple):
    """A door that listens, and who talks behind it."""

    listener: socket.socket
    door: Door
    talk: MakeTalk

    @property
    def port(self) -> int:
        """As the system gave it."""
        bound: int = self.listener.getsockname()[1]
        return bound


@dataclass(frozen=True, slots=True)
class Entrances:
    """None where nothing is to listen."""

    rtsp: Entrance | None
    web: Entrance | None
    rtsps: Entrance | None
    wss: Entrance | None
    programs: Entrance | None

    @classmethod
    def open(cls, settings: Settings) -> "Entrances":
        """Listen. SettingsError where TLS is missing; OSError when a port is taken."""
        tls = settings.tls
        return cls(
            _entrance(settings.rtsp_listen, Connection),
            _entrance(settings.web_listen, Browser),
            _entrance(settings.rtsps_listen, Connection, tls),
            _entrance(settings.wss_listen, Browser, tls),
            _entrance(settings.grpc_media_listen, Program, settings.media_tls),
        )

    @property
    def ports(self) -> dict[str, int]:
        """As an announcement has them, 0 where nothing listens."""
        every = {
            "port": self.rtsp, "web_port": self.web, "rtsps_port": self.rtsps, "wss_port": self.wss,
            "grpc_port": self.programs,
        }  # fmt: skip
        return {name: entrance.port if entrance else 0 for name, entrance in every.items()}

    def servers(self, house: House, ender: Ender) -> Iterator[Server]:
        """What serves them."""
        for entrance in (self.rtsp, self.web, self.rtsps, self.wss, self.programs):
            if entrance:
                yield Server(entrance.listener, entrance.door, house, ender, entrance.talk)


def _entrance(listen_at: str, talk: MakeTalk, tls: Renewed[ssl.SSLContext] | None = None) -> Entrance | None:
    if not listen_at:
        return None
    door = Door(*endpoint(listen_at), tls=tls.current if tls else None)
    return Entrance(listen(door), door, talk)
