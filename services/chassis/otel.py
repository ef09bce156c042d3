"""Spans for an OpenTelemetry collector. Imported by `tracing.sending` alone: it needs the extra `otel`.

Where and how they are sent is OpenTelemetry's own environment: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER …
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, StatusCode, TraceFlags

from services.chassis.spans import Kind, Span, TraceParent

_KINDS = {Kind.SERVER: SpanKind.SERVER, Kind.CLIENT: SpanKind.CLIENT}
# A caller's own mistake is no error of the server's span (OpenTelemetry's conventions for gRPC).
_FAULTS = {"UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}


class Sent:
    """Sends them in batches, from a thread of its own."""

    def __init__(self, service: str) -> None:
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"kapok-{service}"}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("kapok")

    @contextmanager
    def span(self, name: str, parent: TraceParent | None, kind: Kind) -> Iterator[Span]:
        """A span while inside. No exception's text goes out: it may name somebody."""
        with self._tracer.start_as_current_span(
            name.removeprefix("/"), _context(parent), _KINDS[kind], record_exception=False,
            set_status_on_exception=False,
        ) as begun:  # fmt: skip
            here = Span(_parent(begun.get_span_context()))
            try:
                yield here
            finally:
                begun.set_attribute("rpc.system", "grpc")
                begun.set_attribute("rpc.grpc.status_code", here.code)
                if here.code in _FAULTS:
                    begun.set_status(StatusCode.ERROR)

    def close(self) -> None:
        """Send what waits."""
        self._provider.shutdown()


def _context(parent: TraceParent | None) -> Context:
    """The context that a span begins in; an empty one for a trace of its own."""
    if parent is None:
        return Context()
    said = SpanContext(
        int(parent.trace_id, 16), int(parent.span_id, 16), is_remote=True, trace_flags=TraceFlags(int(parent.flags, 16))
    )
    return trace.set_span_in_context(NonRecordingSpan(said), Context())


def _parent(begun: SpanContext) -> TraceParent:
    return TraceParent(f"{begun.trace_id:032x}", f"{begun.span_id:016x}", f"{begun.trace_flags:02x}")
