"""Header blocks of calls: what is read, and what bombs and floods of them come to; settings and the purse."""

import base64

import hpack
import pytest
from google.rpc import error_details_pb2, status_pb2

from services.chassis.errors import Denied
from services.streams.relay.http2 import frames, headers, settings
from services.streams.relay.http2.calm import Calm
from services.streams.relay.http2.frames import Fault, Frame, Frames
from services.streams.relay.http2.headers import Asked, Blocks
from services.streams.relay.http2.settings import Settings
from services.streams.relay.rpc import calls

FIELDS = [(":method", "POST"), (":path", calls.METHOD), ("content-type", "application/grpc"), ("te", "trailers")]
WHOLE = frames.END_HEADERS | frames.END_STREAM


def test_a_block_in_pieces_is_read_once_it_is_whole() -> None:
    block, blocks = hpack.Encoder().encode(FIELDS), Blocks()
    assert blocks.feed(Frame(frames.HEADERS, frames.END_STREAM, 7, block[:5])) is None
    assert blocks.feed(Frame(frames.CONTINUATION, 0, 7, block[5:9])) is None
    asked = blocks.feed(Frame(frames.CONTINUATION, frames.END_HEADERS, 7, block[9:]))
    assert asked == Asked(7, True, "POST", calls.METHOD, "application/grpc")


def test_what_stays_in_the_table_is_read_in_the_next_call() -> None:
    encoder, blocks = hpack.Encoder(), Blocks()
    for stream in (1, 3):
        asked = blocks.feed(Frame(frames.HEADERS, WHOLE, stream, encoder.encode(FIELDS)))
        assert asked == Asked(stream, True, "POST", calls.METHOD, "application/grpc")


def _bomb() -> bytes:
    """4,000 bytes remembered once, and pointed at a hundred times."""
    encoder = hpack.Encoder()
    return bytes(encoder.encode([("x", "y" * 4000)]) + encoder.encode([("x", "y" * 4000)]) * 100)


@pytest.mark.parametrize(
    ("received", "code"),
    [
        ([Frame(frames.CONTINUATION, frames.END_HEADERS, 1, b"")], frames.PROTOCOL_ERROR),
        ([Frame(frames.HEADERS, 0, 1, b""), Frame(frames.PING, 0, 0, bytes(8))], frames.PROTOCOL_ERROR),
        ([Frame(frames.HEADERS, 0, 1, b""), Frame(frames.CONTINUATION, 0, 3, b"")], frames.PROTOCOL_ERROR),
        ([Frame(frames.HEADERS, 0, 1, b""), *[Frame(frames.CONTINUATION, 0, 1, b"")] * 5], frames.ENHANCE_YOUR_CALM),
        ([Frame(frames.HEADERS, 0, 1, bytes(16_000)), Frame(frames.CONTINUATION, 0, 1, bytes(500))],
         frames.ENHANCE_YOUR_CALM),
        ([Frame(frames.HEADERS, WHOLE, 1, b"\xff" * 100)], frames.COMPRESSION_ERROR),
        ([Frame(frames.HEADERS, WHOLE, 1, _bomb())], frames.ENHANCE_YOUR_CALM),
        ([Frame(frames.HEADERS, WHOLE, 1, hpack.Encoder().encode([("x", "y" * 9000)]))], frames.ENHANCE_YOUR_CALM),
    ],
)  # fmt: skip
def test_blocks_that_no_client_sends_are_faults(received: list[Frame], code: int) -> None:
    blocks = Blocks()
    with pytest.raises(Fault) as fault:
        [blocks.feed(one) for one in received]
    assert fault.value.code == code


def test_the_last_word_has_its_reason_and_no_header_breaks_out_of_it() -> None:
    code, said, details = calls.status(Denied("TOKEN_INVALID", "no 100 %\r\ngrpc-status: 0 · 不"))
    received = Frames()
    [one] = received.feed(frames.PREFACE + headers.ended(9, code, said, details, is_accepted=True))
    assert (one.stream, one.flags) == (9, WHOLE)
    fields = dict(hpack.Decoder().decode(one.payload))
    assert fields["grpc-status"] == "7"
    assert fields["grpc-message"] == "no 100 %25%0D%0Agrpc-status%3A 0 %C2%B7 %E4%B8%8D"
    assert ":status" not in fields
    packed = fields["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(base64.b64decode(packed + "=" * (-len(packed) % 4)))
    info = error_details_pb2.ErrorInfo()
    assert status.details[0].Unpack(info)
    assert info.reason == "TOKEN_INVALID"


def test_windows_of_open_streams_follow_the_setting() -> None:
    agreed = Settings()
    assert agreed.take(Frame(frames.SETTINGS, 0, 0, b"\0\x04" + (100_000).to_bytes(4, "big"))) == 100_000 - 65_535
    assert agreed.take(Frame(frames.SETTINGS, 0, 0, b"\0\x04" + bytes(4))) == -100_000
    assert agreed.take(Frame(frames.SETTINGS, frames.ACK, 0, b"")) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        Frame(frames.SETTINGS, 0, 0, b"\0\x04\0"), Frame(frames.SETTINGS, 0, 1, b""),
        Frame(frames.SETTINGS, frames.ACK, 0, bytes(6)), Frame(frames.SETTINGS, 0, 0, b"\0\x04\x80\0\0\0"),
    ],
)  # fmt: skip
def test_settings_that_can_not_be_are_faults(wrong: Frame) -> None:
    with pytest.raises(Fault):
        Settings().take(wrong)


def test_what_we_say_of_ourselves_is_read_by_the_same_rules() -> None:
    [one] = Frames().feed(frames.PREFACE + settings.ours(8))
    assert Settings().take(one) == 16_384 - 65_535


def test_rapid_resets_are_too_much_and_a_reader_of_as_many_cameras_as_it_may_is_not() -> None:
    calm = Calm(0.0)
    with pytest.raises(Fault, match="too many"):
        [calm.spend(kind, 1.0) for kind in (frames.HEADERS, frames.RST_STREAM) * 400]
    reader, pictures_a_second = Calm(0.0), settings.CALLS_MOST * 25
    for picture in range(pictures_a_second * 60):
        for _ in range(2):
            reader.spend(frames.WINDOW_UPDATE, picture / pictures_a_second)
    assert reader.left > 0
