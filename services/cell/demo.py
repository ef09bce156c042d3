"""What a demo brings to a home: principals, a signed first policy, cameras that stand in for the lens, their records.

The platform knows a demo by this Protocol only, and its cameras not at all: they are registered through the gateway by
their operators, as any other camera is. Whoever starts the cell passes one in; `demo.home.DemoCity` is ours.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from services.cell.children import Child
from services.cell.endpoints import Endpoints
from services.cell.layout import Layout
from services.chassis.signing import Signer

Say = Callable[[str], None]


@dataclass(frozen=True)
class DemoPrincipal:
    """Who gets a certificate; ``agency`` is agencies/{agency}, ``kind`` one of the seven."""

    id: str
    agency: str
    kind: str


class Demo(Protocol):
    """A city to play with."""

    @property
    def principals(self) -> Sequence[DemoPrincipal]:
        """Everybody who gets a certificate, the most interesting first."""
        ...

    @property
    def to_watch(self) -> str:
        """A camera worth a first look, by its code."""
        ...

    def genesis(self, organs: Mapping[str, Signer], fingerprints: Mapping[str, str]) -> bytes:
        """A serialised kapok.permissions.v1.SignedGenesis.

        ``organs`` sign, by agency kind; ``fingerprints`` are SHA-256 of the principals' certificates in hex, by id.
        """
        ...

    def cameras(self, layout: Layout, say: Say) -> AbstractAsyncContextManager[Child]:
        """The process that answers for every camera, running while inside."""
        ...

    async def register(self, layout: Layout, endpoints: Endpoints, cameras: Child, say: Say) -> None:
        """Register what is not registered yet, each camera as its own operator; safe to run again."""
        ...
