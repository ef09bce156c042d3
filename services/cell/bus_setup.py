"""`python -m services.cell.bus_setup`: makes the stream of facts and the buckets on a cluster's bus, once, and ends.

Services may use them and not make them. Safe to run again: what is there is kept.
"""

from dataclasses import dataclass
from typing import Annotated

from services.cell import nats
from services.chassis import process
from services.chassis.bus import OnBus
from services.chassis.settings import SettingsError


@dataclass(frozen=True, kw_only=True)
class Settings(OnBus):
    """KAPOK_* of this program; the seed is the user setup's."""

    replicas: Annotated[int, "servers that keep each message before it counts as kept"] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.replicas not in {1, 3, 5}:
            raise SettingsError("KAPOK_REPLICAS: must be 1, 3 or 5")
        if not self.bus_seed:
            raise SettingsError("KAPOK_BUS_SEED is missing")


async def run(settings: Settings) -> None:
    """Wait for the bus, make what is missing."""
    assert settings.bus_seed is not None  # looked at above
    await nats.prepare(settings.bus_url, settings.bus_seed, settings.replicas, settings.bus_ca_file)


if __name__ == "__main__":
    process.once(Settings, run)
