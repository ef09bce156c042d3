"""What a process holds open, each by what it is: a count alone says that something leaks, and never what."""

from collections import Counter
from collections.abc import Set
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

_POOLED = (".db", ".db-wal", ".db-shm")


def held(process: psutil.Process) -> Counter[str]:
    """How many of each, without the files of databases: their pools open connections as they are asked, to a bound.

    Raises psutil.Error or OSError when the process is gone.
    """
    connections = process.net_connections("all")
    served = {one.laddr.port for one in connections if one.status == psutil.CONN_LISTEN}
    sockets = {one.fd: _label(one, served) for one in connections}
    found: Counter[str] = Counter()
    for one in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            target = str(one.readlink())
            if not target.endswith(_POOLED):
                found[sockets.get(int(one.name), target.partition(":[")[0])] += 1
    return found


def _label(one: Any, served: Set[int]) -> str:
    """Of a socket: the end that stays the same when it is opened anew, a port that is ``served`` or that was called."""
    if isinstance(one.laddr, str):
        return f"unix {one.laddr or one.raddr}"
    where = "to nobody"
    if one.laddr and one.laddr.port in served:
        where = f"at {one.laddr.port}"
    elif one.raddr:
        where = f"to {one.raddr.port}"
    return f"{one.type.name} {where} {one.status}"
