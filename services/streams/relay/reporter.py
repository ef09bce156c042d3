"""What the relay says of its cameras' health (Articles 15, 22): of those it pulls, whether their pictures arrive.

On the relay's own subject, which is how registry knows the reporter: nobody else may speak there. Core NATS: a report
that is lost is followed by the next one, and one that would come late is worth nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping

from nats.errors import Error as NatsError

from kapok.registry.v1 import health_events_pb2
from services.chassis.bus import Bus
from services.chassis.clock import Clock
from services.chassis.tasks import stop_if_cancelled

log = logging.getLogger(__name__)
_EVERY_S = 5.0
_REPORTS_MOST = 1000  # a message
_SIGNALS = {True: health_events_pb2.HealthReport.SIGNAL_OK, False: health_events_pb2.HealthReport.SIGNAL_NONE}
Signals = Callable[[float], Mapping[str, bool]]  # at a moment, monotonic seconds


async def report_forever(bus: Bus, relay: str, signals: Signals, clock: Clock, every_s: float = _EVERY_S) -> None:
    """Publish ``signals``, by camera whether its pictures arrive, every ``every_s``; nothing while the bus is away."""
    while True:
        await asyncio.sleep(every_s)
        stop_if_cancelled()
        if not bus.client.is_connected:
            continue
        try:
            await _report(bus, relay, signals(clock.monotonic()), clock)
        except NatsError as error:
            log.warning("the health of cameras could not be reported: %s", error)


async def _report(bus: Bus, relay: str, signals: Mapping[str, bool], clock: Clock) -> None:
    found = list(signals.items())
    for start in range(0, len(found), _REPORTS_MOST):
        said = health_events_pb2.HealthReports(reporter=relay)
        said.time.FromDatetime(clock.now())
        for camera, is_there in found[start : start + _REPORTS_MOST]:
            said.reports.add(camera=camera, signal=_SIGNALS[is_there])
        await bus.publish(f"kapok.v1.health.{relay}", said.SerializeToString())
        await asyncio.sleep(0)  # pictures go first
