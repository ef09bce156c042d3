"""The chart and the services agree on every variable: none that nobody reads, none missing, every file mounted."""

import dataclasses
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cell import key_folders
from services.chassis import settings
from services.streams.app import Settings as Streams
from tests.chart.rendered import Manifest, pods, schema, template, variables

RUN = {  # the module that a container runs → where its settings are
    "services.streams.relay": "services.streams.relay.settings",
    "services.cell.bus_server": "services.cell.bus_server",
    "services.cell.bus_setup": "services.cell.bus_setup",
    "services.cell.bus_watch": "services.cell.bus_watch",
    **{
        f"services.{name}": f"services.{name}.app"
        for name in ("gateway", "registry", "permissions", "streams", "audit")
    },
}
STANDS_FOR = {  # what only Kubernetes or a Secret knows
    "KAPOK_DATABASE": "postgresql+asyncpg://registry:x@db.example:5432/registry",
    "KAPOK_SERVER_NAME": "kapok-nats-0",
    "INDEX": "0",
}


def kind_of(container: Manifest) -> Any:
    """The settings' dataclass of what the container runs."""
    return import_module(RUN[container["args"][1]]).Settings


def environment(container: Manifest) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, one in variables(container).items():
        found[name] = STANDS_FOR[name] if "valueFrom" in one else one["value"].replace("$(INDEX)", "0")
    return found


def test_every_container_would_start_with_its_settings(case: str) -> None:
    """Loading refuses unknown names, missing ones and wrong values, and settings that contradict each other."""
    for pod in pods(case):
        for container in pod.containers:
            if container["args"][1] not in RUN or "migrate" in container["args"]:
                continue
            settings.load(kind_of(container), environment(container))


def test_every_file_that_is_named_is_mounted(case: str) -> None:
    for pod in pods(case):
        for container in pod.containers:
            files = pod.files(container)
            named = {path for path in environment(container).values() if path.startswith("/etc/kapok")}
            optional = {"/etc/kapok/own/genesis.bin"}  # without it permissions says loudly that it has no policy
            assert named - optional <= files, pod.owner["metadata"]["name"]
            assert files <= named, f"{pod.owner['metadata']['name']} is given what it does not read"


def test_migrations_are_told_of_their_database_alone(case: str) -> None:
    for pod in pods(case):
        for container in pod.containers:
            if "migrate" in container["args"]:
                assert {name for name in variables(container) if name.startswith("KAPOK_")} == {"KAPOK_DATABASE"}


@pytest.mark.parametrize("part", ["gateway", "registry", "permissions", "streams", "audit", "relays"])
def test_what_values_may_set_is_a_setting(part: str) -> None:
    allowed = schema()["properties"][part]["properties"]["settings"]["properties"]
    module = RUN["services.streams.relay" if part == "relays" else f"services.{part}"]
    known = {field.name for field in dataclasses.fields(import_module(module).Settings)}
    snake = {re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower() for name in allowed}
    assert snake <= known


def test_a_setting_of_values_reaches_its_service() -> None:
    made = template("minimal", 'streams.settings={"viewersPerCamera":77}', 'registry.settings={"probeEvery":0.5}')
    found = {}
    for one in yaml.load_all(made.stdout, Loader=yaml.CSafeLoader):
        if one and one["kind"] == "Deployment":
            [container] = one["spec"]["template"]["spec"]["containers"]
            found[container["name"]] = environment(container)
    assert settings.load(Streams, found["streams"]).viewers_per_camera == 77
    assert found["registry"]["KAPOK_PROBE_EVERY"] == "0.5"


def test_large_numbers_stay_whole() -> None:
    """Helm reads numbers as floats, and would write 5e+08."""
    made = template("minimal", 'relays.settings={"capacityBytesPerS":500000000}')
    assert 'KAPOK_CAPACITY_BYTES_PER_S, value: "500000000"' in made.stdout


def test_the_secrets_of_services_are_what_the_tool_makes(tmp_path: Path, case: str) -> None:
    key_folders.make(tmp_path, 4)
    made = {folder.name: {path.name for path in folder.iterdir()} for folder in (tmp_path / "secrets").iterdir()}
    asked = 0
    for pod in pods(case):
        for volume in pod.spec["volumes"]:
            for source in [*volume.get("projected", {}).get("sources", ()), volume]:
                secret = source.get("secret", {})
                name = secret.get("name") or secret.get("secretName", "")
                if name.removeprefix("kapok-") in made:
                    asked += 1
                    assert {item["key"] for item in secret["items"]} <= made[name.removeprefix("kapok-")], name
    assert asked >= 6
