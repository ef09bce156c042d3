"""Writes deploy/helm/kapok/rules/slo.yaml: what each objective allows, and alerts by how fast that is used up.

    python -m scripts.slo_rules

Several windows each (Google's SRE workbook, chapter 5): a fast burn pages, a slow one makes a ticket, and the short
window beside each long one lets the alert end soon after its cause.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILE = Path(__file__).parents[1] / "deploy" / "helm" / "kapok" / "rules" / "slo.yaml"
RUNBOOKS = "docs/runbooks"
WINDOWS = ("5m", "30m", "1h", "6h", "3d")
BURNS = (("page", (("1h", "5m", 14.4), ("6h", "30m", 6.0))), ("ticket", (("3d", "6h", 1.0),)))
# What a decision is asked by: services ask the one, agencies the other.
_ASKED = (
    r'method=~"/kapok\\.permissions\\.v1\\.(DeciderService/(Decide|ScopeOf|ReachOf|GrantControl|IdentifyCertificate)'
    r'|PermissionsService/(Check|CheckBatch|Explain|DescribeScope))"'
)
_DECISIONS = rf'{{__name__=~"kapok_(neighbour|gateway)_calls_total",{_ASKED}'
_FAILED = 'code=~"UNAVAILABLE|DEADLINE_EXCEEDED|INTERNAL|UNKNOWN|DATA_LOSS"'  # a denial is an answer; these are none
LEDGER_BEHIND = "kapok_ledger_behind_seconds and kapok_ledger_leads == 1"
_TAKEOVER = 'method="/kapok.permissions.v1.TakeoversService/RequestTakeover"'


@dataclass(frozen=True)
class Objective:
    """What share may be bad. ``bad`` is PromQL for that share in a window, which stands in it as $window."""

    name: str
    alert: str
    allowed: float
    bad: str
    summary: str
    article: str
    before: Mapping[str, str] = field(default_factory=dict)  # what ``bad`` is made of, by name


OBJECTIVES = (
    Objective(
        "decisions", "KapokDecisionsFail", 0.0001,
        f"(sum(rate({_DECISIONS},{_FAILED}}}[$window])) or vector(0)) / sum(rate({_DECISIONS}}}[$window]))",
        "Decisions get no answer: the objective is 99.99 %", "Article 14 ¶1",
    ),
    Objective(
        "revocation", "KapokRevocationSlow", 0.01,
        '1 - sum(rate(kapok_relay_ending_seconds_bucket{le="0.1"}[$window]))'
        " / sum(rate(kapok_relay_ending_seconds_count[$window]))",
        "Viewers whose right has ended are cut off later than in 100 ms: the objective is 99 %", "Article 14 ¶1",
    ),
    Objective(
        "takeover", "KapokTakeoverSlow", 0.01,
        f'1 - sum(rate(kapok_rpc_seconds_bucket{{{_TAKEOVER},le="1.0"}}[$window]))'
        f" / sum(rate(kapok_rpc_seconds_count{{{_TAKEOVER}}}[$window]))",
        "Takeovers are answered later than in 1 s: the objective is 99 %", "Article 18 ¶1",
    ),
    Objective(
        "ledger", "KapokLedgerLate", 0.001, "avg_over_time(kapok:ledger_late:bool[$window])",
        "The ledger is more than 10 s behind what happens: the objective is 99.9 % of the time", "Article 16",
        # Who takes the facts in knows what waits; a replica that does not says 0. Nobody there to say so is lateness.
        {"kapok:ledger_late:bool": f"(min({LEDGER_BEHIND}) > bool 10) or vector(1)"},
    ),
)  # fmt: skip


def files() -> Mapping[Path, str]:
    """What is written where."""
    return {FILE: "\n".join(["# Written by scripts/slo_rules.py; change it there.", "groups:", *_groups(), ""])}


def _groups() -> Iterator[str]:
    for one in OBJECTIVES:  # a group each: its rules are evaluated in order, so that each sees what those before it say
        yield from (f"  - name: kapok-slo-{one.name}", "    rules:")
        for name, query in one.before.items():
            yield from (f"      - record: {name}", f"        expr: {_quoted(query)}")
        for window in WINDOWS:
            yield f"      - record: {_ratio(one, window)}"
            yield f"        expr: {_quoted(one.bad.replace('$window', window))}"
        for severity, windows in BURNS:
            yield from _alert(one, severity, windows)


def _alert(one: Objective, severity: str, windows: tuple[tuple[str, str, float], ...]) -> Iterator[str]:
    burns = (
        f"({_ratio(one, window)} > {burn * one.allowed:.6g} and {_ratio(one, short)} > {burn * one.allowed:.6g})"
        for window, short, burn in windows
    )
    yield f"      - alert: {one.alert}"
    yield f"        expr: {_quoted(' or '.join(burns))}"
    yield f"        labels: {{severity: {severity}, objective: {one.name}}}"
    yield "        annotations:"
    yield f"          summary: {_quoted(one.summary)}"
    yield "          description: '{{ $value | humanizePercentage }} are bad'"
    yield f"          article: {one.article}"
    yield f"          runbook: {RUNBOOKS}/{page(one.alert)}.md"


def page(alert: str) -> str:
    """The name of an alert's runbook: KapokLedgerLate → ledger-late."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in alert.removeprefix("Kapok"))
    return "-".join(words.split())


def _ratio(one: Objective, window: str) -> str:
    return f"kapok:{one.name}_bad:ratio{window}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text)
