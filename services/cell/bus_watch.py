"""What Prometheus is told of the bus: `python -m services.cell.bus_watch` beside a nats-server reads its monitoring.

That has no password and says who is connected, so it is read on this machine only and not passed on. What goes out is
whether the link to the hub is up, how long it has been down, how late it answers, and when certificates end. It tells
the server when there is a renewed one.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import aiohttp
from prometheus_client import Gauge

from services.cell.bus_renewal import Renewal
from services.cell.bus_sight import Sight, sight
from services.cell.metrics import bounded
from services.chassis import process
from services.chassis.clock import Clock, SystemClock
from services.chassis.metrics import CERTIFICATE_ENDS, REGISTRY
from services.chassis.settings import MayBeMissing, Part, SettingsError
from services.chassis.tasks import background, stop_if_cancelled
from services.chassis.tls import stays_here

log = logging.getLogger(__name__)
UP = Gauge(
    "kapok_leaf_up", "Whether the link to the hub is up (1) or not (0), of a server that dials one", ("to",),
    registry=REGISTRY,
)  # fmt: skip
DOWN = Gauge(
    "kapok_leaf_down_seconds", "How long this server's link to the hub has been down; 0: it is up", ("to",),
    registry=REGISTRY,
)  # fmt: skip
ROUND_TRIP = Gauge(
    "kapok_leaf_round_trip_seconds", "How late the slowest link answers, to the hub or to districts", ("to",),
    registry=REGISTRY,
)  # fmt: skip
JOINED = Gauge("kapok_leaf_joined", "Links by which servers of districts have joined this one", registry=REGISTRY)
_HUB, _DISTRICTS = "hub", "districts"
_LOOK_EVERY_S = 1.0
_TIMEOUT = aiohttp.ClientTimeout(total=2.0)


@dataclass(frozen=True, kw_only=True)
class Settings(Part):
    """KAPOK_* of this program."""

    monitor: Annotated[str, "host:port of nats-server's monitoring, on this machine"]
    metrics_listen: Annotated[str, "host:port of /metrics for Prometheus"]
    certificate_file: Annotated[Path | None, "PEM: what it should show; then it is told when that is renewed"] = None
    pid_file: Annotated[Path | None, MayBeMissing(), "where it wrote its number"] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not stays_here(self.monitor):
            raise SettingsError("KAPOK_MONITOR: must be on this machine: whoever reaches it reads who is connected")

        if bool(self.certificate_file) != bool(self.pid_file):
            raise SettingsError("KAPOK_CERTIFICATE_FILE and KAPOK_PID_FILE: both or none of them")

    @property
    def watched_at(self) -> str:
        """Where Prometheus asks."""
        return self.metrics_listen


@dataclass
class Watch:
    """Tells Prometheus what was seen, and since when nothing was."""

    clock: Clock
    _seen: Sight = field(default_factory=Sight)
    _down_since_s: float | None = None

    def tell(self, seen: Sight | None) -> None:
        """``seen`` None: the server does not answer, so it holds no link either."""
        self._seen = seen or Sight(self._seen.dials_hub)
        JOINED.set(len(self._seen.districts_s))
        ROUND_TRIP.clear()
        for to, round_trips_s in ((_HUB, self._seen.hub_s), (_DISTRICTS, self._seen.districts_s)):
            if round_trips_s:
                ROUND_TRIP.labels(to).set(max(round_trips_s))
        if self._seen.certificate_ends_at is not None:
            CERTIFICATE_ENDS.labels("bus").set(self._seen.certificate_ends_at)
        if self._seen.dials_hub:
            self._tell_hub(is_up=bool(self._seen.hub_s))

    def _tell_hub(self, *, is_up: bool) -> None:
        if is_up:
            self._down_since_s = None
        elif self._down_since_s is None:
            self._down_since_s = self.clock.monotonic()
            log.warning("the link to the hub is down")
        UP.labels(_HUB).set(is_up)
        DOWN.labels(_HUB).set_function(self._down_s)

    def _down_s(self) -> float:
        return 0.0 if self._down_since_s is None else self.clock.monotonic() - self._down_since_s


async def _seen(client: aiohttp.ClientSession, monitor: str) -> Sight | None:
    try:
        return sight(await _page(client, f"http://{monitor}/varz"), await _page(client, f"http://{monitor}/leafz"))
    except (aiohttp.ClientError, TimeoutError, ValueError, TypeError, KeyError, AttributeError) as failure:
        log.debug("monitoring at %s: %r", monitor, failure)
        return None


async def _page(client: aiohttp.ClientSession, url: str) -> Any:
    async with client.get(url) as answer:
        answer.raise_for_status()
        return json.loads(b"".join([chunk async for chunk in bounded(answer.content)]))


async def _watch_forever(monitor: str, watch: Watch, renewal: Renewal | None) -> None:
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as client:
        while True:
            stop_if_cancelled()
            seen = await _seen(client, monitor)
            watch.tell(seen)
            if renewal and seen and seen.certificate_ends_at is not None:
                renewal.look(seen.certificate_ends_at)
            await asyncio.sleep(_LOOK_EVERY_S)


@asynccontextmanager
async def app(settings: Settings) -> AsyncIterator[None]:
    """Watching while inside."""
    clock, files = SystemClock(), (settings.certificate_file, settings.pid_file)
    renewal = Renewal(files[0], files[1], clock) if files[0] and files[1] else None
    async with background(_watch_forever(settings.monitor, Watch(clock), renewal)):
        yield


if __name__ == "__main__":
    process.main(Settings, app)
