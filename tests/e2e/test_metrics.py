"""What a running cell tells Prometheus: names that rules know, labels from closed lists, nobody by name."""

import json
import re
import urllib.request
from collections import defaultdict

import pytest
from grpc import StatusCode
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from demo.chapters import first_camera, opened
from demo.platform import Platform, watching
from kapok.error.v1 import error_reason_pb2
from kapok.streams.v1 import streams_service_pb2 as pb
from scripts import dashboards, slo_rules
from services.cell import bus_watch
from services.chassis import errors
from services.decider.facts import AgencyKind
from tests.eventually import eventually

CAMERA = first_camera("440104", level=2)
WORDS = {
    "process": r"services|relay-[0-9]",
    "method": r"/grpc\.health\.v1\.Health/Check|/kapok\.[a-z]+\.v1\.[A-Za-z]+/[A-Za-z]+|unknown",
    "code": "|".join(code.name for code in StatusCode),
    "reason": "|".join(name.removeprefix("ERROR_REASON_") for name in list(error_reason_pb2.ErrorReason.keys())),
    "neighbour": "registry|permissions|streams|audit",
    "service": "registry|permissions|streams",
    "client": r"gateway|registry|permissions|streams|audit|cell|relay-[0-9]",
    "rule": r"[a-z][a-z0-9-]+",
    "outcome": "allow|deny",
    "article": r"[0-9]{1,2}|other",
    "kind": "|".join([*(kind.value for kind in AgencyKind), "live", "copy", "live-check"]),
    "standing": "[a-z]+",
    "state": "[A-Z_a-z ]+",
    "limit": "[a-z-]+",
    "certificate": "services|gateway|viewers|bus",
    "le": r"[0-9.e+-]+|\+Inf",
}
MOST = {"method": 150, "reason": 80, "rule": 60, "article": 31}  # different values; of the others twenty


def places(stage: Platform) -> list[str]:
    """Where Prometheus scrapes: a cell at home in one place, a cell apart at a relay and every service."""
    file = stage.home / "places.json"
    apart = json.loads(file.read_text()) if file.exists() else {}
    services = [f"http://127.0.0.1:{place[-1]}/metrics" for several in apart.values() for place in several]
    return [stage.endpoints["metrics"], *services]


def scraped(stage: Platform) -> list[Metric]:
    """The families that the cell tells now, those of each process."""
    found = list[Metric]()
    for place in places(stage):
        with urllib.request.urlopen(place) as answer:
            found += text_string_to_metric_families(answer.read().decode())
    return found


def value(stage: Platform, name: str, **labels: str) -> float:
    """The sum of the samples of ``name`` with these labels."""
    samples = [sample for family in scraped(stage) for sample in family.samples if sample.name == name]
    return sum(one.value for one in samples if labels.items() <= one.labels.items())


async def test_a_viewed_session_moves_the_figures_and_no_label_says_whose_it_is(stage: Platform) -> None:
    before = {name: value(stage, name) for name in ("kapok_decisions_total", "kapok_ledger_lag_seconds_count")}
    answer = opened(stage, "police-guangzhou", CAMERA)
    viewer = watching(answer.rtsp_url)
    assert viewer.await_pictures(1)
    await eventually(lambda: value(stage, "kapok_streams_sessions", kind="live") >= 1)
    await eventually(lambda: value(stage, "kapok_ledger_lag_seconds_count") > before["kapok_ledger_lag_seconds_count"])
    assert value(stage, "kapok_decisions_total", outcome="allow") > 0
    assert value(stage, "kapok_decisions_total") > before["kapok_decisions_total"]
    stage.ask("police-guangzhou", pb.CloseSessionRequest(name=answer.session.name))
    with pytest.raises(errors.NotFound):
        stage.ask("police-guangzhou", pb.CloseSessionRequest(name="sessions/none"))
    found = scraped(stage)
    values = defaultdict[str, set[str]](set)
    for sample in (sample for family in found for sample in family.samples):
        for label, said in sample.labels.items():
            values[label].add(said)
    assert values.keys() <= WORDS.keys(), "a new label: say here what it may be, and why it is bounded"
    for label, said in values.items():
        assert len(said) <= MOST.get(label, 20), label
        assert not {one for one in said if not re.fullmatch(WORDS[label], one)}, label
    assert {"method", "code", "reason", "neighbour", "service", "client", "rule", "outcome", "le"} <= values.keys()


def test_what_rules_and_dashboards_ask_for_is_told_by_a_cell(stage: Platform) -> None:
    watch = (bus_watch.UP, bus_watch.DOWN, bus_watch.ROUND_TRIP, bus_watch.JOINED)  # a home's bus needs none
    links = [family for gauge in watch for family in gauge.collect()]
    told = set[str]()
    for family in [*scraped(stage), *links]:
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        told |= {f"{family.name}{ending}" for ending in endings}
    rules = slo_rules.FILE.parent.glob("*.yaml")
    text = " ".join([*dashboards.files().values(), *(file.read_text() for file in rules)])
    text = text.replace(
        "kapok_(neighbour|gateway)_calls_total", "kapok_neighbour_calls_total kapok_gateway_calls_total"
    )
    asked = set(re.findall(r"\bkapok_\w+", text))
    assert len(asked) > 30
    if len(places(stage)) > 1:  # where each process is scraped by itself, that it answers is what Prometheus says of it
        beside = r"kapok_process_up( == 0|\)) or (sum\()?up\{job=~"
        assert len(re.findall(beside, text)) == text.count("kapok_process_up") > 0
        asked -= {"kapok_process_up"}
    assert asked - told == set(), "no cell tells this"


def test_every_metric_of_the_platform_has_its_prefix(stage: Platform) -> None:
    names = {family.name for family in scraped(stage)}
    assert {"kapok_rpc", "kapok_relay_viewers"} <= names
    assert all(name.startswith("kapok_") for name in names), names
