"""One exposition for all processes of a home."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.cell.metrics import merged


def registry(calls: int) -> CollectorRegistry:
    made = CollectorRegistry()
    Counter("kapok_calls", "Calls", ("method",), registry=made).labels("Get").inc(calls)
    Gauge("kapok_viewers", "Viewers", registry=made).set(calls)
    return made


def test_the_same_counter_of_two_processes_stays_two_counters() -> None:
    found = merged({"services": registry(1).collect(), "relay-1": registry(2).collect()})
    families = {family.name: family for family in found}
    values = {s.labels["process"]: s.value for s in families["kapok_calls"].samples if s.name == "kapok_calls_total"}
    assert values == {"services": 1, "relay-1": 2}
    assert families["kapok_calls"].type == "counter"


def test_a_process_that_does_not_answer_is_shown_as_down() -> None:
    [up] = [family for family in merged({"services": [], "relay-1": None}) if family.name == "kapok_process_up"]
    assert {s.labels["process"]: s.value for s in up.samples} == {"services": 1, "relay-1": 0}
