"""A platform of one's own in a temporary home: started as `kapok up`, asked as any principal, watched as any viewer."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf.message import Message

from cli.gateway import Gateway
from cli.rtsp_pull import Pull
from services.chassis import errors

# A usual one that looks free may be another platform's, which binds it a moment later.
ANY_PORTS = tuple(word for name in ("grpc", "http", "rtsp", "rtsps", "metrics") for word in (f"--{name}-port", "0"))
_READY_WITHIN_S = 120.0
_STOP_WITHIN_S = 10.0
_STAYS_S = 45.0  # without pictures, as people's players do while a session is suspended; a relay forgets it after 60


class NotReadyError(Exception):
    """The platform did not come up; the message ends with what it said."""


@dataclass(frozen=True, eq=False)
class Platform:
    """A running cell."""

    home: Path
    endpoints: dict[str, Any]

    @cache  # noqa: B019 - one platform lives as long as the process that plays its story
    def gateway(self, principal: str) -> Gateway:
        """The API as ``principal``."""
        return Gateway(self.home, principal)

    def ask(self, principal: str, request: Message) -> Any:
        """Call the method of ``request`` as ``principal``; raises errors.Error."""
        return self.gateway(principal).call(request)

    def kapok(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command on this home."""
        command = (sys.executable, "-m", "cli", "--home", str(self.home), *words)
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def at_home(home: Path) -> tuple[str, ...]:
    """How a cell at home is started: `kapok up` on free ports."""
    return (sys.executable, "-m", "cli", "--home", str(home), "up", *ANY_PORTS)


def apart(home: Path, postgresql: str, *words: str) -> tuple[str, ...]:
    """How one is whose services are processes of their own; ``postgresql`` is the URL of a server's owner."""
    return (sys.executable, "-m", "demo.apart", "--home", str(home), "--postgresql", postgresql, *words)


@contextmanager
def platform(home: Path, command: tuple[str, ...] = ()) -> Iterator[Platform]:
    """What ``command`` starts at ``home``, a cell at home unless told, while inside; its end is awaited."""
    command = command or at_home(home)
    # A file, since nobody reads a pipe while the story runs.
    said = home.with_suffix(".log")
    with said.open("wb") as log, subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT) as process:
        try:
            yield Platform(home, _endpoints(home, process, said))
        finally:
            process.terminate()
            process.wait(_STOP_WITHIN_S)


def _endpoints(home: Path, process: "subprocess.Popen[bytes]", said: Path) -> dict[str, Any]:
    path = home / "endpoints.json"
    deadline = time.monotonic() + _READY_WITHIN_S
    while not path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotReadyError(f"the platform did not come up:\n{said.read_text()}")
        time.sleep(0.02)  # the file appears whole, by rename
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@dataclass
class Viewer:
    """Pulls a session's pictures in a thread of its own and notes when the last byte came."""

    url: str = field(repr=False)
    pictures: int = 0
    last_byte_at_s: float = 0.0
    ended_at_s: float = 0.0
    why: str = ""  # it ended
    ended: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def watch(self) -> None:
        """Until the relay ends it, or nobody waits any more."""
        try:
            with closing(Pull.open(self.url)) as pull:
                pull.connection.settimeout(_STAYS_S)
                for packet in pull.packets():
                    with self.changed:
                        self.last_byte_at_s = time.monotonic()
                        self.pictures += packet.has_marker
                        self.changed.notify_all()
        except errors.Error as end:
            self.why = end.message
        finally:
            self.ended_at_s = time.monotonic()
            self.ended.set()
            with self.changed:
                self.changed.notify_all()

    def await_pictures(self, count: int, within_s: float = 20.0) -> bool:
        """Whether ``count`` pictures came in time; who has ended waits for none."""
        with self.changed:
            self.changed.wait_for(lambda: self.pictures >= count or self.ended.is_set(), within_s)
            return self.pictures >= count


def watching(url: str) -> Viewer:
    """A viewer that has begun."""
    viewer = Viewer(url)
    threading.Thread(target=viewer.watch, daemon=True).start()
    return viewer
