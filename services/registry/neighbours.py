"""What the registry asks of permissions: domain → protobuf → domain."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from kapok.permissions.v1 import decider_service_pb2, decision_pb2, reach_pb2
from services.chassis.rpc_client import Neighbour
from services.decider.facts import Action, Area
from services.registry.allowed import Asked
from services.registry.levels import LevelChanges
from services.registry.permission import Ruling, Scope, ScopeClass
from services.registry.reach import Cover, Part, Reach

_SERVICE = "kapok.permissions.v1.DeciderService"


async def _is_known(_revision: int) -> None:
    """Records need not follow anything."""


@dataclass(frozen=True)
class RemotePermissions:
    """What the use cases declare as Permissions, over gRPC. ``hide``: what a scope's policy asks of records first."""

    neighbour: Neighbour
    hide: Callable[[int], Awaitable[None]] = _is_known

    async def decide(self, principal: str, camera: str, action: Action) -> Ruling:
        request = decider_service_pb2.DecideRequest(principal=principal, camera=camera, action=_number(action))
        answer = await self.neighbour.call(f"{_SERVICE}.Decide", request)
        found = answer.decision
        return Ruling(
            is_allowed=found.allowed,
            rule=found.rule,
            article=found.article,
            sentence=found.sentence,
            agency=answer.agency,
            nearest=found.nearest_rule,
            lacking=tuple(found.lacking),
        )

    async def scope(self, principal: str, action: Action) -> Scope:
        request = decider_service_pb2.ScopeOfRequest(principal=principal, action=_number(action))
        answer = await self.neighbour.call(f"{_SERVICE}.ScopeOf", request)
        await self.hide(answer.policy_revision)
        return Scope(tuple(_scope_class(found) for found in answer.classes), frozenset(answer.cameras))

    async def reach(self, asked: Asked) -> Reach:
        request = decider_service_pb2.ReachOfRequest(
            principal=asked.principal, action=_number(asked.action), legal_basis=asked.legal_basis,
            incident=asked.incident,
        )  # fmt: skip
        return _reach(await self.neighbour.call(f"{_SERVICE}.ReachOf", request))

    async def levels(self, cameras: Sequence[tuple[str, int]]) -> tuple[Sequence[int], int]:
        asked = [decider_service_pb2.NewCamera(code=code, place_category=category) for code, category in cameras]
        answer = await self.neighbour.call(f"{_SERVICE}.LevelsOf", decider_service_pb2.LevelsOfRequest(cameras=asked))
        return list(answer.security_levels), answer.policy_revision

    async def level_changes(self, since: int) -> LevelChanges:
        request = decider_service_pb2.GetLevelChangesRequest(since_revision=since)
        answer = await self.neighbour.call(f"{_SERVICE}.GetLevelChanges", request)
        categories, codes = tuple(answer.place_categories), tuple(answer.codes)
        return LevelChanges(answer.revision, categories, codes, tuple(answer.sealed_codes))

    async def municipal_police(self) -> frozenset[str]:
        request = decider_service_pb2.ListAgencyNamesRequest(agency_kind="public-security", tier="municipal")
        answer = await self.neighbour.call(f"{_SERVICE}.ListAgencyNames", request)
        return frozenset(answer.names)


def _number(action: Action) -> decision_pb2.Action:
    return getattr(decision_pb2, f"ACTION_{action.name}")  # type: ignore[no-any-return] # the enum's values are module names


def _scope_class(found: decision_pb2.ScopeClass) -> ScopeClass:
    return ScopeClass(
        rule=found.rule,
        levels=frozenset(found.levels),
        categories=frozenset(found.categories),
        districts=frozenset(found.districts),
        excluded_districts=frozenset(found.excluded_districts),
        operator=found.operator,
        is_operator_excluded=found.is_operator_excluded,
    )


def _reach(answer: reach_pb2.Reach) -> Reach:
    return Reach(
        answer.policy_revision,
        _parts(answer.allows),
        _parts(answer.denials),
        {cover.condition: _cover(cover) for cover in answer.covers},
        answer.valid_until.ToDatetime(UTC) if answer.HasField("valid_until") else None,
    )


def _parts(found: Iterable[reach_pb2.ReachPart]) -> tuple[Part, ...]:
    """Those that speak of any state at all."""
    return tuple(
        Part(replace(_scope_class(part.place), states=frozenset(part.states)), tuple(part.conditions))
        for part in found
        if part.is_in_any_state or part.states
    )


def _cover(found: reach_pb2.Cover) -> Cover:
    areas = (
        Area(
            tuple((corner.latitude, corner.longitude) for corner in area.polygon),
            frozenset(area.districts), frozenset(area.cameras), area.bound,
            frozenset(area.operators), frozenset(area.systems),
        )
        for area in found.areas
    )  # fmt: skip
    return Cover(frozenset(found.cameras), tuple(areas), frozenset(found.operators), frozenset(found.excepted_cameras))
