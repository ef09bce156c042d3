"""The relay's certificate is renewed while viewers look: they stay, newcomers see the new one, a broken one is told."""

import asyncio
import logging
import ssl
from contextlib import AsyncExitStack

import pytest

from services.cell.authority import Credential
from services.chassis.metrics import REGISTRY
from tests.integration.relay.stage import Stage, secure_client
from tests.integration.relay.test_viewers import scene, until

LABEL = {"certificate": "viewers"}


def renewed(stage: Stage) -> Credential:
    """Another certificate and key of the relay, from the same authority, under the same file names."""
    assert stage.authority is not None
    stage.authority.relay("relay-1").certificate.unlink()
    return stage.authority.relay("relay-1")


async def shown(stage: Stage) -> list[bytes]:
    """The certificates that a newcomer sees over RTSPS, WSS and gRPC, each checked against the cell's authority."""
    context = ssl.create_default_context(cafile=stage.ca)
    context.set_alpn_protocols(["h2"])
    found = []
    for port in (stage.secure_port, stage.secure_web_port, stage.secure_grpc_port):
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        found.append(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
        writer.close()
    return found


def figure(name: str) -> float | None:
    return REGISTRY.get_sample_value(f"kapok_certificate_{name}", LABEL)


async def test_who_looks_stays_and_who_comes_sees_the_renewed_certificate() -> None:
    async with scene() as (stage, camera), AsyncExitStack() as crowd:
        before = await shown(stage)
        viewer = await crowd.enter_async_context(secure_client(stage))
        await viewer.play(stage.secure("c"))
        assert await until(viewer, 1) == [5]
        own = renewed(stage)
        after = await shown(stage)
        assert after == [ssl.PEM_cert_to_DER_cert(own.certificate.read_text())] * 3
        assert not set(after) & set(before)
        newcomer = await crowd.enter_async_context(secure_client(stage))
        await newcomer.play(stage.secure("c"))
        camera.delta()
        assert await until(viewer, 2) == [5, 1]
        assert await until(newcomer, 2) == [5, 1]


async def test_a_broken_new_file_leaves_the_former_certificate_and_is_told_until_it_is_mended(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with scene() as (stage, _):
        before, ends_at = await shown(stage), figure("ends_timestamp_seconds")
        assert figure("renewal_refused") == 0
        own = renewed(stage)
        whole = own.certificate.read_bytes()
        for broken in (whole[:300], b"", before[0]):  # half of it, nothing, and one of another key and form
            own.certificate.write_bytes(broken)
            with caplog.at_level(logging.WARNING):
                assert await shown(stage) == before
                assert await shown(stage) == before
            assert figure("renewal_refused") == 1
            assert figure("ends_timestamp_seconds") == ends_at
        own.certificate.unlink()
        assert await shown(stage) == before
        refusal = f"a renewed certificate is not used: {own.certificate}"  # others' of this process end as well
        told = [record for record in caplog.records if record.getMessage().startswith(refusal)]
        assert len(told) == 8, "once for each that is broken and each door that shows it, not at each handshake"
        own.certificate.write_bytes(whole)
        assert not set(await shown(stage)) & set(before)
        assert figure("renewal_refused") == 0
        assert (figure("ends_timestamp_seconds") or 0) >= (ends_at or 0) > 0
