"""Values that can't be are refused before anything is sent to a cluster, with a sentence that says what to do."""

import json
from typing import Any

import pytest
import yaml

from tests.chart.rendered import CHART, helm, schema, template

REFUSED = [
    # unknown and mistyped: the schema
    ("minimal", 'gatway={"replicas":2}', "'gatway' not allowed"),
    ("minimal", 'gateway={"replica":2}', "'replica' not allowed"),
    ("minimal", 'gateway={"settings":{"callsPerSecond":5}}', "'callsPerSecond' not allowed"),
    ("minimal", 'streams={"settings":{"viewersPerCamera":0}}', "/streams/settings/viewersPerCamera"),
    ("minimal", 'relays={"resources":{"requests":{"cpu":"1 core","memory":"1Gi"},"limits":{"memory":"1Gi"}}}', "/cpu"),
    ("minimal", 'image={"tag":"v 1"}', "/image/tag"),
    ("minimal", 'image={"digest":"sha256:1234"}', "/image/digest"),
    ("minimal", "nats.replicas=2", "/nats/replicas"),
    ("minimal", 'sourceNetworks=["cameras.example"]', "/sourceNetworks/0"),
    ("minimal", 'keys={"peers":{"registry":"abcd"}}', "/keys/peers/registry"),
    (
        "minimal",
        'keys={"bus":{"registry":"SUAIBDPBAUTWCWBKIO6XHQNINK5FWJW4OHLXC3HQ2KFE4PEJUA44CNHTC4"}}',
        "/keys/bus/registry",
    ),
    ("minimal", 'keys={"bus":{"mallory":"UAIFOLALUPALGCJPQ4MW62MNCZGMCPNRMWRXD6WZNQBCAIJHWYEBEAH7"}}', "mallory"),
    ("air-gapped", 'nats={"external":{"url":"nats://nats:4222"}}', "/nats/external/url"),
    ("minimal", 'postgresql={"sslMode":"disable"}', "/postgresql/sslMode"),
    ("minimal", 'relays={"webOrigins":["http://cell.example"]}', "/relays/webOrigins/0"),
    ("minimal", 'tracing.endpoint="collector"', "/tracing/endpoint"),
    ("minimal", 'streams={"settings":{"databasePool":4}}', "/streams/settings/databasePool"),
    # each right by itself, and wrong together: the chart
    ("minimal", 'audience=""', "audience is empty: tokens of persons are for one cell"),
    ("minimal", 'relays.domain=""', "relays.domain is empty: viewers reach relay-0 at relay-0.DOMAIN"),
    ("minimal", "relays.replicas=6", "keys.bus has no relay-5: there may be 6 relays, each with keys of its own"),
    ("municipal", "relays.autoscaling.maxReplicas=5", "keys.bus has no relay-4"),
    ("municipal", "relays.autoscaling.minReplicas=5", "relays.autoscaling: minReplicas 5 is more than maxReplicas 4"),
    ("municipal", "gateway.autoscaling.minReplicas=50", "gateway.autoscaling: minReplicas 50 is more than maxReplicas"),
    ("minimal", 'image.tag="latest"', "image.tag is latest: that says not which image"),
    ("air-gapped", 'image.tag="1.2.3"', "image.tag and image.digest are both given"),
    ("minimal", 'sourceNetworks=["0.0.0.0/0"]', "sourceNetworks lists 0.0.0.0/0, everything"),
    ("minimal", "certManager.enabled=true", "certManager.enabled without certManager.issuer.name"),
    ("district", "gateway.dnsNames=[]", "certManager.enabled without gateway.dnsNames"),
    ("minimal", 'nats.external.url="tls://nats:4222"', "the bus is the chart's or yours, not both"),
    ("minimal", "nats.enabled=false", "a cell has a bus, the chart's or yours"),
    ("air-gapped", "nats.leaf.listen=true", "nats.leaf is of the chart's own bus"),
    ("district", "nats.leaf.listen=true", "a municipality's hub or a district's leaf, not both"),
    ("municipal", 'nats.domain=""', "need a JetStream domain of their own each"),
    ("district", 'nats.leaf.secret=""', "the hub knows this cell by its nkey"),
]


@pytest.mark.parametrize(("case", "change", "sentence"), REFUSED)
def test_values_that_can_not_be_are_refused_with_a_sentence(case: str, change: str, sentence: str) -> None:
    made = template(case, change)
    assert made.returncode != 0
    assert sentence in made.stderr


def test_all_that_is_wrong_is_told_at_once() -> None:
    said = helm("template", "kapok", CHART).stderr
    sentences = (
        "audience is empty",
        "relays.domain is empty",
        "keys.peers has no gateway: `python -m services.cell.key_folders FOLDER` makes them",
        "keys.signing has no permissions",
        "keys.organs has no national-security: each of the three organs of Article 14 ¶2 gives its public key",
        "keys.bus has no relay-1: there may be 2 relays",
    )
    assert not [sentence for sentence in sentences if sentence not in said]


def closed(part: Any, path: str) -> list[str]:
    """The objects of the schema that take any property, but maps of labels, tolerations and Helm's own."""
    found = []
    if isinstance(part, dict):
        if part.get("type") == "object" and "properties" in part and part.get("additionalProperties") is not False:
            found.append(path)
        if part.get("type") == "object" and "properties" not in part and "additionalProperties" not in part:
            found.append(path)
        for key, value in part.items():
            found += closed(value, f"{path}/{key}")
    return found


def test_the_schema_takes_no_word_that_it_does_not_know() -> None:
    assert closed(schema(), "") == ["/properties/pods/properties/tolerations/items", "/properties/global"]


def leaves(values: Any, path: str = "") -> set[str]:
    if isinstance(values, dict) and values:
        return {leaf for key, value in values.items() for leaf in leaves(value, f"{path}.{key}")}
    return {path}


def test_every_value_is_in_the_schema_and_the_schema_in_the_values() -> None:
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    described = schema()
    for name, part in described["properties"].items():
        if name == "global":
            continue
        assert name in values, name
        if "properties" in part:
            assert part["properties"].keys() == values[name].keys() or name == "keys", name
    assert values.keys() <= described["properties"].keys()
    assert json.dumps(values)
