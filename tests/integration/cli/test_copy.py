"""`kapok copy` through a real relay: a file that a foreign program decodes, recorded before it has its name."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from cli.rtsp_pull import Pull, best_url
from kapok.streams.v1 import streams_service_pb2 as pb
from services.chassis import errors
from services.streams.relay import rtp
from tests.eventually import eventually
from tests.integration.cli.desk import Streams, home, kapok
from tests.integration.relay.lens import Lens, lens
from tests.integration.relay.stage import Stage, relay
from tests.unit.relay_mp4.clips import decoded, encode

_CODE = "44010400001320000017"


@asynccontextmanager
async def showing() -> AsyncIterator[Stage]:
    """A relay whose camera "c" shows a clip over and over, at its own pace."""
    pictures = encode(frames=50).pictures

    async def show(camera: Lens) -> None:
        number = 0
        while True:
            camera.show(*pictures[number % len(pictures)])
            number += 1
            await asyncio.sleep(0.04)  # the lens's pace, not a wait for a state

    async with lens() as camera, relay() as stage:
        task = asyncio.create_task(show(camera))
        stage.add("c", camera.uri)
        try:
            yield stage
        finally:
            task.cancel()


async def test_a_copy_is_decodable_recorded_and_its_session_closed(tmp_path: Path) -> None:
    streams = Streams()
    async with showing() as stage, home(tmp_path, streams) as place:
        streams.rtsp_url = stage.url("c")
        file = tmp_path / "copy.mp4"
        arguments = ("copy", _CODE, "--seconds", "1", "--legal-basis", "l-1", "-o", str(file), "--json")
        code, out, err = await kapok(place, *arguments)
        assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest() == streams.copies[0].sha256
    assert 1000 <= streams.copies[0].duration_ms <= 1100
    assert streams.closed == ["sessions/s-1"]
    assert streams.opened[0].legal_basis == "legalBases/l-1"
    assert 25 <= len(decoded(file)) <= 28


async def test_pictures_are_pulled_over_tls_from_a_relay_that_the_cells_authority_certifies() -> None:
    async with showing() as stage, relay() as other:

        def first(authority: Path) -> rtp.Packet:
            with closing(Pull.open(stage.secure("c"), authority)) as pull:
                return next(pull.packets())

        assert (await asyncio.to_thread(first, stage.ca)).payload
        with pytest.raises(errors.Unavailable, match="certificate"):
            await asyncio.to_thread(first, other.ca)


async def test_a_relay_with_tls_is_asked_over_it() -> None:
    opened = pb.OpenSessionResponse(rtsp_url="rtsp://r/s/a", rtsps_url="rtsps://r/s/a")
    assert best_url(opened) == "rtsps://r/s/a"
    assert best_url(pb.OpenSessionResponse(rtsp_url="rtsp://r/s/a")) == "rtsp://r/s/a"


async def test_a_refused_copy_tells_why_and_leaves_no_file(tmp_path: Path) -> None:
    refusal = errors.Denied("PAPERS_MISSING", "needs a letter of introduction", rule="copy", article="Article 19")
    async with home(tmp_path, Streams(refusal=refusal)) as place:
        before = set(tmp_path.iterdir())
        code, out, err = await kapok(place, "copy", _CODE, "--seconds", "1", "-o", str(tmp_path / "x.mp4"))
        assert (code, out) == (1, "")
        for part in ("needs a letter", "PAPERS_MISSING", "Article 19", "kapok papers register"):
            assert part in err
        assert set(tmp_path.iterdir()) == before


async def test_a_copy_that_is_not_recorded_never_gets_its_name(tmp_path: Path) -> None:
    streams = Streams(copy_refusal=errors.Unavailable("SERVICE_AWAY", "streams is away"))
    async with showing() as stage, home(tmp_path, streams) as place:
        streams.rtsp_url = stage.url("c")
        before = set(tmp_path.iterdir())
        code, _, err = await kapok(place, "copy", _CODE, "--seconds", "0.2", "-o", str(tmp_path / "x.mp4"))
        assert code == 3
        assert "streams is away" in err
        assert set(tmp_path.iterdir()) == before
        assert streams.closed == ["sessions/s-1"]


async def test_a_relay_that_refuses_is_quoted_without_the_token(tmp_path: Path) -> None:
    streams = Streams()
    async with relay() as stage, home(tmp_path, streams) as place:
        stage.gate.refusal = errors.Denied("TOKEN_INVALID", "this token has expired")
        streams.rtsp_url = stage.url("c")
        code, _, err = await kapok(place, "copy", _CODE, "--seconds", "1", "-o", str(tmp_path / "x.mp4"))
        assert code == 1
        assert "TOKEN_INVALID" in err
        assert "this token has expired" in err
        assert "abc.def" not in err


async def test_a_right_that_ends_meanwhile_ends_the_copy(tmp_path: Path) -> None:
    streams = Streams()
    async with showing() as stage, home(tmp_path, streams) as place:
        streams.rtsp_url = stage.url("c")
        running = asyncio.create_task(kapok(place, "copy", _CODE, "--seconds", "60", "-o", str(tmp_path / "x.mp4")))
        await eventually(lambda: stage.gate.viewers and stage.counters.access_units_out > 5)
        stage.ender.end(stage.gate.viewers, "revoked")
        code, _, err = await running
        assert code == 1
        assert "right to it may have ended" in err
        assert not list(tmp_path.glob("*.mp4*"))


async def test_watch_prints_the_url_alone_on_its_line(tmp_path: Path) -> None:
    async with home(tmp_path, Streams("rtsp://127.0.0.1:8554/s/s-1?token=" + "t" * 300)) as place:
        code, out, _ = await kapok(place, "watch", _CODE)
        assert code == 0
        assert out.splitlines()[0] == "rtsp://127.0.0.1:8554/s/s-1?token=" + "t" * 300
        assert "sessions close sessions/s-1" in out


async def test_renew_prints_the_address_that_the_session_has_now_or_that_none_serves(tmp_path: Path) -> None:
    streams = Streams("rtsp://127.0.0.1:8999/s/s-1?token=fresh")
    async with home(tmp_path, streams) as place:
        code, out, _ = await kapok(place, "sessions", "renew", "sessions/s-1")
        assert (code, out.splitlines()[0]) == (0, "rtsp://127.0.0.1:8999/s/s-1?token=fresh")
        streams.refusal = errors.Unavailable("SERVICE_AWAY", "no relay is alive; try again", service="relay")
        code, out, err = await kapok(place, "sessions", "renew", "sessions/s-1")
        assert (code, out) == (3, "")
        assert "no relay is alive; try again" in err
