"""A page of incidents fits a call however long their histories are."""

from dataclasses import replace

from kapok.permissions.v1.permissions_service_pb2 import ListIncidentsRequest
from services.chassis.rpc_server import MAX_MESSAGE_BYTES
from services.decider.facts import Area
from services.permissions.incidents.act import Act
from services.permissions.incidents.area import MAX_CAMERAS, MAX_POINTS
from services.permissions.incidents.domain import Declared
from services.permissions.incidents.rules import MAX_ACTS, MAX_AGENCIES
from services.permissions.rpc.incident_messages import incident
from services.permissions.rpc.paging import Place, by_time, fitting
from tests.unit.decider.cast import TUNNEL
from tests.unit.permissions.fires import fire


def largest() -> Declared:
    """As large as the rules let an incident become."""
    cameras = frozenset(f"{TUNNEL.name[:-4]}{n:04}" for n in range(MAX_CAMERAS))
    polygon = tuple((23.0 + n / 1e6, 113.0) for n in range(MAX_POINTS))
    agencies = frozenset(f"agencies/{n:091}" for n in range(MAX_AGENCIES))
    first = replace(fire().acts[0], area=Area(polygon, frozenset(), cameras), opens_to=agencies)

    def act(number: int) -> Act:
        long = {
            "reason": "火" * 500,
            "order_number": "令" * 100,
            "decision_reason": "准" * 500,
            "letter_number": "函" * 100,
        }
        return replace(first, number=number, area=Area(), opens_to=frozenset(), certificates=("证" * 100,) * 2, **long)

    return replace(fire(), acts=(first, *(act(n) for n in range(2, MAX_ACTS + 1))))


def place(one: Declared) -> Place:
    return one.acts[0].at, one.name


def test_the_largest_incident_fits_a_call_and_a_page_holds_as_many_as_fit() -> None:
    one = largest()
    assert incident(one).ByteSize() < 700 * 1024
    shown, token = fitting([one] * 20, 20, incident, place)
    assert 1 < len(shown) < 20
    assert sum(message.ByteSize() for message in shown) < MAX_MESSAGE_BYTES / 2
    assert token, "the rest is on the next page"
    assert fitting([], 20, incident, place) == ([], "")


def test_a_token_brings_back_the_place_that_it_was_made_of() -> None:
    one = replace(fire(), name="incidents/00000000-0000-4000-8000-000000000000")
    shown, token = fitting([one, one], 1, incident, place)
    assert len(shown) == 1
    assert by_time("incident", ListIncidentsRequest(page_token=token)) == (50, place(one))
    assert by_time("incident", ListIncidentsRequest(page_size=5000)) == (1000, None)
