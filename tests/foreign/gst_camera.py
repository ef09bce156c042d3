"""A foreign camera: GStreamer's RTSP server, run by the system's Python, since its bindings come from Debian only.

    /usr/bin/python3 gst_camera.py [--password P] [--gop PICTURES]

Prints its port when it listens, serves /live (H.264 of a moving test picture, RTP over TCP), ends with its stdin.
Exit code 3 says that a part of GStreamer is missing.
"""

import argparse
import sys
import threading

try:
    import gi  # type: ignore[import-not-found] # Debian's, not in the venv

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtsp", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # type: ignore[import-not-found] # likewise
except (ImportError, ValueError):
    sys.exit(3)

PICTURE = "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=25/1"
ENCODER = "x264enc tune=zerolatency speed-preset=ultrafast bitrate=500 key-int-max={gop}"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--password")
    options.add_argument("--gop", type=int, default=25)
    chosen = options.parse_args()
    Gst.init(None)
    if Gst.ElementFactory.find("x264enc") is None or Gst.ElementFactory.find("rtph264pay") is None:
        sys.exit(3)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {PICTURE} ! {ENCODER.format(gop=chosen.gop)} ! rtph264pay name=pay0 pt=97 )")
    factory.set_shared(True)
    factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
    if chosen.password:
        protect(server, factory, chosen.password)
    server.get_mount_points().add_factory("/live", factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    loop = GLib.MainLoop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.quit()), daemon=True).start()
    loop.run()


def protect(server: "GstRtspServer.RTSPServer", factory: "GstRtspServer.RTSPMediaFactory", password: str) -> None:
    """Digest authentication for the user ``admin``."""
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "admin")
    auth.add_digest("admin", password, token)
    server.set_auth(auth)
    factory.add_role_from_structure(
        Gst.Structure.from_string("admin,media.factory.access=true,media.factory.construct=true")[0]
    )


main()
