"""TLS between services: a renewed certificate is shown and believed without a restart, a stranger is refused."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import grpc
import pytest
from aiohttp import web
from cryptography import x509
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.chassis import line as line_module
from services.chassis import rpc_server
from services.chassis.line import line
from services.chassis.tls import Files, server_credentials
from services.gateway.rest import site
from tests.eventually import eventually
from tests.integration.gateway.authority import Authority, Pair

NAMES = (x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1")))
FAST = [("grpc.initial_reconnect_backoff_ms", 20), ("grpc.max_reconnect_backoff_ms", 50)]


def files(authority: Authority, pair: Pair) -> Files:
    return Files(authority.file, pair.certificate, pair.private_key)


@asynccontextmanager
async def serving(own: Files) -> AsyncIterator[int]:
    """A service's door over TCP; yields its port."""
    async with rpc_server.serve(rpc_server.Door("127.0.0.1:0", own), [], lambda _server: ()) as (_, port):
        yield port


async def is_served(over: Any) -> bool:
    try:
        await health_pb2_grpc.HealthStub(over).Check(health_pb2.HealthCheckRequest(), timeout=2)
    except grpc.aio.AioRpcError:
        return False
    return True


def moved(folder: Path, of: Authority, name: str) -> Authority:
    """Another authority, whose certificates replace those of ``of`` under the same file names."""
    other = Authority(folder, f"{of.file.stem}-next")
    other.issue(name, *NAMES)
    other.file.replace(of.file)
    return other


async def test_both_ends_go_on_when_their_certificates_are_renewed_by_another_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "_LOOK_EVERY_S", 0.05)
    authority = Authority(tmp_path, "authority")
    own = files(authority, authority.issue("service", *NAMES))
    former = own.certificate.read_bytes()
    async with serving(own) as port, line(f"127.0.0.1:{port}", FAST, own) as standing:
        assert await is_served(standing)
        before = standing._channel
        moved(tmp_path, authority, "service")
        assert own.certificate.read_bytes() != former
        await eventually(lambda: standing._channel is not before)
        await eventually(lambda: is_served(standing))
        async with line(f"ipv4:127.0.0.1:{port}", FAST, own) as fresh:
            assert await is_served(fresh), "a list of addresses is checked by the first one's name"


async def test_who_shows_no_certificate_or_a_strangers_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    stranger = Authority(tmp_path, "stranger")
    own = files(authority, authority.issue("service", *NAMES))
    other = stranger.issue("other", *NAMES)
    async with serving(own) as port:
        for credentials in (
            grpc.ssl_channel_credentials(authority.file.read_bytes()),
            grpc.ssl_channel_credentials(
                authority.file.read_bytes(), other.private_key.read_bytes(), other.certificate.read_bytes()
            ),
        ):
            async with grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, options=FAST) as channel:
                assert not await is_served(channel)


async def test_half_of_a_renewal_changes_nothing(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    own = files(authority, authority.issue("service", *NAMES))
    key = own.private_key.read_bytes()
    async with serving(own) as port:
        authority.issue("service", *NAMES)
        own.private_key.write_bytes(key)  # the new certificate, and the former key still
        client = authority.issue("client", *NAMES)
        credentials = grpc.ssl_channel_credentials(
            authority.file.read_bytes(), client.private_key.read_bytes(), client.certificate.read_bytes()
        )
        async with grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials, options=FAST) as channel:
            assert await is_served(channel)


def test_files_that_do_not_fit_each_other_are_no_start(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "authority")
    own = files(authority, authority.issue("service", *NAMES))
    authority.issue("other", *NAMES).private_key.replace(own.private_key)
    with pytest.raises(OSError):
        server_credentials(own)


async def test_https_shows_a_renewed_certificate_too(tmp_path: Path) -> None:
    """An expired one is replaced while the gateway serves."""
    authority = Authority(tmp_path, "authority")
    own = files(authority, authority.issue("service", *NAMES))
    shown: list[bytes] = []

    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    application = web.Application()
    application.router.add_get("/", hello)
    async with site.serve("127.0.0.1:0", own, 10, application) as port:
        for _ in range(2):
            context = ssl.create_default_context(cafile=str(own.ca))
            context.load_cert_chain(own.certificate, own.private_key)
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
            shown.append(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert (await reader.read()).endswith(b"hello")
            writer.close()
            moved(tmp_path, authority, "service")
    assert shown[0] != shown[1]
