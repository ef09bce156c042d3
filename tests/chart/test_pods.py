"""Every pod of the chart, hooks and tests too, keeps the restricted standard, and holds no more than it needs."""

import json
import re

import yaml

from tests.chart.rendered import CHART, Manifest, Pod, of_kind, pods, template, variables

HOLDS_A_SECRET = re.compile(r"password|secret|seed|private|token|:[^/@]+@|\bS[UAO][A-Z2-7]{50,}", re.IGNORECASE)
SECRETS_BY_PATH = re.compile(r"(/[\w.-]+)+|(tls|dns|kapok):/.*")


def names(pod: Pod) -> str:
    return str(pod.owner["metadata"]["name"])


def is_restricted(pod: Pod) -> bool:
    """As Kubernetes' Pod Security Standards have it, level restricted."""
    own = pod.spec["securityContext"]
    volumes = [set(volume) - {"name"} for volume in pod.spec.get("volumes", ())]
    allowed = {"configMap", "emptyDir", "projected", "secret", "persistentVolumeClaim"}
    return (
        own["runAsNonRoot"] is True
        and own["runAsUser"] == 10001
        and own["seccompProfile"] == {"type": "RuntimeDefault"}
        and not any(pod.spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC"))
        and all(kinds <= allowed for kinds in volumes)
        and all(
            container["securityContext"]
            == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            and not any("hostPort" in port for port in container.get("ports", ()))
            for container in pod.containers
        )
    )


def test_every_pod_is_restricted(case: str) -> None:
    assert not [names(pod) for pod in pods(case) if not is_restricted(pod)]


def test_no_pod_holds_a_token_of_the_cluster_or_variables_of_its_services(case: str) -> None:
    for pod in pods(case):
        assert pod.spec["automountServiceAccountToken"] is False, names(pod)
        assert pod.spec["enableServiceLinks"] is False, f"{names(pod)}: KAPOK_…_SERVICE_HOST would stop a service"


def test_every_container_asks_for_what_it_takes_and_is_told_how_much_memory(case: str) -> None:
    for pod in pods(case):
        for container in pod.containers:
            resources = container["resources"]
            assert {"cpu", "memory"} <= resources["requests"].keys(), names(pod)
            assert "memory" in resources["limits"], names(pod)


def test_one_image_for_all_by_a_tag_or_a_digest(case: str) -> None:
    images = {container["image"] for pod in pods(case) for container in pod.containers}
    assert len(images) == 1
    [image] = images
    assert re.search(r"(:[\w][\w.-]*|@sha256:[0-9a-f]{64})$", image)
    assert not image.endswith(":latest")


def test_the_image_is_of_this_release() -> None:
    described = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = (CHART.parents[2] / "pyproject.toml").read_text()
    assert f'version = "{described["appVersion"]}"' in project
    assert described["version"] == described["appVersion"]


def test_no_secret_is_in_an_environment_or_a_config_map(case: str) -> None:
    for pod in pods(case):
        for container in pod.containers:
            for name, one in variables(container).items():
                value = one.get("value", "")
                if HOLDS_A_SECRET.search(f"{name} {value}"):
                    assert "valueFrom" in one or SECRETS_BY_PATH.fullmatch(value), f"{names(pod)}: {name}"
    for one in of_kind(case, "ConfigMap"):
        assert not re.search(r'"(SU|SA|SO)[A-Z2-7]{50,}|PRIVATE KEY|password', json.dumps(one["data"]))
    assert not of_kind(case, "Secret"), "Secrets are their owner's; a chart would keep them in its release"


def test_the_database_is_a_secrets(case: str) -> None:
    for pod in pods(case):
        for container in pod.containers:
            database = variables(container).get("KAPOK_DATABASE")
            if database:
                assert database["valueFrom"]["secretKeyRef"]["key"] == "database", names(pod)
                assert variables(container)["PGSSLMODE"]["value"] in {"verify-full", "verify-ca"}


def test_a_relay_sees_its_own_keys_and_no_other_relays(case: str) -> None:
    [relay] = [pod for pod in pods(case) if pod.part == "relay"]
    [container] = relay.containers
    own = {path for path in relay.files(container) if path.startswith("/etc/kapok-own/")}
    assert own == {"/etc/kapok-own/bus.nkey", "/etc/kapok-own/identity.x25519"}
    mounted = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert mounted["own"]["subPathExpr"] == variables(container)["KAPOK_RELAY_ID"]["value"]


PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def probes(container: Manifest) -> set[str]:
    return {name for name in container if name.endswith("Probe")}


def test_whatever_stays_up_is_asked_how_it_is_and_let_go_gently(case: str) -> None:
    for pod in pods(case):
        if pod.owner["kind"] not in {"Deployment", "StatefulSet"}:
            continue
        for container in pod.containers:
            is_beside = container["name"] == "watch"  # whoever is beside the part itself makes it ready for nobody
            wanted = {"startupProbe", "livenessProbe"} if is_beside else set(PROBES)
            assert probes(container) == wanted, names(pod)
            ports = {port["name"]: port["containerPort"] for port in container["ports"]}
            for name in probes(container):
                [(kind, asked)] = [
                    item for item in container[name].items() if item[0] in {"grpc", "httpGet", "tcpSocket"}
                ]
                assert asked["port"] in (ports.values() if kind == "grpc" else ports), f"{names(pod)} {name}"


def test_a_relay_has_time_to_drain() -> None:
    for seconds in (0, 30, 300):
        made = template("minimal", f'relays.settings={{"drainS":{seconds}}}').stdout
        [relay] = [
            one for one in yaml.load_all(made, Loader=yaml.CSafeLoader)
            if one and one["kind"] == "StatefulSet" and one["metadata"]["name"] == "kapok-relay"
        ]  # fmt: skip
        assert relay["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > seconds + 10
