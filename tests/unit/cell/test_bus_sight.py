"""What is made of nats-server's monitoring, and what Prometheus is told while it says nothing sound."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.cell.bus_sight import Sight, seconds, sight
from services.cell.bus_watch import Settings, Watch
from services.chassis.clock import ManualClock
from services.chassis.metrics import REGISTRY
from services.chassis.settings import SettingsError


@pytest.mark.parametrize(
    ("duration", "wanted"),
    [("294µs", 294e-6), ("1.25ms", 1.25e-3), ("2s", 2.0), ("1m2.5s", 62.5), ("1h0m0s", 3600.0), ("17ns", 17e-9)],
)
def test_a_duration_as_go_writes_it(duration: str, wanted: float) -> None:
    assert seconds(duration) == pytest.approx(wanted)


@pytest.mark.parametrize("duration", ["", "2", "s", "-1s", "1s 2s", "1 s", "1s!"])
def test_what_is_no_duration_is_refused(duration: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        seconds(duration)


def test_links_up_and_down_the_tiers_are_told_apart_and_the_first_end_of_a_certificate_counts() -> None:
    varz = {
        "leaf": {"remotes": [{}], "tls_cert_not_after": "2027-01-02T00:00:00Z"},
        "tls_cert_not_after": "2027-01-01T00:00:00Z",
    }
    leafz = {"leafs": [{"is_spoke": True, "rtt": "3ms"}, {"is_spoke": False}, {"is_spoke": False, "rtt": "1s"}]}
    ends_at = datetime(2027, 1, 1, tzinfo=UTC).timestamp()
    assert sight(varz, leafz) == Sight(True, (0.003,), (0.0, 1.0), ends_at)
    assert sight({}, {"leafs": None}) == Sight()


@pytest.mark.parametrize("leafz", [[], {"leafs": [{}]}, {"leafs": 1}, {"leafs": [{"is_spoke": True, "rtt": "soon"}]}])
def test_pages_that_are_none_are_no_sight(leafz: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        sight({}, leafz)


def test_how_long_a_link_is_down_counts_from_the_first_look_that_missed_it() -> None:
    clock = ManualClock()
    watch = Watch(clock)

    def down_s() -> float | None:
        clock.advance(timedelta(seconds=5))
        return REGISTRY.get_sample_value("kapok_leaf_down_seconds", {"to": "hub"})

    watch.tell(Sight(True, (0.1,)))
    assert down_s() == 0
    watch.tell(Sight(True))
    assert down_s() == 5
    watch.tell(None)  # the server went too
    assert down_s() == 10
    watch.tell(Sight(True, (0.1,)))
    assert down_s() == 0


def test_monitoring_is_read_on_this_machine_only() -> None:
    with pytest.raises(SettingsError, match="KAPOK_MONITOR: must be on this machine"):
        Settings(monitor="10.0.0.1:8222", metrics_listen="127.0.0.1:0")
