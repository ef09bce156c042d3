"""The RTSP codec: what it accepts in any pieces, what it refuses, and what it never prints."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rtsp.message import (
    Headers,
    Interleaved,
    Limits,
    Message,
    Parser,
    ProtocolError,
    Request,
    Response,
    masked,
)

TOKEN = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=12)
VALUE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E) | st.just("越"), max_size=20)
FIELDS = st.lists(st.tuples(TOKEN.map(lambda name: f"X-{name}"), VALUE), max_size=4)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    headers = [("CSeq", str(draw(st.integers(0, 2**32 - 1)))), *draw(FIELDS)]
    body = draw(st.binary(max_size=60))
    if body:
        headers.append(("Content-Length", str(len(body))))
    kind = draw(st.sampled_from(("request", "response", "packet")))
    if kind == "request":
        return Request(draw(st.sampled_from(("PLAY", "GET_PARAMETER"))), "rtsp://h/p?q=1", Headers(headers), body)
    if kind == "response":
        return Response(draw(st.integers(100, 599)), draw(VALUE) or "OK", Headers(headers), body)
    return Interleaved(draw(st.integers(0, 255)), body)


@given(st.lists(messages(), min_size=1, max_size=4))
def test_messages_survive_the_wire_split_at_every_byte(sent: list[Message]) -> None:
    wire = b"".join(message.encode() for message in sent)
    assert Parser().feed(wire) == sent
    for cut in range(1, len(wire)):
        parser = Parser()
        assert parser.feed(wire[:cut]) + parser.feed(wire[cut:]) == sent
    parser = Parser()
    assert [m for i in range(len(wire)) for m in parser.feed(wire[i : i + 1])] == sent


@given(st.binary(max_size=300), st.integers(1, 300))
def test_any_bytes_are_refused_or_understood_never_a_crash(data: bytes, cut: int) -> None:
    parser = Parser(Limits(header_bytes=64, body_bytes=32))
    with suppress(ProtocolError):
        parser.feed(data[:cut])
        parser.feed(data[cut:])


@pytest.mark.parametrize(
    ("wire", "part"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "first line"),
        (b"\x16\x03\x01 a TLS hello on a plain port", "message"),
        (b"PLAY rtsp://c/ RTSP/1.0\r\nCSeq: -1\r\n\r\n", "CSeq"),
        (b"PLAY rtsp://c/ RTSP/1.0\r\nCSeq: 99999999999999999999\r\n\r\n", "CSeq"),
        (b"PLAY rtsp://c/ RTSP/1.0\r\nCSeq: 1\r\nCSeq: 2\r\n\r\n", "CSeq"),
        (b"PLAY rtsp://c/ RTSP/1.0\r\nContent-Length: 70000\r\n\r\n", "Content-Length"),
        (b"PLAY rtsp://c/ RTSP/1.0\r\nContent-Length: 1e3\r\n\r\n", "Content-Length"),
        (b"PLAY rtsp://c/ RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "Content-Length"),
        (b"PLAY rtsp://c/ RTSP/1.0\r\nno colon\r\n\r\n", "header"),
        (b"PLAY rtsp://c/ RTSP/1.0\r\nX: a\x00b\r\n\r\n", "header"),
        (b"PLAY rtsp://c/ RTSP/1.0\r\n" + b"X: y\r\n" * 4000, "header"),
        (b"A" * 20_000, "header"),
        (b"RTSP/1.0 abc OK\r\n\r\n", "first line"),
    ],
)
def test_lies_and_garbage_are_refused_by_the_part_that_lies(wire: bytes, part: str) -> None:
    with pytest.raises(ProtocolError) as refusal:
        Parser().feed(wire)
    assert refusal.value.violations[0].field == part


def test_tolerates_what_real_cameras_send() -> None:
    wire = b"\r\nRTSP/1.0 200\nCSeq: 7\nPublic: DESCRIBE,\n  PLAY\nSession : 12;timeout=60\n\n"
    (response,) = Parser().feed(wire)
    assert isinstance(response, Response)
    assert (response.status, response.cseq) == (200, 7)
    assert response.headers.get("public") == "DESCRIBE, PLAY"
    assert response.headers.get("SESSION") == "12;timeout=60"


@pytest.mark.parametrize(
    "message",
    [
        Request("PLAY", "rtsp://c/ x"),
        Request("PLAY\r\n", "rtsp://c/"),
        Request("PLAY", "rtsp://c/", Headers({"X": "a\r\nInjected: b"})),
        Response(200, "OK\r\nInjected: b"),
        Response(42),
    ],
)
def test_nothing_can_be_injected_into_an_encoded_message(message: Request | Response) -> None:
    with pytest.raises(ProtocolError):
        message.encode()


def test_an_encoded_response_carries_its_phrase_and_length() -> None:
    wire = Response(453, headers=Headers({"CSeq": "2"}), body=b"why").encode()
    assert wire == b"RTSP/1.0 453 Not Enough Bandwidth\r\nCSeq: 2\r\nContent-Length: 3\r\n\r\nwhy"


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("rtsp://h:8554/s/abc?token=eyJ.x.y", "rtsp://h:8554/s/abc?***"),
        ("rtsp://h/s/abc?token=eyJ/trackID=0", "rtsp://h/s/abc?***"),
        ("rtsp://admin:secret@h/live#token", "rtsp://h/live?***"),
        ("rtsp://[::1]:554/s", "rtsp://[::1]:554/s"),
        ("rtsp://h:99999/s?token=x", "(unreadable URI)"),
        ("*", "*"),
    ],
)
def test_no_secret_of_a_uri_is_printed(uri: str, shown: str) -> None:
    assert masked(uri) == shown
    assert "token=" not in repr(Request("PLAY", uri))
