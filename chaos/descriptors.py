"""What a process holds open, each by what it is: a count alone says that something leaks, and never what."""

from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil

_POOLED = (".db", ".db-wal", ".db-shm")


def held(process: psutil.Process) -> Counter[str]:
    """How many of each, without the files of databases: their pools open connections as they are asked, to a bound.

    Raises psutil.Error or OSError when the process is gone.
    """
    sockets = {one.fd: _label(one) for one in process.net_connections("all")}
    found: Counter[str] = Counter()
    for one in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            target = str(one.readlink())
            if not target.endswith(_POOLED):
                found[sockets.get(int(one.name), target.partition(":[")[0])] += 1
    return found


def _label(one: object) -> str:
    """Of a socket: its kind, its own end where that is a port that it serves, its state."""
    kind, own, other, status = (getattr(one, word) for word in ("type", "laddr", "raddr", "status"))
    if isinstance(own, str):
        return f"unix {own or other}"
    return f"{kind.name} {own.port if own else '-'} of {other.port if other else 'nobody'} {status}"
