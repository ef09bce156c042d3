"""What the RTSP server needs from those who know tokens, sessions and cameras; it knows none of these itself."""

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple, Protocol

from services.chassis.settings import Network
from services.streams.relay.ender import Endable
from services.streams.relay.mark import Marking
from services.streams.relay.source import Source


class Peer(NamedTuple):
    """The other end of a viewer's connection."""

    host: str
    port: int

    def is_in(self, networks: tuple[Network, ...]) -> bool:
        """Whether its address lies in one of them; one of IPv4 that IPv6 carries is taken for what it is."""
        address = ip_address(self.host)
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in networks)


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says once its signature was checked."""

    session: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Admission:
    """The gate's leave to watch; ``grant`` is the gate's own and opaque here."""

    session: str
    feed: str  # the camera, or its secondary stream
    grant: object
    marking: Marking = field(default_factory=Marking)  # its viewers take it before their first picture


class Gate(Protocol):
    """Who may watch."""

    async def admit(self, target: str, peer: Peer) -> Admission:
        """``target`` is path and query of the RTSP URL; an Error of the family refuses. Asked once per connection."""

    async def opened(self, admission: Admission, viewer: Endable) -> None:
        """Returns once the viewer-opened fact is durable; from then on the viewer may be ended at any time."""

    def closed(self, admission: Admission, viewer: Endable, why: str) -> None:
        """Called exactly once for every viewer whose `opened` returned."""


class SourceBook(Protocol):
    """Who knows the cameras."""

    def source(self, feed: str) -> Source:
        """The one Source of that stream in this relay, made on demand; an Error of the family when it is unknown."""
