"""What a home has before anything runs in it: keys, certificates, a demo's first policy. Made once, then kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.cell import keys as key_files
from services.cell import rights
from services.cell.authority import Authority, Credential
from services.cell.demo import Demo
from services.cell.endpoints import Access, Endpoints
from services.cell.layout import Layout, write_private
from services.cell.ports import HOST
from services.chassis.signing import Signer


@dataclass(frozen=True)
class Premises:
    """A furnished home; ``clients`` are the principals' accesses by id, ``relays`` who they are to viewers."""

    layout: Layout
    keys: key_files.Keys
    authority: Authority
    clients: Mapping[str, Access]
    relays: Mapping[str, Credential]

    @property
    def audience(self) -> str:
        """What tokens of persons are for: this cell, by its authority's fingerprint."""
        return f"kapok://cells/{self.authority.own.fingerprint()[:32]}"

    def endpoints(self, grpc: int, http: int, rtsp: int, metrics: int | None = None) -> Endpoints:
        """What programs read of a cell that listens at these ports of this machine."""
        return Endpoints(
            grpc=f"{HOST}:{grpc}",
            http=f"https://{HOST}:{http}",
            rtsp=f"rtsp://{HOST}:{rtsp}",
            metrics="" if metrics is None else f"http://{HOST}:{metrics}/metrics",
            ca=str(self.authority.own.certificate),
            ledger_public_key=self.keys.public("audit").read_text(),
            principals=self.clients,
            audience=self.audience,
        )


def furnish(layout: Layout, relays: Sequence[str], demo: Demo | None, now: datetime) -> Premises:
    """Make what is missing. ``now`` is aware, UTC."""
    names = [service.name for service in rights.SERVICES]
    keys = key_files.make(layout.keys, names, relays, [rights.SETUP.name, rights.CELL.name])
    authority = Authority.open(layout.certificates, now)
    servers = {name: authority.relay(name) for name in relays}
    clients: dict[str, Access] = {}
    fingerprints: dict[str, str] = {}
    for one in demo.principals if demo else ():
        credential = authority.client(one.id)
        clients[one.id] = Access(str(credential.certificate), str(credential.key), one.agency, one.kind)
        fingerprints[one.id] = credential.fingerprint()
    if demo and not layout.genesis.exists():
        organs = {kind: Signer.from_file(keys.signing(f"organ-{kind}")) for kind in key_files.ORGANS}
        write_private(layout.genesis, demo.genesis(organs, fingerprints))
    return Premises(layout, keys, authority, clients, servers)
