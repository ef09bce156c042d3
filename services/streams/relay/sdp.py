"""Session descriptions (RFC 4566), as much as a camera's answer needs to be understood and ours to be written. Pure."""

import re
from dataclasses import dataclass

from services.chassis.errors import FailedPrecondition
from services.streams.relay.h264 import H264

Inspector = H264
INSPECTORS: dict[str, type[Inspector]] = {H264.encoding: H264}  # H.265 finds its place here

PAYLOAD_TYPE = 96  # what viewers get, whatever number the camera uses
TRACK = "trackID=0"
_RTPMAP = re.compile(r"rtpmap:(\d{1,3}) +([A-Za-z0-9.\-]+)/(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Track:
    """A camera's video track: ``control`` is the URI to SETUP, ``fmtp`` its format parameters as sent."""

    control: str
    payload_type: int
    encoding: str
    clock_rate_hz: int
    fmtp: str = ""

    def inspector(self) -> Inspector:
        """A fresh inspector that knows the parameter sets of the SDP."""
        return INSPECTORS[self.encoding](self.fmtp)


@dataclass(frozen=True, slots=True)
class Description:
    """What a camera answered to DESCRIBE: the URI to PLAY and the track to SETUP."""

    aggregate: str
    track: Track


def parse(body: bytes, base: str) -> Description:
    """The first video track that we can relay; ``base`` is Content-Base or the URI that was described.

    Raises FailedPrecondition (``SOURCE_FORMAT_UNSUPPORTED``) when the camera offers none.
    """
    session, *media = re.split(r"(?m)^(?=m=)", body.decode(errors="replace").replace("\r", ""))
    aggregate = _resolve(base, _attribute(session, "control") or "*")
    seen = []
    for section in media:
        for number, name, rate in _RTPMAP.findall(section) if section.startswith("m=video ") else ():
            encoding = name.upper()
            seen.append(encoding)
            if encoding in INSPECTORS and int(number) < 128 and int(rate) == INSPECTORS[encoding].clock_rate_hz:
                fmtp = _attribute(section, "fmtp", f"{number} ")
                control = _resolve(base, _attribute(section, "control") or "*")
                return Description(aggregate, Track(control, int(number), encoding, int(rate), fmtp))
    raise FailedPrecondition(
        "SOURCE_FORMAT_UNSUPPORTED",
        f"the camera offers {', '.join(seen[:8]) or 'no video'}; set its main stream to {' or '.join(INSPECTORS)}",
    )


def offer(inspector: Inspector) -> bytes:
    """The description that viewers get: one live video track over RTP with the newest parameter sets known."""
    lines = (
        "v=0",
        "o=- 0 0 IN IP4 0.0.0.0",
        "s=Kapok",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} {inspector.encoding}/{inspector.clock_rate_hz}",
        f"a=fmtp:{PAYLOAD_TYPE} {inspector.fmtp}",
        f"a=control:{TRACK}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def _attribute(section: str, name: str, prefix: str = "") -> str:
    start = f"a={name}:{prefix}"
    return next((line[len(start) :].strip() for line in section.split("\n") if line.startswith(start)), "")


def _resolve(base: str, control: str) -> str:
    """Cameras expect a relative control to be appended, also behind a query, whatever RFC 1808 says."""
    if control == "*":
        return base
    return control if control.lower().startswith(("rtsp://", "rtsps://")) else f"{base.rstrip('/')}/{control}"
