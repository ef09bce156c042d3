"""Who may pass: certificates, revocation, exposure, limits; and what is put on record when somebody may not."""

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from cryptography import x509
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from kapok.permissions.v1 import decider_service_pb2, decider_service_pb2_grpc
from services.chassis.signing import Signer
from tests.eventually import eventually
from tests.integration.gateway.authority import Authority, Pair
from tests.integration.gateway.cell import POLICE, Cell, channel
from tests.integration.gateway.echo import SERVICE, Text


async def say(line: Any, name: str = "Say", text: str = "") -> Any:
    return await line.unary_unary(f"/{SERVICE}/{name}", Text.SerializeToString, Text.FromString)(Text(value=text))


async def refused(call: Any) -> tuple[grpc.StatusCode, error_details_pb2.ErrorInfo]:
    """The code and the only ErrorInfo of a call that fails."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    infos = [
        each for each in rpc_status.from_call(raised.value).details if each.Is(error_details_pb2.ErrorInfo.DESCRIPTOR)
    ]
    info = error_details_pb2.ErrorInfo()
    [packed] = infos
    packed.Unpack(info)
    return raised.value.code(), info


async def test_a_certificate_of_another_authority_does_not_get_past_the_handshake(cell: Cell) -> None:
    stranger = Authority(cell.folder, "elsewhere").client("police-yuexiu")
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, stranger) as line:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await say(line)
    assert raised.value.code() == grpc.StatusCode.UNAVAILABLE
    assert cell.echo.callers == []
    assert cell.directory.questions == 0


async def test_a_client_without_certificate_does_not_get_past_the_handshake(cell: Cell) -> None:
    credentials = grpc.ssl_channel_credentials(cell.authority.file.read_bytes())
    async with (
        cell.gateway() as bound,
        grpc.aio.secure_channel(f"localhost:{bound.grpc_port}", credentials) as line,
    ):
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await say(line)
    assert raised.value.code() == grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize(
    "uris",
    [
        [],
        ["https://example.org/principals/police-yuexiu"],
        ["kapok://principals/police-yuexiu/../x"],
        ["kapok://principals/police-yuexiu", "kapok://principals/command-guangzhou"],
    ],
    ids=["none", "foreign", "crooked", "two"],
)
async def test_a_certificate_that_names_no_single_principal_is_unauthenticated(cell: Cell, uris: list[str]) -> None:
    pair = cell.authority.issue("odd", *(x509.UniformResourceIdentifier(uri) for uri in uris))
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, pair) as line:
        code, info = await refused(say(line))
    assert (code, info.reason) == (grpc.StatusCode.UNAUTHENTICATED, "CERTIFICATE_UNKNOWN")


async def test_a_certificate_that_permissions_does_not_know_is_unauthenticated_and_on_record(cell: Cell) -> None:
    cell.member(POLICE)
    second = cell.authority.client("police-yuexiu")  # of the same name, never registered
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, second) as line:
        code, info = await refused(say(line))
    assert (code, info.reason) == (grpc.StatusCode.UNAUTHENTICATED, "IDENTITY_MISSING")
    [record] = cell.refusals.seen
    assert (record.principal, record.refusal.code) == (POLICE, "UNAUTHENTICATED")


async def test_a_revoked_principal_is_refused_at_its_next_call_after_the_ending(cell: Cell) -> None:
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, cell.member(POLICE)) as line:
        await say(line)
        await say(line)
        assert cell.directory.questions == 1  # the answer was kept
        await cell.revoke(POLICE)
        await cell.bus.client.flush()

        async def asks_anew() -> bool:
            try:
                await say(line)
            except grpc.aio.AioRpcError:
                return True
            return False

        await eventually(asks_anew, within_s=1.0)  # well before the two seconds that an answer is kept
        code, info = await refused(say(line))
    assert (code, info.reason) == (grpc.StatusCode.PERMISSION_DENIED, "PRINCIPAL_REVOKED")
    assert cell.refusals.seen[-1].refusal.reason == "PRINCIPAL_REVOKED"


async def test_an_ending_that_permissions_did_not_sign_ends_nothing(cell: Cell) -> None:
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, cell.member(POLICE)) as line:
        await say(line)
        await cell.revoke(POLICE, signer=Signer(b"x" * 32))
        await cell.bus.publish("kapok.v1.permissions.endings", b"garbage")
        await cell.bus.client.flush()
        await say(line)
    assert cell.directory.questions == 1


async def test_methods_that_are_internal_or_without_option_are_refused_and_on_record(cell: Cell) -> None:
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, cell.member(POLICE)) as line:
        decide = decider_service_pb2_grpc.DeciderServiceStub(line).Decide(decider_service_pb2.DecideRequest())
        for call in (decide, say(line, "Hidden")):
            code, info = await refused(call)
            assert (code, info.reason) == (grpc.StatusCode.PERMISSION_DENIED, "METHOD_NOT_EXPOSED")
    methods = [record.refusal.method for record in cell.refusals.seen]
    assert methods == ["/kapok.permissions.v1.DeciderService/Decide", f"/{SERVICE}/Hidden"]


async def test_a_refusal_of_a_service_is_passed_on_whole_and_is_on_record_before(cell: Cell) -> None:
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, cell.member(POLICE)) as line:
        code, info = await refused(say(line, "Refuse", "no"))
        assert (code, info.reason) == (grpc.StatusCode.PERMISSION_DENIED, "NOT_PERMITTED")
        [record] = cell.refusals.seen
    assert (record.principal, record.rule, record.article) == (POLICE, "default-deny", "Article 14 ¶1")
    assert record.camera == "districts/440104/cameras/44010400001320000017"
    assert (record.refusal.message, record.refusal.count) == ("refused: no", 1)
    assert record.request_id


async def test_with_audit_away_refusals_are_answered_and_follow_when_it_is_back(cell: Cell) -> None:
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, cell.member(POLICE)) as line:
        await cell.audit.aclose()
        for number in range(3):
            code, _ = await refused(say(line, "Refuse", str(number)))
            assert code == grpc.StatusCode.PERMISSION_DENIED
        assert cell.refusals.seen == []
        await cell.serve_audit()
        await eventually(lambda: len(cell.refusals.seen) == 3)
    assert [record.refusal.message for record in cell.refusals.seen] == [f"refused: {n}" for n in range(3)]


async def test_more_calls_than_the_limit_are_told_when_to_come_back(cell: Cell) -> None:
    limits = {"calls_per_s": 0.1, "calls_burst": 3}
    other = cell.member("principals/command-guangzhou")
    async with (
        cell.gateway(**limits) as bound,
        channel(cell, bound.grpc_port, cell.member(POLICE)) as line,
        channel(cell, bound.grpc_port, other) as other_line,
    ):
        for _ in range(3):
            await say(line)
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await say(line)
        await say(other_line)  # limits are each caller's own
    assert raised.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert timedelta() < retry_delay(raised.value) <= timedelta(seconds=10)
    [record] = cell.refusals.seen
    assert (record.principal, record.refusal.code, record.refusal.count) == (POLICE, "RESOURCE_EXHAUSTED", 1)


def retry_delay(failure: grpc.aio.AioRpcError) -> timedelta:
    retry = error_details_pb2.RetryInfo()
    assert any(detail.Unpack(retry) for detail in rpc_status.from_call(failure).details)
    return retry.retry_delay.ToTimedelta()


async def test_more_calls_at_once_than_the_limit_are_refused_until_one_ends(cell: Cell) -> None:
    async with (
        cell.gateway(calls_at_once=1) as bound,
        channel(cell, bound.grpc_port, cell.member(POLICE)) as line,
    ):
        waiting = line.unary_unary(f"/{SERVICE}/Wait", Text.SerializeToString, Text.FromString)(Text())
        await asyncio.wait_for(cell.echo.is_waiting.wait(), 5)
        code, info = await refused(say(line))
        assert (code, info.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "LIMIT_REACHED")
        waiting.cancel()
        await asyncio.wait_for(cell.echo.was_cancelled.wait(), 5)

        async def passes() -> bool:
            try:
                await say(line)
            except grpc.aio.AioRpcError:
                return False
            return True

        await eventually(passes)


async def test_more_connections_than_the_limit_are_closed(cell: Cell) -> None:
    pair: Pair = cell.member(POLICE)
    async with cell.gateway(connections=1) as bound, channel(cell, bound.grpc_port, pair) as first:
        await say(first)
        credentials = grpc.ssl_channel_credentials(
            cell.authority.file.read_bytes(), pair.private_key.read_bytes(), pair.certificate.read_bytes()
        )
        apart = [("grpc.use_local_subchannel_pool", 1)]  # or grpc would share the first one's connection
        async with grpc.aio.secure_channel(f"localhost:{bound.grpc_port}", credentials, options=apart) as second:
            with pytest.raises(grpc.aio.AioRpcError) as raised:
                await say(second)
        assert raised.value.code() == grpc.StatusCode.UNAVAILABLE
        await say(first)


async def test_with_permissions_away_nobody_passes_and_the_answer_says_so(cell: Cell) -> None:
    async with (
        cell.gateway(permissions_address=f"unix:{cell.folder}/nobody.sock") as bound,
        channel(cell, bound.grpc_port, cell.member(POLICE)) as line,
    ):
        code, info = await refused(say(line))
    assert (code, info.reason) == (grpc.StatusCode.UNAVAILABLE, "SERVICE_AWAY")
    assert cell.echo.callers == []
