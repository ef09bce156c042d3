"""CameraFactsService: cameras, for services that speak for themselves. Of hidden ones they must not tell."""

import re
from dataclasses import dataclass
from typing import Any

from kapok.registry.v1 import camera_facts_service_pb2, camera_facts_service_pb2_grpc, camera_pb2
from services.chassis import errors, sealing
from services.decider.facts import LEVELS, Area
from services.registry.area import CORNERS
from services.registry.concerned import Concerned
from services.registry.kind import Stock, StockPlace
from services.registry.rpc import callers, messages
from services.registry.service import Registry
from services.registry.within import Place, Within

pb = camera_facts_service_pb2
# What a sealed source is sealed for, with the relay's id and the camera's name.
SOURCE_PURPOSE = "kapok.registry.source"
_LARGEST_BATCH = 1000
_LARGEST_PAGE = 10_000  # stocks
_MOST_SYSTEMS = 100
_CODE = re.compile(r"[0-9]{20}")
_TOKEN = re.compile(r"([0-9]{1,9}) (agencies/[a-z0-9-]{1,100})")


@dataclass(frozen=True)
class CameraFactsServicer(camera_facts_service_pb2_grpc.CameraFactsServiceServicer):
    """For permissions and streams."""

    registry: Registry
    concerned: Concerned
    within: Within

    async def BatchGetCameraFacts(
        self, request: pb.BatchGetCameraFactsRequest, _context: Any
    ) -> pb.BatchGetCameraFactsResponse:
        callers.refuse_all_but("permissions", "streams")
        if len(request.names) > _LARGEST_BATCH:
            raise errors.InvalidArgument(errors.Violation("names", f"ask for at most {_LARGEST_BATCH} at once"))
        found = await self.registry.facts(tuple(request.names))
        return pb.BatchGetCameraFactsResponse(cameras=map(messages.camera, found))

    async def CountOperators(self, request: pb.CountOperatorsRequest, _context: Any) -> pb.CountOperatorsResponse:
        callers.refuse_all_but("permissions")
        if len(request.polygon) > CORNERS[-1]:
            raise errors.InvalidArgument(errors.Violation("polygon", f"has at most {CORNERS[-1]} corners"))
        polygon = tuple((corner.latitude, corner.longitude) for corner in request.polygon)
        found = await self.concerned.count(Area(polygon, frozenset(request.districts), bound=request.bound))
        counts = (pb.OperatorCount(operator=o.operator, camera_count=o.open, sealed_count=o.sealed) for o in found)
        return pb.CountOperatorsResponse(operators=counts)

    async def ListCamerasWithin(
        self, request: pb.ListCamerasWithinRequest, _context: Any
    ) -> pb.ListCamerasWithinResponse:
        callers.refuse_all_but("permissions")
        if not 0 <= request.page_size <= _LARGEST_BATCH:
            raise errors.InvalidArgument(errors.Violation("page_size", f"must be 0 to {_LARGEST_BATCH}"))
        if request.page_token and not _CODE.fullmatch(request.page_token):
            raise _foreign_token()
        size = request.page_size or _LARGEST_BATCH
        found, token = await self.within.page(_place(request), request.page_token, size)
        return pb.ListCamerasWithinResponse(cameras=map(messages.camera, found), next_page_token=token)

    async def CountCameraStocks(
        self, request: pb.CountCameraStocksRequest, _context: Any
    ) -> pb.CountCameraStocksResponse:
        callers.refuse_all_but("permissions")
        if request.highest_level not in LEVELS:
            raise errors.InvalidArgument(errors.Violation("highest_level", "must be a level from 1 to 5"))
        size, after = _page(request.page_size, request.page_token)
        found = await self.registry.stocks(request.highest_level, after, size + 1)
        token = "{} {}".format(*found[size - 1].place) if len(found) > size else ""
        return pb.CountCameraStocksResponse(stocks=map(_stock, found[:size]), next_page_token=token)

    async def SealSource(self, request: pb.SealSourceRequest, _context: Any) -> pb.SealSourceResponse:
        callers.refuse_all_but("streams")
        source = await self.registry.source(request.camera)
        plaintext = camera_pb2.Source(
            stream_uri=source.stream_uri,
            control_uri=source.control_uri,
            username=source.username,
            password=source.password,
            secondary_stream_uri=source.secondary_stream_uri,
        ).SerializeToString()
        context = sealing.context(SOURCE_PURPOSE, request.relay, request.camera)
        return pb.SealSourceResponse(sealed_source=sealing.seal(request.relay_public_key, plaintext, context))


def _page(size: int, token: str) -> tuple[int, StockPlace]:
    """How many, behind which place; InvalidArgument for what is none."""
    if not 0 <= size <= _LARGEST_PAGE:
        raise errors.InvalidArgument(errors.Violation("page_size", f"must be 0 to {_LARGEST_PAGE}"))
    found = _TOKEN.fullmatch(token)
    if token and not found:
        raise _foreign_token()
    return size or _LARGEST_PAGE, (int(found[1]), found[2]) if found else (0, "")


def _foreign_token() -> errors.InvalidArgument:
    return errors.InvalidArgument(errors.Violation("page_token", "is not of this list: start again without it"))


def _place(request: pb.ListCamerasWithinRequest) -> Place:
    """Where to look; InvalidArgument for what is no place, since everywhere is none."""
    corners, systems = len(request.polygon), len(request.systems)
    if corners and corners not in CORNERS:
        advice = f"has {CORNERS[0]} to {CORNERS[-1]} corners"
        raise errors.InvalidArgument(errors.Violation("polygon", advice))
    if systems > _MOST_SYSTEMS:
        raise errors.InvalidArgument(errors.Violation("systems", f"names at most {_MOST_SYSTEMS}"))
    if not (corners or systems or request.districts):
        raise errors.InvalidArgument(errors.Violation("polygon", "say where: in a polygon, districts or systems"))
    polygon = tuple((corner.latitude, corner.longitude) for corner in request.polygon)
    return Place(polygon, frozenset(request.districts), frozenset(request.systems))


def _stock(found: Stock) -> pb.CameraStock:
    return pb.CameraStock(
        district=found.kind.district,
        place_category=found.kind.category,
        security_level=found.kind.level,
        operator=found.operator,
        count=found.count,
    )
