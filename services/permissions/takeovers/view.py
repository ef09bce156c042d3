"""Who reads of a takeover, camera by camera (Articles 11, 18). Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.decider.facts import AgencyKind, Camera, Principal, Relation, Takeover
from services.decider.relation import is_hidden, relation
from services.permissions.agencies.enrolment import is_organ

Key = tuple[datetime, str]  # when a takeover was granted, and its name: its place in a list


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked of a list: at most so many, behind a place, those that are over among them or not."""

    most: int
    before: Key | None = None
    are_over_included: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """A takeover that changed for its reader, and the number of that change; ``is_own``: of cameras that it runs."""

    name: str
    number: int
    is_own: bool


def is_shown(takeover: Takeover, camera: Camera, reader: Principal) -> bool:
    """Its own agency, the camera's operator, public security that reaches it, and the three organs of the city.

    Of a camera that is hidden from the reader nothing is shown, whoever took it.
    """
    if is_hidden(reader, camera):
        return False
    reach = relation(reader, camera)
    is_police = reader.kind is AgencyKind.PUBLIC_SECURITY and reach is not Relation.OTHER
    return takeover.agency == reader.agency or reach is Relation.OWN or is_police or is_organ(reader.kind, reader.tier)
