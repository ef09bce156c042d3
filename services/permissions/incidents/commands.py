"""What may be asked of an incident (Article 18 ¶2), beside its end; incident_rules.py says who may ask it, and when."""

from dataclasses import dataclass
from datetime import datetime

from services.decider.facts import Area
from services.permissions.incidents.domain import IncidentKind


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is declared. It carries the letter and the two certificates under which the departments act (Article 19)."""

    display_name: str
    kind: IncidentKind
    order_number: str
    area: Area
    opens_to: frozenset[str]
    ends_at: datetime
    letter_number: str
    certificates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extension:
    """A later end, by a new order."""

    order_number: str
    reason: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Widening:
    """More area, more agencies, or both, by a new order; agencies come with their letter and certificates."""

    order_number: str
    reason: str
    area: Area = Area()  # noqa: RUF009 - a value, and frozen
    opens_to: frozenset[str] = frozenset()
    letter_number: str = ""
    certificates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """A second approver's word on the act of that number."""

    number: int
    is_approved: bool
    reason: str
