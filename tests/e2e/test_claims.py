"""A takeover on the whole platform is claimed for: its evidence comes out of the ledger and verifies at home."""

import json
from datetime import timedelta
from typing import Any

from google.type.latlng_pb2 import LatLng

from demo.chapters import ahead, name_of, refused
from demo.chapters.fire import COMMAND, DECLARER, OPERATOR
from demo.city import TUNNEL_AREA, TUNNEL_PTZ
from demo.platform import Platform
from kapok.permissions.v1 import claims_service_pb2 as claims
from kapok.permissions.v1 import incident_pb2, permissions_service_pb2
from kapok.streams.v1 import streams_service_pb2
from tests.e2e.test_rest import ask
from tests.eventually import wait

CAMERA = name_of(TUNNEL_PTZ)


def kapok(stage: Platform, who: str, *arguments: str) -> Any:
    """What the command answers to a program."""
    told = stage.kapok("--as", who, "--json", *arguments)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def declared(stage: Platform) -> str:
    """An incident at the tunnel; its name."""
    incident = incident_pb2.Incident(
        display_name="隧道火灾", kind="INCIDENT_KIND_ACCIDENT", order_number="O-9", letter_number="L-9",
        area=[LatLng(latitude=latitude, longitude=longitude) for latitude, longitude in TUNNEL_AREA],
        end_time=ahead(timedelta(hours=1)), agencies=[f"agencies/{COMMAND}"], officer_certificates=["1", "2"],
    )  # fmt: skip
    return str(stage.ask(DECLARER, permissions_service_pb2.DeclareIncidentRequest(incident=incident)).name)


def taken_and_given_back(stage: Platform) -> str:
    """Taken over by command, moved and stopped by it; the takeover's name."""
    incident = declared(stage)
    try:
        taken = kapok(
            stage, COMMAND, "takeover", "request", CAMERA, "--cause", "accident", "--reason", "smoke",
            "--incident", incident, "--minutes", "10",
        )["name"]  # fmt: skip
        for pan in (0.5, 0.0):
            stage.ask(COMMAND, streams_service_pb2.MoveCameraRequest(camera=CAMERA, pan=pan))
        file = ("claims", "file", taken, "--reason", "the tunnel was taken over", "--loss", "expense:1200.50:guards")
        early = stage.kapok("--as", OPERATOR, *file)
        assert early.returncode == 1
        assert "in force" in early.stderr
        kapok(stage, COMMAND, "takeover", "release", taken)
    finally:
        stage.ask(DECLARER, permissions_service_pb2.EndIncidentRequest(name=incident))
    return str(taken)


def evidence(stage: Platform, claim: str, records: int) -> Any:
    """Once the ledger has heard of everything: of commands and of the end it hears from two services, in any order."""

    def whole() -> Any:
        told = kapok(stage, OPERATOR, "claims", "evidence", claim)
        return told if len(told["evidence"]) >= records else None

    return wait(whole)


def test_a_takeover_is_claimed_for_answered_and_settled_on_evidence_that_verifies(stage: Platform) -> None:
    taken = taken_and_given_back(stage)
    filed = kapok(
        stage, OPERATOR, "claims", "file", taken, "--reason", "the tunnel was taken over", "--loss",
        f"expense:1200.50:{TUNNEL_PTZ.code}:guards",
    )  # fmt: skip
    claim = filed["name"]
    assert (filed["state"], filed["amountFen"]) == ("STATE_FILED", "120050")
    told = evidence(stage, claim, records=4)
    assert sorted(one["kind"] for one in told["evidence"]) == [
        "permissions.takeover.released", "permissions.takeover.requested", *["streams.camera.move_ordered"] * 2,
    ]  # fmt: skip
    assert all(one["holds"] for one in told["evidence"])
    [part] = told["cameras"]
    assert (part["camera"], part["commandCount"]) == (CAMERA, "2")
    with refused("RESOURCE_MISSING"):
        stage.ask("police-tianhe", claims.GetClaimRequest(name=claim))
    kapok(stage, COMMAND, "claims", "answer", claim, "take-up")
    kapok(stage, COMMAND, "claims", "answer", claim, "accept")
    settled = kapok(stage, COMMAND, "claims", "settle", claim, "--payment", "GZ-PAY-7")
    assert (settled["state"], settled["acceptedFen"]) == ("STATE_SETTLED", "120050")
    status, shown = ask(stage, OPERATOR, f"/v1/{claim}")
    assert (status, shown["paymentReference"]) == (200, "GZ-PAY-7")
    status, rest = ask(stage, "police-guangzhou", f"/v1/{claim}/evidence:summarize")
    assert (status, rest["cameras"]) == (200, told["cameras"])
