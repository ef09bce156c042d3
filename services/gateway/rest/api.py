"""The API as JSON: an HTTP request becomes the call that its annotation names, and takes the way of every call."""

import asyncio
from collections.abc import Mapping, Sequence

from aiohttp import web
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from services.chassis import errors, identity, metrics, tracing
from services.chassis.errors import Violation
from services.gateway import certificate
from services.gateway.policy_health import PolicyHealth
from services.gateway.rest import page, player
from services.gateway.rpc import failure
from services.gateway.rpc.failure import Failure
from services.gateway.rpc.forwarding import Forwarder, Incoming, Start
from services.gateway.rpc.transcoding import Binding, status_json
from services.gateway.service import Admission, Shown

MAX_BODY_BYTES = 1024 * 1024
REQUEST_ID_HEADER = "kapok-request-id"
_BODY_TIMEOUT_S = 10.0
_CALL_TIMEOUT_S = 30.0
_HTTP = {  # google.rpc.Code → HTTP, as google/rpc/code.proto has it
    "CANCELLED": 499, "UNKNOWN": 500, "INVALID_ARGUMENT": 400, "DEADLINE_EXCEEDED": 504, "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409, "PERMISSION_DENIED": 403, "UNAUTHENTICATED": 401, "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400, "ABORTED": 409, "OUT_OF_RANGE": 400, "UNIMPLEMENTED": 501, "INTERNAL": 500,
    "UNAVAILABLE": 503, "DATA_LOSS": 500,
}  # fmt: skip
_API_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Api:
    """Handlers of the HTTPS side."""

    def __init__(
        self, forwarder: Forwarder, admission: Admission, bindings: Sequence[Binding], policy: PolicyHealth
    ) -> None:
        self._policy = policy
        self._forwarder = forwarder
        self._admission = admission
        self._bindings = bindings
        self._page = page.render((b.verb, b.template.text, b.path) for b in bindings)

    def application(self) -> web.Application:
        """All routes."""
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        application.router.add_get("/", self._front)
        application.router.add_routes(player.routes())
        application.router.add_get("/healthz", self._health)
        application.router.add_get("/metrics", self._metrics)
        application.router.add_route("*", "/{path:.*}", self._call)
        return application

    async def _front(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._page, content_type="text/html", headers=page.HEADERS)

    async def _health(self, _request: web.Request) -> web.Response:
        """200 without a policy too: the gateway does serve, and what it serves are refusals."""
        return web.json_response({"status": "SERVING", "policy": self._policy.status}, headers=_API_HEADERS)

    async def _metrics(self, request: web.Request) -> web.Response:
        """For whom permissions knows: figures tell of other agencies too."""
        try:
            async with self._admission.admitted(_shown(request)):
                text = generate_latest(metrics.REGISTRY)
        except errors.Error as error:
            return _failed(failure.of_error(error), identity.new_request_id())
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _call(self, request: web.Request) -> web.Response:
        request_id = identity.new_request_id()
        found = self._find(request.method, request.rel_url.raw_path)
        if found is None:
            return self._no_route(request, request_id)
        binding, variables = found
        answer = ""

        async def converse(start: Start) -> None:
            nonlocal answer
            payload = binding.request(variables, list(request.rel_url.query.items()), await _body(request))
            answer = binding.response(await start(payload))

        trace = tracing.parsed(request.headers.get(tracing.HEADER))
        incoming = Incoming(binding.path, _shown(request), request_id, timeout_s=_CALL_TIMEOUT_S, trace=trace)
        failed = await self._forwarder.forward(incoming, converse)
        if failed is not None:
            return _failed(failed, request_id)
        return _json(answer, 200, request_id)

    def _find(self, verb: str, raw_path: str) -> tuple[Binding, Mapping[str, str]] | None:
        for binding in self._bindings:
            if binding.verb == verb and (variables := binding.template.match(raw_path)) is not None:
                return binding, variables
        return None

    def _no_route(self, request: web.Request, request_id: str) -> web.Response:
        verbs = sorted({b.verb for b in self._bindings if b.template.match(request.rel_url.raw_path) is not None})
        error = errors.NotFound("RESOURCE_MISSING", f"{request.path}: no such path; GET / lists those that there are")
        if not verbs:
            return _failed(failure.of_error(error), request_id)
        answer = _failed(failure.unknown_method(f"{request.method} {request.path}"), request_id)
        answer.set_status(405)
        answer.headers["Allow"] = ", ".join(verbs)
        return answer


def _shown(request: web.Request) -> Shown:
    """The client's own certificate, verified by TLS when the connection opened, and what it says of a person."""
    assert request.transport is not None
    der = request.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return Shown(certificate.from_der(der), tuple(request.headers.getall("Authorization", [])))


async def _body(request: web.Request) -> bytes:
    """The body, bounded in size and time. JSON only: a browser sends that across sites only when asked first."""
    if not request.can_read_body:
        return b""
    if request.content_type != "application/json":
        raise errors.InvalidArgument(Violation("content-type", "send application/json"))
    try:
        async with asyncio.timeout(_BODY_TIMEOUT_S):
            return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise errors.InvalidArgument(Violation("body", f"at most {MAX_BODY_BYTES} bytes")) from None
    except TimeoutError:
        raise errors.InvalidArgument(Violation("body", f"did not arrive within {_BODY_TIMEOUT_S:g} s")) from None


def _failed(failed: Failure, request_id: str) -> web.Response:
    return _json(status_json(failed.status()), _HTTP[failed.code.name], request_id)


def _json(text: str, status: int, request_id: str) -> web.Response:
    headers = {**_API_HEADERS, REQUEST_ID_HEADER: request_id}
    return web.Response(text=text, status=status, content_type="application/json", headers=headers)
