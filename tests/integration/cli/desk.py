"""The other end of the command: a gRPC endpoint with mTLS that answers from data, and the command as a process."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_status import rpc_status as grpc_rich_status

from cli.verify import FIRST_PREVIOUS, HEAD_PURPOSE, chained
from kapok.audit.v1 import audit_service_pb2, audit_service_pb2_grpc, evidence_service_pb2
from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import (
    agencies_service_pb2,
    claims_service_pb2,
    inspections_service_pb2,
    papers_service_pb2,
    permissions_service_pb2,
    policy_service_pb2,
    staff_service_pb2,
    takeovers_service_pb2,
    takeovers_service_pb2_grpc,
)
from kapok.registry.v1 import registry_service_pb2
from kapok.streams.v1 import session_pb2, streams_service_pb2, streams_service_pb2_grpc
from services.cell.authority import Authority
from services.chassis import errors, rpc_status
from services.chassis.signing import Signer

LEDGER = Signer(bytes(range(32)))
PRINCIPAL = "police-yuexiu"
# The pool of descriptors knows what was imported.
_APIS = (
    agencies_service_pb2,
    claims_service_pb2,
    evidence_service_pb2,
    inspections_service_pb2,
    audit_service_pb2,
    papers_service_pb2,
    permissions_service_pb2,
    policy_service_pb2,
    registry_service_pb2,
    staff_service_pb2,
    streams_service_pb2,
    takeovers_service_pb2,
)


@dataclass
class Streams(streams_service_pb2_grpc.StreamsServiceServicer):
    """Opens sessions at ``rtsp_url``, or refuses; remembers copies and closings."""

    rtsp_url: str = ""
    refusal: errors.Error | None = None
    copy_refusal: errors.Error | None = None
    opened: list[Any] = field(default_factory=list)
    copies: list[Any] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    async def OpenSession(self, request: Any, context: Any) -> Any:  # noqa: N802 - the proto's name
        if self.refusal is not None:
            await _abort(context, self.refusal)
        self.opened.append(request.session)
        session = session_pb2.Session(name="sessions/s-1", rule="copy-with-papers", article="Article 19")
        return streams_service_pb2.OpenSessionResponse(session=session, rtsp_url=self.rtsp_url)

    async def RenewSession(self, request: Any, context: Any) -> Any:  # noqa: N802 - the proto's name
        if self.refusal:
            await _abort(context, self.refusal)
        session = session_pb2.Session(name=request.name, relay="relay-2")
        return streams_service_pb2.OpenSessionResponse(session=session, rtsp_url=self.rtsp_url)

    async def RecordCopy(self, request: Any, context: Any) -> Any:  # noqa: N802 - the proto's name
        if self.copy_refusal is not None:
            await _abort(context, self.copy_refusal)
        self.copies.append(request.copy)
        return request.copy

    async def CloseSession(self, request: Any, _context: Any) -> Any:  # noqa: N802 - the proto's name
        self.closed.append(request.name)
        return session_pb2.Session(name=request.name, state=session_pb2.Session.STATE_CLOSED)


class Ledger(audit_service_pb2_grpc.AuditServiceServicer):
    """A book of ``count`` facts in pages; change ``records`` to forge it."""

    def __init__(self, count: int) -> None:
        self.records, previous = [], FIRST_PREVIOUS
        for number in range(1, count + 1):
            fact = fact_pb2.Fact(id=str(number), kind="streams.session.opened").SerializeToString()
            previous = chained(previous, fact)
            self.records.append(audit_service_pb2.Record(number=number, fact=fact, hash=previous))
        signed = b"ordinary\0" + count.to_bytes(8, "big") + previous
        signature = LEDGER.sign(HEAD_PURPOSE, signed)
        self.head = audit_service_pb2.Head(number=count, hash=previous, signature=signature)

    async def GetHead(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - the proto's name
        return self.head

    async def ListRecords(self, request: Any, _context: Any) -> Any:  # noqa: N802 - the proto's name
        ordered = self.records[::-1] if request.newest_first else self.records
        start, size = int(request.page_token or 0), min(request.page_size or 50, 100)
        end = start + size
        return audit_service_pb2.ListRecordsResponse(
            records=ordered[start:end], next_page_token=str(end) if end < len(ordered) else ""
        )


@dataclass
class Clerk(grpc.GenericRpcHandler):  # type: ignore[misc] # grpc ships no types
    """Takes every call of the API that nobody else takes, remembers its request, answers with nothing in it.

    ``answers`` has what else is answered, by the name of the method.
    """

    requests: list[Any] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    def service(self, handler_call_details: Any) -> Any:
        service, _, verb = handler_call_details.method.strip("/").partition("/")
        method = descriptor_pool.Default().FindMethodByName(f"{service}.{verb}")

        async def answer(request: Any, _context: Any) -> Any:
            self.requests.append(request)
            return self.answers.get(verb, message_factory.GetMessageClass(method.output_type)())

        return grpc.unary_unary_rpc_method_handler(
            answer,
            message_factory.GetMessageClass(method.input_type).FromString,
            message_factory.GetMessageClass(method.output_type).SerializeToString,
        )


@asynccontextmanager
async def home(
    folder: Path,
    streams: Streams | None = None,
    ledger: Ledger | None = None,
    clerk: Clerk | None = None,
    takeovers: takeovers_service_pb2_grpc.TakeoversServiceServicer | None = None,
) -> AsyncIterator[Path]:
    """A home whose endpoints.json leads to these services, behind real certificates."""
    authority = Authority.open(folder / "certs", datetime.now(UTC))
    server, me = authority.server(), authority.client(PRINCIPAL)
    endpoint = grpc.aio.server()
    if streams is not None:
        streams_service_pb2_grpc.add_StreamsServiceServicer_to_server(streams, endpoint)
    if ledger is not None:
        audit_service_pb2_grpc.add_AuditServiceServicer_to_server(ledger, endpoint)
    if takeovers is not None:
        takeovers_service_pb2_grpc.add_TakeoversServiceServicer_to_server(takeovers, endpoint)
    endpoint.add_generic_rpc_handlers((clerk or Clerk(),))
    pair = (server.key.read_bytes(), server.certificate.read_bytes())
    credentials = grpc.ssl_server_credentials([pair], authority.own.certificate.read_bytes(), require_client_auth=True)
    port = endpoint.add_secure_port("127.0.0.1:0", credentials)
    access = {"certificate": str(me.certificate), "key": str(me.key), "agency": "agencies/x", "kind": "public-security"}
    told = {"grpc": f"127.0.0.1:{port}", "http": "https://127.0.0.1:1",
            "ca": str(authority.own.certificate), "principals": {PRINCIPAL: access},
            "ledger_public_key": LEDGER.public_key.hex()}  # fmt: skip
    (folder / "endpoints.json").write_text(json.dumps(told))
    await endpoint.start()
    try:
        yield folder
    finally:
        await endpoint.stop(0)


async def kapok(home: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the command; its exit code, what it answered, what it complained of."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "--home", str(home), "--as", PRINCIPAL, *arguments, stdout=pipe, stderr=pipe
    )
    try:
        async with asyncio.timeout(30):
            out, err = await process.communicate()
    except BaseException:
        process.kill()
        await process.communicate()
        raise
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def _abort(context: Any, error: errors.Error) -> None:
    await context.abort_with_status(grpc_rich_status.to_status(rpc_status.to_status(error)))
