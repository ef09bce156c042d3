"""After the fire: what the takeover cost the operator is claimed, with the ledger's evidence (Article 18 ¶3)."""

import json

from demo.chapters.fire import COMMAND, OPERATOR, taken_by_command
from demo.platform import Platform

_LOSSES = ("--loss", "loss:1850:toll lane closed for an hour", "--loss", "expense:320.50:two guards for the night")


def shows_its_end(stage: Platform) -> str:
    """What the live view of the takeover says of it last."""
    shown = stage.kapok("--as", COMMAND, "takeover", "watch", taken_by_command())
    assert shown.returncode == 0, shown.stderr
    assert "40 released" in shown.stdout, shown.stdout
    return shown.stdout.strip().splitlines()[-1]


def is_filed(stage: Platform) -> str:
    """The operator's, in RMB, once; each record behind it is verified by the command itself."""
    words = ("claims", "file", taken_by_command(), "--reason", "the tunnel's control room stood still", *_LOSSES)
    filed = stage.kapok("--as", OPERATOR, "--json", *words)
    assert filed.returncode == 0, filed.stderr
    claim = json.loads(filed.stdout)
    assert int(claim["amountFen"]) == 217_050, claim
    shown = stage.kapok("--as", OPERATOR, "claims", "evidence", claim["name"])
    assert shown.returncode == 0, shown.stderr + shown.stdout
    records = [line for line in shown.stdout.splitlines() if line.split()[-1:] == ["yes"]]
    parts = [line for line in shown.stdout.splitlines() if "taken over" in line]
    assert len(records) >= 2 * len(parts) > 0, shown.stdout
    return f"2,170.50 RMB for {claim['cameraCount']} cameras; {len(records)} records verified; {parts[0]}"
