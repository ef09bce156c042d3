"""An alarm: a camera's health changed (Articles 15, 22). Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.registry.health import Health


@dataclass(frozen=True, slots=True)
class Alarm:
    """``number`` is in commit order; ``cause`` is what was reported last."""

    number: int
    camera: str
    before: Health
    after: Health
    occurred_at: datetime
    cause: str
    is_sealed: bool = False

    @property
    def is_cleared(self) -> bool:
        """Whether it is online again."""
        return self.after == Health.ONLINE
