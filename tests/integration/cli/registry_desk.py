"""A registry behind the mTLS of a desk, with cameras in a dict: imports, exports, and breaks off when told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
from grpc_status import rpc_status as grpc_rich_status

from kapok.registry.v1 import bulk_service_pb2, bulk_service_pb2_grpc, camera_pb2
from services.cell.authority import Authority
from services.chassis import errors, rpc_status
from tests.integration.cli.desk import LEDGER, PRINCIPAL


@dataclass
class Registry(bulk_service_pb2_grpc.BulkServiceServicer):
    """After ``breaks_after`` answers the connection is lost, after ``waits_after`` it hangs until ``resume``.

    ``refusal`` is of the whole conversation.
    """

    cameras: dict[str, Any] = field(default_factory=dict)
    batches: list[list[str]] = field(default_factory=list)
    dry_runs: set[bool] = field(default_factory=set)
    filters: list[Any] = field(default_factory=list)
    breaks_after: int | None = None
    waits_after: int | None = None
    resume: asyncio.Event = field(default_factory=asyncio.Event)
    refusal: errors.Error | None = None

    async def ImportCameras(self, requests: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802 - the proto's name
        if self.refusal is not None:
            await context.abort_with_status(grpc_rich_status.to_status(rpc_status.to_status(self.refusal)))
        answered = 0
        async for request in requests:
            if answered == self.breaks_after:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "connection lost")
            if answered == self.waits_after:
                await self.resume.wait()
            self.batches.append([camera.code for camera in request.cameras])
            self.dry_runs.add(request.dry_run)
            yield self._imported(request)
            answered += 1

    def _imported(self, request: Any) -> Any:
        answer = bulk_service_pb2.ImportCamerasResponse()
        for index, camera in enumerate(request.cameras):
            if camera.premises >= camera_pb2.PREMISES_TOILET:
                answer.faults.add(
                    index=index, reason="PLACE_OF_PRIVACY", message="prohibited", article="Article 6 ¶2",
                    fields=[bulk_service_pb2.FieldFault(field="camera.premises", description="remove it")],
                )  # fmt: skip
            elif camera.code in self.cameras:
                answer.unchanged_count += 1
            else:
                answer.created_count += 1
                if not request.dry_run:
                    self.cameras[camera.code] = camera
        return answer

    async def ExportCameras(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802 - the proto's name
        self.filters.append(request.filter)
        found = list(self.cameras.values())
        for number, start in enumerate(range(0, len(found), 500)):
            if number == self.breaks_after:
                await context.abort(grpc.StatusCode.UNAVAILABLE, "connection lost")
            cameras = [self._told(camera) for camera in found[start : start + 500]]
            yield bulk_service_pb2.ExportCamerasResponse(cameras=cameras)

    def _told(self, camera: Any) -> Any:
        told = camera_pb2.Camera()
        told.CopyFrom(camera)
        told.ClearField("source")
        told.security_level, told.operator = 2, "agencies/metro-guangzhou"
        return told


@asynccontextmanager
async def registry_home(folder: Path, registry: Registry) -> AsyncIterator[Path]:
    """A home whose endpoints.json leads to ``registry``. In the same folder it is the same cell again."""
    authority = Authority.open(folder / "certs", datetime.now(UTC))
    server, me = authority.server(), authority.client(PRINCIPAL)
    endpoint = grpc.aio.server()
    bulk_service_pb2_grpc.add_BulkServiceServicer_to_server(registry, endpoint)
    pair = (server.key.read_bytes(), server.certificate.read_bytes())
    credentials = grpc.ssl_server_credentials([pair], authority.own.certificate.read_bytes(), require_client_auth=True)
    port = endpoint.add_secure_port("127.0.0.1:0", credentials)
    access = {"certificate": str(me.certificate), "key": str(me.key), "agency": "agencies/x", "kind": "operator"}
    told = {"grpc": f"127.0.0.1:{port}", "http": "https://127.0.0.1:1",
            "ca": str(authority.own.certificate), "principals": {PRINCIPAL: access},
            "ledger_public_key": LEDGER.public_key.hex()}  # fmt: skip
    (folder / "endpoints.json").write_text(json.dumps(told))
    await endpoint.start()
    try:
        yield folder
    finally:
        await endpoint.stop(0)
