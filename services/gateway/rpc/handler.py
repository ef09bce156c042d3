"""Every method of every service, answered by forwarding: a generic handler that never parses a message."""

from collections.abc import Callable
from typing import Any

import grpc

from services.chassis import identity, tracing
from services.gateway import certificate
from services.gateway.rpc.catalogue import Catalogue
from services.gateway.rpc.failure import Failure, Metadata
from services.gateway.rpc.forwarding import Converse, Forwarder, Incoming, Start
from services.gateway.service import Shown

REQUEST_ID_KEY = "kapok-request-id"
_STOCK = ("/grpc.health.", "/grpc.reflection.")  # served by handlers of their own
_DROPPED_PREFIXES = ("kapok-", "grpc-", ":")
_DROPPED = frozenset({"user-agent", "te", "content-type", "host", "authorization", tracing.HEADER})  # of this hop


class Handler(grpc.GenericRpcHandler):  # type: ignore[misc] # grpc ships no types
    """Hands each call to the forwarder, in the kind that the catalogue says it has."""

    def __init__(self, catalogue: Catalogue, forwarder: Forwarder) -> None:
        self._methods = catalogue.methods
        self._forwarder = forwarder

    def service(self, details: Any) -> Any:
        """gRPC asks once a call. What will be refused is taken as a stream, so that its request is never read."""
        if details.method.startswith(_STOCK):
            return None
        method = self._methods.get(details.method)
        kind = method.kind if method and method.is_exposed else "stream_stream"
        behave = self._answer if kind.endswith("_unary") else self._stream
        return getattr(grpc, f"{kind}_rpc_method_handler")(_of(behave, details.method))

    async def _answer(self, path: str, request: Any, context: Any) -> bytes:
        answer = b""

        async def converse(start: Start) -> None:
            nonlocal answer
            call = start(request)
            await _pass_initial(call, context)
            answer = await call
            await _pass_trailing(call, context)

        await self._serve(path, context, converse)
        return answer

    async def _stream(self, path: str, request: Any, context: Any) -> None:
        async def converse(start: Start) -> None:
            call = start(request)
            await _pass_initial(call, context)
            async for message in call:
                await context.write(message)
            await _pass_trailing(call, context)

        await self._serve(path, context, converse)

    async def _serve(self, path: str, context: Any, converse: Converse) -> None:
        request_id = identity.new_request_id()
        context.set_trailing_metadata(_identified(request_id))
        [pem] = context.auth_context()["x509_pem_cert"]
        sent = context.invocation_metadata()
        incoming = Incoming(
            path=path,
            shown=Shown(certificate.from_pem(pem), tuple(_text(v) for k, v in sent if k == "authorization")),
            request_id=request_id,
            metadata=tuple(pair for pair in sent if _is_passed(pair[0])),
            timeout_s=context.time_remaining(),
            trace=tracing.parsed(dict(sent).get(tracing.HEADER)),
        )
        failed = await self._forwarder.forward(incoming, converse)
        if failed is not None:
            _fail(context, failed, request_id)


def _of(behave: Callable[..., Any], path: str) -> Callable[..., Any]:
    async def call(request: Any, context: Any) -> Any:
        return await behave(path, request, context)

    return call


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("ascii", "replace")


def _is_passed(key: str) -> bool:
    return not key.startswith(_DROPPED_PREFIXES) and key not in _DROPPED


def _identified(request_id: str) -> Metadata:
    return ((REQUEST_ID_KEY, request_id),)


async def _pass_initial(call: Any, context: Any) -> None:
    metadata = tuple(await call.initial_metadata() or ())
    if metadata:
        await context.send_initial_metadata(metadata)


async def _pass_trailing(call: Any, context: Any) -> None:
    context.set_trailing_metadata((*(await call.trailing_metadata() or ()), *context.trailing_metadata()))


def _fail(context: Any, failed: Failure, request_id: str) -> None:
    context.set_trailing_metadata((*failed.trailers, *_identified(request_id)))
    context.set_code(failed.code)
    context.set_details(failed.message)
