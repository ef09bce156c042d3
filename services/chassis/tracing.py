"""Where a call stands in its trace (W3C Trace Context): one id from the agency's call to the last that it causes.

Spans are sent nowhere unless the process was told of a collector and the extra `otel` is installed; the ids travel and
stand in the logs all the same. A span says which method and how it ended, never whose call it was.
"""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

from services.chassis.spans import Kind, Span, TraceParent, Tracer

__all__ = ["HEADER", "Kind", "Span", "TraceParent", "current", "parsed", "sending", "span"]
log = logging.getLogger(__name__)
HEADER = "traceparent"
_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
# Version 00; a later one may say more behind a dash, which is not read. Neither id is all zeros.
_FORM = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.{0,200})?")


class _Unsent:
    """Keeps none."""

    @contextmanager
    def span(self, _name: str, parent: TraceParent | None, _kind: Kind) -> Iterator[Span]:
        yield Span(parent.child() if parent else _root())

    def close(self) -> None:
        """Nothing waits."""


current: ContextVar[TraceParent | None] = ContextVar("current_trace", default=None)
_tracer: Tracer = _Unsent()


def span(name: str, parent: TraceParent | None, kind: Kind) -> AbstractContextManager[Span]:
    """One end of a call while inside; below ``parent``, or a trace of its own."""
    return _tracer.span(name, parent, kind)


def parsed(text: str | bytes | None) -> TraceParent | None:
    """What a `traceparent` header says; None for none, and for a malformed one: then a trace begins here."""
    found = _FORM.fullmatch(text) if isinstance(text, str) and len(text) <= 256 else None
    if found is None or (found[1] == "00" and found[5]):
        return None
    return TraceParent(found[2], found[3], "01" if int(found[4], 16) & 1 else "00")


@contextmanager
def sending(service: str, environ: Mapping[str, str]) -> Iterator[None]:
    """Send spans of ``service`` to the collector at OTEL_EXPORTER_OTLP_ENDPOINT, if there is one, while inside."""
    global _tracer
    if not environ.get(_ENDPOINT):
        yield
        return
    try:
        from services.chassis.otel import Sent  # nobody else pays for its import
    except ImportError as error:
        log.warning("%s is set, but no span is sent: install the extra, kapok[otel] (%s)", _ENDPOINT, error)
        yield
        return
    _tracer = Sent(service)
    try:
        yield
    finally:
        sent, _tracer = _tracer, _Unsent()
        sent.close()


def _root() -> TraceParent:
    return TraceParent(os.urandom(16).hex(), os.urandom(8).hex())
