"""What the chart gives its pods starts a whole cell: its parts run here by those variables, with those files.

No cluster is needed for that: only addresses, and the folder of the mounts, are other ones than in a pod.
"""

import asyncio
import re
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from services.cell import key_folders
from services.cell.authority import Authority, Credential
from services.cell.children import Child, Program, started
from services.cell.layout import write_private
from services.cell.ports import pick
from services.chassis import probe
from tests.chart.rendered import CHART, PUBLIC_KEYS, Pod, helm, of_kind_in, pods_of, variables
from tests.eventually import eventually

SERVICES = ("permissions", "registry", "streams", "audit", "gateway")


@dataclass
class Machine:
    """What a cluster does for pods, on this one: mounts files, gives addresses."""

    folder: Path
    objects: list[Any]
    ports: dict[tuple[str, str], int] = field(default_factory=dict)

    def port(self, part: str, number: str) -> int:
        if (part, number) not in self.ports:
            self.ports[part, number] = pick(0, "", print)
        return self.ports[part, number]

    def contents(self, source: Mapping[str, Any]) -> Mapping[str, bytes]:
        """Of the Secret or ConfigMap that a volume is made of, by key."""
        if config := source.get("configMap"):
            named = {one["metadata"]["name"]: one for one in of_kind_in(self.objects, "ConfigMap")}
            return {key: text.encode() for key, text in named[config["name"]]["data"].items()}
        secret = source["secret"]
        name = (secret.get("name") or secret["secretName"]).removeprefix("kapok-")
        if name.endswith("-tls"):
            return self.certificate(name.removesuffix("-tls"))
        return {path.name: path.read_bytes() for path in (self.folder / "keys" / "secrets" / name).iterdir()}

    def certificate(self, name: str) -> Mapping[str, bytes]:
        authority = Authority.open(self.folder / "certs", datetime.now(UTC))
        own: Credential = authority.service(name)
        files = {"tls.crt": own.certificate, "tls.key": own.key, "ca.crt": authority.own.certificate}
        return {key: path.read_bytes() for key, path in files.items()}

    def mount(self, pod: Pod) -> None:
        """Write what the volumes of ``pod`` hold where its first container would see it."""
        mounts = {one["name"]: one for one in pod.containers[0]["volumeMounts"]}
        for volume in (one for one in pod.spec["volumes"] if one["name"] in mounts):
            for source in volume.get("projected", {}).get("sources", []) or [volume]:
                if "secret" in source or "configMap" in source:
                    content, mount = self.contents(source), mounts[volume["name"]]
                    below = mount.get("subPathExpr", "").replace("$(INDEX)", "0")
                    for item in (source.get("secret") or source["configMap"])["items"]:
                        if item["path"].startswith(below):
                            path = item["path"].removeprefix(below).removeprefix("/")
                            write_private(self.place(pod, f"{mount['mountPath']}/{path}"), content[item["key"]])

    def place(self, pod: Pod, path: str) -> Path:
        return self.folder / pod.part / path.removeprefix("/")

    def environment(self, pod: Pod) -> dict[str, str]:
        """The container's, on this machine."""
        found = {}
        for name, one in variables(pod.containers[0]).items():
            if not name.startswith("KAPOK_"):
                continue
            database = f"sqlite+aiosqlite:///{self.folder}/{pod.part}.db"
            stands_for = {"KAPOK_DATABASE": database, "KAPOK_SERVER_NAME": "nats-0"}
            found[name] = stands_for[name] if "valueFrom" in one else self.moved(pod, one["value"])
        return found

    def moved(self, pod: Pod, value: str) -> str:
        """A path, or an address of itself or of another part, as it is here."""
        value = value.replace("$(INDEX)", "0")
        if re.match(r"/(etc|data|run)", value):
            return str(self.place(pod, value))
        found = re.fullmatch(r"(tls://|dns:///)?(kapok-(?P<part>\w+)|0\.0\.0\.0|127\.0\.0\.1):(?P<number>\d+)", value)
        if not found:
            return value
        scheme = "tls://" if value.startswith("tls://") else ""
        return f"{scheme}127.0.0.1:{self.port(found['part'] or pod.part, found['number'])}"

    def program(self, pod: Pod, ready: str = "", *words: str) -> Program:
        """What its container runs."""
        command = (sys.executable, *pod.containers[0]["args"], *words)
        return Program("-".join((pod.part, *words)), command, self.environment(pod), ready, ready_within_s=60)


def rendered(folder: Path) -> list[Any]:
    key_folders.make(folder / "keys", 1)
    values = (PUBLIC_KEYS, folder / "keys" / "public-keys.yaml", CHART / "ci" / "minimal.yaml")
    made = helm("template", "kapok", CHART, *(word for path in values for word in ("-f", path)))
    assert made.returncode == 0, made.stderr
    return [one for one in yaml.load_all(made.stdout, Loader=yaml.CSafeLoader) if one]


async def test_a_cell_starts_by_what_the_chart_gives_its_pods(tmp_path: Path) -> None:
    machine = Machine(tmp_path, rendered(tmp_path))
    pods = {pod.part: pod for pod in pods_of(machine.objects)}
    for part in (*SERVICES, "nats", "relay", "bus-setup"):
        machine.mount(pods[part])
    ending: list[Child] = []
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(started(machine.program(pods["nats"], "Server is ready"), tmp_path))
        migrations = [machine.program(pods[name], "", "migrate") for name in SERVICES if name != "gateway"]
        for once in (machine.program(pods["bus-setup"]), *migrations):
            ending.append(await stack.enter_async_context(started(once, tmp_path)))
        for child in ending:
            await child.ended()
        for part in (*SERVICES, "relay"):
            await stack.enter_async_context(started(machine.program(pods[part]), tmp_path))
        asked = [f"127.0.0.1:{machine.port(name, '7001')}" for name in SERVICES]
        await eventually(partial(all_are_well, asked), within_s=60)
        await eventually(partial(tells_its_metrics, machine.port("relay", "9464")), within_s=60)


async def all_are_well(addresses: list[str]) -> bool:
    return not await asyncio.to_thread(lambda: list(probe.ailing(addresses, within_s=2)))


async def tells_its_metrics(port: int) -> bool:
    async with aiohttp.ClientSession() as client:
        try:
            async with client.get(f"http://127.0.0.1:{port}/metrics") as answer:
                return "kapok_relay_viewers" in await answer.text()
        except aiohttp.ClientError:
            return False
