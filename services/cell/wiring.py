"""The settings of each service and relay of a home: who listens where, who knows whose address, who holds which key."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL

import services.audit.app
import services.gateway.app
import services.permissions.app
import services.registry.app
import services.streams.app
from services.cell.keys import Keys
from services.cell.ports import HOST
from services.cell.premises import Premises
from services.chassis.bus import hosts

T = TypeVar("T")
_DRAIN_S = 1.5  # of a relay whose sessions another one takes; the whole home stops within five seconds
_PROBE_EVERY = timedelta(minutes=5)  # a home has few cameras


@dataclass(frozen=True)
class RelayPorts:
    """Where a relay serves viewers, and where it serves its metrics."""

    rtsp: int
    web: int
    metrics: int
    grpc: int
    rtsps: int
    wss: int


@dataclass(frozen=True)
class Wiring:
    """Everything that settings are made of. ``sockets`` is the folder of unix sockets, ``own_ports`` are the cell's.

    ``http_port`` is the gateway's, whose pages may play here.
    """

    premises: Premises
    sockets: Path
    bus_url: str
    source_networks: Sequence[str]
    own_ports: Sequence[int]
    http_port: int

    @property
    def keys(self) -> Keys:
        """The home's."""
        return self.premises.keys

    def registry(self) -> services.registry.app.Settings:
        """It keeps the cameras."""
        return self._service(
            "registry",
            services.registry.app.Settings,
            credentials_key=self.keys.credentials,
            probe_every=_PROBE_EVERY,
            source_networks=tuple(map(ip_network, self.source_networks)),
            own_addresses=self._own_addresses,
        )

    def permissions(self) -> services.permissions.app.Settings:
        """It decides."""
        return self._service(
            "permissions",
            services.permissions.app.Settings,
            signing_key=self.keys.signing("permissions"),
            genesis_file=self.premises.layout.genesis,
            organ_keys=self.keys.organs,
        )

    def streams(self) -> services.streams.app.Settings:
        """It opens sessions."""
        return self._service("streams", services.streams.app.Settings, signing_key=self.keys.signing("streams"))

    def audit(self) -> services.audit.app.Settings:
        """It keeps the ledger."""
        return self._service("audit", services.audit.app.Settings, signing_key=self.keys.signing("audit"))

    def gateway(self, grpc_port: int) -> services.gateway.app.Settings:
        """It faces the agencies: the one service with TCP ports."""
        server = self.premises.authority.server()
        return self._service(
            "gateway",
            services.gateway.app.Settings,
            listen=f"{HOST}:{grpc_port}",
            http_listen=f"{HOST}:{self.http_port}",
            ca_file=self.premises.authority.own.certificate,
            certificate_file=server.certificate,
            private_key_file=server.key,
            audience=self.premises.audience,
        )

    def relay(self, name: str, ports: RelayPorts) -> dict[str, str]:
        """The environment of a relay, which is a process of its own everywhere."""
        settings = {
            "relay_id": name,
            "bus_url": self.bus_url,
            "bus_seed": self.keys.bus_seed(name),
            "key_file": self.keys.pair(name),
            "rtsps_listen": f"{HOST}:{ports.rtsps}",
            "wss_listen": f"{HOST}:{ports.wss}",
            "certificate_file": self.premises.relays[name].certificate,
            "private_key_file": self.premises.relays[name].key,
            "udp_out": True,
            "rtsp_listen": f"{HOST}:{ports.rtsp}",
            "web_listen": f"{HOST}:{ports.web}",
            "client_ca_file": self.premises.authority.own.certificate,
            "grpc_media_listen": f"{HOST}:{ports.grpc}",
            "web_origins": f"https://{HOST}:{self.http_port}",
            "metrics_listen": f"{HOST}:{ports.metrics}",
            "streams_public_key": self.keys.public("streams"),
            "permissions_public_key": self.keys.public("permissions"),
            "source_networks": ",".join(self.source_networks),
            "own_addresses": ",".join(self._own_addresses),
            "drain_s": _DRAIN_S,
        }
        return {f"KAPOK_{field.upper()}": str(value) for field, value in settings.items()}

    @property
    def _own_addresses(self) -> tuple[str, ...]:
        """Where no camera's record leads: the cell's own ports, the bus among them."""
        return (*hosts(self.bus_url), *(f"{HOST}:{port}" for port in self.own_ports))

    def _service(self, name: str, kind: type[T], **own: Any) -> T:
        """What every service gets, those of it that ``kind`` knows, and what is its own."""
        everybody: dict[str, Any] = {
            "listen": self.address(name),
            "database": self.database(name),
            "bus_url": self.bus_url,
            "bus_seed": self.keys.bus_seed(name),
            "key_file": self.keys.pair(name),
            "peers_file": self.keys.peers,
            "permissions_public_key": self.keys.public("permissions"),
            **{f"{other}_address": self.address(other) for other in ("registry", "permissions", "streams", "audit")},
        }
        known = {field.name for field in fields(kind)}  # type: ignore[arg-type] # every Settings is a dataclass
        return kind(**{key: value for key, value in everybody.items() if key in known} | own)

    def address(self, name: str) -> str:
        """Where the service ``name`` is called."""
        return f"unix:{self.sockets}/{name}.sock"

    def database(self, name: str) -> str:
        """Its own."""
        return URL.create("sqlite+aiosqlite", database=str(self.premises.layout.data / f"{name}.db")).render_as_string()
