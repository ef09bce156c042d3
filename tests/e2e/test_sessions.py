"""Sessions through the gateway: who sees all of a camera's, and what an agency is told that opens too many."""

import json
from datetime import timedelta
from typing import Any

import pytest

from demo.chapters import first_camera, name_of, opened
from demo.platform import Platform
from kapok.streams.v1 import streams_service_pb2 as pb
from services.chassis import errors
from tests.e2e.test_inspections import OFFICERS
from tests.e2e.test_rest import ask

INSPECTOR, WATCHER = "police-yuexiu", "police-guangzhou"
CAMERA = first_camera("440104", level=2)
SECOND, THIRD = first_camera("440104", level=1), first_camera("440104", level=3)


def kapok(stage: Platform, who: str, *arguments: str) -> Any:
    """What the command says, as JSON."""
    told = stage.kapok("--as", who, "--json", *arguments)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def close(stage: Platform, who: str, session: str) -> None:
    stage.ask(who, pb.CloseSessionRequest(name=session))


def test_a_cameras_sessions_are_shown_to_its_operator_and_within_an_inspection(stage: Platform) -> None:
    session = opened(stage, WATCHER, CAMERA).session
    on = ("sessions", "list", "--camera", CAMERA.code)
    refused = stage.kapok("--as", INSPECTOR, *on)
    assert refused.returncode != 0
    assert "inspection" in refused.stderr
    [shown] = [one for one in kapok(stage, CAMERA.operator, *on)["sessions"] if one["name"] == session.name]
    assert (shown["principal"], shown["agency"]) == (session.principal, session.agency)
    assert (shown["rule"], shown["state"]) == (session.rule, "STATE_OPEN")
    name = kapok(
        stage, INSPECTOR, "inspections", "open", "--order", "GA-2", "--purpose", "use", "--camera", CAMERA.code,
        *OFFICERS,
    )["name"]  # fmt: skip
    try:
        assert session.name in {one["name"] for one in kapok(stage, INSPECTOR, *on)["sessions"]}
        close(stage, WATCHER, session.name)
        assert session.name not in {one["name"] for one in kapok(stage, INSPECTOR, *on).get("sessions", [])}
        listed = kapok(stage, INSPECTOR, *on, "--closed")["sessions"]
        [closed] = [one for one in listed if one["name"] == session.name]
        assert closed["closeReason"] == "closed by its owner"
        status, page = ask(stage, INSPECTOR, f"/v1/{name_of(CAMERA)}/sessions?includeClosed=true&pageSize=1")
        assert (status, len(page["sessions"])) == (200, 1)
        assert stage.kapok("--as", INSPECTOR, "sessions", "list", "--camera", SECOND.code).returncode != 0
    finally:
        kapok(stage, INSPECTOR, "inspections", "close", name, "--report", "in order")
    assert stage.kapok("--as", INSPECTOR, *on).returncode != 0


def test_who_asks_for_more_viewers_than_it_may_have_is_told_which_limit_and_when_to_come_back(stage: Platform) -> None:
    first = opened(stage, WATCHER, SECOND, viewer_limit=600).session
    try:
        with pytest.raises(errors.Exhausted) as refusal:
            opened(stage, WATCHER, THIRD, viewer_limit=600)
        assert refusal.value.metadata["limit"] == "principal-viewers"
        assert refusal.value.retry_after
        assert refusal.value.retry_after <= timedelta(hours=1, seconds=1), "no session lasts longer"
        session = {"camera": name_of(THIRD), "kind": "KIND_LIVE", "purpose": "PURPOSE_PUBLIC_ORDER", "viewerLimit": 600}
        status, said = ask(stage, WATCHER, "/v1/sessions:open", {"session": session})
        assert status == 429
        assert "principal-viewers" in json.dumps(said)
        told = stage.kapok("--as", WATCHER, "watch", THIRD.code, "--viewers", "600")
        assert told.returncode != 0
        assert "retry     after" in told.stderr
    finally:
        close(stage, WATCHER, first.name)
    close(stage, WATCHER, opened(stage, WATCHER, THIRD, viewer_limit=600).session.name)
