"""Spans: one end of a call each, as it travels (W3C Trace Context) and as it is kept."""

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TraceParent:
    """A span, as whoever it calls is told of it."""

    trace_id: str
    span_id: str
    flags: str = "00"  # 01: who began the trace wants it sent

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"

    def child(self) -> "TraceParent":
        """A span below it."""
        return TraceParent(self.trace_id, os.urandom(8).hex(), self.flags)


class Kind(Enum):
    """Which end of a call a span is."""

    SERVER = "server"
    CLIENT = "client"


@dataclass(slots=True)
class Span:
    """One call at one end of it, under way; ``code`` is how it ended, as gRPC calls it."""

    parent: TraceParent  # of what it causes: itself
    code: str = "OK"


class Tracer(Protocol):
    """Who keeps spans."""

    def span(self, name: str, parent: TraceParent | None, kind: Kind) -> AbstractContextManager[Span]:
        """A span of the method ``name`` while inside; below ``parent``, or a trace of its own."""
        ...

    def close(self) -> None:
        """Send what waits; takes a few seconds when the collector is away."""
        ...
