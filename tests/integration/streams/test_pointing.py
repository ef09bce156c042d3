"""Moving a camera through the fence: the camera, which checks nothing itself, hears lawful commands only."""

import json
import os
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from demo.cameras.ptz import Ptz
from kapok.permissions.v1 import permissions_events_pb2
from kapok.streams.v1 import relay_pb2
from kapok.streams.v1 import streams_service_pb2 as pb
from services.chassis import errors
from services.chassis.signing import Signer
from services.rtsp.digest import Credentials
from tests.eventually import eventually
from tests.integration.streams.neighbours import Desk, allowed, desk
from tests.integration.streams.stage import CAMERA, RELAY, Stage, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
CODE = CAMERA.rpartition("/")[2]
MOTORS = Credentials("admin", "geheim")
GRANT = "kapok.permissions.grant"
FORGER = Signer(os.urandom(32))
STOP = {"pan": 0, "tilt": 0, "zoom": 0}


@dataclass
class Mount:
    """A relay and a camera that moves; ``log`` is the camera's own."""

    relay: Stage
    control_uri: str
    log: Path

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Epoch and command of everything that the camera was told, in order."""
        lines = map(json.loads, self.log.read_text().splitlines())
        return [(line["epoch"], line["command"]) for line in lines]

    def epochs(self) -> list[str]:
        """Under which the camera was told to move, in order; a relay's own stops are not among them."""
        return [epoch for epoch, command in self.told() if command != STOP]

    def source(self, **changes: str) -> bytes:
        """The camera's source with its motors, sealed to the relay."""
        motors = {"control_uri": self.control_uri, "username": MOTORS.username, "password": MOTORS.password}
        return self.relay.sealed_source(**motors | changes)

    def grant(
        self, epoch: int, lasting: timedelta = timedelta(seconds=2), **changes: Any
    ) -> permissions_events_pb2.ControlGrant:
        """What permissions would sign."""
        made = permissions_events_pb2.ControlGrant(camera=CAMERA, principal="principals/p", epoch=epoch, **changes)
        made.expire_time.FromDatetime(datetime.now(UTC) + lasting)
        return made

    async def command(self, signed_grant: bytes, **changes: Any) -> relay_pb2.RelayReply:
        """Have the relay move the camera to the right."""
        fields: dict[str, Any] = {"signed_grant": signed_grant, "pan": 0.5, "relay": RELAY}
        fields["sealed_source"] = self.source()
        return await self.relay.tell("control", relay_pb2.ControlCommand(**fields | changes).SerializeToString())

    async def move(self, epoch: int) -> relay_pb2.RelayReply:
        """The same, lawfully."""
        return await self.command(self.relay.permissions.seal(GRANT, self.grant(epoch).SerializeToString()))

    async def look(self, epoch: int) -> relay_pb2.RelayReply:
        """Ask where it looks."""
        signed = self.relay.permissions.seal(GRANT, self.grant(epoch).SerializeToString())
        return await self.command(signed, pan=0, reads_pointing=True)

    async def restore(self, epoch: int, kind: str = "COMMAND_KIND_POINT_TO") -> relay_pb2.RelayReply:
        """Have it look ahead, for the platform."""
        signed = self.relay.permissions.seal(GRANT, self.grant(epoch, restores=True).SerializeToString())
        return await self.command(signed, pan=0, kind=kind)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mounted(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Mount]:
    home = tmp_path_factory.mktemp("pointing")
    runner = web.AppRunner(Ptz([CODE], MOTORS, home / "ptz.jsonl").application(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with stage(home) as relay:
            yield Mount(relay, f"http://127.0.0.1:{runner.addresses[0][1]}/ptz/{CODE}", home / "ptz.jsonl")
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(mounted: Mount) -> AsyncIterator[Desk]:
    """The streams service before it."""
    with tempfile.TemporaryDirectory(prefix="kapok-") as folder:
        made = desk(mounted.relay, mounted.log.parent, Path(folder))
        made.registry.source.MergeFrom(type(made.registry.source)(control_uri=mounted.control_uri))
        made.registry.source.username, made.registry.source.password = MOTORS.username, MOTORS.password
        async with made.serving():
            yield made


@pytest.fixture
def mount(mounted: Mount) -> Mount:
    """The same with an empty log."""
    mounted.log.write_text("")
    return mounted


async def test_commands_of_an_older_epoch_never_reach_the_camera(mount: Mount) -> None:
    replies = [await mount.move(epoch) for epoch in (5, 5, 7, 6, 5, 7)]
    assert [reply.error_kind for reply in replies] == ["", "", "", "ABORTED", "ABORTED", ""]
    assert (replies[3].error_reason, replies[3].current_epoch) == ("EPOCH_STALE", 7)
    assert mount.epochs() == ["5", "5", "7", "7"]


async def test_a_grant_that_ran_out_or_was_forged_moves_nothing(mount: Mount) -> None:
    permissions, good = mount.relay.permissions, mount.grant(100).SerializeToString()
    late = mount.grant(100, lasting=timedelta(0)).SerializeToString()
    signed = permissions.seal(GRANT, good)
    for wrong in (
        permissions.seal(GRANT, late),
        FORGER.seal(GRANT, good),
        mount.relay.streams.seal(GRANT, good),
        permissions.seal("kapok.permissions.ending", good),
        signed[:8] + bytes([signed[8] ^ 1]) + signed[9:],
        good,
        os.urandom(100),
        b"",
    ):
        reply = await mount.command(wrong)
        assert (reply.error_kind, reply.error_reason) == ("PERMISSION_DENIED", "TOKEN_INVALID")
    assert mount.epochs() == []


async def test_a_command_for_another_relay_or_with_another_cameras_motors_moves_nothing(mount: Mount) -> None:
    signed = mount.relay.permissions.seal(GRANT, mount.grant(101).SerializeToString())
    for changes in (
        {"relay": "relay-2"},
        {"sealed_source": mount.source(relay="relay-2")},
        {"sealed_source": mount.source(camera="districts/440104/cameras/2")},
        {"sealed_source": b"x" * 50},
    ):
        assert (await mount.command(signed, **changes)).error_reason == "TOKEN_INVALID"
    assert mount.epochs() == []


async def test_a_motor_at_an_address_that_is_not_listed_is_not_told(mount: Mount) -> None:
    signed = mount.relay.permissions.seal(GRANT, mount.grant(102).SerializeToString())
    for uri in (
        "http://169.254.169.254/latest",
        "http://192.0.2.1/ptz",
        f"http://127.0.0.1:{mount.relay.heard[-1].rtsp_port}/",
    ):
        reply = await mount.command(signed, sealed_source=mount.source(control_uri=uri))
        assert reply.error_reason == "NETWORK_NOT_LISTED"


async def test_an_agencys_move_is_on_record_and_names_its_epoch(mount: Mount, office: Desk) -> None:
    office.permissions.epoch = 200
    answer = await office.ask("MoveCamera", pb.MoveCameraRequest(camera=CAMERA, pan=-1))
    assert (answer.epoch, answer.relay) == (200, RELAY)
    assert mount.epochs() == ["200"]
    [fact] = await office.told("streams.camera.move_ordered")
    said = relay_pb2.CameraMove()
    assert fact.snapshot.Unpack(said)
    assert (said.camera, said.pan, fact.camera) == (CAMERA, -1, CAMERA)
    assert (said.agency, said.takeover) == ("agencies/police", "takeovers/1")


async def test_an_agency_whose_control_has_passed_on_is_told_so(mount: Mount, office: Desk) -> None:
    await mount.move(300)
    office.permissions.epoch = 299
    with pytest.raises(errors.Aborted) as refusal:
        await office.ask("MoveCamera", pb.MoveCameraRequest(camera=CAMERA, pan=1))
    assert refusal.value.reason == "EPOCH_STALE"
    assert refusal.value.metadata == {"epoch": "299", "current": "300"}
    office.permissions.decision = allowed(office.relay.number, allowed=False, sentence="held by agencies/command")
    with pytest.raises(errors.Denied, match="agencies/command"):
        await office.ask("MoveCamera", pb.MoveCameraRequest(camera=CAMERA, pan=1))
    assert mount.epochs() == ["300"]


async def test_a_move_that_is_not_told_again_is_stopped_under_its_epoch(mount: Mount) -> None:
    assert not (await mount.move(400)).error_kind
    await eventually(lambda: mount.told()[-1:] == [("400", STOP)])
    assert mount.told()[0] == ("400", {"pan": 0.5, "tilt": 0, "zoom": 0, "seconds": 2})


async def test_a_camera_says_where_it_looks_and_is_told_nothing_by_that(mount: Mount, office: Desk) -> None:
    office.permissions.relent()
    office.permissions.epoch = 450
    to = {"pan": 0.5, "tilt": -0.5, "zoom": 0.25}
    await office.ask("PointCamera", pb.PointCameraRequest(camera=CAMERA, to=to))
    seen = (await mount.look(450)).pointing
    assert [round(part, 6) for part in (seen.pan, seen.tilt, seen.zoom)] == [0.5, -0.5, 0.25]
    assert (await mount.look(449)).error_reason == "EPOCH_STALE"
    assert mount.told() == [("450", {"to": to})]


async def test_the_platform_brings_a_camera_back_only_before_its_holder_points_it(mount: Mount) -> None:
    ahead = {"to": {"pan": 0.0, "tilt": 0.0, "zoom": 0.0}}
    assert (await mount.restore(460, kind="COMMAND_KIND_MOVE")).error_reason == "TOKEN_INVALID"
    for _ in range(2):  # a try that was not heard of is made again
        assert not (await mount.look(460)).error_kind
        assert not (await mount.restore(460)).error_kind
    assert not (await mount.move(461)).error_kind
    for epoch, reason in ((461, "STATE_WRONG"), (460, "EPOCH_STALE")):
        reply = await mount.restore(epoch)
        assert (reply.error_kind, reply.error_reason) == ("ABORTED", reason)
    assert not (await mount.restore(462)).error_kind
    told = [one for one in mount.told() if one[1] != STOP]
    assert [epoch for epoch, command in told if command == ahead] == ["460", "460", "462"]


async def test_a_camera_looks_where_its_holder_says(mount: Mount, office: Desk) -> None:
    office.permissions.relent()
    office.permissions.epoch = 500
    to, by = {"pan": 0.5, "tilt": -1.0, "zoom": 1.0}, {"pan": -0.25, "tilt": 0.0, "zoom": -0.5}
    answer = await office.ask("PointCamera", pb.PointCameraRequest(camera=CAMERA, to=to))
    assert (answer.epoch, answer.relay) == (500, RELAY)
    await office.ask("PointCamera", pb.PointCameraRequest(camera=CAMERA, by=by))
    assert mount.told() == [("500", {"to": to}), ("500", {"by": by})]


async def test_what_a_camera_keeps_is_stored_listed_and_recalled(mount: Mount, office: Desk) -> None:
    office.permissions.relent()
    office.permissions.epoch = 600
    made = [
        await office.ask("CreatePreset", pb.CreatePresetRequest(parent=CAMERA, preset={"display_name": name}))
        for name in ("gate", "北门")
    ]
    listed = await office.ask("ListPresets", pb.ListPresetsRequest(parent=CAMERA))
    assert list(listed.presets) == made
    page = await office.ask("ListPresets", pb.ListPresetsRequest(parent=CAMERA, page_size=1))
    rest = await office.ask("ListPresets", pb.ListPresetsRequest(parent=CAMERA, page_token=page.next_page_token))
    assert [*page.presets, *rest.presets] == made
    await office.ask("RecallPreset", pb.RecallPresetRequest(name=made[1].name))
    assert mount.told()[-1] == ("600", {"recall": made[1].name.rpartition("/")[2]})
    with pytest.raises(errors.FailedPrecondition) as refusal:
        await office.ask("RecallPreset", pb.RecallPresetRequest(name=f"{CAMERA}/presets/none"))
    assert refusal.value.reason == "SOURCE_REFUSED"


@pytest.mark.parametrize(
    ("verb", "wrong"),
    [
        ("PointCamera", pb.PointCameraRequest(camera=CAMERA)),
        ("PointCamera", pb.PointCameraRequest(camera=CAMERA, to={"zoom": -0.1})),
        ("PointCamera", pb.PointCameraRequest(camera=CAMERA, by={"pan": float("nan")})),
        ("PointCamera", pb.PointCameraRequest(camera="cameras/1", to={"pan": 0})),
        ("MoveCamera", pb.MoveCameraRequest(camera=CAMERA, tilt=1.01)),
        ("CreatePreset", pb.CreatePresetRequest(parent=CAMERA)),
        ("CreatePreset", pb.CreatePresetRequest(parent=CAMERA, preset={"display_name": "x" * 65})),
        ("CreatePreset", pb.CreatePresetRequest(parent=CAMERA, preset={"display_name": "a\nb"})),
        ("RecallPreset", pb.RecallPresetRequest(name=f"{CAMERA}/presets/a b")),
        ("RecallPreset", pb.RecallPresetRequest(name=f"{CAMERA}/presets/../1")),
        ("ListPresets", pb.ListPresetsRequest(parent=CAMERA, page_token="none of ours")),
        ("ListPresets", pb.ListPresetsRequest(parent=CAMERA, page_size=-1)),
    ],
)
async def test_what_no_camera_can_be_told_is_refused_before_anybody_is_asked(
    mount: Mount, office: Desk, verb: str, wrong: Any
) -> None:
    office.permissions.relent()
    with pytest.raises(errors.InvalidArgument):
        await office.ask(verb, wrong)
    assert office.permissions.asked == []
    assert mount.epochs() == []
