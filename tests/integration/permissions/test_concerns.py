"""Operators are told of an incident that reaches cameras of theirs; nobody is told of who runs state secrets only."""

from datetime import timedelta
from typing import Any

import pytest

from kapok.permissions.v1 import incident_pb2
from kapok.permissions.v1 import permissions_service_pb2 as pb
from services.chassis import errors
from services.decider.facts import Area
from services.permissions.concerns import Concerns
from services.permissions.incidents.service import Incidents
from services.permissions.ports import Operators
from tests.eventually import eventually
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after
from tests.unit.decider.cast import COMMAND, OPERATOR, TUNNEL
from tests.unit.permissions import fires, records


async def shown(stage: Stage, who: str, name: str) -> Any:
    """The incident as ``who`` reads it; None when it does not exist for it."""
    try:
        return await stage.ask(who, "GetIncident", pb.GetIncidentRequest(name=name))
    except errors.NotFound:
        return None


async def listed(stage: Stage, who: str) -> list[str]:
    answer = await stage.ask(who, "ListIncidents", pb.ListIncidentsRequest())
    return [incident.name for incident in answer.incidents]


async def test_operators_of_cameras_inside_a_polygon_read_the_incident(stage: Stage) -> None:
    name = await stage.incident("police-guangzhou", "command-guangzhou")

    async def is_told(who: str) -> bool:
        return await shown(stage, who, name) is not None and await listed(stage, who) == [name]

    await eventually(lambda: is_told("metro"))
    await eventually(lambda: is_told("archive"))
    for who in ("police-guangzhou", "metro", "archive", "security-guangzhou"):
        found = await shown(stage, who, name)
        assert list(found.concerned_operators) == ["agencies/metro"], "archive runs a state secret there, nothing else"
    assert await shown(stage, "urban-yuexiu", name) is None


async def test_a_widening_tells_the_operators_of_what_it_adds(stage: Stage) -> None:
    away = [{"latitude": 23.3, "longitude": 113.3 + n / 100} for n in range(2)] + [
        {"latitude": 23.31, "longitude": 113.3}
    ]
    incident = incident_pb2.Incident(
        display_name="fire", kind="INCIDENT_KIND_ACCIDENT", order_number="O-1", area=away,
        end_time=after(timedelta(hours=1)), agencies=["agencies/command-guangzhou"], letter_number="L-1",
        officer_certificates=["P1", "P2"],
    )  # fmt: skip
    made = await stage.ask("police-guangzhou", "DeclareIncident", pb.DeclareIncidentRequest(incident=incident))
    area = [{"latitude": latitude, "longitude": longitude} for latitude, longitude in city.BLOCK]
    widening = pb.WidenIncidentRequest(name=made.name, order_number="O-2", reason="smoke", area=area)
    await stage.ask("police-guangzhou", "WidenIncident", widening)

    async def is_told() -> bool:
        return await listed(stage, "metro") == [made.name]

    await eventually(is_told)


async def test_a_registry_that_is_away_delays_who_is_told_and_nothing_else(database_url: str) -> None:
    async with records.ports_on(database_url) as (ports, outside):
        declared = await Incidents(ports).declare(COMMAND.name, fires.FIRE)

        async def away(area: Area) -> Operators:
            raise errors.Unavailable("SERVICE_AWAY", "away")

        there, outside.operators = outside.operators, away  # type: ignore[method-assign]
        await Concerns(ports).find_once()
        with pytest.raises(errors.NotFound):
            await Incidents(ports).get(OPERATOR.name, declared.name)
        outside.operators = there  # type: ignore[method-assign]
        await Concerns(ports).find_once()
        await Concerns(ports).find_once()
        assert (await Incidents(ports).get(OPERATOR.name, declared.name)).operators == {OPERATOR.agency}
        told = [change for change in outside.changes if change.verb == "incident.concerned"]
        assert [(change.by, change.snapshot.operators) for change in told] == [("", {OPERATOR.agency})]  # type: ignore[union-attr]
        assert TUNNEL.operator == OPERATOR.agency
