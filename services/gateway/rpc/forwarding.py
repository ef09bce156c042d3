"""One call from an agency to its owner: let in, signed, forwarded as bytes, its refusal put on record, counted.

gRPC and REST both pass here. What differs between them is handed in as ``converse``: it gets a function that starts
the call upstream, and passes on what comes back.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc

from services.chassis import errors, identity, tracing
from services.chassis.clock import Clock
from services.chassis.rpc_client import Neighbour
from services.gateway.method import Method
from services.gateway.metrics import CALLS, SECONDS, UNKNOWN
from services.gateway.overruns import Overruns
from services.gateway.refusal import RefusalBook
from services.gateway.rpc import failure
from services.gateway.rpc.catalogue import Catalogue
from services.gateway.rpc.failure import Failure, Metadata
from services.gateway.service import Admission, Admitted, Shown

log = logging.getLogger(__name__)
Start = Callable[[Any], Any]
Converse = Callable[[Start], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A call as it came in. ``metadata`` is the agency's own, cleaned; ``timeout_s`` what is left of its time.

    ``trace`` is where the agency says that it stands in a trace of its own.
    """

    path: str
    shown: Shown
    request_id: str
    metadata: Metadata = ()
    timeout_s: float | None = None
    trace: tracing.TraceParent | None = None

    @property
    def stranger(self) -> identity.Caller:
        """Whom its certificate names, before it is admitted."""
        certificate = self.shown.certificate
        return identity.Caller("gateway", self.request_id, certificate.principal, certificate.sha256)

    def caller(self, who: Admitted) -> identity.Caller:
        """As the services behind us will know it."""
        sha256 = self.shown.certificate.sha256
        return identity.Caller("gateway", self.request_id, who.principal, sha256, who.agency_key, who.system)


@dataclass(frozen=True)
class Books:
    """Where calls that were not carried out go on record: one by one, and by their count."""

    refusals: RefusalBook
    overruns: Overruns


class Forwarder:
    """Forwards calls to the services of the cell."""

    def __init__(
        self,
        catalogue: Catalogue,
        upstreams: Mapping[str, Neighbour],
        admission: Admission,
        books: Books,
        clock: Clock,
    ) -> None:
        self._methods = catalogue.methods
        self._upstreams = upstreams
        self._admission = admission
        self._book, self._overruns = books.refusals, books.overruns
        self._clock = clock
        self._starters = {
            method.path: getattr(upstreams[method.owner].channel, method.kind)(method.path)
            for method in catalogue.methods.values()
            if method.is_exposed
        }

    async def forward(self, incoming: Incoming, converse: Converse) -> Failure | None:
        """Carry one call out. None when it ended well; else how it failed, already on record if it is a refusal."""
        identity.current_caller.set(incoming.stranger)  # for the log, and for what we ask neighbours on its behalf
        method = self._methods.get(incoming.path)
        label = method.path if method else UNKNOWN
        started = time.perf_counter()
        with tracing.span(label, incoming.trace, tracing.Kind.SERVER) as span:
            tracing.current.set(span.parent)
            span.code = grpc.StatusCode.CANCELLED.name  # unless something else happens first
            try:
                failed = await self._attempt(method, incoming, converse)
                span.code = failed.code.name if failed else grpc.StatusCode.OK.name
                if failed is not None and (failed.is_refusal or failed.is_overrun):
                    book = self._overruns if failed.is_overrun else self._book
                    await book.record(failed.refusal(identity.caller().principal, label, incoming.request_id))
                return failed
            finally:
                CALLS.labels(label, span.code).inc()
                SECONDS.labels(label).observe(time.perf_counter() - started)

    async def _attempt(self, method: Method | None, incoming: Incoming, converse: Converse) -> Failure | None:
        owner = method.owner if method else ""
        try:
            async with self._admission.admitted(incoming.shown) as who:
                caller = incoming.caller(who)
                identity.current_caller.set(caller)
                if method is None:
                    return failure.unknown_method(incoming.path)
                with self._admission.entered(who, method):
                    await self._converse(method, incoming, caller, converse)
        except errors.Error as error:
            return failure.of_error(error)
        except grpc.aio.AioRpcError as error:
            if error.code() in (grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL):
                log.error("%s failed: %s", owner, error.details(), extra={"method": incoming.path})
            return failure.of_call(error, owner)
        except Exception:
            log.exception("call failed", extra={"method": incoming.path})
            return failure.of_error(errors.Internal("INTERNAL", "our fault; the request id finds it in the log"))
        return None

    async def _converse(self, method: Method, incoming: Incoming, caller: identity.Caller, converse: Converse) -> None:
        started: list[Any] = []

        def start(request: Any) -> Any:
            ring = self._upstreams[method.owner].ring
            signed = identity.sign(ring, method.owner, method.path, caller, self._clock)
            own = ((identity.METADATA_KEY, signed), (tracing.HEADER, str(tracing.current.get())))
            metadata = (*incoming.metadata, *own)
            started.append(self._starters[method.path](request, metadata=metadata, timeout=incoming.timeout_s))
            return started[-1]

        try:
            await converse(start)
        finally:
            for call in started:
                call.cancel()  # does nothing to a call that has ended; ends one whose caller went away
