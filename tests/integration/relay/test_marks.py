"""Marked viewers recorded by foreign programs: each recording names its own session, and is otherwise as any other."""

import asyncio
import subprocess
import uuid
from collections import Counter
from pathlib import Path

import aiohttp
import imageio_ffmpeg
import pytest

from kapok.streams.v1 import media_service_pb2
from services.streams.relay.http2 import frames
from services.streams.relay.http2.frames import frame
from services.streams.relay.mark import FILLERS, Marking, marks, units
from tests.integration.relay import test_calls as calls
from tests.integration.relay.program import Program, call, program
from tests.integration.relay.stage import Stage, client, relay, secure_client
from tests.integration.relay.test_browsers import watching
from tests.integration.relay.test_foreign import gstreamer_camera
from tests.integration.relay.test_viewers import SMALL, scene, until, until_level

PICTURES = 60
NARROW = frame(frames.SETTINGS, 0, 0, b"\0\x04" + (100).to_bytes(4, "big"))  # windows of 100 bytes
CODECS = pytest.mark.parametrize("codec", ["h264", "h265"])
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def expected(stage: Stage, *, unmarked: int = 0) -> list[str]:
    """Have the next two viewers marked, each with a session of its own; then ``unmarked`` ones."""
    ids = [str(uuid.uuid4()) for _ in range(2)]
    stage.gate.markings += [Marking(units(f"sessions/{one}")) for one in ids] + [Marking()] * unmarked
    return ids


def sessions(recorded: bytes) -> Counter[str]:
    return Counter(mark.session for _, mark in marks(recorded))


async def record(url: str, path: Path, *options: str) -> Path:
    """Let ffmpeg write ``PICTURES`` pictures as they come."""
    taken = "-c", "copy", "-frames:v", str(PICTURES), "-y", str(path)
    await complaints("-rtsp_transport", "tcp", *options, "-i", url, *taken)
    return path


async def complaints(*arguments: str) -> str:
    """What ffmpeg says that is an error."""
    process = await asyncio.create_subprocess_exec(
        FFMPEG, "-nostdin", "-v", "error", *arguments, stderr=subprocess.PIPE
    )
    async with asyncio.timeout(30):
        _, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def decoding(path: Path) -> str:
    """What a decoder has to say of a recording."""
    return await complaints("-i", str(path), "-f", "null", "-")


@CODECS
@pytest.mark.parametrize("over", ["tcp", "udp", "tls"])
async def test_recordings_name_their_own_session_and_play_as_an_unmarked_one(
    tmp_path: Path, codec: str, over: str
) -> None:
    async with gstreamer_camera("--codec", codec) as uri, relay(has_datagrams=True) as stage:
        stage.add("c", uri)
        ids, options = expected(stage, unmarked=1), {"tls": ("-ca_file", str(stage.ca)), "udp": ()}.get(over, ())
        url = stage.secure("c") if over == "tls" else stage.url("c")
        transport = ("-rtsp_transport", "udp") if over == "udp" else ("-rtsp_transport", "tcp")
        paths = [tmp_path / f"{n}.mp4" for n in range(3)]
        files = await asyncio.gather(*(record(url, path, *transport, *options) for path in paths))
        found = [sessions(path.read_bytes()) for path in files]
        assert sorted(map(sorted, found)) == sorted([[], *([one] for one in ids)]), "each its own, and one none"
        assert min(count for counts in found for count in counts.values()) >= 2
        assert [await decoding(path) for path in files] == ["", "", ""]


@CODECS
async def test_what_a_browser_takes_bears_its_mark_too(tmp_path: Path, codec: str) -> None:
    async with gstreamer_camera("--codec", codec) as uri, relay() as stage:
        stage.add("c", uri)
        ids = expected(stage, unmarked=1)
        with stage.sources["c"].held():
            async with watching(stage) as one, watching(stage) as other, watching(stage) as unmarked:
                taken = await asyncio.gather(*map(fragments, (one, other, unmarked)))
        for n, (parts, session) in enumerate(zip(taken, [*ids, None], strict=True)):
            path = tmp_path / f"{n}.mp4"
            path.write_bytes(b"".join(dict.fromkeys(parts)))  # a file has its init segment once
            assert set(sessions(path.read_bytes())) == ({session} if session else set())
            assert await decoding(path) == ""
        filler = FILLERS["H264" if codec == "h264" else "H265"]
        own = [unit for session in ids for unit in units(f"sessions/{session}").values()]
        same = [[neutral(part, own, filler) for part in parts] for parts in taken]
        common = set(same[0]) & set(same[1]) & set(same[2])
        assert len(common) >= PICTURES // 2, "the same bytes otherwise"


@CODECS
async def test_what_programs_take_bears_its_mark_too_also_in_windows_smaller_than_it(
    tmp_path: Path, codec: str
) -> None:
    async with gstreamer_camera("--codec", codec) as uri, relay() as stage:
        stage.add("c", uri)
        ids = expected(stage, unmarked=1)
        with stage.sources["c"].held():
            async with calls.watching(stage) as wide, program(stage.grpc_port, frames.PREFACE + NARROW) as narrow:
                first = await calls.units(wide, 1)  # admitted, and so given its mark, before the next one is
                await narrow.say(call(1))
                second = await narrow_message(narrow)
                async with calls.watching(stage) as unmarked:
                    third = await calls.units(unmarked, PICTURES)
                    first += await calls.units(wide, PICTURES)
            streams = [b"".join(unit.data for unit in taken) for taken in (first, [second], third)]
        for n, (data, session) in enumerate(zip(streams, [*ids, None], strict=True)):
            path = tmp_path / f"{n}.{codec}"
            path.write_bytes(data)
            assert set(sessions(data)) == ({session} if session else set())
            assert await decoding(path) == ""


async def narrow_message(other: Program) -> media_service_pb2.AccessUnit:
    """The next message of a program that opens its window by less than a mark each time."""
    received = b""
    while len(received) < 5 or len(received) < 5 + int.from_bytes(received[1:5], "big"):
        fresh = (await other.until(frames.DATA, 1)).payload
        received += fresh
        await other.say(*(frame(frames.WINDOW_UPDATE, 0, n, len(fresh).to_bytes(4, "big")) for n in (0, 1)))
    return media_service_pb2.AccessUnit.FromString(received[5:])


async def fragments(socket: aiohttp.ClientWebSocketResponse) -> list[bytes]:
    """The binary messages of ``PICTURES`` pictures."""
    found: list[bytes] = []
    async with asyncio.timeout(20):
        while len([part for part in found if part[4:8] == b"moof"]) < PICTURES:
            message = await socket.receive()
            assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), message
            if message.type is aiohttp.WSMsgType.BINARY:
                found.append(message.data)
    return found


def neutral(part: bytes, own: list[bytes], filler: bytes) -> bytes:
    for unit in own:
        part = part.replace(unit, filler)
    return part


async def test_viewers_get_the_same_packets_but_for_the_bytes_of_their_marks() -> None:
    async with scene() as (stage, camera), client(stage.port) as one, client(stage.port) as other:
        first, second = expected(stage)
        async with client(stage.port) as plain:
            for viewer in (one, other, plain):
                await viewer.play(stage.url("c"))
            camera.delta()
            camera.key(3000)
            seen = [await until(viewer, 3) for viewer in (one, other, plain)]
            assert seen == [[5, 1, 5]] * 3
            for viewer, session in ((one, first), (other, second)):
                pairs = zip(viewer.packets, plain.packets, strict=True)
                differing = [(mine.payload, theirs.payload) for mine, theirs in pairs if mine != theirs]
                assert [theirs[12:] for _, theirs in differing] == [FILLERS["H264"]] * 2
                assert [mine[12:] for mine, _ in differing] == [units(f"sessions/{session}")["H264"]] * 2
                assert [mine[:12] == theirs[:12] for mine, theirs in differing] == [True, True]


@pytest.mark.parametrize("is_secure", [False, True])
async def test_a_marked_viewer_that_stalls_gets_whole_pictures_and_its_own_mark(is_secure: bool) -> None:
    async with scene(door=SMALL) as (stage, camera):
        ids = expected(stage)
        opened = secure_client(stage, 4096) if is_secure else client(stage.port, 4096)
        async with opened as stalled, client(stage.port) as good:
            await stalled.play(stage.secure("c") if is_secure else stage.url("c"))
            await good.play(stage.url("c"))
            for group in range(1, 5):
                for _ in range(10):
                    camera.delta(20_000)
                camera.key(40_000)
                await until(good, 1 + 11 * group)
            await until_level(stalled, stage)
            for viewer, session in ((stalled, ids[0]), (good, ids[1])):
                pictured = [payload for channel, payload in viewer.packets if channel == 0]  # no reports
                recorded = b"".join(pictured)
                keys = sum(payload[12:13] == b"\x67" for payload in pictured)
                assert sessions(recorded) == {session: keys}
                assert FILLERS["H264"] not in recorded
            assert stage.counters.cut_backs
