"""Calling another service of the cell: each call signed for its method, each failure in our own error family."""

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import descriptor_pool, message_factory

from services.chassis import identity, rpc_status, tracing
from services.chassis.clock import Clock
from services.chassis.line import line
from services.chassis.metrics import NEIGHBOUR_CALLS
from services.chassis.rpc_server import MAX_MESSAGE_BYTES
from services.chassis.tls import Files

CALL_TIMEOUT_S = 5.0
OPTIONS: list[tuple[str, Any]] = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.initial_reconnect_backoff_ms", 50),
    ("grpc.max_reconnect_backoff_ms", 1000),
]


@dataclass(frozen=True)
class Neighbour:
    """One service of the cell, as another one calls it."""

    name: str
    channel: Any
    ring: identity.KeyRing
    clock: Clock

    async def call(self, method: str, request: Any, timeout_s: float = CALL_TIMEOUT_S) -> Any:
        """Call ``package.Service.Method``; returns its response message, raises errors.Error."""
        path, response_type = _resolve(method)
        serving = identity.current_caller.get()
        who = identity.Caller(self.ring.name, serving.request_id if serving else identity.new_request_id())
        signed = identity.sign(self.ring, self.name, path, who, self.clock)
        # Multicallables are made per call: grpc keeps none of them, and the channel does the work that costs.
        callable_ = self.channel.unary_unary(path, type(request).SerializeToString, response_type.FromString)
        with tracing.span(path, tracing.current.get(), tracing.Kind.CLIENT) as span:
            span.code = "CANCELLED"  # unless something else happens first
            metadata = ((identity.METADATA_KEY, signed), (tracing.HEADER, str(span.parent)))
            try:
                answer = await callable_(request, metadata=metadata, timeout=timeout_s, wait_for_ready=True)
                span.code = "OK"
            except grpc.aio.AioRpcError as failure:
                span.code = failure.code().name
                raise rpc_status.to_error(failure, self.name) from failure
            finally:
                NEIGHBOUR_CALLS.labels(self.name, path, span.code).inc()
        return answer


@functools.cache
def _resolve(method: str) -> tuple[str, Any]:
    """The wire path and the response class of a method of the generated protos."""
    # The pool knows a method only once its module was imported, which whoever built the request has done.
    descriptor = descriptor_pool.Default().FindMethodByName(method)
    service, _, verb = method.rpartition(".")
    return f"/{service}/{verb}", message_factory.GetMessageClass(descriptor.output_type)


@asynccontextmanager
async def neighbour(
    name: str, address: str, ring: identity.KeyRing, clock: Clock, files: Files | None = None
) -> AsyncIterator[Neighbour]:
    """A line to ``name`` at ``address``, open while inside; over TCP with TLS when there are ``files``."""
    async with line(address, OPTIONS, files) as opened:
        yield Neighbour(name, opened, ring, clock)
