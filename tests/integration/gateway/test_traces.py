"""A call is one trace from the agency to the service that answers it, in the logs and at a collector."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from services.chassis import tracing
from tests.integration.gateway.cell import POLICE, Cell, channel
from tests.integration.gateway.echo import SERVICE, Text
from tests.integration.gateway.test_rest import session

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """What an OpenTelemetry collector hears."""

    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.services: set[str] = set()

    async def Export(self, request: Any, _context: Any) -> Any:  # noqa: N802 - the proto's name
        for told in request.resource_spans:
            self.services |= {a.value.string_value for a in told.resource.attributes if a.key == "service.name"}
            self.spans += [span for scope in told.scope_spans for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


@asynccontextmanager
async def collecting() -> AsyncIterator[tuple[Collector, str]]:
    collector, server = Collector(), grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield collector, f"http://127.0.0.1:{port}"
    finally:
        await server.stop(0)


async def say(cell: Cell, port: int, *metadata: tuple[str, str]) -> None:
    async with channel(cell, port, cell.member(POLICE)) as line:
        method = line.unary_unary(f"/{SERVICE}/Say", Text.SerializeToString, Text.FromString)
        await method(Text(value="x"), metadata=metadata)


async def test_an_agencys_trace_goes_on_behind_the_gateway_and_a_malformed_one_does_not(cell: Cell) -> None:
    async with cell.gateway() as bound:
        await say(cell, bound.grpc_port, ("traceparent", f"00-{TRACE}-{SPAN}-00"))
        await say(cell, bound.grpc_port, ("traceparent", "00-$(reboot)-x"), ("kapok-request-id", "mine"))
    followed, begun = (tracing.parsed(heard["traceparent"]) for heard in cell.echo.metadata)
    assert followed is not None
    assert begun is not None
    assert (followed.trace_id, followed.span_id == SPAN) == (TRACE, False)
    assert begun.trace_id != TRACE
    assert "mine" not in {caller.request_id for caller in cell.echo.callers}


async def test_a_collector_hears_of_each_end_of_a_call_and_of_nobody(
    cell: Cell, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with collecting() as (collector, endpoint):
        environ = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
        monkeypatch.setenv(*next(iter(environ.items())))
        sending, parent = ExitStack(), f"00-{TRACE}-{SPAN}-01"
        sending.enter_context(tracing.sending("gateway", environ))
        async with cell.gateway() as bound:
            await say(cell, bound.grpc_port, ("traceparent", parent))
            async with session(cell, cell.member(POLICE)) as web:
                path = f"https://127.0.0.1:{bound.http_port}/v1/districts/440104/cameras/1"
                async with web.get(path, headers={"traceparent": parent}) as answer:
                    assert answer.status == 200
        await asyncio.to_thread(sending.close)  # waits for the collector, which answers in this loop
    # The gateway asks permissions for its health all the while, in traces of their own.
    spans = [span for span in collector.spans if not span.name.startswith("grpc.health")]
    names = {(span.name, span.kind) for span in spans}
    asked, shown = (
        "kapok.permissions.v1.DeciderService/IdentifyCertificate",
        "kapok.registry.v1.RegistryService/GetCamera",
    )
    assert {(f"{SERVICE}/Say", 2), (shown, 2), (asked, 2), (asked, 3)} <= names  # served 2, called 3
    assert {span.trace_id.hex() for span in spans} == {TRACE}
    assert {span.name for span in spans if span.parent_span_id.hex() == SPAN} == {f"{SERVICE}/Say", shown}
    assert collector.services == {"kapok-gateway"}
    assert POLICE.encode() not in b"".join(span.SerializeToString() for span in collector.spans)
