"""What a relay is told by its environment, and the TLS that follows from it."""

import ssl
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from services.chassis.bus import OnBus
from services.chassis.settings import Network, SettingsError
from services.chassis.tls import Files, Renewed
from services.streams.relay import wire
from services.streams.relay.connection import LOOPBACK

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True, kw_only=True)
class Settings(OnBus):
    """KAPOK_* of a relay. ``source_networks`` are the only ones it ever connects to for cameras.

    When it is told to stop it waits ``drain_s`` at most for its sessions to be given to others.
    """

    relay_id: str
    key_file: Path
    rtsp_listen: str
    metrics_listen: str
    streams_public_key: Path
    permissions_public_key: Path
    source_networks: tuple[Network, ...]
    web_listen: str = "127.0.0.1:0"
    grpc_media_listen: str = "127.0.0.1:0"  # beyond loopback with TLS only
    certificate_file: Path | None = None  # PEM, its issuers behind it
    private_key_file: Path | None = None
    client_ca_file: Path | None = None  # PEM: programs show a certificate that it issued, before they say anything
    web_origins: tuple[str, ...] = ()  # of the pages that may play here: scheme://host[:port]
    rtsps_listen: str = ""  # empty: no TLS; else it needs a certificate (PEM, its issuers behind it) and its key
    wss_listen: str = ""  # the same
    plain_networks: tuple[Network, ...] = LOOPBACK  # whose viewers may come without TLS
    public_host: str = ""  # what viewers are told where it isn't the host of ``rtsp_listen``
    udp_out: bool = False  # RTP over UDP to those of them that ask for it
    own_addresses: tuple[str, ...] = ()  # host:port of the cell's other endpoints: never a camera
    lease_s: float = 10.0
    drain_s: float = 10.0
    capacity_viewers: int = 1000
    capacity_bytes_per_s: int = 500_000_000

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.rtsps_listen or self.wss_listen) and not (self.certificate_file and self.private_key_file):
            raise SettingsError("KAPOK_CERTIFICATE_FILE and KAPOK_PRIVATE_KEY_FILE: RTSPS and WSS need both")
        if self.capacity_viewers < 1 or self.capacity_bytes_per_s < 1:
            raise SettingsError("KAPOK_CAPACITY_VIEWERS and KAPOK_CAPACITY_BYTES_PER_S: must be 1 or more")

    @property
    def tls(self) -> Renewed[ssl.SSLContext] | None:
        """What the relay shows to viewers, if anything."""
        if self.certificate_file and self.private_key_file:
            return Renewed(Files(None, self.certificate_file, self.private_key_file, "viewers"), wire.context)
        return None

    @property
    def media_tls(self) -> Renewed[ssl.SSLContext] | None:
        """What the endpoint for programs shows; None: plaintext, on loopback alone."""
        if self.certificate_file and self.private_key_file:
            files = Files(self.client_ca_file, self.certificate_file, self.private_key_file, "viewers")
            return Renewed(files, partial(wire.context, speaks="h2"))
        host, _ = endpoint(self.grpc_media_listen)
        if self.certificate_file or self.private_key_file or host not in _LOOPBACK:
            raise SettingsError("KAPOK_CERTIFICATE_FILE and KAPOK_PRIVATE_KEY_FILE: gRPC beyond loopback needs both")
        return None


def endpoint(listen: str) -> tuple[str, int]:
    """host:port taken apart."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)
