"""Use case of overseeing: every session on a camera, for its operator, for who inspects it, for the municipal organs.

Who may look is permissions' to decide, as with the register of use
(docs/decisions/0026-register-read-off-the-books.md), and each look is on record before it is answered.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from services.chassis.outbox import Message
from services.decider.facts import Action, AgencyKind
from services.decider.ruling import Ruling
from services.streams.camera_sessions import Page, Query, cut
from services.streams.ports import Sessions


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, with the certificate shown."""

    principal: str
    certificate_sha256: str


class Rulings(Protocol):
    """What overseeing asks of permissions. errors.Unavailable when it is away."""

    async def rule_on(self, principal: str, camera: str, action: Action) -> Ruling:
        """The decision; errors.Denied (CAMERA_NOT_ACCESSIBLE) when the camera is absent or hidden."""
        ...

    async def kind_of(self, principal: str, certificate_sha256: str) -> str:
        """The kind of the principal's agency."""
        ...


class Told(Protocol):
    """Facts as the outbox takes them."""

    def looked_into(self, principal: str, camera: str, ruling: Ruling) -> Message: ...


@dataclass(frozen=True)
class Oversight:
    """Complete once constructed."""

    sessions: Sessions
    permissions: Rulings
    facts: Told

    async def list(self, asking: Asking, query: Query) -> Page:
        """A page of the sessions on a camera, for who may look."""
        ruling = await self._ruling(asking.principal, query.camera)
        shows_sealed = ruling.is_of_operator or await self._is_of_national_security(asking)
        query = replace(query, shows_sealed=shows_sealed)
        _ = query.before  # a wrong page is refused before anything is written
        await self.sessions.record(self.facts.looked_into(asking.principal, query.camera, ruling))
        return cut(query, await self.sessions.page_of_camera(query))

    async def _is_of_national_security(self, asking: Asking) -> bool:
        """Sessions of when the camera was a state secret are for these and its operator (Article 11)."""
        kind = await self.permissions.kind_of(asking.principal, asking.certificate_sha256)
        return kind == AgencyKind.NATIONAL_SECURITY

    async def _ruling(self, principal: str, camera: str) -> Ruling:
        """Raises errors.Denied, which says how an inspection would allow it."""
        inspecting = await self.permissions.rule_on(principal, camera, Action.INSPECT)
        if inspecting.is_allowed:
            return inspecting
        administering = await self.permissions.rule_on(principal, camera, Action.ADMINISTER)
        if administering.is_allowed:
            return administering
        raise inspecting.refusal(camera)
