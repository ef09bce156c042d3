"""The folders of a home: where a cell keeps its certificates, keys, databases, JetStream and logs.

Everything is for its owner alone (0700, files 0600). One living cell owns a home at a time: see `claim`.
"""

import asyncio
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.chassis import errors

_LEAVING_S = 5.0  # how long the children of a killed cell may take to die
_LOOK_AGAIN_S = 0.02
_SOCKETS_PREFIX = "kapok-"
_SOCKET_PATH_BYTES = 60  # of the folder: a socket's whole path must stay below 100 (sun_path)


@dataclass(frozen=True)
class Layout:
    """Paths inside one home; nothing here touches the disk but `prepare`."""

    home: Path

    @property
    def certificates(self) -> Path:
        """The development authority, the server's certificate, one folder for the principals' own."""
        return self.home / "certs"

    @property
    def keys(self) -> Path:
        """Secret keys of services, relays and organs; public ones beside them end in `.public`."""
        return self.home / "keys"

    @property
    def data(self) -> Path:
        """The services' databases."""
        return self.home / "data"

    @property
    def nats(self) -> Path:
        """The bus's configuration and JetStream's files."""
        return self.home / "nats"

    @property
    def logs(self) -> Path:
        """What the child processes say, one file each."""
        return self.home / "logs"

    @property
    def endpoints(self) -> Path:
        """Where any program finds the running cell."""
        return self.home / "endpoints.json"

    @property
    def genesis(self) -> Path:
        """The first policy, signed by the three organs; a home without one denies everything."""
        return self.data / "genesis.bin"

    @property
    def lock(self) -> Path:
        """Held by the living cell; its presence marks a folder as a home."""
        return self.home / "lock"


def prepare(home: Path) -> Layout:
    """Make the folders of ``home``; errors.FailedPrecondition for a folder that is somebody's already."""
    layout = Layout(home.absolute())
    try:
        if home.exists() and not layout.lock.exists() and any(home.iterdir()):
            raise _unusable(home, "it holds other files; choose an empty or a new folder")
        layout.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        layout.lock.touch(mode=0o600)
        for folder in (layout.home, layout.certificates, layout.keys, layout.data, layout.nats, layout.logs):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
    except OSError as error:
        raise _unusable(home, f"{error.strerror}; choose a folder that you may write") from error
    return layout


@contextmanager
def owner_only() -> Iterator[None]:
    """Whatever this process creates while inside, databases and logs included, is for its owner alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@asynccontextmanager
async def claim(layout: Layout) -> AsyncIterator[int]:
    """Own the home while inside; errors.FailedPrecondition while another living process does.

    Yields the lock's descriptor: a child that writes in the home inherits it, so that after a kill -9 the home becomes
    free only when the last writer is gone.
    """
    with os.fdopen(os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        deadline = time.monotonic() + _LEAVING_S
        while not _is_locked_by_us(lock.fileno()):
            lock.seek(0)
            owner = lock.read()
            if _is_alive(owner) or time.monotonic() > deadline:
                raise _unusable(layout.home, f"process {owner or '?'} is using it; stop it or choose another --home")
            await asyncio.sleep(_LOOK_AGAIN_S)
        lock.seek(0)
        lock.truncate()
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock.fileno()


@contextmanager
def sockets(layout: Layout) -> Iterator[Path]:
    """A short private folder for unix sockets, gone afterwards; the one that a killed cell left is swept first."""
    note = layout.data / "sockets"
    if note.exists():
        _sweep(Path(note.read_text()))
    folder = Path(tempfile.mkdtemp(prefix=_SOCKETS_PREFIX, dir=_short_temporary()))
    write_private(note, str(folder).encode())
    try:
        yield folder
    finally:
        _sweep(folder)
        note.unlink()


def write_private(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, whole or not at all, on disk when this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _short_temporary() -> str:
    chosen = tempfile.gettempdir()
    return chosen if len(chosen.encode()) < _SOCKET_PATH_BYTES and " " not in chosen else "/tmp"  # noqa: S108 - mkdtemp makes a 0700 folder in it


def _sweep(folder: Path) -> None:
    if folder.name.startswith(_SOCKETS_PREFIX) and folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)  # a leftover in the temporary folder harms nobody


def _is_locked_by_us(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True  # somebody else's, but alive
    return True


def _unusable(home: Path, why: str) -> errors.FailedPrecondition:
    return errors.FailedPrecondition("STATE_WRONG", f"{home} can't be the home of a cell: {why}")
