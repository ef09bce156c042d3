"""Where a session's viewers go: the URLs of its relay. Pure.

Tokens stand in RTSP's URLs, which know no other place, and never in a WebSocket's, which pages' servers log.
"""

from dataclasses import dataclass
from ipaddress import ip_address

from services.streams.placement import Relay


@dataclass(frozen=True, slots=True)
class Urls:
    """``rtsps`` and ``wss`` are empty where the relay speaks no TLS."""

    rtsp: str
    websocket: str  # over TLS unless the relay is on loopback or has none: what a page takes when it has no choice
    rtsps: str = ""
    wss: str = ""
    grpc: str = ""  # host:port of what programs call
    grpc_has_tls: bool = False


def urls(relay: Relay, session: str, token: str) -> Urls:
    """Those of ``session`` at its relay."""
    host = f"[{relay.host}]" if ":" in relay.host else relay.host
    path = f"s/{session.removeprefix('sessions/')}"
    wss = f"wss://{host}:{relay.wss_port}/{path}" if relay.wss_port else ""
    return Urls(
        rtsp=f"rtsp://{host}:{relay.port}/{path}?token={token}",
        websocket=wss if wss and not _is_loopback(relay.host) else f"ws://{host}:{relay.web_port}/{path}",
        rtsps=f"rtsps://{host}:{relay.rtsps_port}/{path}?token={token}" if relay.rtsps_port else "",
        wss=wss,
        grpc=f"{host}:{relay.grpc_port}" if relay.grpc_port else "",
        grpc_has_tls=relay.grpc_has_tls,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
