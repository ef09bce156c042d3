"""The bus of a cluster as a process: `python -m services.cell.bus_server` describes nats-server and becomes it.

Who may say and hear what comes from `rights`, as at home; a deployment gives public nkeys by name only. Beyond loopback
it speaks TLS: clients prove themselves by nkey, the servers of a cluster and leaves by certificate too.
"""

import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.cell import nats, rights
from services.cell.layout import write_private
from services.chassis import process
from services.chassis.settings import SettingsError

_LOOPBACK = ("127.0.0.1:", "[::1]:", "localhost:")
_RELAY, _LEAF = re.compile(r"relay-\d+"), re.compile(r"leaf-[a-z0-9-]+")


@dataclass(frozen=True)
class Settings:
    """KAPOK_* of the bus. ``users_file`` is JSON {user: public nkey}; addresses to listen on are host:port."""

    server_name: str
    users_file: Path
    store: str  # the folder of JetStream
    configuration: str  # the file that is made of these settings
    listen: str = "127.0.0.1:4222"
    pid_file: str = ""  # where nats-server writes its number, for who tells it of a renewed certificate
    monitor_listen: str = ""  # plain HTTP with /healthz, for who starts and stops this
    certificate_file: Path | None = None
    private_key_file: Path | None = None
    ca_file: Path | None = None  # that issued the certificates of other servers
    cluster_name: str = ""
    cluster_listen: str = ""
    routes: tuple[str, ...] = ()  # nats-route://host:port of each server of the cluster
    leaf_listen: str = ""  # where the buses of other cells come in
    leaf_remote: str = ""  # tls://host:port of the cell that this one dials
    leaf_seed: Path | None = None  # the nkey seed it knows us by
    domain: str = ""  # of JetStream: another one for each cell that leaves join

    def __post_init__(self) -> None:
        has_tls = all((self.certificate_file, self.private_key_file, self.ca_file))
        if not has_tls and not self.listen.startswith(_LOOPBACK):
            why = "a bus beyond loopback needs all three"
            raise SettingsError(f"KAPOK_CERTIFICATE_FILE, KAPOK_PRIVATE_KEY_FILE and KAPOK_CA_FILE: {why}")
        if (self.cluster_listen or self.leaf_listen or self.leaf_remote) and not has_tls:
            raise SettingsError(
                "KAPOK_CERTIFICATE_FILE: a cluster's servers and leaves know one another by certificate"
            )
        if bool(self.cluster_listen) != bool(self.cluster_name and self.routes):
            raise SettingsError("KAPOK_CLUSTER_LISTEN, KAPOK_CLUSTER_NAME and KAPOK_ROUTES: all or none of them")
        if bool(self.leaf_remote) != bool(self.leaf_seed):
            raise SettingsError("KAPOK_LEAF_REMOTE and KAPOK_LEAF_SEED: both or none of them")
        if (self.leaf_remote or self.leaf_listen) and not self.domain:
            raise SettingsError("KAPOK_DOMAIN: cells that are joined need a JetStream domain of their own each")


def described(settings: Settings) -> dict[str, object]:
    """nats-server's configuration of these settings. Raises SettingsError for a user that nobody is."""
    public = json.loads(settings.users_file.read_text())
    users = {key: _rights(name) for name, key in public.items()}
    made = nats.configuration(settings.server_name, settings.listen, Path(settings.store), users)
    pair = {"cert_file": str(settings.certificate_file), "key_file": str(settings.private_key_file)}
    known = {**pair, "ca_file": str(settings.ca_file)}
    if settings.certificate_file:
        made["tls"] = pair
    if settings.pid_file:
        made["pid_file"] = settings.pid_file
    if settings.monitor_listen:
        made["http"] = settings.monitor_listen
    if settings.domain:
        made["jetstream"] = {**nats.jetstream(Path(settings.store)), "domain": settings.domain}
    if settings.cluster_listen:
        made["cluster"] = {
            "name": settings.cluster_name,
            "listen": settings.cluster_listen,
            "routes": list(settings.routes),
            "tls": {**known, "verify": True},
        }
    if leaves := _leaves(settings, known):
        made["leafnodes"] = leaves
    return made


def _leaves(settings: Settings, tls: dict[str, str]) -> dict[str, object]:
    leaves: dict[str, object] = {}
    if settings.leaf_listen:
        leaves |= {"listen": settings.leaf_listen, "tls": {**tls, "verify": True}}
    if settings.leaf_remote and settings.leaf_seed:
        seed = settings.leaf_seed.read_text().strip()
        leaves["remotes"] = [{"url": settings.leaf_remote, "nkey": seed, "tls": tls}]
    return leaves


def _rights(name: str) -> rights.Rights:
    fixed = {one.name: one for one in (*rights.SERVICES, rights.SETUP)}
    if name in fixed:
        return fixed[name]
    if _RELAY.fullmatch(name):
        return rights.relay(name)
    if _LEAF.fullmatch(name):
        return rights.leaf(name)
    raise SettingsError(f"KAPOK_USERS_FILE: {name!r} is none of {', '.join(fixed)}, relay-<number>, leaf-<name>")


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """Become nats-server, under this process's number: signals reach it, and nothing of Python stays in memory."""
    write_private(Path(settings.configuration), json.dumps(described(settings), indent=2).encode())
    program = str(nats.binary())
    os.execv(program, [program, "--config", settings.configuration])  # noqa: S606 - no shell is wanted
    yield


if __name__ == "__main__":
    process.main(Settings, app)
