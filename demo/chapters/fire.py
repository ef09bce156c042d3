"""Fire in a tunnel: the incident opens what was closed, control passes and comes back, and all of it ends."""

import json
import time
from datetime import timedelta
from typing import Any

from google.type.latlng_pb2 import LatLng

from demo.chapters import ahead, allowed_by, name_of, opened, refused
from demo.city import TUNNEL_AREA, TUNNEL_CAMERAS, TUNNEL_PTZ
from demo.papers import letter
from demo.platform import Platform, Viewer, watching
from kapok.permissions.v1 import incident_pb2, permissions_service_pb2, takeover_pb2, takeovers_service_pb2
from kapok.streams.v1 import streams_service_pb2 as pb

COMMAND, OPERATOR, DECLARER = "command-guangzhou", "tunnels-guangzhou", "police-guangzhou"
_TAKEN = (TUNNEL_PTZ, *[camera for camera in TUNNEL_CAMERAS if camera != TUNNEL_PTZ][:39])
_PURPOSE = {"purpose": "PURPOSE_EMERGENCY_RESPONSE"}
_acts: dict[str, Any] = {}  # what an earlier step made and a later one ends


def refused_before(stage: Platform) -> str:
    """Article 18 ¶2: level 4 is closed to emergency command while nothing happens."""
    with refused("NOT_PERMITTED", "Article 18") as words:
        opened(stage, COMMAND, TUNNEL_PTZ, **_PURPOSE)
    return words[0]


def takes_over_and_sees(stage: Platform) -> str:
    """Article 18 ¶2: declared by police, taken over by command: not the same hand."""
    incident = incident_pb2.Incident(
        display_name="沿江隧道火灾", kind="INCIDENT_KIND_ACCIDENT", order_number="穗应急令〔2026〕3号",
        area=[LatLng(latitude=latitude, longitude=longitude) for latitude, longitude in TUNNEL_AREA],
        end_time=ahead(timedelta(hours=4)), agencies=[f"agencies/{COMMAND}"], letter_number="穗应急函〔2026〕3号",
        officer_certificates=["440100-0311", "440100-0312"],
    )  # fmt: skip
    declare = permissions_service_pb2.DeclareIncidentRequest(incident=incident)
    _acts["incident"] = stage.ask(DECLARER, declare).name
    takeover = takeover_pb2.Takeover(
        cameras=map(name_of, _TAKEN), cause="CAUSE_ACCIDENT", reason="smoke between km 0.8 and 1.0",
        incident=_acts["incident"], end_time=ahead(timedelta(hours=1)),
    )  # fmt: skip
    taken = stage.ask(COMMAND, takeovers_service_pb2.RequestTakeoverRequest(takeover=takeover))
    _acts["takeover"] = taken.name
    assert len(taken.taken) == len(_TAKEN), f"refused: {taken.refused[:1]}"
    assert all(one.is_holding for one in taken.taken), "granted, but somebody stands above it"
    held, fenced = taken.taken[0], sum(one.is_fenced for one in taken.taken)
    wanted = pb.OpenTakeoverFeedsRequest(takeover=taken.name, purpose="PURPOSE_EMERGENCY_RESPONSE")
    feeds = list(stage.gateway(COMMAND).stream(wanted))
    answer = next(feed.opened for feed in feeds if feed.camera == name_of(TUNNEL_PTZ))
    viewer: Viewer = watching(answer.rtsp_url)
    _acts["viewer"] = viewer
    assert viewer.await_pictures(25), f"{viewer.pictures} pictures only; {viewer.why}"
    opened_count = sum(feed.HasField("opened") for feed in feeds)
    told = f"{len(taken.taken)} cameras, {fenced} fenced at once, {opened_count} opened; epoch {held.epoch}"
    return f"{told}; {viewer.pictures} pictures, {allowed_by(answer)}"


def moves_and_keeps_the_operator_out(stage: Platform) -> str:
    """Article 18: one holder at a time, named to whoever else tries."""
    epoch = _moved(stage, COMMAND, pan=0.5)
    with refused("HELD_BY_ANOTHER", COMMAND) as words:
        _moved(stage, OPERATOR, pan=-0.5)
    _stop(stage, COMMAND)
    return f"command moved it under epoch {epoch}; operator: {words[0]}"


def stands_below_the_police(stage: Platform) -> str:
    """Article 18: public security ranks above emergency command, of one camera too, and gives it back to it."""
    basis = letter(DECLARER, "穗公函〔2026〕5号", [name_of(TUNNEL_PTZ)], "somebody lit it")
    papers = stage.ask(DECLARER, permissions_service_pb2.RegisterLegalBasisRequest(legal_basis=basis)).name
    takeover = takeover_pb2.Takeover(
        cameras=[name_of(TUNNEL_PTZ)], cause="CAUSE_LAW_ENFORCEMENT", reason="somebody lit it", legal_basis=papers,
        end_time=ahead(timedelta(minutes=10)),
    )  # fmt: skip
    taken = stage.ask(DECLARER, takeovers_service_pb2.RequestTakeoverRequest(takeover=takeover))
    with refused("HELD_BY_ANOTHER", DECLARER) as words:
        _moved(stage, COMMAND, pan=0.5)
    police = _moved(stage, DECLARER, pan=0.25)
    stage.ask(DECLARER, takeovers_service_pb2.ReleaseTakeoverRequest(name=taken.name))
    command = _moved(stage, COMMAND, pan=0.5)
    assert command > police, "the same turn"
    _stop(stage, COMMAND)
    return f"police moved it under epoch {police}, command again under {command}; in between: {words[0]}"


def gives_back(stage: Platform) -> str:
    """With nothing in force the operator holds."""
    stage.ask(COMMAND, takeovers_service_pb2.ReleaseTakeoverRequest(name=_acts["takeover"]))
    with refused("NOT_PERMITTED") as words:
        _moved(stage, COMMAND, pan=0.5)
    back = _brought_back(stage)
    epoch = _moved(stage, OPERATOR, pan=-0.5)
    _stop(stage, OPERATOR)
    epochs = [int(line["epoch"]) for line in _told(stage)]
    assert epochs == sorted(epochs), f"the camera saw epochs out of order: {epochs}"
    moved = f"the camera looks where it did ({back}); operator moves it under epoch {epoch}"
    return f"{moved}; the camera saw epochs {epochs}; command: {words[0]}"


def ends(stage: Platform) -> str:
    """Article 18 ¶2: the access ends with the incident, in running sessions too."""
    viewer: Viewer = _acts["viewer"]
    assert not viewer.ended.is_set(), "command's look ended too early"
    stage.ask(DECLARER, permissions_service_pb2.EndIncidentRequest(name=_acts["incident"]))
    assert viewer.ended.wait(5), "command still sees pictures"
    with refused("NOT_PERMITTED", "Article 18") as words:
        opened(stage, COMMAND, TUNNEL_PTZ, **_PURPOSE)
    return f"the running look ended after {viewer.pictures} pictures; the next: {words[0]}"


def taken_by_command() -> str:
    """The name of command's takeover, once it was requested."""
    return str(_acts["takeover"])


def _moved(stage: Platform, principal: str, pan: float) -> int:
    """The epoch under which the camera was moved."""
    request = pb.MoveCameraRequest(camera=name_of(TUNNEL_PTZ), pan=pan)
    return int(stage.ask(principal, request).epoch)


def _stop(stage: Platform, principal: str) -> None:
    _moved(stage, principal, pan=0.0)


def _told(stage: Platform) -> list[dict[str, Any]]:
    """What the cameras were told, by their own log."""
    return [json.loads(line) for line in (stage.home / "logs" / "ptz.jsonl").read_text().splitlines()]


def _brought_back(stage: Platform) -> str:
    """Where the platform has the camera look again, once it does; nobody else has it look anywhere."""
    deadline_s = time.monotonic() + 10
    while "to" not in (last := _told(stage)[-1]["command"]):
        assert time.monotonic() < deadline_s, "the camera was not brought back to where it looked"
        time.sleep(0.05)
    return ", ".join(f"{axis} {part:.2f}" for axis, part in last["to"].items())
