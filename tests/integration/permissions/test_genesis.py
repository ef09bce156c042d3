"""Without a policy signed by the three organs everything is denied; with one, it is read once and kept."""

import json
import logging
from dataclasses import replace

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client import generate_latest

from services.chassis import errors
from services.chassis.metrics import REGISTRY
from services.chassis.signing import Signer
from services.permissions import app
from services.permissions.rpc.health import POLICY
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage

STRANGER = Signer(b"s" * 32)


def rows() -> bytes:
    """The metric's line."""
    return next(line for line in generate_latest(REGISTRY).splitlines() if line.startswith(b"kapok_policy_rows "))


async def health(stage: Stage, name: str) -> str:
    """What gRPC health says of it."""
    async with grpc.aio.insecure_channel(stage.permissions.listen) as channel:
        answer = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=name))
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))


async def refused(stage: Stage) -> None:
    """Everything is denied, and metric and health say so; that there is somebody who denies it, too."""
    async with stage.alone():
        with pytest.raises(errors.Denied, match="three organs") as refusal:
            await stage.papers("police-yuexiu", city.STREET)
        assert refusal.value.reason == "NOT_PERMITTED"
        assert rows() == b"kapok_policy_rows 0.0"
        assert (await health(stage, POLICY), await health(stage, "")) == ("NOT_SERVING", "SERVING")


@pytest.mark.parametrize("organ", ["public-security", "information-technology", "national-security"])
async def test_one_wrong_signature_denies_everything(still: Stage, organ: str) -> None:
    still.permissions.genesis_file.write_bytes(city.signed_genesis({**still.organs, organ: STRANGER}))
    await refused(still)


async def test_a_missing_signature_denies_everything(still: Stage) -> None:
    organs = still.organs
    organs.pop("national-security")
    still.permissions.genesis_file.write_bytes(city.signed_genesis(organs))
    await refused(still)


@pytest.mark.parametrize("is_pinned_thrice", [False, True])
async def test_one_organ_cannot_sign_for_three(still: Stage, is_pinned_thrice: bool) -> None:
    one = dict.fromkeys(still.organs, still.organs["public-security"])
    if is_pinned_thrice:
        pinned = {kind: signer.public_key.hex() for kind, signer in one.items()}
        still.permissions.organ_keys.write_text(json.dumps(pinned))
    still.permissions.genesis_file.write_bytes(city.signed_genesis(one))
    await refused(still)


@pytest.mark.parametrize("document", [b"", b"\xff\xff\xff", b"\x0a\x02ab"])
async def test_a_file_that_is_no_genesis_denies_everything(still: Stage, document: bytes) -> None:
    still.permissions.genesis_file.write_bytes(document)
    await refused(still)


async def test_no_file_denies_everything_and_a_sound_one_at_the_next_start_is_adopted(still: Stage) -> None:
    document = still.permissions.genesis_file.read_bytes()
    still.permissions.genesis_file.unlink()
    await refused(still)
    still.permissions.genesis_file.write_bytes(document)
    async with still.running():
        await still.register_cameras()
        assert (await still.check("police-yuexiu", city.STREET, "LIVE")).allowed
        assert rows() != b"kapok_policy_rows 0.0"
        assert await health(still, POLICY) == "SERVING"


async def test_a_later_start_uses_the_policy_on_record(still: Stage) -> None:
    async with still.running():
        await still.register_cameras()
    still.permissions.genesis_file.write_bytes(b"something else")
    async with still.running():
        assert (await still.check("police-yuexiu", city.STREET, "LIVE")).policy_revision == 1


async def test_who_has_no_policy_says_so_in_its_log_and_hears_of_one_that_another_replica_adopted(
    still: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    document = still.permissions.genesis_file.read_bytes()
    still.permissions.genesis_file.unlink()
    async with still.alone():
        loud = [record.message for record in caplog.records if record.levelno == logging.ERROR]
        assert any("everything is denied until a signed genesis is loaded" in message for message in loud)
        still.permissions.genesis_file.write_bytes(document)
        other = replace(still.permissions, listen=f"{still.permissions.listen}2")
        async with app.app(other):

            async def serves() -> bool:
                return await health(still, POLICY) == "SERVING"

            await eventually(serves)
        assert rows() != b"kapok_policy_rows 0.0"
