"""Nothing passes between pods but what the services' own settings say that they need."""

from collections.abc import Iterator

import pytest
import yaml

from tests.chart.rendered import Manifest, Pod, of_kind, pods, template, variables

GRPC, PROBE, METRICS, BUS = 7000, 7001, 9464, 4222


def policies(case: str, pod: Pod) -> list[Manifest]:
    """Those that hold for ``pod``, but the one that denies everything."""
    return [
        one["spec"]
        for one in of_kind(case, "NetworkPolicy")
        if one["spec"]["podSelector"]["matchLabels"].items() <= pod.labels.items()
        and one["metadata"]["name"] != "kapok-everything"
    ]


def rules(case: str, pod: Pod, way: str) -> Iterator[Manifest]:
    for policy in policies(case, pod):
        yield from policy.get(way, ())


def may_talk(case: str, caller: Pod, callee: Pod, port: int) -> bool:
    """Whether both the caller's egress and the callee's ingress let it pass."""
    return all(
        any(
            port in {one["port"] for one in rule["ports"]}
            and any(
                peer.get("podSelector", {}).get("matchLabels", {"none": ""}).items() <= other.labels.items()
                for peer in rule.get(side, ())
            )
            for rule in rules(case, pod, way) if "ports" in rule
        )
        for pod, other, way, side in ((caller, callee, "egress", "to"), (callee, caller, "ingress", "from"))
    )  # fmt: skip


def test_every_pod_is_denied_everything_first_and_has_a_policy_of_its_own(case: str) -> None:
    [deny] = [one["spec"] for one in of_kind(case, "NetworkPolicy") if one["metadata"]["name"] == "kapok-everything"]
    assert set(deny["policyTypes"]) == {"Ingress", "Egress"}
    assert "ingress" not in deny
    assert {port["port"] for rule in deny["egress"] for port in rule["ports"]} == {53}
    for pod in pods(case):
        assert deny["podSelector"]["matchLabels"].items() <= pod.labels.items(), pod.part
        assert [set(policy["policyTypes"]) for policy in policies(case, pod)] == [{"Ingress", "Egress"}], pod.part


def test_who_is_told_an_address_may_call_it_and_nobody_else(case: str) -> None:
    found = {pod.part: pod for pod in pods(case)}
    services = {"registry", "permissions", "streams", "audit"}
    for name, pod in found.items():
        told = {
            callee for callee in services for container in pod.containers
            if f"KAPOK_{callee.upper()}_ADDRESS" in variables(container)
        }  # fmt: skip
        allowed = {callee for callee in services if may_talk(case, pod, found[callee], GRPC)}
        assert told == allowed, name


@pytest.mark.parametrize("case", ["minimal", "district", "municipal"])  # the bus of the other one is elsewhere
def test_who_has_a_seed_of_the_bus_may_reach_it_and_nobody_else(case: str) -> None:
    found = {pod.part: pod for pod in pods(case)}
    for name, pod in found.items():
        has_seed = any("KAPOK_BUS_SEED" in variables(container) for container in pod.containers)
        assert has_seed == may_talk(case, pod, found["nats"], BUS), name


def test_the_test_asks_each_service_how_it_is(case: str) -> None:
    found = {pod.part: pod for pod in pods(case)}
    asked = {
        address.removeprefix("kapok-").partition("-inside")[0] for address in found["test"].containers[0]["args"][2:]
    }
    assert asked == {"gateway", "registry", "permissions", "streams", "audit"}
    assert all(may_talk(case, found["test"], found[name], PROBE) for name in asked)
    named = {one["metadata"]["name"] for one in of_kind(case, "Service")}
    assert {f"kapok-{name}-inside" for name in asked} <= named


def open_to_networks(case: str, pod: Pod) -> set[int]:
    """Ports at which it takes who is no pod of the release."""
    return {
        port["port"] for rule in rules(case, pod, "ingress") for port in rule["ports"]
        if not any("podSelector" in peer or "namespaceSelector" in peer for peer in rule.get("from", ()))
    }  # fmt: skip


def test_only_what_agencies_viewers_and_cells_need_is_open_to_networks(case: str) -> None:
    leaf = {7422} if case == "municipal" else set()
    expected = {"gateway": {7443, 7080}, "relay": {8322, 8443, 8444}, "nats": leaf}
    for pod in pods(case):
        assert open_to_networks(case, pod) == expected.get(pod.part, set()), pod.part


def test_cameras_are_reached_by_relays_and_registry_in_their_networks_only(case: str) -> None:
    for pod in pods(case):
        anywhere = [rule for rule in rules(case, pod, "egress") if "ports" not in rule]
        reached = {peer["ipBlock"]["cidr"] for rule in anywhere for peer in rule["to"]}
        told = {
            network for container in pod.containers
            for network in variables(container).get("KAPOK_SOURCE_NETWORKS", {}).get("value", "").split(",") if network
        }  # fmt: skip
        assert reached == told, pod.part
        assert bool(told) == (pod.part in {"relay", "registry"})


def test_without_networks_of_cameras_no_camera_is_reached() -> None:
    made = template("minimal", "sourceNetworks=[]")
    for one in yaml.load_all(made.stdout, Loader=yaml.CSafeLoader):
        if one and one["kind"] == "NetworkPolicy":
            assert all("ports" in rule for rule in one["spec"].get("egress", ()) or ()), one["metadata"]["name"]


def test_who_sends_spans_reaches_the_collector_and_nobody_else(case: str) -> None:
    told = set[str]()
    for pod in pods(case):
        reaches = [rule["to"] for rule in rules(case, pod, "egress") if {"port": 4317} in rule.get("ports", ())]
        is_told = any("OTEL_EXPORTER_OTLP_ENDPOINT" in variables(container) for container in pod.containers)
        assert reaches == [[{"ipBlock": {"cidr": "10.1.3.0/28"}}]] * is_told, pod.part
        told |= {pod.part} if is_told else set()
    assert told == ({"gateway", "registry", "permissions", "streams", "audit"} if case == "district" else set())


def test_databases_are_reached_where_they_are_and_by_who_has_one(case: str) -> None:
    for pod in pods(case):
        reaches = [rule for rule in rules(case, pod, "egress") if {"port": 5432} in rule.get("ports", ())]
        has_one = any("KAPOK_DATABASE" in variables(container) for container in pod.containers)
        is_migrate = pod.part == "migrate"
        assert bool(reaches) == (has_one or is_migrate), pod.part
        if case in {"district", "municipal"}:
            assert all("to" in rule for rule in reaches)
