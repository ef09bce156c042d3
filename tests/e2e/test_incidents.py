"""Incidents on the whole platform: a running look ends with the incident, and none is opened for what was before."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from demo.chapters import ahead, name_of, opened, refused
from demo.city import TUNNEL_CAMERAS
from demo.platform import Platform, watching
from kapok.permissions.v1 import incident_pb2
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from tests.e2e.test_rest import ask

POLICE, COMMAND, DUTY = "police-guangzhou", "command-guangzhou", "command-guangzhou-duty"
FIRST, SECOND = [camera for camera in TUNNEL_CAMERAS if camera.level == 4 and not camera.has_ptz][:2]


def declare(stage: Platform, lasting: timedelta) -> Any:
    """A fire at the first camera alone."""
    incident = incident_pb2.Incident(
        display_name="火灾", kind="INCIDENT_KIND_ACCIDENT", order_number="1", cameras=[name_of(FIRST)],
        end_time=ahead(lasting), agencies=[f"agencies/{COMMAND}"], letter_number="1", officer_certificates=["1", "2"],
    )  # fmt: skip
    return stage.ask(POLICE, permissions.DeclareIncidentRequest(incident=incident))


@pytest.fixture
def incident(stage: Platform) -> Iterator[str]:
    """In force while the test runs; ended after it, when it still is."""
    name: str = declare(stage, timedelta(hours=1)).name
    yield name
    if stage.ask(POLICE, permissions.GetIncidentRequest(name=name)).state == incident_pb2.Incident.STATE_IN_FORCE:
        stage.ask(POLICE, permissions.EndIncidentRequest(name=name))


def test_a_running_look_ends_when_the_incident_is_ended(stage: Platform, incident: str) -> None:
    viewer = watching(opened(stage, COMMAND, FIRST).rtsp_url)
    assert viewer.await_pictures(25), viewer.why
    stage.ask("security-guangzhou", permissions.EndIncidentRequest(name=incident))
    assert viewer.ended.wait(5), "command still sees pictures"
    with refused("NOT_PERMITTED", "Article 18"):
        opened(stage, COMMAND, FIRST)


def test_a_running_look_ends_when_the_incident_expires(stage: Platform) -> None:
    short = declare(stage, timedelta(seconds=4))
    viewer = watching(opened(stage, COMMAND, FIRST).rtsp_url)
    assert viewer.await_pictures(10), viewer.why
    assert viewer.ended.wait(8), "command still sees pictures"
    shown = stage.ask(COMMAND, permissions.GetIncidentRequest(name=short.name))
    assert shown.state == incident_pb2.Incident.STATE_EXPIRED


def test_a_widening_opens_the_next_camera_from_then_on_and_what_runs_goes_on(stage: Platform, incident: str) -> None:
    viewer = watching(opened(stage, COMMAND, FIRST).rtsp_url)
    with refused("NOT_PERMITTED", "Article 18"):
        opened(stage, COMMAND, SECOND)
    told = stage.kapok(
        "--json", "--as", POLICE, "incident", "widen", incident, "--order", "2", "--reason", "smoke",
        "--camera", SECOND.code,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    effective = json.loads(told.stdout)["acts"][1]["effectiveTime"]
    session = opened(stage, COMMAND, SECOND).session
    assert session.create_time.ToJsonString() > effective
    assert viewer.await_pictures(25), viewer.why
    stage.ask(POLICE, permissions.EndIncidentRequest(name=incident))
    assert viewer.ended.wait(5)


def test_a_district_waits_for_a_second_approver_at_the_command_line_and_over_rest(stage: Platform) -> None:
    said = stage.kapok(
        "--json", "--as", POLICE, "incident", "declare", "flood", "--kind", "natural-disaster", "--order", "1",
        "--district", FIRST.district, "--agency", COMMAND, "--letter", "1", "--officer", "1", "--officer", "2",
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    name = json.loads(said.stdout)["name"]
    with refused("NOT_PERMITTED", "Article 18"):
        opened(stage, COMMAND, FIRST)
    own = stage.kapok("--as", POLICE, "incident", "approve", name, "--act", "1", "--reason", "seen")
    assert (own.returncode, "another principal" in own.stderr) == (1, True)
    status, approved = ask(stage, DUTY, f"/v1/{name}:decide", {"act": 1, "approved": True, "reason": "seen"})
    assert (status, approved["state"]) == (200, "STATE_IN_FORCE")
    assert opened(stage, COMMAND, FIRST).session.incident == name
    status, listed = ask(stage, "police-yuexiu", "/v1/incidents?pageSize=1")
    assert (status, [one["name"] for one in listed["incidents"]]) == (200, [name])
    shown = stage.kapok("--as", POLICE, "incident", "show", name)
    assert f"approved principals/{DUTY}" in shown.stdout
    assert stage.kapok("--as", POLICE, "incident", "end", name).returncode == 0
    assert ask(stage, "urban-tianhe", f"/v1/{name}")[0] == 404
