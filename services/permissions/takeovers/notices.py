"""Use cases of hearing of takeovers: those that concern a reader, listed, and told as they change (Article 18)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from services.chassis.bell import Bell
from services.chassis.errors import InvalidArgument, Violation
from services.decider.facts import Camera
from services.permissions.ports import Held, Listed, Ports
from services.permissions.question import in_good_standing
from services.permissions.store import takeover_pages, takeovers
from services.permissions.takeovers.control import held
from services.permissions.takeovers.orders import Order
from services.permissions.takeovers.view import Changed, Page, is_shown

_PAGE = 50  # takeovers; of one alone the cameras are read at a time, so that a slow reader costs no more


@dataclass(frozen=True, slots=True)
class Notice:
    """A takeover that changed, as it stands for its reader; ``is_own``: of cameras that the reader's agency runs."""

    order: Order
    is_own: bool


@dataclass(frozen=True, slots=True)
class News:
    """What is told at once: a notice, or none in a first answer; and the number behind which a watcher goes on."""

    notices: Sequence[Notice]
    number: int


@dataclass(frozen=True, slots=True)
class _Whole:
    """A takeover with all its cameras, at a change of control and a version of the policy."""

    name: str
    number: int
    revision: int
    parts: Sequence[tuple[Held, Camera]]


class Notices:
    """Answers; writes nothing. Who hear of the same takeover share the reading of it: one is kept, the last."""

    def __init__(self, ports: Ports, bell: Bell) -> None:
        """``bell`` rings after each commit of this process."""
        self._ports = ports
        self._bell = bell
        self._turn = asyncio.Lock()
        self._last = _Whole("", 0, 0, ())

    async def list(self, principal: str, asked: Page) -> Sequence[Listed]:
        """The takeovers that concern the caller, last granted first."""
        ports = self._ports
        async with ports.database.read() as transaction:
            caller = await in_good_standing(transaction, ports, principal)
            return await takeover_pages.page(transaction, caller, asked, ports.clock.now())

    async def watch(self, principal: str, after: int | None) -> AsyncIterator[News]:
        """The same as they change, behind ``after``; None is from now on, and answers at once. Denied ends it.

        Each is told as it stands then: who was away, or reads slowly, hears of several changes of a takeover once.
        Changes that don't concern the caller are passed over in silence.
        """
        if after is None:
            after, _ = await self._changed(principal, None)
            yield News((), after)
        while True:
            newest, found = await self._changed(principal, after)
            for one in found:
                after = one.number
                if (order := await self._order(principal, one)) is not None:
                    yield News((Notice(order, one.is_own),), after)
            if len(found) < _PAGE:
                after = newest
                await self._bell.wait()

    async def _changed(self, principal: str, after: int | None) -> tuple[int, Sequence[Changed]]:
        """The number of the last change, and what changed behind ``after``."""
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
            newest = await takeover_pages.last_change(transaction)
            if after is not None and after > newest:
                raise InvalidArgument(Violation("resume_token", "is not one of this stream: start again without it"))
            if after is None or after == newest:
                return newest, ()
            return newest, await takeover_pages.changed(transaction, caller, after, _PAGE)

    async def _order(self, principal: str, changed: Changed) -> Order | None:
        """The takeover now, as far as it concerns the caller; None when it does no more."""
        async with self._ports.database.read() as transaction:
            caller = await in_good_standing(transaction, self._ports, principal)
        whole = await self._whole(changed)
        shown = [part for part, camera in whole.parts if is_shown(part.kept.takeover, camera, caller)]
        return Order(shown, {}) if shown else None

    async def _whole(self, changed: Changed) -> _Whole:
        """The takeover after that change or a later one, by the policy that the caller was just judged by."""
        ports = self._ports
        async with self._turn:
            revision, last = ports.decider.revision, self._last
            if (last.name, last.revision) != (changed.name, revision) or last.number < changed.number:
                async with ports.database.read() as transaction:
                    newest = await takeover_pages.last_change(transaction)
                    kept = await takeovers.find(transaction, changed.name)
                    controls = await takeovers.load_known(transaction, [one.takeover.camera for one in kept])
                now, found = ports.clock.now(), [(one, controls[one.takeover.camera]) for one in kept]
                parts = [(held(control, one, now), control.camera) for one, control in found]
                self._last = _Whole(changed.name, newest, revision, parts)
            return self._last
