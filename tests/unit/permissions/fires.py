"""A fire in Yuexiu for the tests of incidents: a block of it, the whole district, who declares it."""

from dataclasses import replace

from services.decider.facts import AgencyKind, Area, Principal
from services.permissions.incidents.commands import Declaration
from services.permissions.incidents.domain import Declared, IncidentKind
from services.permissions.incidents.rules import declare
from tests.unit.decider.cast import COMMAND, LATER, NOW, YUEXIU, principal

DISTRICT_COMMAND = principal(AgencyKind.EMERGENCY_COMMAND, YUEXIU)
DUTY = replace(COMMAND, name="principals/duty")  # the same agency's second principal
BLOCK = ((23.10, 113.24), (23.12, 113.24), (23.12, 113.27), (23.10, 113.27))  # the tunnel lies in it
NEXT = ((23.12, 113.24), (23.14, 113.24), (23.14, 113.27), (23.12, 113.27))  # the block north of it
NANSHA = ((22.70, 113.5), (22.72, 113.5), (22.72, 113.52))
WHOLE = Area(districts=frozenset({YUEXIU}))
FIRE = Declaration(
    display_name="Fire in the tunnel",
    kind=IncidentKind.ACCIDENT,
    order_number="GZ-2026-1",
    area=Area(BLOCK),
    opens_to=frozenset({COMMAND.agency}),
    ends_at=LATER,
    letter_number="L-1",
    certificates=("C-1", "C-2"),
)


def fire(by: Principal = COMMAND, **changes: object) -> Declared:
    """Declared now, by ``by``."""
    return declare("incidents/1", replace(FIRE, **changes), by, NOW)[0]  # type: ignore[arg-type] # fields by name
