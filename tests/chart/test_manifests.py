"""What the chart renders is what Kubernetes takes, and helm has nothing to say against it."""

import functools
import re
from collections import Counter

import pytest
import yaml
from kubernetes_validate import utils

from tests.chart.rendered import (
    CHART,
    PUBLIC_KEYS,
    Manifest,
    helm,
    manifests,
    of_kind,
    of_kind_in,
    pods,
    pods_of,
    template,
)

QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
PORT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?")
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?")
SCHEMAS = functools.cache(utils.schema_contents)
OWN_KINDS = {"Certificate", "ServiceMonitor", "PrometheusRule"}  # of which kubernetes-validate has no schemas


def test_helm_lints_it_strictly(case: str) -> None:
    linted = helm("lint", "--strict", CHART, "-f", PUBLIC_KEYS, "-f", CHART / "ci" / f"{case}.yaml")
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_kubernetes_knows_every_field(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # It reads its schemas anew for each object, a megabyte and a half.
    monkeypatch.setattr(utils, "schema_contents", SCHEMAS)
    for one in manifests(case):
        if one["kind"] not in OWN_KINDS:
            utils.validate(one, "1.37", strict=True)


def test_no_two_objects_have_one_name(case: str) -> None:
    named = Counter((one["kind"], one["metadata"]["name"]) for one in manifests(case))
    assert not {key for key, count in named.items() if count > 1 or not NAME.fullmatch(key[1])}


def test_rendering_twice_gives_the_same(case: str) -> None:
    assert tuple(one for one in yaml.load_all(template(case).stdout, Loader=yaml.CSafeLoader) if one) == manifests(case)


def test_a_long_name_of_a_release_makes_no_long_name_of_an_object() -> None:
    keys, values = ("-f", PUBLIC_KEYS), ("-f", CHART / "ci" / "municipal.yaml")
    made = helm("template", "a-city-whose-name-is-as-long-as-helm-allows-it-to-be", CHART, *keys, *values)
    assert made.returncode == 0, made.stderr
    names = [one["metadata"]["name"] for one in yaml.load_all(made.stdout, Loader=yaml.CSafeLoader) if one]
    assert max(map(len, names)) <= 63


def quantities(one: Manifest) -> list[str]:
    found = []
    for pod in [one["spec"]["template"]["spec"]] if "template" in one.get("spec", {}) else []:
        for container in pod["containers"]:
            found += [str(value) for kind in container["resources"].values() for value in kind.values()]
    found += [c["spec"]["resources"]["requests"]["storage"] for c in one["spec"].get("volumeClaimTemplates", ())]
    return found


def test_quantities_are_quantities(case: str) -> None:
    found = [text for one in of_kind(case, "Deployment", "StatefulSet", "Job") for text in quantities(one)]
    assert len(found) > 20
    assert not [text for text in found if not QUANTITY.fullmatch(text)]


def test_ports_have_names_that_kubernetes_takes_and_services_lead_to_them(case: str) -> None:
    ports = {
        (pod.part, port["name"]): port["containerPort"]
        for pod in pods(case) for container in pod.containers for port in container.get("ports", ())
    }  # fmt: skip
    assert not {name for _, name in ports if not PORT_NAME.fullmatch(name)}
    for service in of_kind(case, "Service"):
        part = service["spec"]["selector"]["app.kubernetes.io/component"]
        for port in service["spec"]["ports"]:
            assert ports[part, port["targetPort"]] == port["port"], service["metadata"]["name"]


def test_selectors_match_pods(case: str) -> None:
    labels = [pod.labels | {"apps.kubernetes.io/pod-index": "0"} for pod in pods(case)]
    for one in of_kind(case, "Deployment", "StatefulSet", "PodDisruptionBudget"):
        wanted = one["spec"]["selector"]["matchLabels"]
        assert any(wanted.items() <= have.items() for have in labels), one["metadata"]["name"]
        if "template" in one["spec"]:
            assert wanted.items() <= one["spec"]["template"]["metadata"]["labels"].items()
    for one in of_kind(case, "Service"):
        wanted = {key: value for key, value in one["spec"]["selector"].items() if "pod-index" not in key}
        assert any(wanted.items() <= have.items() for have in labels), one["metadata"]["name"]


def test_prometheus_finds_a_port_of_every_part_that_it_watches(case: str) -> None:
    services = of_kind(case, "Service")
    for monitor in of_kind(case, "ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"]
        found = [
            port["name"]
            for service in services if wanted.items() <= service["metadata"]["labels"].items()
            for port in service["spec"]["ports"]
        ]  # fmt: skip
        assert found.count("metrics") == 1, monitor["metadata"]["name"]


@pytest.mark.parametrize("release", ["kapok", "tianhe", "a-kapok-of-ours"])
def test_prometheus_calls_every_process_as_the_alert_on_one_that_is_down_does(case: str, release: str) -> None:
    """By itself Prometheus' operator calls a job as its Service, RELEASE-kapok-gateway, which no rule could ask for."""
    keys, values = ("-f", PUBLIC_KEYS), ("-f", CHART / "ci" / f"{case}.yaml")
    apis = ("--api-versions", "monitoring.coreos.com/v1")
    made = helm("template", release, CHART, *apis, *keys, *values, "--set-json", "monitoring.enabled=true")
    objects = [one for one in yaml.load_all(made.stdout, Loader=yaml.CSafeLoader) if one]
    monitors = {
        one["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"]: one["spec"]["endpoints"]
        for one in of_kind_in(objects, "ServiceMonitor")
    }
    watched = {pod.part for pod in pods_of(objects) if any("metrics" in ports_of(one) for one in pod.containers)}
    assert monitors.keys() == watched, "who listens for Prometheus is asked"
    [asked] = re.findall(r'up\{job=~"([^"]+)"\} == 0', (CHART / "rules" / "causes.yaml").read_text())
    for part, [endpoint] in monitors.items():
        [relabelled] = [one for one in endpoint["relabelings"] if one["targetLabel"] == "job"]
        assert relabelled["replacement"] == f"kapok-{part}"
        assert re.fullmatch(asked, relabelled["replacement"]), "the alert does not see it"
        assert relabelled.keys() == {"targetLabel", "replacement"}, "for every target, whatever its labels"


def ports_of(container: Manifest) -> set[str]:
    return {port["name"] for port in container.get("ports", ())}


def test_rules_and_monitors_are_made_only_where_they_are_known(case: str) -> None:
    keys, values = ("-f", PUBLIC_KEYS), ("-f", CHART / "ci" / f"{case}.yaml")
    made = helm("template", "kapok", CHART, *keys, *values)
    assert "monitoring.coreos.com" not in made.stdout
    is_watched = case != "air-gapped"
    rules = list((CHART / "rules").glob("*.yaml"))
    assert len(of_kind(case, "PrometheusRule")) == len(rules) * is_watched
    assert bool(of_kind(case, "ServiceMonitor")) == is_watched
