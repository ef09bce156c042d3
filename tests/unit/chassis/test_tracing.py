"""A trace is followed when its header is well-formed, begun anew when it is not, and sent nowhere unless asked."""

import subprocess
import sys

import pytest

from services.chassis import tracing
from services.chassis.tracing import Kind, TraceParent, parsed, span

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    "text",
    [
        None, b"\xff", "", "x" * 10_000, f"00-{TRACE}-{SPAN}", f"00-{TRACE.upper()}-{SPAN}-01", f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01\n",        f"00-{TRACE}-{SPAN}-0g", f" 00-{TRACE}-{SPAN}-01",
    ],
)  # fmt: skip
def test_a_malformed_header_is_none(text: str | bytes | None) -> None:
    assert parsed(text) is None


@pytest.mark.parametrize(("flags", "kept"), [("00", "00"), ("01", "01"), ("ff", "01"), ("fe", "00")])
def test_of_the_flags_only_the_one_that_is_defined_goes_on(flags: str, kept: str) -> None:
    assert parsed(f"00-{TRACE}-{SPAN}-{flags}") == TraceParent(TRACE, SPAN, kept)


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert parsed(f"01-{TRACE}-{SPAN}-01-and-more") == TraceParent(TRACE, SPAN, "01")


def test_what_a_span_causes_is_in_its_trace_and_below_it() -> None:
    with (
        span("/x/Y", TraceParent(TRACE, SPAN, "01"), Kind.SERVER) as outer,
        span("/x/Z", outer.parent, Kind.CLIENT) as inner,
    ):
        assert {outer.parent.trace_id, inner.parent.trace_id} == {TRACE}
        assert len({SPAN, outer.parent.span_id, inner.parent.span_id}) == 3
        assert parsed(str(inner.parent)) == inner.parent
    with span("/x/Y", None, Kind.SERVER) as root:
        assert parsed(str(root.parent)) == root.parent


def test_nothing_of_opentelemetry_is_imported_unless_a_collector_is_named() -> None:
    program = (
        "import sys; import services.gateway.app; from services.chassis import process, tracing\n"
        "with tracing.sending('gateway', {'OTEL_EXPORTER_OTLP_ENDPOINT': ''}): pass\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_without_the_extra_a_named_collector_is_a_warning_that_says_what_to_install() -> None:
    program = (
        "import sys; sys.path[:] = [p for p in sys.path if 'site-packages' not in p]\n"
        "from services.chassis import tracing\n"
        "with tracing.sending('x', {'OTEL_EXPORTER_OTLP_ENDPOINT': 'http://127.0.0.1:1'}):\n"
        "    with tracing.span('/x/Y', None, tracing.Kind.SERVER) as here: print(here.parent)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert parsed(told.stdout.strip())
    assert "install the extra, kapok[otel]" in told.stderr
    assert tracing.current.get() is None
