"""A camera that speaks ONVIF, pointed by a real relay: every command, and whatever such a camera may try."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from kapok.permissions.v1 import permissions_events_pb2
from kapok.streams.v1 import relay_pb2
from tests.eventually import eventually
from tests.integration.streams.onvif_camera import OnvifCamera, Trick, huge, never, said
from tests.integration.streams.stage import CAMERA, RELAY, Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Motors:
    """A relay before an ONVIF camera."""

    relay: Stage
    camera: OnvifCamera

    async def tell(self, kind: str, epoch: int = 9, **said: Any) -> relay_pb2.RelayReply:
        """Command the camera; ``said`` may have another ``control_uri``, or a password."""
        source = {"control_uri": self.camera.control_uri, "username": "admin", "password": "geheim"}
        source |= {name: said.pop(name) for name in source.keys() & said.keys()}
        made = permissions_events_pb2.ControlGrant(camera=CAMERA, principal="principals/p", epoch=epoch)
        made.expire_time.FromDatetime(datetime.now(UTC) + timedelta(seconds=2))
        command = relay_pb2.ControlCommand(
            signed_grant=self.relay.permissions.seal("kapok.permissions.grant", made.SerializeToString()),
            relay=RELAY, sealed_source=self.relay.sealed_source(**source), kind=f"COMMAND_KIND_{kind}", **said,
        )  # fmt: skip
        return await self.relay.tell("control", command.SerializeToString())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("onvif")) as held:
        yield held


@pytest_asyncio.fixture(loop_scope="module")
async def motors(relay: Stage) -> AsyncIterator[Motors]:
    async with OnvifCamera().serving() as camera:
        made = Motors(relay, camera)
        await eventually_loaded(made)
        yield made


async def eventually_loaded(motors: Motors) -> None:
    """The first command of all to such a camera loads the library: on a slow machine a grant may run out over it."""

    async def is_known() -> bool:
        return not (await motors.tell("LIST_PRESETS")).error_kind

    await eventually(is_known)
    motors.camera.heard.clear()


async def test_every_command_reaches_the_camera_in_the_generic_spaces(motors: Motors) -> None:
    at = {"pan": 0.5, "tilt": -1.0, "zoom": 0.25}
    assert not (await motors.tell("MOVE", **at)).error_kind
    assert not (await motors.tell("MOVE")).error_kind
    assert not (await motors.tell("POINT_TO", **at)).error_kind
    assert not (await motors.tell("POINT_BY", **at)).error_kind
    stored = await motors.tell("STORE_PRESET", preset="北门")
    assert [(one.name, one.display_name) for one in stored.presets] == [(f"{CAMERA}/presets/t1", "北门")]
    assert not (await motors.tell("RECALL_PRESET", preset="t1")).error_kind
    assert motors.camera.moves() == [
        "ContinuousMove", "Stop", "AbsoluteMove", "RelativeMove", "SetPreset", "GotoPreset",
    ]  # fmt: skip
    moved, stopped, there, further, kept, recalled = motors.camera.heard
    for heard, kind in ((moved, "Velocity"), (there, "Position"), (further, "Translation")):
        assert (heard.values["PanTilt.x"], heard.values["PanTilt.y"], heard.values["Zoom.x"]) == ("0.5", "-1.0", "0.25")
        assert heard.values["PanTilt.space"].endswith(f"/PanTiltSpaces/{kind}GenericSpace")
        assert heard.values["Zoom.space"].endswith(f"/ZoomSpaces/{kind}GenericSpace")
    assert moved.values["Timeout"] == "PT2S"
    assert (stopped.values["PanTilt"], stopped.values["Zoom"]) == ("true", "true")
    assert (kept.values["PresetName"], recalled.values["PresetToken"]) == ("北门", "t1")
    assert {heard.values["ProfileToken"] for heard in motors.camera.heard} == {"moves"}
    assert motors.camera.strangers == 0


async def test_a_status_in_the_generic_spaces_is_where_the_camera_looks(motors: Motors) -> None:
    seen = (await motors.tell("UNSPECIFIED", reads_pointing=True)).pointing
    assert (seen.pan, seen.tilt, seen.zoom) == (0.5, -0.25, 0.125)
    assert [one.operation for one in motors.camera.heard] == ["GetStatus"]
    assert motors.camera.heard[0].values["ProfileToken"] == "moves"
    motors.camera.space = ""  # of the camera's own, in degrees perhaps
    assert (await motors.tell("UNSPECIFIED", reads_pointing=True)).error_reason == "SOURCE_AWAY"


@pytest.mark.parametrize("looks", [("nan", "0", "0"), ("0", "INF", "0"), ("2", "0", "0"), ("x", "0", "0")])
async def test_a_status_that_is_no_pointing_is_not_believed(motors: Motors, looks: tuple[str, str, str]) -> None:
    motors.camera.looks = looks
    reply = await motors.tell("UNSPECIFIED", reads_pointing=True)
    assert (reply.error_reason, reply.HasField("pointing")) == ("SOURCE_AWAY", False)


async def test_a_camera_that_says_nothing_holds_a_command_up_for_half_a_second_and_no_more(motors: Motors) -> None:
    motors.camera.trick = never
    assert (await motors.tell("UNSPECIFIED", reads_pointing=True)).error_reason == "SOURCE_AWAY"
    motors.camera.trick = None
    assert not (await motors.tell("MOVE")).error_kind


async def test_a_move_that_is_not_told_again_is_stopped(motors: Motors) -> None:
    await motors.tell("MOVE", pan=1)
    await eventually(lambda: motors.camera.moves() == ["ContinuousMove", "Stop"])


async def test_an_older_epoch_is_not_heard_by_a_camera_that_knows_no_epochs(motors: Motors) -> None:
    await motors.tell("MOVE")
    assert (await motors.tell("MOVE", epoch=8, pan=1)).error_reason == "EPOCH_STALE"
    assert motors.camera.moves() == ["Stop"]


async def test_the_profile_that_the_record_names_is_the_one_that_moves(motors: Motors) -> None:
    uri = motors.camera.control_uri
    assert not (await motors.tell("MOVE", control_uri=f"{uri}?profile=another")).error_kind
    assert motors.camera.heard[-1].values["ProfileToken"] == "another"
    reply = await motors.tell("MOVE", control_uri=f"{uri}?profile=none")
    assert (reply.error_kind, reply.error_reason) == ("FAILED_PRECONDITION", "SOURCE_REFUSED")


async def test_an_address_that_a_camera_tells_leads_nowhere_but_to_itself(relay: Stage) -> None:
    async with OnvifCamera().serving() as victim, OnvifCamera().serving() as camera:
        for told in (f"http://127.0.0.1:{victim.port}", f"http://admin:geheim@127.0.0.1:{victim.port}",
                     "http://192.0.2.1", "https://169.254.169.254"):  # fmt: skip
            camera.xaddr = told
            await camera_forgotten(Motors(relay, camera))
            camera.heard.clear()
            assert not (await Motors(relay, camera).tell("MOVE")).error_kind
            assert [one.path for one in camera.heard] == ["/onvif/device_service", "/odd/media", "/odd/ptz"]
        assert (victim.heard, victim.strangers) == ([], 0)


async def camera_forgotten(motors: Motors) -> None:
    """Have the relay ask for its services anew: a camera that fails is."""
    motors.camera.trick = _answers(text="no")
    assert (await motors.tell("MOVE")).error_kind
    motors.camera.trick = None


@pytest.mark.parametrize("xaddr", ["http://[", "http://x/\N{SNOWMAN}/..", "http://x/" + "a" * 2000])
async def test_an_address_that_can_not_be_read_is_said_to_be_so(relay: Stage, xaddr: str) -> None:
    async with OnvifCamera().serving() as camera:
        camera.trick = _capabilities(xaddr)
        reply = await Motors(relay, camera).tell("MOVE")
        assert (reply.error_kind, reply.error_reason) == ("UNAVAILABLE", "SOURCE_AWAY")
        assert camera.moves() == []


def _capabilities(xaddr: str) -> Trick:
    async def trick(_request: web.Request, operation: str) -> web.StreamResponse | None:
        if operation != "GetCapabilities":
            return None
        both = "".join(f"<tt:{one}><tt:XAddr>{xaddr}</tt:XAddr></tt:{one}>" for one in ("Media", "PTZ"))
        return said(
            f"<tds:GetCapabilitiesResponse><tds:Capabilities>{both}</tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    return trick


def _answers(**fields: Any) -> Trick:
    async def trick(_request: web.Request, _operation: str) -> web.StreamResponse:
        return web.Response(**fields)

    return trick


_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body a="&b;">&b;</s:Body></s:Envelope>'
)
_DEEP = "<a>" * 5000 + "</a>" * 5000
TRICKS = {
    "silence": never,
    "an answer without end": huge,
    "another place": _answers(status=307, headers={"Location": "http://169.254.169.254/latest/meta-data"}),
    "nothing": _answers(),
    "no XML": _answers(text="<html><body>login</body>"),
    "entities": _answers(text=_LAUGHS),
    "depth": _answers(text=_DEEP),
    "another message": _answers(text="<a/>"),
    "an empty envelope": _answers(text='<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>'),
    "a compressed answer": _answers(body=b"\x1f\x8b\x08", headers={"Content-Encoding": "gzip"}),
    "a failure": _answers(status=503, text="busy"),
    "a fault of no form": _answers(status=500, text="<a>no</a>"),
}


@pytest.mark.parametrize("name", TRICKS)
async def test_no_trick_of_a_camera_does_more_than_fail_its_own_command(motors: Motors, name: str) -> None:
    motors.camera.trick = TRICKS[name]
    reply = await motors.tell("POINT_TO")
    assert reply.error_kind in ("UNAVAILABLE", "FAILED_PRECONDITION")
    assert reply.error_reason in ("SOURCE_AWAY", "SOURCE_REFUSED")
    assert "169.254" not in reply.error_message
    motors.camera.trick = None
    assert not (await motors.tell("POINT_TO")).error_kind


async def test_what_a_camera_can_not_do_and_a_password_that_is_wrong_are_told_apart(motors: Motors) -> None:
    reply = await motors.tell("RECALL_PRESET", preset="none")
    assert (reply.error_kind, reply.error_reason) == ("FAILED_PRECONDITION", "SOURCE_REFUSED")
    reply = await motors.tell("MOVE", password="wrong")
    assert (reply.error_kind, reply.error_reason) == ("UNAVAILABLE", "SOURCE_AUTHENTICATION_REFUSED")
    assert motors.camera.moves() == ["GotoPreset"]


async def test_presets_that_can_not_be_named_are_left_out(motors: Motors) -> None:
    motors.camera.presets |= {"1": "gate", "a b": "x", "../1": "y", "2": "", "3": "z" * 500, "x" * 65: "long"}
    reply = await motors.tell("LIST_PRESETS")
    assert [(one.name.rpartition("/")[2], one.display_name) for one in reply.presets] == [
        ("1", "gate"), ("2", "2"), ("3", "z" * 64),
    ]  # fmt: skip


async def test_an_onvif_camera_outside_the_listed_networks_is_not_told(motors: Motors) -> None:
    bus_port = motors.relay.bus_url.rpartition(":")[2]
    for uri in ("onvif://192.0.2.1/", "onvif://169.254.169.254", f"onvif://127.0.0.1:{bus_port}/"):
        assert (await motors.tell("MOVE", control_uri=uri)).error_reason == "NETWORK_NOT_LISTED"
