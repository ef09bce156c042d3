"""`python -m services.cell.bus_setup`: makes the stream of facts and the buckets on a cluster's bus, once, and ends.

Services may use them and not make them. Safe to run again: what is there is kept.
"""

from dataclasses import dataclass
from pathlib import Path

from services.cell import nats
from services.chassis import process
from services.chassis.settings import SettingsError


@dataclass(frozen=True)
class Settings:
    """KAPOK_* of this program. ``replicas`` is on how many servers each message is kept before it counts as kept."""

    bus_url: str
    bus_seed: Path  # of the user setup
    replicas: int = 1

    def __post_init__(self) -> None:
        if self.replicas not in {1, 3, 5}:
            raise SettingsError("KAPOK_REPLICAS: must be 1, 3 or 5")


async def run(settings: Settings) -> None:
    """Wait for the bus, make what is missing."""
    await nats.prepare(settings.bus_url, settings.bus_seed, settings.replicas)


if __name__ == "__main__":
    process.once(Settings, run)
