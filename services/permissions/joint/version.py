"""Versions of the policy. Each is kept for ever."""

from dataclasses import dataclass
from datetime import datetime

from services.decider.leases import USUAL, Leases
from services.decider.marks import NONE, Marks
from services.decider.policy import Policy


@dataclass(frozen=True, slots=True)
class Version:
    """A policy that is or was in force; ``proposal`` is "" for the genesis: leases are as usual, nothing is marked."""

    revision: int
    policy: Policy
    adopted_at: datetime
    proposal: str
    leases: Leases = USUAL
    marks: Marks = NONE


def name_of(revision: int) -> str:
    """As requests and endings call it."""
    return f"policyVersions/{revision}"
