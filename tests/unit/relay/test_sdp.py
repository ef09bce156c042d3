"""What is understood of a camera's SDP, and what viewers are offered."""

import pytest

from services.chassis.errors import FailedPrecondition
from services.streams.relay.h264 import H264
from services.streams.relay.sdp import offer, parse

VIDEO = "m=video 0 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\na=fmtp:97 packetization-mode=1\r\n"


def described(session: str = "", control: str = "trackID=1", base: str = "rtsp://c:554/live") -> tuple[str, str]:
    body = f"v=0\r\n{session}m=audio 0 RTP/AVP 8\r\na=control:audio\r\n{VIDEO}a=control:{control}\r\n"
    description = parse(body.encode(), base)
    return description.aggregate, description.track.control


def test_the_video_track_is_found_beside_others() -> None:
    track = parse(f"v=0\r\nm=audio 0 RTP/AVP 8\r\n{VIDEO}".encode(), "rtsp://c/").track
    assert (track.payload_type, track.encoding, track.clock_rate_hz) == (97, "H264", 90_000)
    assert track.fmtp == "packetization-mode=1"


@pytest.mark.parametrize(
    ("session", "control", "base", "expected"),
    [
        ("", "trackID=1", "rtsp://c/live", ("rtsp://c/live", "rtsp://c/live/trackID=1")),
        ("a=control:*\r\n", "trackID=1", "rtsp://c/live/", ("rtsp://c/live/", "rtsp://c/live/trackID=1")),
        ("", "trackID=1", "rtsp://c/l?channel=1", ("rtsp://c/l?channel=1", "rtsp://c/l?channel=1/trackID=1")),
        ("a=control:rtsp://c/agg\r\n", "rtsp://c/t", "rtsp://c/live", ("rtsp://c/agg", "rtsp://c/t")),
        ("", "*", "rtsp://c/live", ("rtsp://c/live", "rtsp://c/live")),
    ],
)
def test_control_uris_are_resolved_as_cameras_expect(
    session: str, control: str, base: str, expected: tuple[str, str]
) -> None:
    assert described(session, control, base) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe garbage",
        b"m=video 0 RTP/AVP 26\r\n",
        b"m=video 0 RTP/AVP 97\r\na=rtpmap:97 H264/8000\r\n",
        b"m=video 0 RTP/AVP 999\r\na=rtpmap:999 H264/90000\r\n",
        b"m=audio 0 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n",
    ],
)
def test_no_usable_track_says_what_to_set(body: bytes) -> None:
    with pytest.raises(FailedPrecondition, match="H264") as failure:
        parse(body, "rtsp://c/")
    assert failure.value.reason == "SOURCE_FORMAT_UNSUPPORTED"


def test_an_offer_is_understood_by_our_own_parser_with_its_parameter_sets() -> None:
    inspector = H264("sprop-parameter-sets=Z0IAFOkKD9g=,aM44gA==")
    track = parse(offer(inspector), "rtsp://relay/s/1").track
    assert track.inspector().parameter_sets == inspector.parameter_sets
    assert "profile-level-id=420014" in track.fmtp
