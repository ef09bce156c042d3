"""How the tracks of one RTSP connection go out: all inside it, or all as datagrams beside it."""

from datetime import timedelta

from services.chassis.errors import Exhausted
from services.streams.relay.counters import Counters
from services.streams.relay.datagrams import DatagramViewer
from services.streams.relay.gate import Peer
from services.streams.relay.offers import OfferError, Terms, chosen
from services.streams.relay.outlet import Receiver
from services.streams.relay.sdp import SOUND_CHANNEL
from services.streams.relay.source import DATAGRAMS, PACKETS
from services.streams.relay.viewer import Viewer

_INTERLEAVED = "RTP/AVP/TCP;unicast;interleaved={}-{}"
_DATAGRAMS = "RTP/AVP;unicast;client_port={}-{};server_port={}-{}"
_NONE_HERE = "this relay sends no RTP over UDP; use RTP over TCP (RTP/AVP/TCP;unicast)"
_NONE_SECURE = "RTP over UDP would go in the open; over TLS use RTP over TCP (RTP/AVP/TCP;unicast)"
_RETRY_AFTER = timedelta(seconds=5)


class Tracks:
    """What a viewer has set up. ``has_datagrams``: whether this relay sends any."""

    def __init__(self, viewer: Viewer, peer: Peer, counters: Counters, *, has_datagrams: bool) -> None:
        why_none = "" if has_datagrams else _NONE_HERE
        self._terms = Terms(peer.host, _NONE_SECURE if viewer.wire.is_secure else why_none)
        self._viewer = viewer
        self._datagrams = DatagramViewer(viewer, peer.host, counters)
        self._ports: dict[int, int | None] = {}  # by channel: the viewer's, None for a track that goes interleaved

    @property
    def are_datagrams(self) -> bool:
        """Whether they go beside the connection."""
        return any(port is not None for port in self._ports.values())

    @property
    def receiver(self) -> tuple[Receiver, str]:
        """Who takes the pictures, and in which shape."""
        return (self._datagrams, DATAGRAMS) if self.are_datagrams else (self._viewer, PACKETS)

    @property
    def heard_s(self) -> float:
        """When a report beside the connection last said that the viewer is there, by the loop's clock."""
        return self._datagrams.heard_s if self.are_datagrams else float("-inf")

    def set_up(self, header: str, channel: int) -> str:
        """The Transport of the response, for the track of that channel; one that was set up before begins anew.

        Raises OfferError when none of the offers in ``header`` can be taken, Exhausted when no ports are free.
        """
        port = chosen(header, self._terms)
        others = [taken for track, taken in self._ports.items() if track != channel]
        if others and (others[0] is None) != (port is None):
            raise OfferError("the tracks of one connection go the same way: all interleaved, or none")
        self._ports[channel] = port
        if port is None:
            self._datagrams.close_track(channel)
            self._viewer.hears |= channel == SOUND_CHANNEL
            return _INTERLEAVED.format(channel, channel + 1)
        try:
            ours = self._datagrams.take_ports(channel, port)
        except OSError as error:
            raise Exhausted(
                "LIMIT_REACHED", "no UDP ports are free here; try again", retry_after=_RETRY_AFTER, limit="relay-ports"
            ) from error
        return _DATAGRAMS.format(port, port + 1, ours, ours + 1)

    def close(self) -> None:
        """Give the ports back."""
        self._datagrams.close()
