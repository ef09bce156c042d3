"""The bus of a cell apart: three nats-servers that hold one JetStream, with TLS to clients and among themselves."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from demo.apart.processes import mark
from services.cell import nats, rights
from services.cell.authority import Credential
from services.cell.children import Program
from services.cell.keys import bus_public
from services.cell.layout import write_private
from services.cell.ports import HOST, pick
from services.cell.premises import Premises

NODES = 3
_READY_WITHIN_S = 60.0
_RETRY_S = 0.1


@dataclass(frozen=True)
class Node:
    """One server: where clients and where the others reach it."""

    name: str
    port: int
    cluster_port: int


@dataclass(frozen=True)
class Cluster:
    """All of them."""

    premises: Premises
    nodes: Sequence[Node]

    @classmethod
    def plan(cls, premises: Premises) -> "Cluster":
        """On free ports."""
        names = [f"nats-{number}" for number in range(1, NODES + 1)]
        return cls(premises, [Node(name, _port(), _port()) for name in names])

    @property
    def url(self) -> str:
        """As services are told."""
        return ",".join(f"tls://{HOST}:{node.port}" for node in self.nodes)

    def program(self, node: Node, relays: Sequence[str]) -> Program:
        """The server as a child, its configuration written."""
        file = self.premises.layout.nats / f"{node.name}.json"
        users = (*rights.SERVICES, *(rights.relay(name) for name in relays), rights.SETUP, rights.CELL)
        described = self._configuration(node, users)
        write_private(file, json.dumps(described, indent=2, ensure_ascii=False).encode())
        return Program(
            node.name,
            (str(nats.binary()), "--config", str(file)),
            mark(node.name, self.premises.layout.home),
        )

    async def prepare(self) -> None:
        """Make the stream of facts and the buckets, each on every server; waits until those have found a leader."""
        seed = self.premises.keys.bus_seed(rights.SETUP.name)
        async with asyncio.timeout(_READY_WITHIN_S):
            while True:
                try:
                    await nats.prepare(self.url, seed, NODES, self.premises.authority.own.certificate)
                except (NatsError, JetStreamError):
                    await asyncio.sleep(_RETRY_S)
                else:
                    return

    def _configuration(self, node: Node, users: Sequence[rights.Rights]) -> Mapping[str, object]:
        tls = _tls(self.premises.authority.service(node.name), self.premises.authority.own.certificate)
        named = {bus_public(self.premises.keys.bus_seed(one.name)): one for one in users}
        store = self.premises.layout.nats / node.name
        return {
            **nats.configuration(node.name, f"{HOST}:{node.port}", store, named),
            "tls": tls,
            "cluster": {
                "name": "kapok",
                "listen": f"{HOST}:{node.cluster_port}",
                "tls": tls,
                "routes": [f"nats-route://{HOST}:{other.cluster_port}" for other in self.nodes],
            },
        }


def _tls(shown: Credential, authority: Path) -> Mapping[str, str]:
    return {"cert_file": str(shown.certificate), "key_file": str(shown.key), "ca_file": str(authority)}


def _port() -> int:
    return pick(0, "NATS", lambda _text: None)
