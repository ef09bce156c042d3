"""The organs change the policy while players run: who lost the right is ended, who kept it sees on (Article 14 ¶2)."""

import json
from pathlib import Path

import pytest

from demo.chapters import first_camera, opened
from demo.platform import Platform, watching
from services.cell.keys import Keys

CAMERA = first_camera("440104", level=1)
RULE = "art14-live-district-urban"
ORGANS = {
    "public-security": "police-guangzhou", "information-technology": "informatization-guangzhou",
    "national-security": "security-guangzhou",
}  # fmt: skip
ROLE = "night,14.1,urban-management,agency,Watches at night."
ENDED_WITHIN_S = 8


def policy(stage: Platform, principal: str, *words: str) -> str:
    """What `kapok policy` answers."""
    told = stage.kapok("--as", principal, "policy", *words)
    assert told.returncode == 0, told.stderr
    return told.stdout


def approved(stage: Platform, proposal: str) -> str:
    """All three organs sign; what the last one is told."""
    keys = Keys(stage.home / "keys")
    told = ""
    for organ, principal in ORGANS.items():
        told = policy(stage, principal, "approve", proposal, "--key", str(keys.signing(f"organ-{organ}")))
    return told


@pytest.mark.timeout(240)  # three changes of the policy, each with its simulation and signatures
def test_players_end_with_the_row_that_they_stood_on_and_come_back_with_it(own_stage: Platform, tmp_path: Path) -> None:
    stage = own_stage
    urban = watching(opened(stage, "urban-yuexiu", CAMERA).rtsp_url)
    police = watching(opened(stage, "police-yuexiu", CAMERA).rtsp_url)
    assert urban.await_pictures(25), urban.why
    assert police.await_pictures(25), police.why
    rows = tmp_path / "rows.csv"
    lines = policy(stage, "police-guangzhou", "rows", "1").splitlines(keepends=True)
    rows.write_text("".join(line for line in lines if not line.startswith(f"{RULE},")), encoding="utf-8")
    made = policy(stage, "police-guangzhou", "propose", "--rows", str(rows), "--lease", "takeover-holder=120",
                  "--reason", "a trial", "--json")  # fmt: skip
    proposal = json.loads(made)["name"]
    assert RULE in policy(stage, "security-guangzhou", "simulate", proposal)
    assert "adopted" in approved(stage, proposal)
    assert urban.ended.wait(ENDED_WITHIN_S), "its right is gone and pictures still come"
    assert police.await_pictures(police.pictures + 50), police.why
    refused = stage.kapok("--as", "urban-yuexiu", "check", CAMERA.code, "live")
    assert "default-deny" in refused.stdout + refused.stderr
    changed = policy(stage, "police-guangzhou", "diff", "1", "2")
    assert f"-{RULE}," in changed
    assert {"-lease of takeover-holder: 10 s", "+lease of takeover-holder: 120 s"} <= set(changed.splitlines())
    back = policy(
        stage, "police-guangzhou", "propose", "--roll-back-to", "1", "--reason", "the trial is over", "--json"
    )
    approved(stage, json.loads(back)["name"])
    again = watching(opened(stage, "urban-yuexiu", CAMERA).rtsp_url)
    assert again.await_pictures(25), again.why
    versions = policy(stage, "police-guangzhou", "history")
    assert versions.count("\n") >= 3
    assert versions.count("takeover-holder 120 s") == 2, "a lease that is not named stays"
    duty = tmp_path / "roles.csv"
    duty.write_text(policy(stage, "police-guangzhou", "roles", "3") + ROLE, encoding="utf-8")
    made = policy(stage, "police-guangzhou", "propose", "--roles", str(duty), "--reason", "a night", "--json")
    approved(stage, json.loads(made)["name"])
    assert f"+{ROLE}" in policy(stage, "police-guangzhou", "diff", "3", "4")
    given = stage.kapok("--as", "urban-yuexiu", "agencies", "roles", "urban-yuexiu", "night", "--reason", "hers")
    assert "night" in given.stdout, given.stderr
    assert stage.kapok("--as", "police-guangzhou", "audit", "verify").returncode == 0
