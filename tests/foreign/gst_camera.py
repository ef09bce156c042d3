"""A foreign camera: GStreamer's RTSP server, run by the system's Python, since its bindings come from Debian only.

    /usr/bin/python3 gst_camera.py [--password P] [--gop PICTURES] [--codec h265] [--sound aac] [--over udp]

Prints its port when it listens, serves /live (a moving test picture over RTP), ends with its stdin.
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
QUICK = "tune=zerolatency speed-preset=ultrafast bitrate=500 key-int-max={gop}"
VIDEO = {
    "h264": f"x264enc {QUICK} ! rtph264pay name=pay0 pt=97",
    "h265": f"x265enc {QUICK} ! rtph265pay name=pay0 pt=97",
}
TONE = "audiotestsrc is-live=true ! audioconvert ! audioresample ! "
SOUND = {
    "none": "",
    "aac": TONE + "audio/x-raw,rate=32000,channels=1 ! voaacenc ! rtpmp4gpay name=pay1 pt=98",
    "alaw": TONE + "audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8",
    "mulaw": TONE + "audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay name=pay1 pt=0",
}
OVER = {"tcp": GstRtsp.RTSPLowerTrans.TCP, "udp": GstRtsp.RTSPLowerTrans.UDP}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--password")
    options.add_argument("--gop", type=int, default=25)
    options.add_argument("--codec", choices=VIDEO, default="h264")
    options.add_argument("--sound", choices=SOUND, default="none")
    options.add_argument("--over", choices=OVER, default="tcp")
    chosen = options.parse_args()
    Gst.init(None)
    pipeline = f"{PICTURE} ! {VIDEO[chosen.codec].format(gop=chosen.gop)} {SOUND[chosen.sound]}"
    elements = [part.split()[0] for part in pipeline.split("! ")]
    if any("/" not in name and Gst.ElementFactory.find(name) is None for name in elements):
        sys.exit(3)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {pipeline} )")
    factory.set_shared(True)
    factory.set_protocols(OVER[chosen.over])
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
