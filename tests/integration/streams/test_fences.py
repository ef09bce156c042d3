"""Control has passed: the relay lets no command of an older epoch through, whether the new holder has spoken or not."""

import os
from collections.abc import Mapping
from datetime import timedelta

import pytest

from kapok.permissions.v1 import permissions_events_pb2
from services.chassis.signing import Signer
from tests.integration.streams.stage import CAMERA
from tests.integration.streams.test_pointing import GRANT, Mount, mount, mounted

__all__ = ["mount", "mounted"]  # fixtures
pytestmark = pytest.mark.asyncio(loop_scope="module")
FENCE = "kapok.permissions.fence"


def fencing(epochs: Mapping[str, int]) -> bytes:
    """What permissions would say."""
    said = permissions_events_pb2.Fencing()
    for camera, epoch in epochs.items():
        said.epochs.add(camera=camera, epoch=epoch)
    return said.SerializeToString()


async def test_a_grant_from_before_moves_nothing_once_the_relay_is_fenced(mount: Mount) -> None:
    permissions = mount.relay.permissions
    before = permissions.seal(GRANT, mount.grant(200).SerializeToString())
    assert (await mount.command(before)).epoch == 200
    assert not (await mount.relay.tell("fence", permissions.seal(FENCE, fencing({CAMERA: 201})))).error_kind
    refused = await mount.command(before)
    assert (refused.error_reason, refused.epoch, refused.current_epoch) == ("EPOCH_STALE", 200, 201)
    assert (await mount.move(201)).epoch == 201
    assert mount.epochs() == ["200", "201"]


async def test_a_fence_never_falls_and_many_cameras_are_fenced_at_once(mount: Mount) -> None:
    permissions = mount.relay.permissions
    many = {f"districts/440104/cameras/{number:020}": 7 for number in range(5000)}
    for epoch in (302, 301):
        signed = permissions.seal(FENCE, fencing(many | {CAMERA: epoch}))
        assert not (await mount.relay.tell("fence", signed)).error_kind
    assert (await mount.move(301)).error_reason == "EPOCH_STALE"
    assert (await mount.move(302)).epoch == 302


async def test_a_command_for_the_process_before_moves_nothing(mount: Mount) -> None:
    """A relay that was started again was fenced of nothing: what was granted before then must not reach it."""
    signed = mount.relay.permissions.seal(GRANT, mount.grant(400).SerializeToString())
    refused = await mount.command(signed, process="of the life before")
    assert (refused.error_kind, refused.error_reason) == ("UNAVAILABLE", "SERVICE_AWAY")
    assert mount.epochs() == []
    assert (await mount.command(signed, process=mount.relay.heard[-1].process)).epoch == 400


async def test_what_permissions_did_not_sign_fences_nothing(mount: Mount) -> None:
    said = fencing({CAMERA: 10_000})
    grant = permissions_events_pb2.ControlGrant(camera=CAMERA, epoch=10_000)
    grant.expire_time.CopyFrom(mount.grant(1, timedelta(hours=1)).expire_time)
    for wrong in (
        Signer(os.urandom(32)).seal(FENCE, said),
        mount.relay.streams.seal(FENCE, said),
        mount.relay.permissions.seal(GRANT, grant.SerializeToString()),
        said,
        b"",
    ):
        assert (await mount.relay.tell("fence", wrong)).error_reason == "TOKEN_INVALID"
    assert (await mount.move(9_999)).epoch == 9_999
