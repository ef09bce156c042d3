"""`kapok takeover watch TAKEOVER`: on a terminal in place, elsewhere in lines, through a lost connection."""

import asyncio
import os
import pty
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from kapok.permissions.v1 import takeover_pb2, takeovers_service_pb2, takeovers_service_pb2_grpc
from tests.eventually import eventually
from tests.integration.cli.desk import PRINCIPAL, home, kapok

_NAME = "takeovers/00000000-0000-4000-8000-000000000002"
_CAMERA = "districts/440104/cameras/44010400001320000017"


def takeover(name: str = _NAME, **taken: Any) -> takeover_pb2.Takeover:
    """A takeover of one camera; nothing is in force of one that is over."""
    return takeover_pb2.Takeover(
        name=name, principal="principals/command", reason="smoke\x1b]0;owned\x07", cause="CAUSE_ACCIDENT",
        end_time={"seconds": 1_900_000_000}, taken=[{"camera": _CAMERA, **taken}],
        in_force_count=0 if "over_by" in taken else 1,
    )  # fmt: skip


class Desk(takeovers_service_pb2_grpc.TakeoversServiceServicer):
    """Tells of ``news`` once it was read; None breaks the connection."""

    def __init__(self) -> None:
        self.news: asyncio.Queue[takeover_pb2.Takeover | None] = asyncio.Queue()
        self.now = takeover(is_holding=True)
        self.is_read = asyncio.Event()
        self.tokens: list[str] = []
        self.told = 0

    async def GetTakeover(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - the proto's name
        self.is_read.set()
        return self.now

    async def WatchTakeovers(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802 - the proto's name
        self.tokens.append(request.resume_token)
        if not request.resume_token:
            yield takeovers_service_pb2.WatchTakeoversResponse(resume_token="t0")
        await self.is_read.wait()
        while True:
            if (one := await self.news.get()) is None:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "restarted")
            self.now, self.told = one, self.told + 1
            notice = takeovers_service_pb2.TakeoverNotice(takeover=one)
            yield takeovers_service_pb2.WatchTakeoversResponse(notices=[notice], resume_token=f"t{self.told}")


@dataclass
class Terminal:
    """A terminal of 90 columns with the command on it."""

    keyboard: int
    process: asyncio.subprocess.Process
    shown: bytearray = field(default_factory=bytearray)

    def type(self, keys: bytes) -> None:
        os.write(self.keyboard, keys)

    async def shows(self, words: str) -> None:
        await eventually(lambda: asyncio.sleep(0, words.encode() in self.shown), within_s=20)


@asynccontextmanager
async def terminal(place: Path) -> AsyncIterator[Terminal]:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (30, 90))
    before = termios.tcgetattr(theirs)
    command = (sys.executable, "-m", "cli", "--home", str(place), "--as", PRINCIPAL, "takeover", "watch", _NAME)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | {"TERM": "xterm", "NO_COLOR": "1"}
    )
    one, loop = Terminal(ours, process), asyncio.get_running_loop()
    loop.add_reader(ours, lambda: one.shown.extend(os.read(ours, 65_536)))
    try:
        yield one
        assert termios.tcgetattr(theirs) == before, "the terminal is as it was"
    finally:
        loop.remove_reader(ours)
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(ours)
        os.close(theirs)


async def test_a_terminal_is_kept_up_to_date_in_place_until_it_is_over(tmp_path: Path) -> None:
    desk = Desk()
    async with home(tmp_path, takeovers=desk) as place, terminal(place) as shown:
        await shown.shows("1 granted, 1 held")
        desk.news.put_nowait(takeover("takeovers/another", over_by="revoked"))
        desk.news.put_nowait(takeover())
        await shown.shows("1 granted, 1 preceded")
        desk.news.put_nowait(takeover(over_by="revoked"))
        await shown.shows("it is over")
        assert await asyncio.wait_for(shown.process.wait(), 20) == 0
    assert b"\x1b[1A" in shown.shown, "drawn over what was there"
    assert b"\x07" not in shown.shown
    assert b"\x1b]" not in shown.shown


async def test_q_leaves_and_so_does_ctrl_c(tmp_path: Path) -> None:
    async with home(tmp_path, takeovers=Desk()) as place:
        for key, code in ((b"q", 0), (b"\x03", 130)):
            async with terminal(place) as shown:
                await shown.shows("q or Ctrl-C leaves")
                if key == b"q":
                    shown.type(key)
                else:
                    shown.process.send_signal(2)
                assert await asyncio.wait_for(shown.process.wait(), 20) == code
            assert b"Traceback" not in shown.shown


async def test_elsewhere_it_is_lines_and_goes_on_behind_the_last_answer(tmp_path: Path) -> None:
    desk = Desk()
    for one in (takeover(), None, takeover(over_by="expired")):
        desk.news.put_nowait(one)
    async with home(tmp_path, takeovers=desk) as place:
        code, out, err = await kapok(place, "takeover", "watch", _NAME)
    assert (code, err) == (0, "")
    first, preceded, lost, over = out.splitlines()
    assert first.startswith(f"{_NAME}  principals/command  accident: smoke")
    assert preceded.endswith("preceded by another agency: 44010400001320000017")
    assert lost.startswith("connection lost, trying again")
    assert over.endswith("expired: 44010400001320000017")
    assert desk.tokens == ["", "t1"]
    assert "\x1b" not in out
