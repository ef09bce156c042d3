"""Writes deploy/helm/kapok/dashboards/*.json: Grafana's model, with the data source as a variable.

python -m scripts.dashboards
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.slo_rules import LEDGER_BEHIND

FOLDER = Path(__file__).parents[1] / "deploy" / "helm" / "kapok" / "dashboards"
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH, _HEIGHT, _COLUMNS = 8, 7, 3  # of Grafana's 24 columns


@dataclass(frozen=True)
class Panel:
    """A graph of ``queries``, PromQL by legend; or one figure."""

    title: str
    unit: str
    queries: Mapping[str, str]
    is_figure: bool = False


def _rate(metric: str, *by: str, where: str = "") -> str:
    return f"sum by ({', '.join(by)}) (rate({metric}{where}[$__rate_interval]))"


def _quantiles(metric: str, where: str = "") -> dict[str, str]:
    buckets = f"sum by (le) (rate({metric}_bucket{where}[$__rate_interval]))"
    return {f"p{share}": f"histogram_quantile(0.{share}, {buckets})" for share in (50, 99)}


def _rules(outcome: str) -> str:
    return _rate("kapok_decisions_total", "rule", where=f'{{outcome="{outcome}"}}')


def _figure(title: str, unit: str, query: str) -> Panel:
    return Panel(title, unit, {"": query}, is_figure=True)


_TAKEOVER = '{method="/kapok.permissions.v1.TakeoversService/RequestTakeover"}'
_BAD = {name: f"kapok:{name}_bad:ratio5m" for name in ("decisions", "revocation", "takeover")}
_FULL = {
    "viewers": "kapok_relay_viewers / kapok_relay_viewers_most",
    "bytes": "rate(kapok_relay_bytes_out_total[$__rate_interval]) / kapok_relay_bytes_per_second_most",
}

_TAKEN_OVER = Panel(
    "Cameras taken over, by kind of agency", "none", {"{{kind}}": "max by (kind) (kapok_takeovers_in_force)"}
)
DASHBOARDS: Mapping[str, Sequence[Panel]] = {
    "city": (
        _figure("Sessions open", "none", "sum(max by (kind) (kapok_streams_sessions))"),
        _figure("Viewers", "none", "sum(kapok_relay_viewers)"),
        _figure("Cameras taken over", "none", "sum(max by (kind) (kapok_takeovers_in_force))"),
        Panel("Share of calls that miss an objective", "percentunit", _BAD),
        Panel("Sessions by kind", "none", {"{{kind}}": "max by (kind) (kapok_streams_sessions)"}),
        _TAKEN_OVER,
        Panel("Decisions", "ops", {"{{outcome}}": _rate("kapok_decisions_total", "outcome")}),
        Panel("Open findings by article", "none", {"Article {{article}}": "max by (article) (kapok_findings_open)"}),
        Panel("Ledger behind", "s", {"behind": f"min({LEDGER_BEHIND})"}),
    ),
    "cell": (
        _figure("Processes that answer", "none", 'sum(kapok_process_up) or sum(up{job=~"kapok.*"})'),
        _figure("Clients without the bus", "none", "count(kapok_bus_connected == 0) or vector(0)"),
        _figure("Altered books", "none", "max(kapok_ledger_breaks_total)"),
        Panel("Calls of agencies", "ops", {"{{code}}": _rate("kapok_gateway_calls_total", "code")}),
        Panel("Answered to agencies within", "s", _quantiles("kapok_gateway_seconds")),
        Panel("Calls between services that failed", "ops", {
            "{{neighbour}} {{code}}": _rate("kapok_neighbour_calls_total", "neighbour", "code", where='{code!="OK"}'),
        }),
        Panel("RPCs by service", "ops", {
            "{{service}}": 'sum by (service) (label_replace(rate(kapok_rpc_total[$__rate_interval]), '
            '"service", "$1", "method", "/kapok\\\\.([a-z]+)\\\\..*"))',
        }),
        Panel("RPCs served within", "s", _quantiles("kapok_rpc_seconds")),
        Panel("Errors by reason", "ops", {"{{reason}}": _rate("kapok_rpc_errors_total", "reason")}),
        Panel("Oldest unpublished fact", "s", {"{{service}}": "max by (service) (kapok_outbox_age_seconds)"}),
        Panel("From a fact to its record", "s", _quantiles("kapok_ledger_lag_seconds")),
        Panel("Refusals not yet on record", "none", {
            "waiting": "sum(kapok_gateway_refusals_waiting)", "lost": "sum(kapok_gateway_refusals_lost_total)",
        }),
        Panel("Links between tiers", "s", {
            "hub down for": "min(kapok_leaf_down_seconds)",
            "slowest to {{to}}": "max by (to) (kapok_leaf_round_trip_seconds)",
        }),
        Panel("Links of districts", "none", {"joined": "sum(kapok_leaf_joined)"}),
        Panel("Certificates end in", "s", {
            "{{certificate}}": "min by (certificate) (kapok_certificate_ends_timestamp_seconds) - time()",
        }),
    ),
    "relays": (
        _figure("Relays that serve", "none", 'max(kapok_streams_relays{standing="serving"})'),
        _figure("Viewers", "none", "sum(kapok_relay_viewers)"),
        _figure("Sent", "Bps", "sum(rate(kapok_relay_bytes_out_total[$__rate_interval]))"),
        Panel("Relays by standing", "none", {"{{standing}}": "max by (standing) (kapok_streams_relays)"}),
        Panel("How full", "percentunit", _FULL),
        Panel("First picture after", "s", _quantiles("kapok_relay_first_picture_seconds")),
        Panel("Ended within", "s", _quantiles("kapok_relay_ending_seconds")),
        Panel("Streams of cameras by state", "none", {"{{state}}": "sum by (state) (kapok_relay_source_states)"}),
        Panel("Cut back, dropped", "ops", {
            "cut back": "sum(rate(kapok_relay_cut_backs_total[$__rate_interval]))",
            "dropped": "sum(rate(kapok_relay_drops_total[$__rate_interval]))",
        }),
        Panel("Commands of a holder that was", "ops", {
            "refused": "sum(rate(kapok_relay_epoch_refusals_total[$__rate_interval]))",
        }),
        Panel("Sessions", "none", {
            "kept": "sum(kapok_relay_sessions)", "beyond the standing lease": "sum(kapok_relay_outlasting)",
        }),
        Panel("Endings not yet applied", "none", {
            "behind": "max(kapok_relay_applied_number) - min(kapok_relay_applied_number)",
        }),
    ),
    "permissions": (
        _figure("Policy in force", "none", "max(kapok_policy_revision)"),
        _figure("Its rows", "none", "max(kapok_policy_rows)"),
        _figure("Denied", "percentunit", 'sum(rate(kapok_decisions_total{outcome="deny"}[$__rate_interval]))'
                " / sum(rate(kapok_decisions_total[$__rate_interval]))"),
        Panel("Allowed, by rule", "ops", {"{{rule}}": _rules("allow")}),
        Panel("Denied, by rule", "ops", {"{{rule}}": _rules("deny")}),
        Panel("Takeovers answered within", "s", _quantiles("kapok_rpc_seconds", _TAKEOVER)),
        Panel("Slowest methods of permissions", "s", {
            "{{method}}": "topk(5, histogram_quantile(0.99, sum by (le, method) "
            '(rate(kapok_rpc_seconds_bucket{method=~"/kapok.permissions.+"}[$__rate_interval]))))',
        }),
        _TAKEN_OVER,
        Panel("Stale epochs", "ops", {"refused": _rate("kapok_rpc_errors_total", where='{reason="EPOCH_STALE"}')}),
    ),
}  # fmt: skip


def files() -> Mapping[Path, str]:
    """What is written where."""
    return {
        FOLDER / f"{name}.json": json.dumps(_dashboard(name, panels), indent=1, ensure_ascii=False) + "\n"
        for name, panels in DASHBOARDS.items()
    }


def _dashboard(name: str, panels: Sequence[Panel]) -> dict[str, Any]:
    source = {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"}
    return {
        "uid": f"kapok-{name}",
        "title": f"Kapok: {name}",
        "tags": ["kapok"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [source]},
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, _COLUMNS)
    return {
        "id": number + 1,
        "title": panel.title,
        "type": "stat" if panel.is_figure else "timeseries",
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + n), "datasource": _SOURCE, "expr": query, "legendFormat": legend}
            for n, (legend, query) in enumerate(panel.queries.items())
        ],
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
