"""Session descriptions (RFC 4566), as much as a camera's answer needs to be understood and ours to be written. Pure."""

import re
from dataclasses import dataclass

from services.chassis.errors import FailedPrecondition
from services.streams.relay.h264 import H264
from services.streams.relay.h265 import H265
from services.streams.relay.parameters import fields_of

Inspector = H264 | H265
INSPECTORS: dict[str, type[H264] | type[H265]] = {H264.encoding: H264, H265.encoding: H265}

PAYLOAD_TYPE, SOUND_PAYLOAD_TYPE = 96, 97  # what viewers get, whatever numbers the camera uses
TRACK, SOUND_TRACK = "trackID=0", "trackID=1"
SOUND_CHANNEL = 2  # interleaved, behind the pictures' two
AAC = "MPEG4-GENERIC"
_SOUND_RATES_HZ = {AAC: range(7_350, 96_001), "PCMA": range(8_000, 48_001), "PCMU": range(8_000, 48_001)}
_AAC_FIELDS = ("streamtype", "profile-level-id", "mode", "config", "sizelength", "indexlength", "indexdeltalength")
_WORD = re.compile(r"[A-Za-z0-9-]{1,128}")
_RTPMAP = re.compile(r"rtpmap:(\d{1,3}) +([A-Za-z0-9.\-]+)/(\d{1,9})(?:/(\d{1,2}))?")
_STATIC = {"0": "rtpmap:0 PCMU/8000", "8": "rtpmap:8 PCMA/8000"}  # RFC 3551 §6: may go without a rtpmap


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
class Sound:
    """A camera's sound as it may be carried along: of ``fmtp`` only what a decoder needs is kept."""

    control: str
    payload_type: int
    encoding: str
    clock_rate_hz: int
    channels: int = 1
    fmtp: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What a camera answered to DESCRIBE: the URI to PLAY and the tracks to SETUP; ``sound`` may be missing."""

    aggregate: str
    track: Track
    sound: Sound | None = None


def parse(body: bytes, base: str) -> Description:
    """The first video track that we can relay, and the first sound; ``base`` is Content-Base or the URI described.

    Raises FailedPrecondition (``SOURCE_FORMAT_UNSUPPORTED``) when the camera offers no such video.
    """
    session, *media = re.split(r"(?m)^(?=m=)", body.decode(errors="replace").replace("\r", ""))
    aggregate = _resolve(base, _attribute(session, "control") or "*")
    seen = []
    for section in media:
        for number, name, rate, _ in _RTPMAP.findall(section) if section.startswith("m=video ") else ():
            encoding, fmtp = name.upper(), _attribute(section, "fmtp", f"{number} ")
            seen.append(encoding)
            inspector = INSPECTORS.get(encoding)
            if inspector and int(number) < 128 and int(rate) == inspector.clock_rate_hz and inspector.reads(fmtp):
                control = _resolve(base, _attribute(section, "control") or "*")
                track = Track(control, int(number), encoding, int(rate), fmtp)
                return Description(aggregate, track, _sound(media, base))
    raise FailedPrecondition(
        "SOURCE_FORMAT_UNSUPPORTED",
        f"the camera offers {', '.join(seen[:8]) or 'no video'}; set its main stream to {' or '.join(INSPECTORS)}",
    )


def _sound(media: list[str], base: str) -> Sound | None:
    """The first sound that can be carried; what is amiss with a camera's sound never costs its pictures."""
    for section in media:
        head = section.partition("\n")[0].split()
        if head[:1] != ["m=audio"] or not (control := _attribute(section, "control")):
            continue
        mapped = "\n".join([section, *(_STATIC[kind] for kind in head[3:] if kind in _STATIC)])
        for number, name, rate, channels in _RTPMAP.findall(mapped):
            encoding, count = name.upper(), int(channels or 1)
            if int(number) < 128 and int(rate) in _SOUND_RATES_HZ.get(encoding, ()) and 0 < count <= 8:
                fmtp = _aac(_attribute(section, "fmtp", f"{number} ")) if encoding == AAC else ""
                if fmtp is not None:
                    return Sound(_resolve(base, control), int(number), encoding, int(rate), count, fmtp)
    return None


def _aac(fmtp: str) -> str | None:
    """What a decoder needs of the parameters (RFC 3640 §4.1); None when it is not there, or no plain words."""
    fields = fields_of(fmtp)
    kept = {name: fields[name] for name in _AAC_FIELDS if name in fields}
    is_plain = all(_WORD.fullmatch(value) for value in kept.values())
    return ";".join(f"{name}={value}" for name, value in kept.items()) if is_plain and "config" in kept else None


def offer(inspector: Inspector, sound: Sound | None = None) -> bytes:
    """The description that viewers get: one live video track over RTP with the newest parameter sets, and the sound."""
    lines = [
        "v=0",
        "o=- 0 0 IN IP4 0.0.0.0",
        "s=Kapok",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} {inspector.encoding}/{inspector.clock_rate_hz}",
        *([f"a=fmtp:{PAYLOAD_TYPE} {inspector.fmtp}"] if inspector.fmtp else []),
        f"a=control:{TRACK}",
    ]
    if sound is not None:
        lines += [
            f"m=audio 0 RTP/AVP {SOUND_PAYLOAD_TYPE}",
            f"a=rtpmap:{SOUND_PAYLOAD_TYPE} {sound.encoding.lower() if sound.encoding == AAC else sound.encoding}"
            f"/{sound.clock_rate_hz}/{sound.channels}",
            *([f"a=fmtp:{SOUND_PAYLOAD_TYPE} {sound.fmtp}"] if sound.fmtp else []),
            f"a=control:{SOUND_TRACK}",
        ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _attribute(section: str, name: str, prefix: str = "") -> str:
    start = f"a={name}:{prefix}"
    return next((line[len(start) :].strip() for line in section.split("\n") if line.startswith(start)), "")


def _resolve(base: str, control: str) -> str:
    """Cameras expect a relative control to be appended, also behind a query, whatever RFC 1808 says."""
    if control == "*":
        return base
    return control if control.lower().startswith(("rtsp://", "rtsps://")) else f"{base.rstrip('/')}/{control}"
