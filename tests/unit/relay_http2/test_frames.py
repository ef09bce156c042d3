"""HTTP/2 frames: what a peer says however it is cut, and pictures framed once for every stream and window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.streams.relay.http2 import frames
from services.streams.relay.http2.frames import Fault, Frame, Frames, frame

PING = frame(frames.PING, 0, 0, b"12345678")


def read(*parts: bytes) -> list[Frame]:
    received = Frames()
    return [one for part in parts for one in received.feed(part)]


@given(st.data())
def test_frames_are_the_same_however_they_are_cut(data: st.DataObject) -> None:
    wire = frames.PREFACE + PING + frame(frames.DATA, 1, 3, b"x" * 100) + PING[:5]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    parts = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    assert read(*parts) == [Frame(frames.PING, 0, 0, b"12345678"), Frame(frames.DATA, 1, 3, b"x" * 100)]


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", frames.PROTOCOL_ERROR),
        (b"X", frames.PROTOCOL_ERROR),
        (frames.PREFACE + (16_385).to_bytes(3, "big") + bytes(6), frames.FRAME_SIZE_ERROR),
        (frames.PREFACE + frame(frames.PING, 0, 0, b"1234567"), frames.FRAME_SIZE_ERROR),
        (frames.PREFACE + frame(frames.WINDOW_UPDATE, 0, 0, b""), frames.FRAME_SIZE_ERROR),
        (frames.PREFACE + frame(frames.RST_STREAM, 0, 1, b"12345"), frames.FRAME_SIZE_ERROR),
    ],
)
def test_what_is_no_frame_is_a_fault(wire: bytes, code: int) -> None:
    with pytest.raises(Fault) as fault:
        read(wire)
    assert fault.value.code == code


def test_the_high_bit_of_a_stream_is_passed_over() -> None:
    assert read(frames.PREFACE + frame(frames.DATA, 0, 1 << 31 | 5))[0].stream == 5


@pytest.mark.parametrize(
    ("received", "left"),
    [
        (Frame(frames.DATA, frames.PADDED, 1, b"\x02abc\0\0"), b"abc"),
        (Frame(frames.DATA, 0, 1, b"\x02abc"), b"\x02abc"),
        (Frame(frames.HEADERS, frames.HAS_PRIORITY, 1, b"12345abc"), b"abc"),
        (Frame(frames.HEADERS, frames.HAS_PRIORITY | frames.PADDED, 1, b"\x0112345abc\0"), b"abc"),
        (Frame(frames.HEADERS, frames.HAS_PRIORITY, 1, b"1234"), b""),
    ],
)
def test_padding_and_priority_are_left_out(received: Frame, left: bytes) -> None:
    assert frames.content(received) == left


@pytest.mark.parametrize("payload", [b"", b"\x04abc", b"\xff"])
def test_more_padding_than_there_is_is_a_fault(payload: bytes) -> None:
    with pytest.raises(Fault):
        frames.content(Frame(frames.DATA, frames.PADDED, 1, payload))


@given(st.integers(1, 70_000), st.lists(st.integers(1, 40_000), min_size=1, max_size=5), st.integers(0, 2**29))
def test_a_message_in_pieces_is_the_message_whole_for_whatever_stream_and_windows(
    size: int, windows: list[int], half: int
) -> None:
    message, stream = bytes(i % 251 for i in range(size)), 2 * half + 1
    buffer = frames.framed(message)
    assert frames.message_bytes(buffer) == size
    whole = read(frames.PREFACE, frames.readdressed(buffer, stream))
    assert {one.stream for one in whole} == {stream}
    assert b"".join(one.payload for one in whole) == message
    seen, at = b"", 0
    while at < size:
        for window in windows:
            piece, spent = frames.piece(buffer, at, window, stream)
            [one] = read(frames.PREFACE, piece)
            assert len(one.payload) == spent <= window
            seen, at = seen + one.payload, at + spent
            if at == size:
                break
            assert spent > 0
    assert seen == message


@given(st.integers(200, 40_000), st.data())
def test_what_is_overlaid_is_part_of_the_message_across_frames(size: int, data: st.DataObject) -> None:
    message, at = bytes(i % 251 for i in range(size)), data.draw(st.integers(0, size - 157))
    own = b"\xff" * 157
    buffer = frames.overlaid(frames.framed(message), at, own)
    assert buffer == frames.framed(message[:at] + own + message[at + 157 :])


def test_stream_1_is_not_copied() -> None:
    buffer = frames.framed(b"x" * 20_000)
    assert frames.readdressed(buffer, 1) is buffer
