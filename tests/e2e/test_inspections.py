"""An inspection on the whole platform: a minute's look that no operator blocks, and that ends with the inspection."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.chapters import first_camera, name_of, opened, refused
from demo.platform import Platform, watching
from kapok.permissions.v1 import inspections_service_pb2 as pb
from tests.e2e.test_rest import ask
from tests.eventually import wait

POLICE, CAMERA, OTHER = "police-yuexiu", first_camera("440104", level=2), first_camera("440104", level=1)
OFFICERS = ("--officer", "Chen:C-1:2099-12-31", "--officer", "Li:C-2:2099-12-31")


def inspect(stage: Platform) -> str:
    """Opened over one camera; its name."""
    told = stage.kapok(
        "--as", POLICE, "--json", "inspections", "open", "--order", "GA-1", "--purpose", "retention",
        "--camera", CAMERA.code, *OFFICERS,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    return str(json.loads(told.stdout)["name"])


def close(stage: Platform, name: str) -> None:
    told = stage.kapok("--as", POLICE, "inspections", "close", name, "--report", "in order")
    assert told.returncode == 0, told.stderr


def test_a_live_check_shows_pictures_for_a_minute_at_most_and_ends_with_its_inspection(stage: Platform) -> None:
    with refused("NOT_PERMITTED", "Article 14"):
        opened(stage, POLICE, CAMERA, kind="KIND_LIVE_CHECK", purpose="PURPOSE_SUPERVISION")
    name = inspect(stage)
    try:
        told = stage.kapok("--as", POLICE, "--json", "inspections", "check", CAMERA.code, "--seconds", "1")
        assert told.returncode == 0, told.stderr
        answer = opened(stage, POLICE, CAMERA, kind="KIND_LIVE_CHECK", purpose="PURPOSE_SUPERVISION")
        assert (answer.session.rule, answer.session.incident) == ("art17-check-district-police", name)
        left = answer.session.expire_time.ToDatetime(UTC) - datetime.now(UTC)
        assert left <= timedelta(seconds=60)
        viewer = watching(answer.rtsp_url)
        assert viewer.await_pictures(5), viewer.why
        shown = stage.ask(CAMERA.operator, pb.GetInspectionRequest(name=name))
        assert (shown.check_count, list(shown.cameras)) == (2, [name_of(CAMERA)])
    finally:
        close(stage, name)
    assert viewer.ended.wait(5), "police still see pictures"


def uses(stage: Platform, *arguments: str) -> Any:
    """What the command says of who used a camera."""
    told = stage.kapok("--as", POLICE, "--json", "audit", "uses", *arguments)
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)["uses"]


def test_within_an_inspection_its_agency_reads_who_used_the_camera_and_no_other_camera(stage: Platform) -> None:
    denied = stage.kapok("--as", POLICE, "audit", "uses", CAMERA.code)
    assert denied.returncode != 0
    assert "inspection" in denied.stderr
    session = opened(stage, "police-guangzhou", CAMERA).session
    name = inspect(stage)
    try:
        wait(lambda: session.name in {use["session"] for use in uses(stage, CAMERA.code)})
        [use] = [use for use in uses(stage, CAMERA.code) if use["session"] == session.name]
        assert (use["action"], use["principal"]) == ("ACTION_LIVE", "principals/police-guangzhou")
        assert (use["agency"], use["rule"]) == ("agencies/police-guangzhou", session.rule)
        assert uses(stage, CAMERA.code, "--limit", "1")
        other = stage.kapok("--as", POLICE, "audit", "uses", OTHER.code)
        assert other.returncode != 0
        table = stage.kapok("--as", POLICE, "audit", "uses", CAMERA.code)
        assert "police-guangzhou" in table.stdout
        status, page = ask(stage, POLICE, f"/v1/{name_of(CAMERA)}/uses?pageSize=1")
        assert (status, len(page["uses"])) == (200, 1)
    finally:
        close(stage, name)
    assert stage.kapok("--as", POLICE, "audit", "uses", CAMERA.code).returncode != 0
