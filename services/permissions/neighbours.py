"""Registry and streams, as permissions asks them: what decisions read about cameras, and what a simulation counts."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from google.type.latlng_pb2 import LatLng

from kapok.permissions.v1 import permissions_events_pb2
from kapok.registry.v1 import camera_facts_service_pb2, camera_pb2
from kapok.streams.v1 import fence_service_pb2, running_sessions_service_pb2, session_pb2
from services.chassis import errors
from services.chassis.rpc_client import Neighbour
from services.chassis.signing import Signer
from services.decider.facts import BARRED as IS_BARRED
from services.decider.facts import NOT_ACCEPTED, OPERATING, Area, Camera, Point
from services.permissions.camera_memory import CameraMemory
from services.permissions.joint.census import Stock
from services.permissions.joint.trial import Running
from services.permissions.levels import LevelBook
from services.permissions.ports import Operators
from services.permissions.snapshots import Known
from services.permissions.takeovers.area import Place

log = logging.getLogger(__name__)
_METHOD = "kapok.registry.v1.CameraFactsService.BatchGetCameraFacts"
_COUNT = "kapok.registry.v1.CameraFactsService.CountOperators"
_WITHIN = "kapok.registry.v1.CameraFactsService.ListCamerasWithin"
_STOCKS = "kapok.registry.v1.CameraFactsService.CountCameraStocks"
_LIST = "kapok.streams.v1.RunningSessionsService.ListRunningSessions"
_FENCE = "kapok.streams.v1.FenceService.Fence"
_FENCED_WITHIN_S = 0.5  # that an answer waits; what is not fenced by then is when its grants have run out
_WAITED_S = 1.5  # for a neighbour that may be away: what a simulation can say without it is due within a call's time
_BATCH = 1_000  # names in one call, as the registry allows
# The states that bind everybody: suspended by public security, or retired for good.
BARRED = frozenset({camera_pb2.LIFE_STATE_SUSPENDED_BY_PUBLIC_SECURITY, camera_pb2.LIFE_STATE_RETIRED})
# A retired system was accepted before: what it recorded stays open to papers as long as it is kept (Articles 18, 19).
_ACCEPTED = BARRED | {
    camera_pb2.LIFE_STATE_ACCEPTED,
    camera_pb2.LIFE_STATE_IN_SERVICE,
    camera_pb2.LIFE_STATE_SUSPENDED_BY_OPERATOR,
}
LevelsOf = Callable[[Sequence[str]], Awaitable[LevelBook]]


class RegistryCameras:
    """Asks on a miss. What can't be asked is an error, and so a refusal: nothing is decided on a guess.

    Levels are our own: the registry's records follow them a moment later.
    """

    def __init__(self, registry: Neighbour, memory: CameraMemory, levels_of: LevelsOf) -> None:
        """``levels_of`` gives what was set of the levels of cameras by code, and those of place categories."""
        self._registry = registry
        self._memory = memory
        self._levels_of = levels_of

    def forget_all(self) -> None:
        """Levels have changed."""
        self._memory.forget_all()

    async def facts(self, names: Iterable[str]) -> Mapping[str, Camera]:
        """Those of ``names`` that exist. Raises errors.Unavailable (SERVICE_AWAY) while the registry is away."""
        wanted = sorted(set(names))
        clock = self._registry.clock
        found = self._memory.recall(wanted, clock.monotonic())
        missing = [name for name in wanted if name not in found]
        for start in range(0, len(missing), _BATCH):
            asked_s, generation = clock.monotonic(), self._memory.generation
            asked = missing[start : start + _BATCH]
            codes = [name.rpartition("/")[2] for name in asked]  # absent ones too: they take no less time (Article 11)
            cameras = await self._levelled(codes, await self._described(asked))
            self._memory.learn(cameras.values(), asked_s, generation)
            found |= cameras
        return found

    async def fresh(self, names: Sequence[str]) -> Mapping[str, Camera]:
        """The same whatever is remembered, at the levels on the registry's record. Raises as ``facts`` does."""
        found = dict[str, Camera]()
        for start in range(0, len(names), _BATCH):
            described = await self._described(names[start : start + _BATCH])
            found |= {message.name: camera(message) for message in described}
        return found

    async def _described(self, names: Sequence[str]) -> Iterable[camera_pb2.Camera]:
        request = camera_facts_service_pb2.BatchGetCameraFactsRequest(names=names)
        answer = await self._registry.call(_METHOD, request)
        return answer.cameras  # type: ignore[no-any-return] # the method's answer, which a call does not know

    async def within(self, place: Place, after: str) -> tuple[Mapping[str, Camera], str]:
        """A page of those of a place, hidden ones too, and behind what the next begins. Raises as ``facts`` does."""
        request = camera_facts_service_pb2.ListCamerasWithinRequest(
            polygon=_corners(place.polygon),
            districts=sorted(place.districts),
            systems=sorted(place.systems),
            page_token=after,
        )
        asked_s, generation = self._registry.clock.monotonic(), self._memory.generation
        answer = await self._registry.call(_WITHIN, request)
        found = await self._levelled([message.code for message in answer.cameras], answer.cameras)
        self._memory.learn(found.values(), asked_s, generation)
        return found, answer.next_page_token

    async def _levelled(self, codes: Sequence[str], messages: Iterable[camera_pb2.Camera]) -> dict[str, Camera]:
        """These cameras at the levels in force, by name; ``codes`` are all that were asked about."""
        book = await self._levels_of(codes)
        return {message.name: book.at_level(camera(message)) for message in messages}

    async def operators(self, area: Area) -> Operators:
        """Who runs cameras in its polygon and its districts. Raises errors.Unavailable while the registry is away."""
        request = camera_facts_service_pb2.CountOperatorsRequest(
            polygon=_corners(area.polygon),
            districts=sorted(area.districts),
            bound=area.bound,
        )
        found = (await self._registry.call(_COUNT, request)).operators
        is_open = frozenset(one.operator for one in found if one.camera_count)
        return Operators(is_open, frozenset(one.operator for one in found) - is_open)

    async def known(self, names: Sequence[str]) -> Known:
        """The same of those that the memory keeps, until the first of them is too old."""
        generation = self._memory.generation
        await self.facts(names)
        kept, until_s = self._memory.recall_until(names, self._registry.clock.monotonic())
        return Known(kept, tuple(name for name in names if name not in kept), generation, until_s)

    def is_current(self, known: Known) -> bool:
        """Whether none of the memory was forgotten since, and none is too old."""
        return known.generation == self._memory.generation and self._registry.clock.monotonic() < known.until_s


def _corners(polygon: Iterable[Point]) -> list[LatLng]:
    return [LatLng(latitude=latitude, longitude=longitude) for latitude, longitude in polygon]


def states_with(bits: int) -> list[int]:
    """The states of a system in which all of these conditions hold, out of those that are a system's state."""
    return [state for state in camera_pb2.LifeState.values() if _bits(state) & bits == bits]


def _bits(state: int) -> int:
    """The conditions of `camera`, of its state alone."""
    bits = 0 if state in _ACCEPTED else NOT_ACCEPTED
    bits |= OPERATING if state == camera_pb2.LIFE_STATE_IN_SERVICE else 0
    return bits | (IS_BARRED if state in BARRED else 0)


def camera(message: camera_pb2.Camera) -> Camera:
    """What a decision reads of it. A state that is not known here is one before acceptance."""
    return Camera(
        name=message.name,
        level=message.security_level,
        category=message.place_category,
        district=message.name.split("/")[1],
        operator=message.operator,
        latitude=message.position.latitude,
        longitude=message.position.longitude,
        is_accepted=message.state in _ACCEPTED,
        is_operating=message.state == camera_pb2.LIFE_STATE_IN_SERVICE,
        is_barred=message.state in BARRED,
        system=message.system,
    )


class RegistryCity:
    """The registry's counts."""

    def __init__(self, registry: Neighbour) -> None:
        self._registry = registry

    async def stocks(self, highest_level: int) -> Sequence[Stock]:
        """Every stock up to the level. Raises errors.Unavailable (SERVICE_AWAY) while the registry is away."""
        request = camera_facts_service_pb2.CountCameraStocksRequest(highest_level=highest_level)
        found: list[Stock] = []
        while True:
            answer = await self._registry.call(_STOCKS, request, _WAITED_S)
            found += [
                Stock(one.district, one.place_category, one.security_level, one.operator, one.count)
                for one in answer.stocks
            ]
            if not answer.next_page_token:
                return found
            request.page_token = answer.next_page_token


class StreamsSessions:
    """The sessions that run."""

    def __init__(self, streams: Neighbour) -> None:
        self._streams = streams

    async def running(self, after: str, most: int) -> tuple[Sequence[Running], str]:
        """The first ``most`` behind a token, and the next token. Raises errors.Unavailable while streams is away."""
        request = running_sessions_service_pb2.ListRunningSessionsRequest(page_size=most, page_token=after)
        answer = await self._streams.call(_LIST, request, _WAITED_S)
        return [_running(one) for one in answer.sessions], answer.next_page_token


class StreamsFences:
    """Satisfies Fences: through streams, which knows the relays."""

    def __init__(self, streams: Neighbour, signer: Signer) -> None:
        self._streams = streams
        self._signer = signer

    async def fence(self, epochs: Mapping[str, int]) -> bool:
        said = permissions_events_pb2.Fencing()
        for camera, epoch in epochs.items():
            said.epochs.add(camera=camera, epoch=epoch)
        signed = self._signer.seal("kapok.permissions.fence", said.SerializeToString())
        try:
            answer = await self._streams.call(
                _FENCE, fence_service_pb2.FenceRequest(signed_fencing=signed), _FENCED_WITHIN_S
            )
        except errors.Error as away:
            log.warning("control of %d cameras is fenced by time alone: %s", len(epochs), away.message)
            return False
        return bool(answer.is_fenced)


def _running(one: running_sessions_service_pb2.RunningSession) -> Running:
    action = session_pb2.Session.Kind.Name(one.kind).removeprefix("KIND_").lower().replace("_", "-")
    return Running(one.name, one.principal, one.camera, action, one.legal_basis, one.incident)
