"""What is fuzzed, and what must hold whatever the bytes say: only the family's errors, and bounded memory."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from services.chassis.errors import Error
from services.rtsp.digest import Credentials, choose
from services.rtsp.message import Headers, Interleaved, Message, Parser, ProtocolError, Request
from services.streams.relay import mp4 as container
from services.streams.relay import websocket as web
from services.streams.relay.fragments import Fragments
from services.streams.relay.framing import Arrival
from services.streams.relay.http2 import frames as h2
from services.streams.relay.http2.headers import Asked, Blocks
from services.streams.relay.http2.settings import Settings
from services.streams.relay.offers import OfferError, Terms, chosen
from services.streams.relay.packing import Packing
from services.streams.relay.reorder import Reorder
from services.streams.relay.rpc import calls
from services.streams.relay.rtp import Assembler
from services.streams.relay.sdp import AAC, Sound, Track, offer, parse
from services.streams.relay.sound import Carried
from services.streams.relay.wallclock import PICTURE, WallClock

_PICTURE_BYTES_MOST = 20_000
_HELD_MOST = 16 * 1024 + 64 * 1024 + 4  # a header block, a body or a packet


def rtsp(data: bytes) -> None:
    """The parser says the same of the whole as of every two parts, and holds no more than one message."""
    cut = data[0] * len(data) // 256 if data else 0
    assert _messages(data) == _messages(data[:cut], data[cut:])
    assert _messages(data) == _messages(*(data[i : i + 1] for i in range(len(data))))


def _messages(*parts: bytes) -> tuple[list[Message], bool]:
    parser, found = Parser(), list[Message]()
    for part in parts:
        try:
            found += parser.feed(part)
        except ProtocolError:
            return [], True  # what came with the fault is not told apart from it
        assert len(parser._rest) <= _HELD_MOST
    return found, False


def rtp(data: bytes) -> None:
    """Packets cut by their first bytes go through reordering, both codecs, both kinds of sound and both shapes."""
    for encoding, sound in (("H264", Sound("", 8, "PCMA", 8000)), ("H265", Sound("", 97, AAC, 16_000))):
        carried, reorder, fragments = Carried(1), Reorder(), Fragments()
        made = Assembler(2, _PICTURE_BYTES_MOST, carried)
        made.restart(Track("", 96, encoding, 90_000, data[:200].decode("latin1")))
        carried.restart(sound)
        for number, packet in enumerate(_packets(data)):
            arrival = Arrival(number / 100, number / 100)
            now = partial(Arrival, number / 100, number / 100)
            for unit in made.push(reorder.push(packet, arrival.monotonic_s), now):
                framed = [frame.payload for frame in _framed(unit.sound + unit.buffer)]
                assert framed == [one for run in Packing().make(unit).runs for one in run.packets()]
                with suppress(ProtocolError):
                    fragments.make(unit)
            try:
                carried.push(packet, arrival)
            except ProtocolError:
                continue
            assert sum(len(payload) for _, payload in made._pending) <= _PICTURE_BYTES_MOST


def _framed(wire: bytes) -> list[Interleaved]:
    frames = [frame for frame in Parser().feed(wire) if isinstance(frame, Interleaved)]
    assert frames
    return frames


def _packets(data: bytes) -> list[bytes]:
    packets, at = [], 0
    while at < len(data):
        size = data[at]
        packets.append(data[at + 1 : at + 1 + size])
        at += 1 + size
    return packets


def sdp(data: bytes) -> None:
    """A camera's description is understood or refused; what is offered of it is understood again."""
    try:
        found = parse(data, "rtsp://camera/live")
    except Error:
        return
    again = parse(offer(found.track.inspector(), found.sound), "rtsp://relay/s")
    assert again.track.encoding == found.track.encoding
    assert (again.sound is None) == (found.sound is None)


def offers(data: bytes) -> None:
    """Whatever a player offers, what is taken is a pair of ports that may be sent to, or nothing."""
    with suppress(OfferError):
        port = chosen(data.decode("latin1"), Terms("192.0.2.7"))
        assert port is None or (1024 <= port < 65535 and port % 2 == 0)


def rtcp(data: bytes) -> None:
    """Whatever a camera reports, its pictures are placed near their arrival."""
    clock = WallClock()
    for packet in _packets(data):
        clock.hear(PICTURE, packet, Arrival(0.0, 1.7e9))
    assert abs(clock.unix_s(PICTURE, 0, 90_000, Arrival(0.0, 1.7e9)) - 1.7e9) <= 10


def digest(data: bytes) -> None:
    """A challenge is chosen and answered in one line, or refused."""
    try:
        challenge = choose(data.decode("latin1").split("\n"))
        header = challenge.authorization(Credentials("admin", "secret"), "PLAY", "rtsp://c/", cnonce="c")
        Request("PLAY", "rtsp://c/", Headers({"Authorization": header})).encode()
    except Error:
        return


def mp4(data: bytes) -> None:
    """Parameter sets make a header and a codec's name, or are refused; payloads give units, or are refused."""
    parts = list(filter(None, _packets(data)))
    for form in container.FORMS.values():
        with suppress(ProtocolError):
            assert container.init_segment(parts, None, form)
            assert form.codec(parts).isprintable()
        with suppress(ProtocolError):
            assert all(form.units(parts))


def websocket(data: bytes) -> None:
    """A browser's request is understood or refused, and what it says then is the same however it is cut."""
    with suppress(web.HandshakeError):
        web.parse(data)
    assert _frames(data) == _frames(*(data[i : i + 1] for i in range(len(data))))


def _frames(*parts: bytes) -> tuple[list[tuple[int, bytes]], int]:
    frames, found = web.Frames(), list[tuple[int, bytes]]()
    for part in parts:
        try:
            for frame in frames.feed(part):
                found.append(frame)
        except web.FrameError as error:
            return found, error.code
    return found, 0


def http2(data: bytes) -> None:
    """What a program says is the same however it is cut; whatever it asks is read or refused."""
    whole = _calls(data)
    assert whole == _calls(*(data[i : i + 1] for i in range(len(data))))
    with suppress(Error):
        calls.target(data)


def _calls(*parts: bytes) -> tuple[list[Asked | h2.Frame], int]:
    frames, blocks, agreed, found = h2.Frames(), Blocks(), Settings(), list[Asked | h2.Frame]()
    for part in (h2.PREFACE, *parts):
        try:
            for frame in frames.feed(part):
                asked = blocks.feed(frame)
                if frame.kind == h2.SETTINGS:
                    assert abs(agreed.take(frame)) <= h2.WINDOW_MOST
                if frame.kind == h2.DATA:
                    assert len(h2.content(frame)) <= len(frame.payload)
                found.append(asked or frame)
        except h2.Fault as fault:
            return found, fault.code
    return found, 0


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    f.__name__: f for f in (rtsp, rtp, sdp, offers, rtcp, digest, mp4, websocket, http2)
}
