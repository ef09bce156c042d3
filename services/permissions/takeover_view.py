"""Who reads of a takeover, camera by camera (Articles 11, 18). Pure."""

from services.decider.facts import AgencyKind, Camera, Principal, Relation, Takeover
from services.decider.relation import is_hidden, relation
from services.permissions.enrolment import is_organ


def is_shown(takeover: Takeover, camera: Camera, reader: Principal) -> bool:
    """Its own agency, the camera's operator, public security that reaches it, and the three organs of the city.

    Of a camera that is hidden from the reader nothing is shown, whoever took it.
    """
    if is_hidden(reader, camera):
        return False
    reach = relation(reader, camera)
    is_police = reader.kind is AgencyKind.PUBLIC_SECURITY and reach is not Relation.OTHER
    return takeover.agency == reader.agency or reach is Relation.OWN or is_police or is_organ(reader.kind, reader.tier)
