"""What each command line asks of the API, seen at the other end."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kapok.permissions.v1 import decision_pb2, incident_pb2, papers_review_pb2, takeover_pb2
from kapok.registry.v1 import camera_pb2
from services.chassis.signing import Signer, Verifier
from services.permissions.papers.letter import PURPOSE, text
from services.permissions.rpc.legal_basis_messages import papers
from tests.integration.cli.desk import Clerk, home, kapok

_CODE = "44010400001320000017"
_SYSTEM = "operators/metro-guangzhou/systems/main"
_METRO = "operators/metro-guangzhou/systems"
_CAMERA = f"districts/440104/cameras/{_CODE}"


async def told_to_ask(folder: Path, *arguments: str, exits: int = 0) -> Any:
    clerk = Clerk()
    async with home(folder, clerk=clerk) as place:
        code, _, err = await kapok(place, *arguments)
    assert (code, err) == (exits, "")
    [request] = clerk.requests
    return request


def is_ahead(stamp: Any, by: timedelta) -> bool:
    left: timedelta = stamp.ToDatetime(UTC) - datetime.now(UTC)
    return abs(left - by) < timedelta(minutes=1)


async def test_a_registration_carries_the_source_with_its_secret_apart(tmp_path: Path) -> None:
    asked = await told_to_ask(
        tmp_path, "cameras", "register", _CODE, "--name", "北京路", "--category", "traffic-facilities", "--premises",
        "passage", "--place", "crossing", "--position", "23.12,113.26", "--purpose", "traffic", "--system", _SYSTEM,
        "--source", "rtsp://admin:s%40cret@10.0.0.7:554/live?channel=1", "--direction", "0", "--mounting", "pole",
        "--secondary", "rtsp://10.0.0.7:554/live?channel=2",
    )  # fmt: skip
    camera = asked.camera
    assert asked.parent == "districts/440104"
    assert (camera.code, camera.system, camera.display_name) == (_CODE, _SYSTEM, "北京路")
    assert camera.HasField("direction_degrees"), "0 is north"
    assert camera.mounting == camera_pb2.MOUNTING_POLE
    assert camera.place_category == camera_pb2.PLACE_CATEGORY_TRAFFIC_FACILITIES
    assert (camera.position.latitude, camera.position.longitude) == (23.12, 113.26)
    assert camera.source.stream_uri == "rtsp://10.0.0.7:554/live?channel=1"
    assert camera.source.secondary_stream_uri == "rtsp://10.0.0.7:554/live?channel=2"
    assert (camera.source.username, camera.source.password) == ("admin", "s@cret")


async def test_papers_carry_two_officers_and_the_hash_of_the_scan(tmp_path: Path) -> None:
    (tmp_path / "scan.pdf").write_bytes(b"letter")
    asked = await told_to_ask(
        tmp_path, "legal-basis", "register", "--number", "L-1", "--officer", "Chen:C-1:2099-12-31",
        "--officer", "Li:C:2:2099-12-31",
        "--camera", _CODE, "--purpose", "theft", "--days", "2", "--document", str(tmp_path / "scan.pdf"),
        "--uses", "3",
    )  # fmt: skip
    basis = asked.legal_basis
    assert [(o.display_name, o.certificate_number) for o in basis.officers] == [("Chen", "C-1"), ("Li", "C:2")]
    assert {o.certificate_expire_time.ToDatetime(UTC) for o in basis.officers} == {datetime(2100, 1, 1, tzinfo=UTC)}
    assert basis.use_limit == 3
    assert (basis.number, basis.issuer, list(basis.cameras)) == ("L-1", "agencies/x", [_CAMERA])
    assert basis.document_sha256 == hashlib.sha256(b"letter").hexdigest()
    assert is_ahead(basis.end_time, timedelta(days=2))


async def test_a_signed_letter_is_registered_as_its_issuer_wrote_it(tmp_path: Path) -> None:
    key, signed = tmp_path / "letters.key", tmp_path / "letter.json"
    key.write_text(bytes(range(32)).hex())
    async with home(tmp_path, clerk=Clerk()) as place:
        code, _, err = await kapok(
            place, "papers", "sign", str(key), str(signed), "--holder", "police-yuexiu", "--number", "L-1", "--officer",
            "Chen:C-1:2099-12-31", "--officer", "Li:C-2:2099-12-31", "--camera", _CODE, "--purpose", "theft",
        )  # fmt: skip
        assert (code, err) == (0, "")
    (tmp_path / "b").mkdir()
    basis = (await told_to_ask(tmp_path / "b", "papers", "register", "--signed", str(signed))).legal_basis
    signer = Signer(bytes(range(32)))
    assert basis.key == f"agencyKeys/{hashlib.sha256(signer.public_key).hexdigest()}"
    letter = text(papers(basis), "agencies/police-yuexiu")
    assert Verifier(signer.public_key).is_signed(PURPOSE, letter, basis.signature)


async def test_an_operator_says_no_with_an_objection_and_waives_for_a_case(tmp_path: Path) -> None:
    review = "legalBases/b-1/reviews/metro-guangzhou"
    asked = await told_to_ask(
        tmp_path, "papers", "review", "refuse", review, "--objection", "officers", "--note", "other people came"
    )
    assert (asked.name, asked.accepted, asked.note) == (review, False, "other people came")
    assert asked.objection == papers_review_pb2.PapersReview.OBJECTION_OFFICERS
    (tmp_path / "b").mkdir()
    asked = await told_to_ask(
        tmp_path / "b", "papers", "waive", "police-yuexiu", "--camera", _CODE, "--reason", "a child", "--hours", "2"
    )
    assert (asked.principal, list(asked.cameras), asked.reason) == ("principals/police-yuexiu", [_CAMERA], "a child")
    assert is_ahead(asked.end_time, timedelta(hours=2))


async def test_an_inspection_carries_its_order_its_officers_and_where(tmp_path: Path) -> None:
    asked = await told_to_ask(
        tmp_path, "inspections", "open", "--order", "GA-1", "--purpose", "retention", "--operator", "metro-guangzhou",
        "--system", f"{_METRO}/one", "--system", f"{_METRO}/two", "--district", "440104", "--camera", _CODE,
        "--officer", "Chen:C-1:2099-12-31", "--officer", "Li:C-2:2099-12-31", "--days", "2",
    )  # fmt: skip
    inspection = asked.inspection
    assert (inspection.order_number, inspection.purpose) == ("GA-1", "retention")
    assert (list(inspection.operators), list(inspection.districts)) == (["agencies/metro-guangzhou"], ["440104"])
    assert list(inspection.systems) == [f"{_METRO}/one", f"{_METRO}/two"]
    assert (list(inspection.cameras), len(inspection.officers)) == ([_CAMERA], 2)
    assert is_ahead(inspection.end_time, timedelta(days=2))


async def test_an_incident_carries_its_area_and_its_agencies(tmp_path: Path) -> None:
    asked = await told_to_ask(
        tmp_path, "incident", "declare", "tunnel fire", "--kind", "accident", "--order", "O-1", "--area",
        "23,113 23.1,113 23,113.1", "--agency", "command-guangzhou", "--letter", "L-2", "--officer", "C-1", "--officer",
        "C-2", "--hours", "1",
    )  # fmt: skip
    incident = asked.incident
    assert incident.kind == incident_pb2.INCIDENT_KIND_ACCIDENT
    assert len(incident.area) == 3
    assert list(incident.agencies) == ["agencies/command-guangzhou"]
    assert list(incident.officer_certificates) == ["C-1", "C-2"]
    assert is_ahead(incident.end_time, timedelta(hours=1))


async def test_an_incident_may_be_districts_and_cameras(tmp_path: Path) -> None:
    asked = await told_to_ask(
        tmp_path, "incident", "declare", "flood", "--kind", "natural-disaster", "--order", "O-1", "--district",
        "440104", "--camera", _CODE, "--agency", "command-guangzhou", "--letter", "L-2", "--officer", "C-1",
        "--officer", "C-2",
    )  # fmt: skip
    incident = asked.incident
    assert (list(incident.area), list(incident.districts), list(incident.cameras)) == ([], ["440104"], [_CAMERA])


async def test_an_extension_and_a_widening_carry_their_orders(tmp_path: Path) -> None:
    asked = await told_to_ask(
        tmp_path, "incident", "extend", "i-1", "--order", "O-2", "--reason", "burning", "--hours", "2",
    )  # fmt: skip
    assert (asked.name, asked.order_number, asked.reason) == ("incidents/i-1", "O-2", "burning")
    assert is_ahead(asked.end_time, timedelta(hours=2))
    (tmp_path / "b").mkdir()
    asked = await told_to_ask(
        tmp_path / "b", "incident", "widen", "i-1", "--order", "O-3", "--reason", "smoke", "--agency", "urban-yuexiu",
        "--letter", "L-3", "--officer", "C-1", "--officer", "C-2", "--area", "23,113 23.1,113 23,113.1",
    )  # fmt: skip
    assert (asked.order_number, list(asked.agencies), len(asked.area)) == ("O-3", ["agencies/urban-yuexiu"], 3)
    assert (asked.letter_number, list(asked.officer_certificates)) == ("L-3", ["C-1", "C-2"])


@pytest.mark.parametrize(("word", "is_approved"), [("approve", True), ("refuse", False)])
async def test_a_second_approver_names_the_act(tmp_path: Path, word: str, is_approved: bool) -> None:
    asked = await told_to_ask(tmp_path, "incident", word, "i-1", "--act", "2", "--reason", "seen")
    assert (asked.name, asked.act, asked.approved, asked.reason) == ("incidents/i-1", 2, is_approved, "seen")


async def test_a_takeover_carries_its_reason_and_its_end(tmp_path: Path) -> None:
    asked = await told_to_ask(
        tmp_path, "takeover", "request", _CODE, "--cause", "accident", "--reason", "fire", "--incident", "i-1",
        "--minutes", "5",
    )  # fmt: skip
    assert (asked.takeover.cameras, asked.takeover.reason) == ([_CAMERA], "fire")
    assert asked.takeover.cause == takeover_pb2.Takeover.CAUSE_ACCIDENT
    assert asked.takeover.incident == "incidents/i-1"
    assert is_ahead(asked.takeover.end_time, timedelta(minutes=5))


async def test_a_check_that_is_refused_exits_1(tmp_path: Path) -> None:
    asked = await told_to_ask(tmp_path, "check", _CODE, "live", exits=1)
    assert (asked.camera, asked.action) == (_CAMERA, decision_pb2.ACTION_LIVE)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        (f"explain police-yuexiu copy {_CODE}", "principal", "principals/police-yuexiu"),
        (f"ptz preset list {_CODE}", "parent", _CAMERA),
        (f"ptz preset goto {_CODE} t1", "name", f"{_CAMERA}/presets/t1"),
        (f"takeover holder {_CODE}", "name", f"{_CAMERA}/controlState"),
        ("takeover show t-1", "name", "takeovers/t-1"),
        ("takeover renew t-1", "name", "takeovers/t-1"),
        ("takeover revoke t-1 --reason misused", "reason", "misused"),
        ("takeover release t-1", "name", "takeovers/t-1"),
        ("incident end i-1", "name", "incidents/i-1"),
        ("incident show i-1", "name", "incidents/i-1"),
        ("legal-basis show b-1", "name", "legalBases/b-1"),
        ("legal-basis revoke b-1 --reason closed", "reason", "closed"),
        ("incident list --limit 7", "page_size", 7),
        ("revoke urban-yuexiu --reason lost", "name", "principals/urban-yuexiu"),
        ("reinstate urban-yuexiu --reason found", "reason", "found"),
        (f"cameras show {_CODE}", "name", _CAMERA),
        ("cameras list --order-by update_time", "order_by", "update_time"),
        (f"cameras history {_CODE}", "parent", _CAMERA),
        (f"cameras confirm {_CODE}", "names", [_CAMERA]),
        (f"cameras confirm --system {_SYSTEM}", "system", _SYSTEM),
        (f"cameras retire {_CODE} --reason replaced --etag 7", "etag", "7"),
    ],
)
async def test_a_command_asks_its_own_method(tmp_path: Path, line: str, field: str, value: object) -> None:
    assert getattr(await told_to_ask(tmp_path, *line.split()), field) == value


async def test_what_a_list_is_about_travels_as_its_filter(tmp_path: Path) -> None:
    asked = await told_to_ask(
        tmp_path, "cameras", "list", "--district", "440104", "--district", "440105", "--category", "finance", "--level",
        "2", "--operator", "metro-guangzhou", "--system", _SYSTEM, "--state", "in-service", "--health", "offline",
        "--text", "北京路", "--box", "23,113 23.2,113.5",
    )  # fmt: skip
    chosen = asked.filter
    assert (asked.parent, chosen.text) == ("districts/-", "北京路")
    assert (list(chosen.districts), list(chosen.security_levels)) == (["440104", "440105"], [2])
    assert list(chosen.place_categories) == [camera_pb2.PLACE_CATEGORY_FINANCE]
    assert (list(chosen.operators), list(chosen.systems)) == (["agencies/metro-guangzhou"], [_SYSTEM])
    assert list(chosen.states) == [camera_pb2.LIFE_STATE_IN_SERVICE]
    assert list(chosen.healths) == [camera_pb2.HEALTH_OFFLINE]
    assert (chosen.area.box.south_west.latitude, chosen.area.box.north_east.longitude) == (23, 113.5)


async def test_an_area_may_be_a_circle_or_a_polygon(tmp_path: Path) -> None:
    asked = await told_to_ask(tmp_path, "cameras", "list", "--circle", "23.1,113.2,500")
    assert (asked.filter.area.circle.center.latitude, asked.filter.area.circle.radius_meters) == (23.1, 500)
    (tmp_path / "b").mkdir()
    asked = await told_to_ask(tmp_path / "b", "cameras", "list", "--area", "23,113 23.1,113 23,113.1")
    assert len(asked.filter.area.polygon.corners) == 3


async def test_a_count_is_of_classes(tmp_path: Path) -> None:
    asked = await told_to_ask(tmp_path, "cameras", "count", "--district", "440104")
    assert list(asked.filter.districts) == ["440104"]


async def test_a_camera_is_shown_as_it_was(tmp_path: Path) -> None:
    asked = await told_to_ask(tmp_path, "cameras", "show", _CODE, "--as-of", "2026-01-02T03:04:05")
    assert asked.as_of_time.ToDatetime(UTC) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


async def test_marks_are_proposed_by_class_and_never_both_ways(tmp_path: Path) -> None:
    words = ("policy", "propose", "--reason", "a recording was passed on", "--mark", "copy", "--mark", "live")
    asked = await told_to_ask(tmp_path, *words, "--unmark", "playback")
    assert asked.marks == {"copy": True, "live": True, "playback": False}
    async with home(tmp_path, clerk=(clerk := Clerk())) as place:
        code, _, err = await kapok(place, *words, "--unmark", "copy")
    assert (code, clerk.requests) == (2, [])
    assert "copy: --mark or --unmark, not both" in err


async def test_leases_are_proposed_by_class_and_what_is_no_number_is_told_at_once(tmp_path: Path) -> None:
    words = ("policy", "propose", "--reason", "cables are cut", "--lease", "takeover-holder=120")
    asked = await told_to_ask(tmp_path, *words, "--lease", "standing=5")
    assert asked.lease_seconds == {"takeover-holder": 120, "standing": 5}
    async with home(tmp_path, clerk=(clerk := Clerk())) as place:
        code, _, err = await kapok(place, *words[:-1], "standing=soon")
    assert (code, clerk.requests) == (2, [])
    assert "standing=10" in err


async def test_the_sessions_of_a_camera_are_asked_for_by_its_code(tmp_path: Path) -> None:
    asked = await told_to_ask(tmp_path / "open", "sessions", "list", "--camera", _CODE, "--limit", "7")
    assert (asked.parent, asked.page_size, asked.include_closed) == (_CAMERA, 7, False)
    asked = await told_to_ask(tmp_path / "all", "sessions", "list", "--camera", _CAMERA, "--closed")
    assert (asked.parent, asked.include_closed) == (_CAMERA, True)


async def test_closed_sessions_are_asked_for_with_their_camera_only(tmp_path: Path) -> None:
    async with home(tmp_path) as place:
        code, _, err = await kapok(place, "sessions", "list", "--closed")
    assert code == 2
    assert "--camera" in err
