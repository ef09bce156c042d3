"""A replica of streams by itself: what it has heard of relays, a clock turned by hand, and the database it shares."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from services.chassis import database, errors
from services.chassis.clock import ManualClock
from services.streams import app as streams
from services.streams.domain import Kind, Purpose, Session
from services.streams.placement import Load, Relay
from services.streams.places import Places
from services.streams.pool import Pool, Standing
from services.streams.store.places import PlaceStore

MIGRATIONS = Path(streams.__file__).parent / "migrations"


@dataclass
class Replica:
    """One replica of streams: what it has heard, and the database that it shares."""

    opened: database.Database
    clock: ManualClock
    pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        self.pool = Pool(self.clock.now(), self.clock.monotonic())
        self.places = Places(PlaceStore(self.opened), self, self.clock, patience_s=0)

    def hear(self, *names: str, viewers: int = 0, process: str = "one") -> None:
        for name in names:
            now, now_s = self.clock.now(), self.clock.monotonic()
            self.pool.heard(Relay(name, b"", "127.0.0.1", 8554, now, now_s, Load(viewers), process=process))

    def standing(self, relay: str) -> Standing:
        return self.pool.standing(relay, self.clock.monotonic())

    def find(self, name: str) -> Relay:
        found = self.pool.find(name)
        assert found
        return found

    def ranked(self, camera: str) -> list[Relay]:
        return self.pool.ranked(camera, self.clock.monotonic())

    def place(self, camera: str) -> Relay | None:
        return self.pool.place(camera, self.clock.monotonic())

    async def of(self, camera: str) -> str:
        """The relay's name, asked again as long as others are faster."""
        while True:
            try:
                return (await self.places.of(camera)).name
            except errors.Unavailable:
                await asyncio.sleep(0)

    def process_of(self, relay: str) -> str:
        known = self.pool.find(relay)
        return known.process if known else ""

    def last_heard_at(self, relay: str, process: str | None = None) -> datetime:
        return self.pool.last_heard_at(relay, process)


def session(camera: str, clock: ManualClock) -> Session:
    return Session(
        "sessions/1", camera, Kind.LIVE, Purpose.PUBLIC_ORDER, "", "", "principals/p", "agencies/a", "rule", "article",
        1, is_sealed=False, viewer_limit=1, relay="relay-1", opened_at=clock.now(),
        expires_at=clock.now() + timedelta(hours=1),
    )  # fmt: skip
