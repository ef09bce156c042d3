"""Turns one scene into a coded clip: paints its pictures and codes them as a camera would.

H.264 main profile without B-frames, one slice a picture, a key picture with its parameter sets each second, and a bit
rate held by a one-second buffer.
"""

from collections.abc import Iterator
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from PIL import Image

from demo.clip import PPS, SPS, Clip, Picture, split
from demo.clips.mark import Marker
from demo.clips.stage import CANVAS, FPS, HEIGHT, PICTURES, WIDTH, Scene

KBIT_PER_S = 720  # leaves room below 1 Mbit/s for the worst second, which the buffer lets run over
SLICE_TYPES = (1, 5)  # of a plain and of a key picture, ITU-T H.264 table 7-1


def encode(number: int, title: str, scene: Scene) -> Clip:
    """Paint and code the whole loop of ``scene``."""
    codec = _codec()
    packets = [packet for picture in _paint(number, title, scene) for packet in codec.encode(picture)]
    packets += codec.encode(None)
    coded = [split(bytes(packet)) for packet in packets]
    first = {nal[0] & 0x1F: nal for nal in coded[0]}
    kept = tuple(Picture(tuple(nal for nal in nals if nal[0] & 0x1F in (*SLICE_TYPES, SPS, PPS))) for nals in coded)
    return Clip(number, title, FPS, first[SPS], first[PPS], kept)


def _paint(number: int, title: str, scene: Scene) -> Iterator[av.VideoFrame]:
    backdrop, marker = scene.backdrop(), Marker(number, title)
    assert backdrop.size == CANVAS, f"{title} paints its backdrop {backdrop.size}, not {CANVAS}"
    for index in range(PICTURES):
        canvas = backdrop.copy()
        scene.paint(canvas, index / PICTURES)
        picture = canvas.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        marker.write(picture, index)
        frame: av.VideoFrame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call] # PyAV types it not
        frame.pts = index
        yield frame.reformat(format="yuv420p")


def _codec() -> VideoCodecContext:
    codec = av.CodecContext.create("libx264", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    codec.framerate, codec.time_base = Fraction(FPS), Fraction(1, FPS)
    codec.gop_size, codec.max_b_frames, codec.thread_count = FPS, 0, 1
    rate = f"{KBIT_PER_S}k"
    codec.options = {
        "preset": "veryfast",
        "profile": "main",
        "crf": "25",
        "maxrate": rate,
        "bufsize": rate,
        "x264-params": f"keyint={FPS}:min-keyint={FPS}:scenecut=0:bframes=0:slices=1:open-gop=0",
    }
    return codec
