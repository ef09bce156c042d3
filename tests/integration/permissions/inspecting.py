"""Within an open inspection (Article 17), for the tests of what it opens."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from kapok.permissions.v1 import inspection_pb2, inspections_service_pb2
from tests.integration.permissions.stage import Stage, after, officers

_SERVICE = "kapok.permissions.v1.InspectionsService"


@asynccontextmanager
async def inspecting(stage: Stage, who: str = "police-yuexiu", **where: Any) -> AsyncIterator[str]:
    """Its name while it is open; closed with its report on leaving."""
    inspection = inspection_pb2.Inspection(
        order_number="GA-1", purpose="use", officers=officers(), end_time=after(timedelta(hours=1)), **where
    )
    request = inspections_service_pb2.OpenInspectionRequest(inspection=inspection)
    name = str((await stage.call_for(who, f"{_SERVICE}.OpenInspection", request)).name)
    yield name
    closing = inspections_service_pb2.CloseInspectionRequest(name=name, report="in order")
    await stage.call_for(who, f"{_SERVICE}.CloseInspection", closing)
