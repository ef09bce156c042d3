"""Sweeps on real sockets: a street of cameras at a time, whatever one of them, the database or the caller does."""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from services.registry.domain import Source
from services.registry.health import Report, Signal
from services.registry.probe import Limits, Target, sweep
from services.rtsp.message import Headers, Request, Response
from tests.eventually import eventually
from tests.integration.relay.lens import Lens, lens

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
NOBODY: frozenset[str] = frozenset()


async def hang(_lens: Lens, _request: Request, _writer: asyncio.StreamWriter) -> None:
    """Never an answer."""


@dataclass
class Street:
    """Cameras behind one port of every address of loopback; ``may_answer`` holds them back."""

    port: int = 0
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    open_by_host: Counter[str] = field(default_factory=Counter)
    most_by_host: Counter[str] = field(default_factory=Counter)
    most: int = 0
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        self.connections += 1
        self.open_by_host[host] += 1
        self.most_by_host[host] = max(self.most_by_host[host], self.open_by_host[host])
        self.most = max(self.most, self.open_by_host.total())
        with suppress(ConnectionError):
            while request := await reader.read(4096):
                await self.may_answer.wait()
                await asyncio.sleep(0.001)
                headers = Headers({"CSeq": request.partition(b"CSeq: ")[2].partition(b"\r")[0].decode()})
                writer.write(Response(200, headers=headers, body=b"v=0\r\nm=video 0 RTP/AVP 96\r\n").encode())
        self.open_by_host[host] -= 1
        writer.close()

    async def targets(self, *hosts: str) -> AsyncIterator[Target]:
        for number, host in enumerate(hosts):
            yield Target(str(number), Source(f"rtsp://{host}:{self.port}/{number}"))


@asynccontextmanager
async def street() -> AsyncIterator[Street]:
    made = Street()
    made.may_answer.set()
    server = await asyncio.start_server(made.serve, "0.0.0.0", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
        made.may_answer.set()
        await eventually(lambda: not made.open_by_host.total())
    finally:
        server.close()


@dataclass
class Book:
    """Who is told what was found."""

    batches: list[Sequence[Report]] = field(default_factory=list)
    may_take: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.may_take.set()

    async def found(self, reports: Sequence[Report]) -> None:
        await self.may_take.wait()
        self.batches.append(reports)

    @property
    def names(self) -> list[str]:
        return [report.camera for batch in self.batches for report in batch]


def hosts(count: int) -> list[str]:
    return [f"127.1.{number // 250}.{1 + number % 250}" for number in range(count)]


async def test_a_sweep_reports_each_camera_once_in_batches_with_bounded_concurrency() -> None:
    book = Book()
    async with street() as cameras:
        limits = Limits(concurrency=8, batch=30, jitter_s=0.01)
        await sweep(cameras.targets(*hosts(200)), LOOPBACK, NOBODY, book.found, limits)
        assert cameras.most == 8
    assert sorted(book.names, key=int) == [str(number) for number in range(200)]
    assert all(report.signal is Signal.OK for batch in book.batches for report in batch)
    assert max(len(batch) for batch in book.batches) <= 30


async def test_one_address_is_asked_by_one_probe_at_a_time_whatever_its_names() -> None:
    book = Book()
    async with street() as cameras:
        same = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] * 5
        await sweep(cameras.targets(*same), LOOPBACK, NOBODY, book.found, Limits(pause_s=0.001))
        assert cameras.most_by_host == {"127.0.0.1": 1}
        assert cameras.connections == 15
    assert len(book.names) == 15


async def test_an_address_that_hangs_holds_up_no_other() -> None:
    book = Book()
    limits = Limits(concurrency=2, waiting=30, batch=10, deadline_s=30.0, jitter_s=0.01)
    async with street() as cameras, lens(OPTIONS=hang) as stuck:

        async def targets() -> AsyncIterator[Target]:
            for number in range(20):
                yield Target(f"stuck-{number}", Source(stuck.uri))
            async for target in cameras.targets(*hosts(50)):
                yield target

        async with asyncio.TaskGroup() as tasks:
            sweeping = tasks.create_task(sweep(targets(), LOOPBACK, NOBODY, book.found, limits))
            await eventually(lambda: len(book.names) == 50)
            assert stuck.connections == 1
            sweeping.cancel()
    assert not [name for name in book.names if name.startswith("stuck")]


async def test_reports_come_while_the_sweep_goes_on() -> None:
    book, rest = Book(), asyncio.Event()

    async def targets(cameras: Street) -> AsyncIterator[Target]:
        async for target in cameras.targets(*hosts(3)):
            yield target
        await rest.wait()

    async with street() as cameras, asyncio.TaskGroup() as tasks:
        tasks.create_task(sweep(targets(cameras), LOOPBACK, NOBODY, book.found, Limits(batch_s=0.05)))
        await eventually(lambda: len(book.names) == 3)
        rest.set()


async def test_a_slow_database_slows_the_sweep_and_fills_no_memory() -> None:
    book, taken = Book(), 0
    book.may_take.clear()

    async def targets(cameras: Street) -> AsyncIterator[Target]:
        nonlocal taken
        async for target in cameras.targets(*hosts(400)):
            taken += 1
            yield target

    async with street() as cameras, asyncio.TaskGroup() as tasks:
        limits = Limits(concurrency=5, waiting=5, batch=10, batch_s=60.0, jitter_s=0.0)
        tasks.create_task(sweep(targets(cameras), LOOPBACK, NOBODY, book.found, limits))
        # handed over 10, in the queue 20, in the hands of probes 10, at the door 1
        await eventually(lambda: taken >= 40)
        assert taken <= 41
        book.may_take.set()
    assert len(book.names) == 400


async def test_a_cancelled_sweep_leaves_no_task_and_no_connection() -> None:
    before = asyncio.all_tasks()
    async with street() as cameras:
        cameras.may_answer.clear()
        async with asyncio.TaskGroup() as tasks:
            sweeping = tasks.create_task(sweep(cameras.targets(*hosts(100)), LOOPBACK, NOBODY, Book().found))
            await eventually(lambda: cameras.open_by_host.total() == 100)
            sweeping.cancel()
        cameras.may_answer.set()
        await eventually(lambda: not cameras.open_by_host.total())
    await eventually(lambda: asyncio.all_tasks() == before)


async def test_a_database_that_fails_ends_the_sweep() -> None:
    async def found(_reports: Sequence[Report]) -> None:
        raise OSError("the database is away")

    before = asyncio.all_tasks()
    async with street() as cameras:
        with pytest.raises(ExceptionGroup) as failure:
            await sweep(cameras.targets(*hosts(50)), LOOPBACK, NOBODY, found, Limits(batch=5))
        assert failure.group_contains(OSError, match="away")
    await eventually(lambda: asyncio.all_tasks() == before)
