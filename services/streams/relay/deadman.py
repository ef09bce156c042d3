"""The dead man's stop: a camera goes on moving only while its holder says so, again and again.

A move that is not told again for a second is stopped by the relay; so is one whose epoch has passed on, or whose relay
is about to stop. A camera that does not take the stop is told again, until the grant of its last command runs out:
another relay may command it from then on. What then still moves is left to the camera's own time limit, which drivers
give with each move, and is said in the log.
"""

import asyncio
import logging
from dataclasses import dataclass

from services.chassis.clock import Clock
from services.chassis.errors import Error
from services.chassis.tasks import group
from services.streams.relay.control import Fence
from services.streams.relay.helm import Helm, Motion

log = logging.getLogger(__name__)
_LOOK_EVERY_S = 0.05
_RETRY_S = 0.1


@dataclass(frozen=True)
class DeadMan:
    """Complete once constructed; ``watch_forever`` must run."""

    fence: Fence
    clock: Clock

    async def watch_forever(self) -> None:
        """Stop what is due, each camera by itself: a silent one keeps no other waiting."""
        async with group() as tasks:
            while True:
                now_s = self.clock.monotonic()
                for camera, helm, moving in self.fence.helms.moving():
                    if now_s >= moving.stop_at_s and not moving.is_stopping:
                        moving.is_stopping = True
                        tasks.create_task(self.stop(camera, helm, moving), name=f"stop {camera}")
                await asyncio.sleep(_LOOK_EVERY_S)

    async def drain(self) -> None:
        """Have everything stopped, and nothing moved any more; two seconds at most, the lifetime of a grant."""
        self.fence.is_draining = True
        for _, _, moving in self.fence.helms.moving():
            moving.stop_at_s = self.clock.monotonic()
        while self.fence.helms.moving():  # noqa: ASYNC110 - `watch_forever` ends them
            await asyncio.sleep(_LOOK_EVERY_S)

    async def stop(self, camera: str, helm: Helm, moving: Motion) -> None:
        """Return when the camera has stopped, was told something else, or nothing may be told to it any more."""
        while self.clock.monotonic() < moving.until_s:
            try:
                if await self.fence.halt(camera, helm, moving):
                    log.info("%s was stopped: nobody said that it goes on", camera)
                return
            except Error as failure:
                log.warning("%s did not take its stop and is told again: %s", camera, failure.message)
            await asyncio.sleep(_RETRY_S)
        if helm.motion is moving:
            self.fence.helms.stands(camera)
            log.error("%s may still move: it took no stop in time, and who controls it may be another by now", camera)
