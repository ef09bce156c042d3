"""What Prometheus is told to watch: rules that promtool proves, and a page for each alert."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts import dashboards, slo_rules

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "deploy" / "helm" / "kapok" / "rules").glob("*.yaml"))
SHOWN = sorted(Path(__file__).parent.glob("*.yaml"))
RUNBOOKS = ROOT / "docs" / "runbooks"
GENERAL = {"README.md", "backup-and-restore.md", "disaster-drill.md", "upgrade.md"}


def rules(kind: str) -> Iterator[dict[str, Any]]:
    """Every rule that has ``kind``: alert or record."""
    groups = (group for file in RULES for group in yaml.safe_load(file.read_text())["groups"])
    return (rule for group in groups for rule in group["rules"] if kind in rule)


def promtool(*words: object) -> str:
    """What it says; the test fails by name where it is missing, since nothing else proves the rules."""
    if shutil.which("promtool") is None:
        pytest.fail("promtool is missing (Debian: prometheus; scripts/foreign-programs installs it when root)")
    told = subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def test_promtool_takes_the_rules_and_finds_each_alert_fire_and_keep_silent_as_shown() -> None:
    assert promtool("check", "rules", *RULES).count("SUCCESS") == len(RULES) >= 2
    promtool("test", "rules", *SHOWN)
    tests = [
        test
        for file in SHOWN
        for shown in yaml.safe_load(file.read_text())["tests"]
        for test in shown.get("alert_rule_test", [])
    ]
    fired = {test["alertname"] for test in tests if test["exp_alerts"]}
    silent = {test["alertname"] for test in tests if not test["exp_alerts"]}
    assert fired == silent == {rule["alert"] for rule in rules("alert")}, "show it fire, and show it silent"


def test_promtool_can_read_every_query_of_the_dashboards(tmp_path: Path) -> None:
    panels = [panel for text in dashboards.files().values() for panel in json.loads(text)["panels"]]
    asked = [target["expr"].replace("$__rate_interval", "5m") for panel in panels for target in panel["targets"]]
    written = [{"record": f"kapok:panel:query{n}", "expr": query} for n, query in enumerate(asked)]
    file = tmp_path / "queries.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": written}]}))
    assert f"{len(written)} rules found" in promtool("check", "rules", file)


def test_each_alert_says_how_urgent_it_is_which_article_is_at_stake_and_where_its_page_is() -> None:
    pages = set()
    for rule in rules("alert"):
        said = rule["annotations"]
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        assert re.match(r"Article [0-9]+", said["article"]), rule["alert"]
        assert said["summary"], rule["alert"]
        assert said["runbook"] == f"docs/runbooks/{slo_rules.page(rule['alert'])}.md"
        text = (ROOT / said["runbook"]).read_text()
        assert text.startswith(f"# {rule['alert']}\n"), said["runbook"]
        assert said["article"] in text, f"{said['runbook']} does not name the article"
        pages.add(Path(said["runbook"]).name)
    assert {path.name for path in RUNBOOKS.glob("*.md")} == pages | GENERAL, "a page of no alert"


@pytest.mark.parametrize("written", [slo_rules, dashboards])
def test_what_is_written_by_a_script_is_current(written: Any) -> None:
    for file, text in written.files().items():
        assert file.read_text() == text, "run make generate"


def test_what_is_recorded_is_used() -> None:
    recorded = {rule["record"] for rule in rules("record")}
    asked = " ".join([*(rule["expr"] for rule in rules("alert")), *(rule["expr"] for rule in rules("record"))])
    asked += "".join(dashboards.files().values())
    assert set(re.findall(r"kapok:\w+:\w+", asked)) == recorded
