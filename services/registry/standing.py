"""How a system stands when a camera is to join it: a small part of its record, read for each registration. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.errors import FailedPrecondition
from services.decider.facts import SEALED_LEVEL
from services.registry.system.record import LifeState

FINANCE = 8  # place category of Article 6 ¶1 (8)
_CLOSED = {LifeState.RETIRED, LifeState.SUSPENDED_BY_PUBLIC_SECURITY}


def is_secret(levels: Iterable[int]) -> bool:
    """Whether an operator or a system with cameras of these levels is kept apart (Article 11).

    One without any camera is too: it may become a system of state secrets, and in doubt fewer read of it.
    """
    return all(level == SEALED_LEVEL for level in levels)


@dataclass(slots=True)
class Standing:
    """``count`` grows with the cameras that join in the same transaction."""

    name: str
    state: LifeState
    count: int
    sealed_count: int
    excludes_passwords: bool

    def join(self, *, is_sealed: bool) -> None:
        """Count one more camera."""
        self.count += 1
        self.sealed_count += is_sealed

    def leave(self, *, is_sealed: bool) -> None:
        """Count one camera less."""
        self.count -= 1
        self.sealed_count -= is_sealed

    def refuse_mixed(self, *, is_sealed: bool) -> None:
        """Raise errors.FailedPrecondition where a state secret and others would be together."""
        if self.count and is_sealed != bool(self.sealed_count):
            kind = "state secrets" if self.sealed_count else "no state secrets"
            message = (
                f"{self.name} holds {kind}, this camera is of the other kind: keep them in systems apart (Article 11)"
            )
            raise FailedPrecondition("STATE_WRONG", message, state="mixed", article="Article 11")

    def refuse_unless_open(self, category: int, most: int) -> None:
        """Raise errors.FailedPrecondition unless a camera of this place category may join."""
        if self.state in _CLOSED:
            message = f"{self.name} is {self.state.name.lower().replace('_', ' ')}: no camera joins it"
            raise FailedPrecondition("STATE_WRONG", message, state=self.state.name)
        if self.count >= most:
            message = f"{self.name} has {self.count} cameras, the most that one system holds: register another system"
            raise FailedPrecondition("STATE_WRONG", message, state="full")
        if category == FINANCE and self.state == LifeState.IN_SERVICE and not self.excludes_passwords:
            message = (
                f"{self.name} is in service without an attested exclusion of customer passwords: attest it"
                " (password_exclusion) before a camera of a financial place joins (Article 6 ¶3)"
            )
            raise FailedPrecondition("SYSTEM_INCOMPLETE", message, missing="password exclusion", article="Article 6 ¶3")
