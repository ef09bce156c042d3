"""A relay on the bus and agencies' programs: the same token, gate, record and ending as for every viewer."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest

from kapok.streams.v1 import media_service_pb2, media_service_pb2_grpc
from services.cell.authority import Authority
from services.chassis.settings import SettingsError
from services.chassis.signing import Signer
from services.streams.relay.settings import Settings
from tests.eventually import eventually
from tests.integration.relay.test_calls import end_of, units
from tests.integration.streams.stage import Stage, stage
from tests.integration.streams.test_relay import refusal_of

DENIED = ("PERMISSION_DENIED", "TOKEN_INVALID")


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as running:
        yield running


@asynccontextmanager
async def program(relay: Stage, url: str, credentials: Any = None) -> AsyncIterator[Any]:
    """The pictures of the session that the RTSP ``url`` is of, with the same token."""
    session, _, token = url.partition("/s/")[2].partition("?token=")
    asked = media_service_pb2.WatchAccessUnitsRequest(session=f"sessions/{session}", token=token)
    where = f"127.0.0.1:{relay.heard[-1].grpc_port}"
    trust = credentials or grpc.ssl_channel_credentials(relay.ca.read_bytes())
    async with grpc.aio.secure_channel(where, trust) as channel:
        call = media_service_pb2_grpc.MediaServiceStub(channel).WatchAccessUnits(asked)
        yield call
        call.cancel()


async def test_a_program_shows_the_same_token_stands_on_record_alike_and_is_told_why_it_ends(relay: Stage) -> None:
    url, _ = await relay.assign()
    async with program(relay, url) as call:
        assert (await units(call, 1))[0].is_key
        assert await relay.facts() == ["opened"]
        assert "have joined already" in (await refusal_of(url)).message
        async with program(relay, url) as second:
            assert "have joined already" in (await end_of(second))[2]
        await relay.end("principals/p")
        code, reason, said = await end_of(call)
        assert (code, reason) == DENIED
        assert "principal revoked" in said
    async with program(relay, url) as late:
        assert (await end_of(late))[:2] == DENIED

    async def is_closed() -> bool:
        return await relay.facts() == ["opened", "closed"]

    await eventually(is_closed)


@pytest.mark.parametrize("change", ["another key", "another relay", "another session", "expired", "none", "no token"])
async def test_a_token_that_is_not_for_this_session_now_shows_a_program_nothing(relay: Stage, change: str) -> None:
    url, _ = await relay.assign()
    session = f"sessions/{url.partition('/s/')[2].partition('?')[0]}"
    wrong = {
        "another key": lambda: relay.url(session, Signer(os.urandom(32))),
        "another relay": lambda: relay.url(session, relay="relay-2"),
        "another session": lambda: relay.url("sessions/other").replace("/other", f"/{session[9:]}"),
        "expired": lambda: relay.url(session, expire_time_ms=int(datetime.now(UTC).timestamp() * 1000) - 1),
        "none": lambda: url.partition("?")[0],
        "no token": lambda: url.partition("=")[0] + "=&token=%00#",
    }[change]()
    async with program(relay, wrong) as call:
        assert (await end_of(call))[:2] == DENIED
    async with program(relay, url) as call:
        await units(call, 1)


async def test_silence_of_permissions_ends_programs_too(relay: Stage) -> None:
    async with program(relay, (await relay.assign())[0]) as call:
        await units(call, 1)
        relay.beats.clear()
        code, _, said = await end_of(call)
        assert (code, "lease" in said or "lost touch" in said) == ("PERMISSION_DENIED", True)


async def test_a_relay_with_a_certificate_talks_to_programs_with_one_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority.open(tmp_path / "certs", datetime.now(UTC))
    own, ca = authority.client("p"), authority.own.certificate
    monkeypatch.setenv("KAPOK_CLIENT_CA_FILE", str(ca))
    async with stage(tmp_path) as relay:
        assert relay.heard[-1].grpc_has_tls
        url, _ = await relay.assign()
        async with program(relay, url) as stranger:
            assert (await end_of(stranger))[0] == "UNAVAILABLE"
        with_one = grpc.ssl_channel_credentials(ca.read_bytes(), own.key.read_bytes(), own.certificate.read_bytes())
        async with program(relay, url, with_one) as call:
            assert (await units(call, 1))[0].is_key


@pytest.mark.parametrize(("listen", "certificate"), [("0.0.0.0:0", None), ("10.0.0.1:0", None), ("[::1]:0", Path("x"))])
def test_programs_are_served_without_tls_on_loopback_alone(listen: str, certificate: Path | None) -> None:
    settings = Settings(
        relay_id="relay-1", bus_url="nats://127.0.0.1:1", key_file=Path(), rtsp_listen="127.0.0.1:0",
        metrics_listen="127.0.0.1:0", streams_public_key=Path(), permissions_public_key=Path(), source_networks=(),
        grpc_media_listen=listen, certificate_file=certificate,
    )  # fmt: skip
    with pytest.raises(SettingsError, match="KAPOK_PRIVATE_KEY_FILE"):
        _ = settings.media_tls
    assert replace(settings, grpc_media_listen="127.0.0.1:0", certificate_file=None).media_tls is None
