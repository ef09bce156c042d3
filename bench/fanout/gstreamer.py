"""GStreamer's RTSP server as a peer: pulls the URI it is given once, plays to many. Runs on the system's Python.

It imports nothing of this project, since Debian's bindings are seldom those of the project's interpreter.
"""

import sys

import gi  # type: ignore[import-not-found,import-untyped,unused-ignore]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: E402


def main() -> None:
    """Print the URL, then serve until ended."""
    Gst.init(None)
    server, factory = GstRtspServer.RTSPServer(), GstRtspServer.RTSPMediaFactory()
    server.set_address("127.0.0.1")
    server.set_service("0")
    source = f"rtspsrc location={sys.argv[1]} protocols=tcp latency=0"
    factory.set_launch(f"( {source} ! rtph264depay ! rtph264pay name=pay0 pt=97 )")
    factory.set_shared(True)
    server.get_mount_points().add_factory("/live", factory)
    server.attach(None)
    print(f"rtsp://127.0.0.1:{server.get_bound_port()}/live", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
