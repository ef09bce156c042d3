"""What is owed to a camera's holder, on either database: kept, settled, tried, given up when it is too late."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from kapok.fact.v1 import fact_pb2
from services.chassis import database, errors
from services.chassis.clock import ManualClock
from services.streams.app import MIGRATIONS
from services.streams.commands import Command, Kind
from services.streams.events.commands import CommandEncoder
from services.streams.kept_pointings import TRIED_FOR, Over
from services.streams.placement import Relay
from services.streams.pointings import Pointing
from services.streams.ports import ControlPermit
from services.streams.restoring import Restoring, RestoringPermit
from services.streams.store import SessionStore
from services.streams.store.pointings import PointingStore

CAMERA, TAKEOVER = "districts/440104/cameras/44010400001320000018", "takeovers/1"
HERE = Pointing(0.5, -0.25, 0.125)


@dataclass
class Outside:
    """Permissions, registry, places and relays in one."""

    clock: ManualClock
    is_over: bool = False
    refusal: errors.Error | None = None
    told: list[Pointing] = field(default_factory=list)
    wait: timedelta = timedelta()

    async def over(self, asked: Mapping[str, Sequence[str]]) -> list[Over]:
        return [Over(camera, name, self.clock.now()) for camera, names in asked.items() for name in names
                if self.is_over]  # fmt: skip

    async def grant_restoring(self, _camera: str, _takeover: str) -> RestoringPermit:
        return RestoringPermit(b"", 3, is_sealed=True)

    async def to_command(self, _camera: str) -> tuple[Relay, timedelta]:
        return Relay("relay-1", b"", "127.0.0.1", 8554, self.clock.now(), process="one"), self.wait

    async def seal_source(self, _camera: str, _relay: Relay) -> bytes:
        return b""

    def processes(self) -> frozenset[str]:
        return frozenset({"one"})

    async def restore(self, _relay: Relay, _permit: RestoringPermit, pointing: Pointing, _source: bytes) -> None:
        if self.refusal:
            raise self.refusal
        self.told.append(pointing)


@dataclass
class Desk:
    """Who restores, and what stands in the outbox."""

    opened: database.Database
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        self.outside: Any = Outside(self.clock)
        self.sessions, self.encoder = SessionStore(self.opened), CommandEncoder(self.clock)
        self.stacks = PointingStore(self.opened, self.sessions.outbox, self.encoder.pointing)
        out = self.outside
        self.restoring = Restoring(self.stacks, self.sessions, out, out, out, out, self.clock)

    async def command(self, takeover: str = "") -> None:
        """The holder points it; the camera looks HERE before."""
        permit = ControlPermit(b"", "rule", "Article 18", is_sealed=False, takeover=takeover)
        fact = self.encoder.move_ordered("principals/p", CAMERA, Command(Kind.POINT_TO, 1), permit)

        async def look() -> Pointing:
            return HERE

        await self.restoring.before(CAMERA, permit, look, fact)

    async def facts(self) -> list[str]:
        """The kinds of what was told so far."""
        async with self.opened.read() as transaction:
            rows = await transaction.exec_driver_sql("SELECT payload FROM outbox ORDER BY occurred_at, id")
            found = [fact_pb2.Fact.FromString(row.payload) for row in rows]
        return [fact.kind.removeprefix("streams.") for fact in found]


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with database.connect(database_url, MIGRATIONS) as opened:
        yield Desk(opened)


async def test_what_a_takeover_leaves_is_restored_and_then_forgotten(desk: Desk) -> None:
    await desk.command()
    for _ in range(2):
        await desk.command(TAKEOVER)
    await desk.restoring.work_once()
    assert (desk.outside.told, (await desk.stacks.find(CAMERA)).stack.entries[0].before) == ([], HERE)
    desk.outside.is_over = True
    await desk.restoring.work_once()
    assert desk.outside.told == [HERE]
    assert (await desk.stacks.find(CAMERA)).is_empty
    await desk.restoring.work_once()
    assert await desk.facts() == [
        "camera.move_ordered", "pointing.stored", *["camera.move_ordered"] * 2, "pointing.restore_ordered",
        "pointing.restored",
    ]  # fmt: skip


async def test_it_is_tried_until_it_is_too_late_and_ordered_once(desk: Desk) -> None:
    await desk.command(TAKEOVER)
    desk.outside.is_over, desk.outside.refusal = True, errors.Unavailable("SOURCE_AWAY", "it is away")
    for _ in range(3):
        await desk.restoring.work_once()
    desk.clock.advance(TRIED_FOR + timedelta(seconds=1))
    await desk.restoring.work_once()
    desk.outside.refusal = None
    await desk.restoring.work_once()
    assert desk.outside.told == []
    kinds = ["pointing.stored", "camera.move_ordered", "pointing.restore_ordered", "pointing.given_up"]
    assert await desk.facts() == kinds
    assert (await desk.stacks.find(CAMERA)).stack.owed == HERE, "to who is below a takeover that comes"


@pytest.mark.parametrize("is_on_record", [False, True], ids=["the relay says so", "it is on record"])
async def test_a_holder_who_came_first_is_left_alone(desk: Desk, *, is_on_record: bool) -> None:
    await desk.command(TAKEOVER)
    desk.outside.is_over = True
    if is_on_record:
        await desk.command()
    else:
        desk.outside.refusal = errors.Aborted("STATE_WRONG", "the holder pointed it")
    for _ in range(2):
        await desk.restoring.work_once()
    assert desk.outside.told == []
    kinds = await desk.facts()
    assert kinds.count("pointing.dropped") == 1
    assert "pointing.restored" not in kinds


async def test_nothing_is_ordered_while_another_relay_may_command_the_camera(desk: Desk) -> None:
    await desk.command(TAKEOVER)
    desk.outside.is_over, desk.outside.wait = True, timedelta(seconds=1)
    await desk.restoring.work_once()
    assert await desk.facts() == ["pointing.stored", "camera.move_ordered"]
    desk.outside.wait = timedelta()
    await desk.restoring.work_once()
    assert desk.outside.told == [HERE]
