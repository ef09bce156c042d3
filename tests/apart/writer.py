"""A client that writes while parts of a cell are killed, and what the ledger must then hold of what it was answered."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import field_mask_pb2

from demo.chapters import name_of
from demo.city import CAMERAS
from demo.papers import letter
from demo.platform import Platform
from kapok.audit.v1 import audit_service_pb2
from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import legal_basis_pb2, permissions_service_pb2_grpc
from kapok.permissions.v1 import permissions_service_pb2 as permissions
from kapok.registry.v1 import camera_pb2, registry_service_pb2, registry_service_pb2_grpc
from kapok.streams.v1 import session_pb2, streams_service_pb2, streams_service_pb2_grpc
from tests.apart.caller import AGAIN, CALL_S, channel

_CAMERA = CAMERAS[0]
POLICE, OPERATOR = "police-guangzhou", _CAMERA.operator
_RENAMED = "renamed "
_PAUSE_S = 0.1

Answer = tuple[str, str]  # the kind of fact that tells of it, and what that fact names


@dataclass
class Writer:
    """Writes to registry, permissions and streams in turn. What isn't answered may have been done all the same."""

    registry: Any
    permissions: Any
    streams: Any
    answers: list[Answer] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def write_until(self, over: threading.Event) -> None:
        """Until ``over``, or something else than a part that is away."""
        while not over.is_set():
            for write in (self._rename, self._bring_papers, self._look):
                self._try(write)
                over.wait(_PAUSE_S)

    def _try(self, write: Callable[[], Iterator[Answer]]) -> None:
        try:
            for answer in write():
                self.answers.append(answer)
        except grpc.RpcError as error:
            if error.code() not in AGAIN:
                self.failures.append(f"{write.__name__}: {error.code().name}: {error.details()}")

    def _rename(self) -> Iterator[Answer]:
        camera = self.registry.GetCamera(
            registry_service_pb2.GetCameraRequest(name=name_of(_CAMERA)), timeout=CALL_S
        )  # fmt: skip
        renamed = camera_pb2.Camera(name=camera.name, etag=camera.etag, display_name=f"{_RENAMED}{uuid.uuid4()}")
        mask = field_mask_pb2.FieldMask(paths=["display_name"])
        request = registry_service_pb2.UpdateCameraRequest(camera=renamed, update_mask=mask)
        yield "registry.camera.updated", self.registry.UpdateCamera(request, timeout=CALL_S).display_name

    def _bring_papers(self) -> Iterator[Answer]:
        basis = letter(POLICE, str(uuid.uuid4()), [name_of(_CAMERA)], "theft")
        request = permissions.RegisterLegalBasisRequest(legal_basis=basis)
        yield "permissions.legal_basis.registered", self.permissions.RegisterLegalBasis(request, timeout=CALL_S).name

    def _look(self) -> Iterator[Answer]:
        wanted = session_pb2.Session(camera=name_of(_CAMERA), kind="KIND_LIVE", purpose="PURPOSE_PUBLIC_ORDER")
        request = streams_service_pb2.OpenSessionRequest(session=wanted)
        name = self.streams.OpenSession(request, timeout=CALL_S).session.name
        yield "streams.session.opened", name
        self.streams.CloseSession(streams_service_pb2.CloseSessionRequest(name=name), timeout=CALL_S)
        yield "streams.session.closed", name


@contextmanager
def writing(home: Path) -> Iterator[Writer]:
    """A writer at work while inside."""
    over = threading.Event()
    with channel(home, POLICE) as police, channel(home, OPERATOR) as operator:
        writer = Writer(
            registry_service_pb2_grpc.RegistryServiceStub(operator),
            permissions_service_pb2_grpc.PermissionsServiceStub(police),
            streams_service_pb2_grpc.StreamsServiceStub(police),
        )
        thread = threading.Thread(target=writer.write_until, args=(over,))
        thread.start()
        try:
            yield writer
        finally:
            over.set()
            thread.join()


def recorded(stage: Platform) -> list[fact_pb2.Fact]:
    """The whole of the ordinary book, in its order."""
    asked = audit_service_pb2.ListRecordsRequest(parent="books/ordinary", page_size=1000)
    pages = stage.gateway(POLICE).pages(asked)
    return [fact_pb2.Fact.FromString(record.fact) for page in pages for record in page.records]


def missing(facts: list[fact_pb2.Fact], answers: list[Answer]) -> list[Answer]:
    """What was answered and is not on record. Raises AssertionError for what is there twice, or before its time."""
    twice = {fact_id: count for fact_id, count in Counter(fact.id for fact in facts).items() if count > 1}
    assert not twice, twice
    places: dict[Answer, int] = {}
    for place, fact in enumerate(facts):
        for answer in _told(fact):
            assert answer not in places, f"{answer} is on record twice"
            places[answer] = place
    for kind, name in answers:
        if kind == "streams.session.closed" and (kind, name) in places:
            assert places["streams.session.opened", name] < places[kind, name], f"{name} ended before it was opened"
    return [answer for answer in answers if answer not in places]


def _told(fact: fact_pb2.Fact) -> Iterator[Answer]:
    """How a writer is answered what ``fact`` tells of."""
    camera, basis = camera_pb2.Camera(), legal_basis_pb2.LegalBasis()
    if fact.kind in {"streams.session.opened", "streams.session.closed"}:
        yield fact.kind, fact.session
    elif fact.snapshot.Unpack(camera) and camera.display_name.startswith(_RENAMED):
        yield fact.kind, camera.display_name
    elif fact.snapshot.Unpack(basis):
        yield fact.kind, basis.name
