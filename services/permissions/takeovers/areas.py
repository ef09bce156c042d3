"""Use case of areas that a takeover asks for: the cameras that the caller may know of, found through the registry."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from services.decider.facts import Action, Camera
from services.permissions import refusals
from services.permissions.incidents.domain import Declared, is_shown, settle
from services.permissions.ports import Ports
from services.permissions.question import Question, gather_each, in_good_standing
from services.permissions.store import incidents
from services.permissions.takeovers import area as takeover_area
from services.permissions.takeovers.area import CAMERAS_MOST, Selection


@dataclass(frozen=True, slots=True)
class Sought:
    """What a principal asks for, and on which ground."""

    principal: str
    selection: Selection
    legal_basis: str = ""
    incident: str = ""


@dataclass(slots=True)
class _Found:
    """By name in the order found; the systems that they are of."""

    names: dict[str, None] = field(default_factory=dict)
    systems: set[str] = field(default_factory=set)


class Areas:
    """Answers; writes nothing."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def cameras(self, sought: Sought) -> tuple[str, ...]:
        """The cameras of a selection, 1 to 5,000: those that the caller may describe, and no trace of any other.

        Raises Denied to who takes nothing over, InvalidArgument for an area that is none, too large or empty,
        FailedPrecondition for an incident that is not in force, NotFound for one that does not concern the caller.
        """
        ports, selection = self._ports, sought.selection
        async with ports.database.read() as transaction:
            caller = await in_good_standing(transaction, ports, sought.principal)
            takeover_area.check(selection, caller)
            declared = await self._declared(transaction, sought)
        if declared is not None and not is_shown(declared, caller):
            raise refusals.no_resource(declared.name)
        if declared is not None:
            takeover_area.check_in_force(declared)
        found = _Found()
        if named := takeover_area.named(declared):
            revision = ports.decider.revision
            await self._add(found, sought, await ports.cameras.facts(named), revision)
        for place in takeover_area.places(selection, caller, declared):
            after = ""
            while True:
                revision = ports.decider.revision  # before: what is remembered is forgotten before a newer one decides
                page, after = await ports.cameras.within(place, after)
                await self._add(found, sought, page, revision)
                if not after:
                    break
        if (refusal := takeover_area.missing(selection, frozenset(found.systems))) is not None:
            raise refusal
        return tuple(found.names)

    async def _declared(self, transaction: AsyncConnection, sought: Sought) -> Declared | None:
        """The incident whose cameras are asked for, as it stands now. Raises NotFound."""
        if not sought.selection.is_of_incident:
            return None
        declared = await incidents.find(transaction, sought.incident)
        if declared is None:
            raise refusals.no_resource(sought.incident)
        return settle(declared, self._ports.clock.now())[0]

    async def _add(self, found: _Found, sought: Sought, page: Mapping[str, Camera], revision: int) -> None:
        """Those of a page that the caller may describe; too many of them are refused at once."""
        if not page:
            return
        questions = [
            Question(sought.principal, name, Action.DESCRIBE, sought.legal_basis, sought.incident) for name in page
        ]
        async with self._ports.database.read() as transaction:
            gathered = await gather_each(transaction, self._ports, questions, page, revision)
        for name, answer in gathered.answers.items():
            if answer.decision.allowed:
                found.names[name] = None
                found.systems.add(answer.camera.system)
        if len(found.names) > CAMERAS_MOST:
            raise takeover_area.too_many(sought.selection)
