"""Calls of agencies reach their owner as they were made, whatever their kind, and come back as they were answered."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from kapok.registry.v1 import registry_service_pb2, registry_service_pb2_grpc
from services.chassis import identity
from services.chassis.clock import SystemClock
from services.gateway.metrics import CALLS
from tests.integration.gateway.cell import POLICE, Cell, channel
from tests.integration.gateway.echo import SERVICE, Text


@pytest.fixture
async def line(cell: Cell) -> AsyncIterator[Any]:
    """A connection of the police to a gateway."""
    async with cell.gateway() as bound, channel(cell, bound.grpc_port, cell.member(POLICE)) as opened:
        yield opened


def method(line: Any, name: str, kind: str = "unary_unary") -> Any:
    return getattr(line, kind)(f"/{SERVICE}/{name}", Text.SerializeToString, Text.FromString)


async def texts(*values: str) -> AsyncIterator[Text]:
    for value in values:
        yield Text(value=value)


async def test_a_unary_call_reaches_its_owner_with_metadata_both_ways(cell: Cell, line: Any) -> None:
    call = method(line, "Say")(Text(value="你好"), metadata=(("color", "red"), ("raw-bin", b"\0\xff")))
    assert (await call).value == "你好"
    assert dict(await call.initial_metadata())["said"] == "first"
    assert dict(await call.trailing_metadata())["said"] == "last"
    assert cell.echo.metadata[0]["color"] == "red"
    assert cell.echo.metadata[0]["raw-bin"] == b"\0\xff"


async def test_the_service_learns_who_calls_and_the_caller_the_same_request_id(cell: Cell, line: Any) -> None:
    call = method(line, "Say")(Text())
    await call
    [caller] = cell.echo.callers
    assert (caller.service, caller.principal) == ("gateway", POLICE)
    assert caller.certificate_sha256 in cell.directory.certificates
    assert dict(await call.trailing_metadata())["kapok-request-id"] == caller.request_id


async def test_every_kind_of_stream_passes_through(line: Any) -> None:
    assert (await method(line, "Collect", "stream_unary")(texts("a", "b", "c"))).value == "abc"
    counting = method(line, "Count", "unary_stream")(Text(value="3"))
    assert [text.value async for text in counting] == ["0", "1", "2"]
    assert dict(await counting.trailing_metadata())["counted"] == "3"
    chat = method(line, "Chat", "stream_stream")(texts("a", "b"))
    assert [text.value async for text in chat] == ["A", "B"]


async def test_a_conversation_goes_back_and_forth_without_waiting_for_its_end(line: Any) -> None:
    chat = method(line, "Chat", "stream_stream")()
    for word in ("one", "two"):
        await chat.write(Text(value=word))
        assert (await chat.read()).value == word.upper()
    await chat.done_writing()
    assert await chat.read() is grpc.aio.EOF


async def test_the_deadline_travels_on(cell: Cell, line: Any) -> None:
    await method(line, "Say")(Text(), timeout=20)
    await method(line, "Say")(Text())
    with_deadline, without = cell.echo.time_left_s
    assert with_deadline is not None
    assert 10 < with_deadline <= 20
    assert without is None


async def test_a_deadline_that_passes_ends_the_call_at_the_service(cell: Cell, line: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await method(line, "Wait")(Text(), timeout=0.3)
    assert raised.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    await asyncio.wait_for(cell.echo.was_cancelled.wait(), 5)


async def test_a_cancelled_call_is_cancelled_at_the_service(cell: Cell, line: Any) -> None:
    call = method(line, "Wait")(Text())
    await asyncio.wait_for(cell.echo.is_waiting.wait(), 5)
    call.cancel()
    await asyncio.wait_for(cell.echo.was_cancelled.wait(), 5)


async def test_an_identity_that_an_agency_forges_has_no_effect(cell: Cell, line: Any) -> None:
    forged = identity.sign(
        cell.ring("streams"), "gateway", f"/{SERVICE}/Say", identity.Caller("streams", "x"), SystemClock()
    )
    await method(line, "Say")(Text(), metadata=(("kapok-identity-bin", forged), ("kapok-principal", "principals/x")))
    assert cell.echo.callers[0].principal == POLICE
    assert "kapok-principal" not in cell.echo.metadata[0]


async def test_a_request_of_ten_megabytes_is_refused_and_the_connection_goes_on(cell: Cell, line: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await method(line, "Say")(Text(value="x" * 10_000_000))
    assert raised.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert cell.echo.callers == []
    assert (await method(line, "Say")(Text(value="still here"))).value == "still here"


async def test_an_unknown_method_is_unimplemented(line: Any) -> None:
    for path in (f"/{SERVICE}/Nothing", "/other.Service/Method", "/garbage"):
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await line.unary_unary(path)(b"")
        assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED
        assert "reflection" in raised.value.details()


async def test_a_service_that_is_away_is_named(cell: Cell) -> None:
    async with (
        cell.gateway(registry_address=f"unix:{cell.folder}/nobody.sock") as bound,
        channel(cell, bound.grpc_port, cell.member(POLICE)) as line,
    ):
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await registry_service_pb2_grpc.RegistryServiceStub(line).GetCamera(registry_service_pb2.GetCameraRequest())
    assert raised.value.code() == grpc.StatusCode.UNAVAILABLE
    assert raised.value.details() == "registry does not answer; try again"


async def test_health_and_reflection_show_what_is_for_agencies(line: Any) -> None:
    health = await health_pb2_grpc.HealthStub(line).Check(health_pb2.HealthCheckRequest())
    assert health.status == health_pb2.HealthCheckResponse.SERVING
    asked = reflection_pb2.ServerReflectionRequest(list_services="")
    stub = reflection_pb2_grpc.ServerReflectionStub(line)
    [answer] = [answer async for answer in stub.ServerReflectionInfo(iter_once(asked))]
    names = {service.name for service in answer.list_services_response.service}
    assert {"kapok.registry.v1.RegistryService", "kapok.streams.v1.StreamsService", SERVICE} <= names
    assert not names & {"kapok.permissions.v1.DeciderService", "kapok.registry.v1.CameraFactsService"}


async def iter_once(request: Any) -> AsyncIterator[Any]:
    yield request


async def test_calls_are_counted_by_known_method_only(line: Any) -> None:
    await method(line, "Say")(Text())
    with pytest.raises(grpc.aio.AioRpcError):
        await line.unary_unary("/made/Up")(b"")
    labels = {sample.labels["method"] for metric in CALLS.collect() for sample in metric.samples}
    assert f"/{SERVICE}/Say" in labels
    assert "unknown" in labels
    assert "/made/Up" not in labels
