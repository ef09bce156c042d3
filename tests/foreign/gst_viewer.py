"""A foreign viewer: GStreamer's rtspsrc, run by the system's Python, since its bindings come from Debian only.

    /usr/bin/python3 gst_viewer.py URL PICTURES [--over udp] [--ca FILE]

Ends with 0 when that many access units came out of its depayloader, 1 with the complaint on stderr. Over TLS it trusts
the authority FILE alone. Exit code 3 says that a part of GStreamer is missing.
"""

import argparse
import sys

try:
    import gi  # type: ignore[import-not-found] # Debian's, not in the venv

    gi.require_version("Gst", "1.0")
    from gi.repository import Gio, GLib, Gst  # type: ignore[import-not-found] # likewise
except (ImportError, ValueError):
    sys.exit(3)

WITHIN_S = 20


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("url")
    options.add_argument("pictures", type=int)
    options.add_argument("--over", choices=["tcp", "udp"], default="tcp")
    options.add_argument("--ca")
    chosen = options.parse_args()
    Gst.init(None)
    if any(Gst.ElementFactory.find(name) is None for name in ("rtspsrc", "rtph264depay", "h264parse")):
        sys.exit(3)
    pipeline = Gst.parse_launch(
        f"rtspsrc name=source protocols={chosen.over} latency=0 ! rtph264depay ! h264parse "
        "! video/x-h264,alignment=au ! fakesink name=sink signal-handoffs=true sync=false"
    )
    source, sink = pipeline.get_by_name("source"), pipeline.get_by_name("sink")
    source.set_property("location", chosen.url)
    if chosen.ca:
        source.set_property("tls-database", Gio.TlsFileDatabase.new(chosen.ca))
    loop, seen = GLib.MainLoop(), []

    def count(*_: object) -> None:
        seen.append(1)
        if len(seen) == chosen.pictures:
            loop.quit()

    def complain(_bus: object, message: Gst.Message) -> None:
        print(message.parse_error(), file=sys.stderr)
        loop.quit()

    sink.connect("handoff", count)
    pipeline.get_bus().add_signal_watch()
    pipeline.get_bus().connect("message::error", complain)
    GLib.timeout_add_seconds(WITHIN_S, loop.quit)
    pipeline.set_state(Gst.State.PLAYING)
    loop.run()
    pipeline.set_state(Gst.State.NULL)
    sys.exit(len(seen) < chosen.pictures)


main()
