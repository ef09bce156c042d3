"""How many run, how many may be gone, and who counts: autoscalers, budgets and replicas agree."""

from tests.chart.rendered import Manifest, of_kind


def workloads(case: str) -> dict[str, Manifest]:
    return {one["metadata"]["name"]: one["spec"] for one in of_kind(case, "Deployment", "StatefulSet")}


def scalers(case: str) -> dict[str, Manifest]:
    return {one["spec"]["scaleTargetRef"]["name"]: one["spec"] for one in of_kind(case, "HorizontalPodAutoscaler")}


def test_either_the_chart_or_an_autoscaler_says_how_many(case: str) -> None:
    kinds = {one["metadata"]["name"]: one["kind"] for one in of_kind(case, "Deployment", "StatefulSet")}
    for name, spec in workloads(case).items():
        assert ("replicas" in spec) != (name in scalers(case)), f"{name}: an upgrade would undo the autoscaler's work"
    for name, spec in scalers(case).items():
        assert spec["scaleTargetRef"]["kind"] == kinds[name]
        assert spec["minReplicas"] <= spec["maxReplicas"]


def test_one_may_be_gone_where_another_is_left_and_no_single_one_keeps_its_node(case: str) -> None:
    budgets = {one["metadata"]["name"]: one["spec"] for one in of_kind(case, "PodDisruptionBudget")}
    for name, spec in workloads(case).items():
        least = scalers(case)[name]["minReplicas"] if name in scalers(case) else spec["replicas"]
        assert (name in budgets) == (least > 1), name
    assert all(spec["maxUnavailable"] == 1 for spec in budgets.values())


def test_no_service_loses_a_replica_before_its_next_is_ready(case: str) -> None:
    for name in ("gateway", "registry", "permissions", "streams", "audit"):
        assert workloads(case)[f"kapok-{name}"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


def test_relays_scale_by_what_they_carry() -> None:
    metrics = scalers("municipal")["kapok-relay"]["metrics"]
    assert {one["pods"]["metric"]["name"] for one in metrics} == {
        "kapok_relay_viewers",
        "kapok_relay_bytes_per_second",
    }
    assert {one["resource"]["name"] for one in scalers("municipal")["kapok-gateway"]["metrics"]} == {"cpu"}


def test_a_message_is_kept_by_as_many_servers_as_there_are(case: str) -> None:
    servers = workloads(case).get("kapok-nats", {"replicas": 3})["replicas"]  # an external one: as its values say
    [setup] = [one for one in of_kind(case, "Job") if "bus-setup" in one["metadata"]["name"]]
    [container] = setup["spec"]["template"]["spec"]["containers"]
    assert {"name": "KAPOK_REPLICAS", "value": str(servers)} in container["env"]


def test_replicas_are_spread_over_nodes_and_zones(case: str) -> None:
    for name, spec in workloads(case).items():
        inner = spec["template"]
        constraints = inner["spec"]["topologySpreadConstraints"]
        assert {one["topologyKey"] for one in constraints} == {
            "kubernetes.io/hostname",
            "topology.kubernetes.io/zone",
        }, name
        for one in constraints:
            assert one["labelSelector"]["matchLabels"].items() <= inner["metadata"]["labels"].items()


def test_every_certificate_has_the_name_by_which_it_is_called() -> None:
    names = {one["spec"]["secretName"]: set(one["spec"]["dnsNames"]) for one in of_kind("district", "Certificate")}
    services = {"kapok-gateway", "kapok-registry", "kapok-permissions", "kapok-streams", "kapok-audit"}
    assert names["kapok-services-tls"] == services
    assert names["kapok-nats-tls"] == {"kapok-nats", "*.kapok-nats-nodes"}
    assert names["kapok-relays-tls"] == {"*.relays.tianhe.example"}
    assert names["kapok-gateway-tls"] == {"cell.tianhe.example"}
    for one in of_kind("district", "Certificate"):
        assert {"server auth", "client auth"} <= set(one["spec"]["usages"])
