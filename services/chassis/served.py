"""The settings of a service that others call: where, how it and they are known, where it is looked after.

Addresses are gRPC's: host:port, unix:PATH, dns:///HOST:PORT (each replica behind the name), ipv4:HOST:PORT,HOST:PORT.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated

from services.chassis.identity import KeyRing
from services.chassis.rpc_server import Door
from services.chassis.settings import Part, SettingsError, naming
from services.chassis.tls import Files, endpoint, stays_here

_NEEDS_TLS = "beyond this machine it needs KAPOK_TLS_CERTIFICATE_FILE, KAPOK_TLS_PRIVATE_KEY_FILE, KAPOK_TLS_CA_FILE"


@dataclass(frozen=True, kw_only=True)
class Known(Part):
    """Who a service is to its neighbours, how it proves that, and where whoever looks after it may look."""

    key_file: Annotated[Path, "its X25519 key in hex, by which neighbours know it"]
    peers_file: Annotated[Path, "JSON: the services' public X25519 keys by name"]
    tls_certificate_file: Annotated[Path | None, "PEM with its issuers: what it shows neighbours over TCP"] = None
    tls_private_key_file: Annotated[Path | None, "PEM, of that certificate"] = None
    tls_ca_file: Annotated[Path | None, "PEM: who issues neighbours' certificates"] = None
    metrics_listen: Annotated[str, "host:port of /metrics for Prometheus; empty: nowhere"] = ""
    probe_listen: Annotated[str, "host:port of grpc.health.v1 alone and without TLS, for probes; empty: nowhere"] = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        files = (self.tls_certificate_file, self.tls_private_key_file, self.tls_ca_file)
        if any(files) and not all(files):
            raise SettingsError(
                "KAPOK_TLS_CERTIFICATE_FILE, KAPOK_TLS_PRIVATE_KEY_FILE and KAPOK_TLS_CA_FILE: all three, or none"
            )
        for name in ("metrics_listen", "probe_listen"):
            if getattr(self, name):
                endpoint(f"KAPOK_{name.upper()}", getattr(self, name))
        for field in fields(self):
            if field.name.endswith("_address") and not self.tls and not stays_here(getattr(self, field.name)):
                raise SettingsError(f"KAPOK_{field.name.upper()}: {_NEEDS_TLS}")

    @property
    def watched_at(self) -> str:
        """Where Prometheus asks."""
        return self.metrics_listen

    @property
    def tls(self) -> Files | None:
        """What it shows and whom it believes, between services."""
        if self.tls_certificate_file and self.tls_private_key_file and self.tls_ca_file:
            return Files(self.tls_ca_file, self.tls_certificate_file, self.tls_private_key_file)
        return None

    def ring(self, name: str) -> KeyRing:
        """The keys of the service ``name``; SettingsError when the files hold none."""
        with naming("KAPOK_KEY_FILE", "KAPOK_PEERS_FILE"):
            return KeyRing.from_files(name, self.key_file, self.peers_file)


@dataclass(frozen=True, kw_only=True)
class Serving(Known):
    """Where a service answers its neighbours."""

    listen: Annotated[str, "where neighbours call it: host:port, or unix: and a path"]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.listen.startswith("unix:"):
            endpoint("KAPOK_LISTEN", self.listen)
        if not self.tls and not stays_here(self.listen):
            raise SettingsError(f"KAPOK_LISTEN: {_NEEDS_TLS}")

    @property
    def door(self) -> Door:
        """As the server takes it."""
        return Door(self.listen, self.tls, self.probe_listen)
