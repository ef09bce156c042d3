"""Probes: asks cameras over RTSP whether they are there (Articles 15, 22), one by one or a whole city at a time.

targets ─► a turn at its address ─► connect ─► OPTIONS ─► DESCRIBE ─► report ─► batches

A probe connects to listed networks only, by resolved address, follows no redirect and plays nothing. What it learns:

    a description of a video     signal OK, device OK: the source serves us
    user name or password taken  signal can't tell, device faulty: it is there, but of no use until the record is mended
    anything else of the camera  signal none, with the cause: refused, no answer in time, no RTSP, 404, a redirect
    nothing of the camera        can't tell: outside the networks, a URI that is none, our own lack of sockets or names
"""

import asyncio
import errno
import logging
import os
import random
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from services.chassis.errors import Error, Unauthenticated
from services.registry.domain import Source
from services.registry.health import Device, Report, Signal
from services.rtsp.address import Network, place, resolve
from services.rtsp.conversation import Conversation
from services.rtsp.digest import Credentials
from services.rtsp.message import ProtocolError

log = logging.getLogger(__name__)
_ANSWERS_BYTES_MOST = 64 * 1024  # all that a probe listens to
_VIDEO = re.compile(rb"^m=video ", re.MULTILINE)
# What says nothing of the camera: too many sockets here, no memory, no port, no way out of this network.
_OWN_ERRNO = {
    errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.ENETDOWN, errno.ENETUNREACH,
}  # fmt: skip
_OWN_REASONS = {"NETWORK_NOT_LISTED", "SOURCE_URI_INVALID"}
Found = Callable[[Sequence[Report]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Target:
    """One camera to be asked: its name, which its report bears, and where it is."""

    name: str
    source: Source


@dataclass(frozen=True, slots=True)
class Limits:
    """What a sweep may take; the defaults suit a city."""

    concurrency: int = 200  # connections at a time
    waiting: int = 1000  # targets taken in beyond them: they wait for their jitter, or for their turn at a busy address
    deadline_s: float = 5.0  # from connecting to the last answer
    jitter_s: float = 0.1  # each probe begins up to so late, so that no network sees them in step
    pause_s: float = 0.02  # between two probes of one address
    batch: int = 1000  # reports handed over at a time
    batch_s: float = 1.0  # that the first report of a batch waits for the others


async def probe(target: Target, networks: tuple[Network, ...], own: frozenset[str], deadline_s: float = 5.0) -> Report:
    """Ask one camera; what goes wrong is in the report, by the table above. ``own`` are the cell's host:port.

    At most 64 KiB are read. Takes up to ``deadline_s`` for the name, if it has one, and as long for the camera.
    """
    address = await _locate(target, networks, own, deadline_s)
    return address if isinstance(address, Report) else await _ask(target, address, deadline_s)


async def sweep(
    targets: AsyncIterator[Target],
    networks: tuple[Network, ...],
    own: frozenset[str],
    found: Found,
    limits: Limits | None = None,
) -> None:
    """Ask every target once and hand the reports to ``found``, in batches, one call at a time, in no order.

    Memory is bounded by ``limits``, whatever the number of targets: they are taken in as probes end. At most one probe
    is under way to each resolved address. What ``targets`` or ``found`` raises ends the sweep, in an ExceptionGroup.
    """
    await _Sweep(networks, own, found, limits or Limits()).run(targets)


class _Sweep:
    """One pass over many cameras."""

    def __init__(self, networks: tuple[Network, ...], own: frozenset[str], found: Found, limits: Limits) -> None:
        self._networks, self._own, self._found, self._limits = networks, own, found, limits
        self._places = asyncio.Semaphore(limits.concurrency + limits.waiting)
        self._seats = asyncio.Semaphore(limits.concurrency)
        self._turns: dict[str, _Turn] = {}
        self._reports: asyncio.Queue[Report | None] = asyncio.Queue(2 * limits.batch)

    async def run(self, targets: AsyncIterator[Target]) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hand_over())
            async with asyncio.TaskGroup() as group:
                async for target in targets:
                    await self._places.acquire()
                    group.create_task(self._visit(target))
            await self._reports.put(None)

    async def _visit(self, target: Target) -> None:
        try:
            await asyncio.sleep(random.uniform(0, self._limits.jitter_s))  # noqa: S311 - jitter, not a secret
            address = await _locate(target, self._networks, self._own, self._limits.deadline_s)
            if isinstance(address, Report):
                report = address
            else:
                async with self._turn(address[0]), self._seats:
                    report = await _ask(target, address, self._limits.deadline_s)
            await self._reports.put(report)
        finally:
            self._places.release()

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        """Alone at ``host`` while inside; the next one comes a little later."""
        turn = self._turns.setdefault(host, _Turn())
        turn.visitors += 1
        try:
            async with turn.lock:
                yield
                if turn.visitors > 1:
                    await asyncio.sleep(self._limits.pause_s)
        finally:
            turn.visitors -= 1
            if not turn.visitors:
                del self._turns[host]

    async def _hand_over(self) -> None:
        is_over = False
        while not is_over:
            batch: list[Report] = []
            is_over = await self._fill(batch)
            if batch:
                await self._found(batch)

    async def _fill(self, batch: list[Report]) -> bool:
        """Take in what is there, a batch at most and not for long; True once the last report has come."""
        try:
            async with asyncio.timeout(None) as limit:  # the first may take its time
                while len(batch) < self._limits.batch:
                    report = await self._reports.get()
                    if report is None:
                        return True
                    if not batch:
                        limit.reschedule(asyncio.get_running_loop().time() + self._limits.batch_s)
                    batch.append(report)
        except TimeoutError:
            pass  # as many as came
        return False


@dataclass(slots=True)
class _Turn:
    """Who is at one address, or waits to be."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    visitors: int = 0


async def _locate(
    target: Target, networks: tuple[Network, ...], own: frozenset[str], deadline_s: float
) -> tuple[str, int] | Report:
    """Where to connect, or the report that there is nowhere. A slow resolver is our trouble, not the camera's."""
    try:
        async with asyncio.timeout(deadline_s):
            return await resolve(place(target.source.stream_uri), networks, own)
    except TimeoutError:
        return Report(target.name, cause=f"its host name was not resolved within {deadline_s:g} s")
    except (Error, UnicodeError) as failure:
        return _blame(target, failure)


async def _ask(target: Target, address: tuple[str, int], deadline_s: float) -> Report:
    """Connect, OPTIONS, DESCRIBE."""
    source, step = target.source, "connection"
    who = Credentials(source.username, source.password) if source.username else None
    try:
        async with asyncio.timeout(deadline_s):
            with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as connection:
                connection.setblocking(False)
                await asyncio.get_running_loop().sock_connect(connection, address)
                camera = Conversation(connection, who, lambda packets: None, _ANSWERS_BYTES_MOST)
                step = "answer to OPTIONS"
                await camera.ask("OPTIONS", source.stream_uri)
                step = "answer to DESCRIBE"
                described = await camera.ask("DESCRIBE", source.stream_uri, {"Accept": "application/sdp"})
    except TimeoutError:
        return Report(target.name, Signal.NONE, cause=f"no {step} within {deadline_s:g} s")
    except (Error, OSError) as failure:
        return _blame(target, failure, step)
    except Exception:  # whatever one camera provokes must not end the sweep of the others
        log.exception("probing a camera failed")
        return Report(target.name, cause="the probe itself failed; the registry's log says why")
    if not _VIDEO.search(described.body):
        return Report(target.name, Signal.NONE, cause="the camera describes no video")
    return Report(target.name, Signal.OK, device=Device.OK)


def _blame(target: Target, failure: Error | OSError | UnicodeError, step: str = "") -> Report:
    """What a failure says of the camera, if anything."""
    match failure:
        case Unauthenticated():
            return Report(target.name, device=Device.FAULTY, cause=failure.message)
        case Error() if failure.reason in _OWN_REASONS:
            return Report(target.name, cause=failure.message)
        case ProtocolError():
            return Report(target.name, Signal.NONE, cause=f"what answers there does not speak RTSP: {failure.message}")
        case Error():
            return Report(target.name, Signal.NONE, cause=failure.message)
        case OSError() if failure.errno in _OWN_ERRNO:
            return Report(target.name, cause=f"this cell can't probe now: {_words(failure)}")
        case OSError():
            return Report(target.name, Signal.NONE, cause=f"no {step}: {_words(failure)}")
        case _:
            return Report(target.name, cause="its host is not a name")


def _words(failure: OSError) -> str:
    """The system's words: asyncio's own tell the camera's address, which is not for everybody who reads a cause."""
    return os.strerror(failure.errno) if failure.errno else "the connection broke"
