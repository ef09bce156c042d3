"""The chart rendered by a real helm: each file of values in its folder ci/, once."""

import functools
import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.house.tree import ROOT

HELM = ROOT / "build" / "helm" / "helm"
CHART = ROOT / "deploy" / "helm" / "kapok"
PUBLIC_KEYS = CHART / "ci" / "public-keys.yaml"
CASES = tuple(sorted(path.stem for path in (CHART / "ci").glob("*.yaml") if path != PUBLIC_KEYS))
_WORKLOADS = {"Deployment", "StatefulSet", "Job", "Pod"}
Manifest = Mapping[str, Any]


def helm(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run it, away from any cluster and any home."""
    environment = {"PATH": os.defpath, "KUBECONFIG": "/dev/null", "HELM_CACHE_HOME": str(HELM.parent / "cache")}
    return subprocess.run([HELM, *arguments], capture_output=True, text=True, check=False, env=environment)


def template(case: str, *changes: str) -> subprocess.CompletedProcess[str]:
    """`helm template` of a case with ``changes`` on top, each JSON of values."""
    changed = [word for change in changes for word in ("--set-json", change)]
    return helm(
        "template", "kapok", CHART, "--namespace", "cell", "--api-versions", "monitoring.coreos.com/v1",
        "-f", PUBLIC_KEYS, "-f", CHART / "ci" / f"{case}.yaml", *changed,
    )  # fmt: skip


@functools.cache
def manifests(case: str) -> tuple[Manifest, ...]:
    """What a case renders to."""
    made = template(case)
    assert made.returncode == 0, made.stderr
    return tuple(one for one in yaml.load_all(made.stdout, Loader=yaml.CSafeLoader) if one)


def of_kind(case: str, *kinds: str) -> list[Manifest]:
    return of_kind_in(manifests(case), *kinds)


def of_kind_in(objects: Iterable[Manifest], *kinds: str) -> list[Manifest]:
    return [one for one in objects if one["kind"] in kinds]


@dataclass(frozen=True)
class Pod:
    """The pods of one workload."""

    owner: Manifest
    labels: Mapping[str, str]
    spec: Manifest

    @property
    def part(self) -> str:
        return self.labels["app.kubernetes.io/component"]

    @property
    def containers(self) -> Sequence[Manifest]:
        return [*self.spec.get("initContainers", ()), *self.spec["containers"]]

    def files(self, container: Manifest) -> set[str]:
        """Every file that the container sees, by its path."""
        volumes = {volume["name"]: volume for volume in self.spec["volumes"]}
        seen = set()
        for mount in container.get("volumeMounts", ()):
            for path in _paths(volumes.get(mount["name"], {})):
                below = mount.get("subPathExpr", "").replace("$(INDEX)", "0")
                if path.startswith(below):
                    seen.add(f"{mount['mountPath']}/{path.removeprefix(below).removeprefix('/')}")
        return seen


def _paths(volume: Manifest) -> Iterator[str]:
    sources = volume.get("projected", {}).get("sources", []) or [volume]
    for source in sources:
        for kind in ("secret", "configMap"):
            yield from (item["path"] for item in source.get(kind, {}).get("items", ()))


def pods(case: str) -> list[Pod]:
    """Of every workload, hooks and tests among them."""
    return pods_of(manifests(case))


def pods_of(objects: Iterable[Manifest]) -> list[Pod]:
    """The same of what was rendered otherwise."""
    found = []
    for one in of_kind_in(objects, *_WORKLOADS):
        inner = one if one["kind"] == "Pod" else one["spec"]["template"]
        found.append(Pod(one, inner["metadata"]["labels"], inner["spec"]))
    return found


def variables(container: Manifest) -> dict[str, Manifest]:
    """The environment of a container by name."""
    return {one["name"]: one for one in container.get("env", ())}


def schema() -> Any:
    return json.loads((CHART / "values.schema.json").read_text())
