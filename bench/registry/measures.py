"""The measurements: what goes in, what is asked for, what comes out. Wall time where people wait, CPU elsewhere."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from random import Random
from statistics import median

from bench.registry.city import Shipment, operators, shipments
from bench.registry.questions import district_polygon, questions
from bench.registry.stage import POLICE, Stage, principal_of
from kapok.registry.v1 import bulk_service_pb2
from services.chassis.clock import SystemClock
from services.chassis.tasks import in_order, sliced
from services.registry.domain import Deed, camera_name
from services.registry.enrolment import Draft, Outcome
from services.registry.listing import Filter, Query
from services.registry.rpc import messages
from services.registry.service import Page

_GETS, _CREATES, _AT_ONCE, _ROUNDS = 2_000, 3_000, 64, 5
_CHUNK = 20  # requests that are made before the clock runs


@dataclass(frozen=True)
class Times:
    """Milliseconds of one kind of call."""

    p50_ms: float
    p99_ms: float
    worst: str = ""


async def imported(stage: Stage, cameras: int, first: int = 0) -> float:
    """Seconds from the bytes of each request to its durable answer, the making of the requests left out."""
    taken_s = 0.0
    source = shipments(cameras, first)
    while chunk := list(islice(source, _CHUNK)):
        started_s = time.perf_counter()
        async for outcomes in in_order(_each(chunk), partial(_enrolled, stage), 3):
            assert all(one.is_new for one in outcomes), next(one.refusal for one in outcomes if not one.is_new)
        taken_s += time.perf_counter() - started_s
    return taken_s


async def _each(chunk: Sequence[Shipment]) -> AsyncIterator[Shipment]:
    for shipment in chunk:
        yield shipment


async def _enrolled(stage: Stage, shipment: Shipment) -> Sequence[Outcome]:
    return await stage.enrolment.many(_deed(shipment), await _drafts(shipment))


async def _drafts(shipment: Shipment) -> list[Draft]:
    """As the service makes them of a request."""
    request = bulk_service_pb2.ImportCamerasRequest.FromString(shipment.request)
    who, now = principal_of(shipment.operator), SystemClock().now()
    return await sliced(lambda sent: messages.draft(sent, who, now), request.cameras)


def _deed(shipment: Shipment) -> Deed:
    return Deed(principal_of(shipment.operator), "bench")


async def created_per_s(stage: Stage, first: int) -> float:
    """Single registrations a second, each durable before it is answered, from many callers at once."""
    drafts = [(shipment, draft) for shipment in shipments(_CREATES, first) for draft in await _drafts(shipment)]
    turns = asyncio.Semaphore(_AT_ONCE)

    async def create(shipment: Shipment, draft: Draft) -> None:
        async with turns:
            await stage.enrolment.one(_deed(shipment), draft)

    started_s = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for shipment, draft in drafts:
            tasks.create_task(create(shipment, draft))
    return len(drafts) / (time.perf_counter() - started_s)


async def gets(stage: Stage, cameras: int) -> tuple[Times, float]:
    """One camera by name, any of the city's; and its CPU in microseconds."""
    chance, names = Random(1), []
    for number in chance.sample(range(cameras), min(_GETS, cameras)):
        [shipment] = shipments(1, number)
        [sent] = bulk_service_pb2.ImportCamerasRequest.FromString(shipment.request).cameras
        names.append(camera_name(sent.code))
    calls = [lambda name=name: stage.registry.get(POLICE, name) for name in names]
    started_s = time.process_time()
    times = await _timed(calls)
    return times, (time.process_time() - started_s) / len(names) * 1e6


async def pages(stage: Stage, cameras: int) -> tuple[Times, float]:
    """Every question's first page and a later one; and the CPU per camera of a plain page of 50 in microseconds."""
    operator = operators(cameras)[0]
    taken: list[tuple[float, str]] = []
    for who, title, query in questions(operator):
        for _ in range(_ROUNDS):
            page, ms = await _once(stage, who, query)
            taken.append((ms, title))
        if page.next_token:
            _, ms = await _once(stage, who, replace(query, page_token=page.next_token))
            taken.append((ms, f"{title}, page 2"))
    taken.sort()
    at = int(0.99 * (len(taken) - 1))
    times = Times(taken[len(taken) // 2][0], taken[at][0], f"worst: {taken[-1][1]} {taken[-1][0]:.0f} ms")
    started_s, runs = time.process_time(), 200
    for _ in range(runs):
        page = await stage.registry.list(POLICE, Query(page_size=50))
        assert len(page.cameras) == 50
    return times, (time.process_time() - started_s) / runs / 50 * 1e6


async def polygon_ms(stage: Stage) -> float:
    """The first page of what lies in a district's polygon of a hundred corners."""
    query = Query(Filter(area=district_polygon()))
    return median([(await _once(stage, POLICE, query))[1] for _ in range(20)])


async def facets(stage: Stage) -> Times:
    """The city counted by every facet."""
    return await _timed([lambda: stage.watching.count(POLICE, Filter())] * 100)


async def _once(stage: Stage, who: str, query: Query) -> tuple[Page, float]:
    started_s = time.perf_counter()
    page = await stage.registry.list(who, query)
    return page, (time.perf_counter() - started_s) * 1000


async def _timed(calls: Sequence[Callable[[], Awaitable[object]]]) -> Times:
    taken = []
    for call in calls:
        started_s = time.perf_counter()
        await call()
        taken.append((time.perf_counter() - started_s) * 1000)
    taken.sort()
    return Times(median(taken), taken[int(0.99 * (len(taken) - 1))])
