"""After the fire: what the takeover cost the operator is claimed, with the ledger's evidence (Article 18 ¶3)."""

import json

from demo.chapters.fire import COMMAND, OPERATOR, taken_by_command
from demo.platform import Platform

_RECORDS, _ASKED_MOST = 80, 20  # a grant and an end of each camera; times
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
    records, part = _evidence(stage, claim["name"])
    return f"2,170.50 RMB for {claim['cameraCount']} cameras; {records} records verified; {part}"


def _evidence(stage: Platform, claim: str) -> tuple[int, str]:
    """How many records verify, and the part of the camera that was commanded; facts arrive a moment late."""
    for _ in range(_ASKED_MOST):
        shown = stage.kapok("--as", OPERATOR, "claims", "evidence", claim)
        assert shown.returncode == 0, shown.stderr + shown.stdout
        lines = shown.stdout.splitlines()
        records = sum(line.split()[-1:] == ["yes"] for line in lines)
        part = next((line for line in lines if "taken over" in line and " from " in line), "")
        if records >= _RECORDS and part:
            return records, part
    raise AssertionError(f"the ledger has too little of it: {shown.stdout}")
