"""Buses that are joined: a cluster of three by routes, and a district's leaf at a municipality's hub."""

import json
import os
import re
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nkeys
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.cell import bus_server, bus_watch, key_folders
from services.cell.authority import Authority
from services.cell.children import Program, started
from services.cell.keys import bus_public
from services.cell.ports import pick
from services.chassis.settings_shown import environment
from tests.eventually import eventually

WATCHED = "kapok_(leaf|certificate)_"


def place() -> str:
    return f"127.0.0.1:{pick(0, '', print)}"


@dataclass(frozen=True)
class Yard:
    """Keys, certificates and a seed of a leaf, in one folder."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Yard":
        key_folders.make(folder / "keys", 2)
        (folder / "leaf.nkey").write_bytes(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER))
        users = json.loads((folder / "keys" / "public-keys.yaml").read_text())["keys"]["bus"]
        (folder / "users.json").write_text(json.dumps(users))
        (folder / "hub.json").write_text(json.dumps(users | {"leaf-panyu": bus_public(folder / "leaf.nkey")}))
        return cls(folder)

    def settings(self, name: str) -> bus_server.Settings:
        authority = Authority.open(self.folder / "certs", datetime.now(UTC))
        own = authority.service(name)
        return bus_server.Settings(
            server_name=name, users_file=self.folder / "users.json", store=str(self.folder / name / "store"),
            configuration=str(self.folder / name / "nats.json"), listen=place(), monitor_listen=place(),
            certificate_file=own.certificate, private_key_file=own.key, ca_file=authority.own.certificate,
            pid_file=str(self.folder / name / "pid"),
        )  # fmt: skip

    def renew(self, name: str) -> None:
        """Another certificate of that server from the same authority, which ends a day earlier."""
        authority = Authority.open(self.folder / "certs", datetime.now(UTC))
        authority.service(name).certificate.unlink()
        replace(authority, now=authority.now - timedelta(days=1)).service(name)

    @asynccontextmanager
    async def running(self, *every: bus_server.Settings) -> AsyncIterator[None]:
        module = (sys.executable, "-m", "services.cell.bus_server")
        async with AsyncExitStack() as stack:
            for one in every:
                program = Program(one.server_name, module, environment(one), ready="Listening for client connections")
                await stack.enter_async_context(started(program, self.folder))
            yield


def monitored(settings: bus_server.Settings, page: str) -> Any:
    with urllib.request.urlopen(f"http://{settings.monitor_listen}/{page}", timeout=5) as answer:
        return json.load(answer)


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard.make(tmp_path)


async def test_a_districts_bus_joins_the_hub_by_certificate_and_nkey(yard: Yard) -> None:
    hub = replace(yard.settings("hub"), leaf_listen=place(), domain="city", users_file=yard.folder / "hub.json")
    district = replace(
        yard.settings("district"), domain="panyu", leaf_remote=f"tls://{hub.leaf_listen}",
        leaf_seed=yard.folder / "leaf.nkey",
    )  # fmt: skip
    async with yard.running(hub, district):
        await eventually(lambda: monitored(hub, "leafz")["leafnodes"] == 1)
        assert monitored(district, "jsz")["config"]["domain"] == "panyu"


def told(listen: str) -> dict[str, float]:
    """What the watch at ``listen`` tells Prometheus of links and certificates, by name and what stands in braces."""
    with urllib.request.urlopen(f"http://{listen}/metrics", timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    samples = (sample for family in families for sample in family.samples)
    return {" ".join((one.name, *one.labels.values())): one.value for one in samples if re.match(WATCHED, one.name)}


@asynccontextmanager
async def watching(yard: Yard, bus: bus_server.Settings) -> AsyncIterator[str]:
    """The watch of one server, as in its pod; yields where Prometheus asks."""
    listen = place()
    settings = environment(
        bus_watch.Settings(
            monitor=bus.monitor_listen, metrics_listen=listen, certificate_file=bus.certificate_file,
            pid_file=Path(bus.pid_file),
        )
    )  # fmt: skip
    program = Program(f"{bus.server_name}-watch", (sys.executable, "-m", "services.cell.bus_watch"), settings)
    async with started(program, yard.folder):
        yield listen


def is_told(listen: str, wanted: dict[str, float], *absent: str) -> bool:
    """Whether the watch tells ``wanted``, whatever else, and nothing of ``absent``."""
    try:
        found = told(listen)
    except OSError:  # it does not listen yet
        return False
    return wanted.items() <= found.items() and not found.keys() & set(absent)


async def test_prometheus_is_told_that_the_link_to_the_hub_is_cut_since_when_and_that_it_is_back(yard: Yard) -> None:
    hub = replace(yard.settings("hub"), leaf_listen=place(), domain="city", users_file=yard.folder / "hub.json")
    district = replace(
        yard.settings("district"), domain="panyu", leaf_remote=f"tls://{hub.leaf_listen}",
        leaf_seed=yard.folder / "leaf.nkey",
    )  # fmt: skip
    linked = {"kapok_leaf_up hub": 1.0, "kapok_leaf_down_seconds hub": 0.0}
    async with yard.running(district), watching(yard, district) as below:
        await eventually(lambda: is_told(below, {"kapok_leaf_up hub": 0.0}, "kapok_leaf_round_trip_seconds hub"))
        async with yard.running(hub), watching(yard, hub) as above:
            await eventually(lambda: is_told(below, linked))
            await eventually(lambda: 0 < told(below).get("kapok_leaf_round_trip_seconds hub", 0) < 30)
            await eventually(lambda: is_told(above, {"kapok_leaf_joined": 1.0}, "kapok_leaf_up hub"))
            ends_at = told(above)["kapok_certificate_ends_timestamp_seconds bus"]
            assert timedelta(days=364) < datetime.fromtimestamp(ends_at, UTC) - datetime.now(UTC) < timedelta(days=366)
            [link] = monitored(hub, "leafz")["leafs"]
            yard.renew("hub")
            await eventually(lambda: told(above)["kapok_certificate_ends_timestamp_seconds bus"] < ends_at)
            await eventually(lambda: told(above)["kapok_certificate_renewal_refused bus"] == 0)
            assert [one["id"] for one in monitored(hub, "leafz")["leafs"]] == [link["id"]], "the link stays"
        await eventually(lambda: is_told(below, {"kapok_leaf_up hub": 0.0}, "kapok_leaf_round_trip_seconds hub"))
        before = told(below)["kapok_leaf_down_seconds hub"]
        assert told(below)["kapok_leaf_down_seconds hub"] > before > 0, "it grows for as long as the link is cut"
        async with yard.running(hub):
            await eventually(lambda: is_told(below, linked))


async def test_three_servers_find_a_leader_of_jetstream(yard: Yard) -> None:
    places = [place() for _ in range(3)]
    routes = tuple(f"nats-route://{one}" for one in places)
    every = [
        replace(yard.settings(f"bus-{number}"), cluster_name="cell", cluster_listen=one, routes=routes)
        for number, one in enumerate(places)
    ]

    def are_led() -> bool:
        """All see the same leader, and all three."""
        seen = [monitored(one, "jsz")["meta_cluster"] for one in every]
        leaders = {one.get("leader", "") for one in seen}
        return len(leaders) == 1 and leaders != {""} and all(one["cluster_size"] == 3 for one in seen)

    async with yard.running(*every):
        await eventually(are_led)
