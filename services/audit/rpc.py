"""The gRPC face of audit: protobuf ↔ domain."""

from dataclasses import dataclass
from typing import Any

from kapok.audit.v1 import audit_service_pb2, audit_service_pb2_grpc
from services.audit.domain import Head, Record
from services.audit.listing import Query
from services.audit.refusals import Refusal
from services.audit.service import Ledger
from services.chassis import identity
from services.chassis.errors import Denied
from services.chassis.signing import Signer

HEAD_PURPOSE = "kapok.ledger.head"


@dataclass(frozen=True)
class AuditServicer(audit_service_pb2_grpc.AuditServiceServicer):
    """The books, for inspectors."""

    ledger: Ledger
    signer: Signer

    async def ListRecords(self, request: Any, _context: Any) -> Any:
        who = identity.caller()
        book = request.parent.removeprefix("books/")
        query = Query(book, request.page_size, request.page_token, request.newest_first)
        page = await self.ledger.list(who.principal, who.certificate_sha256, query)
        return audit_service_pb2.ListRecordsResponse(
            records=[_record(record) for record in page.records], next_page_token=page.next_token
        )

    async def GetHead(self, request: Any, _context: Any) -> Any:
        who = identity.caller()
        book = request.name.removeprefix("books/").removesuffix("/head")
        head = await self.ledger.head(who.principal, who.certificate_sha256, book)
        return self._head(book, head)

    def _head(self, book: str, head: Head) -> Any:
        signed = book.encode() + b"\0" + head.number.to_bytes(8, "big") + head.hash
        message = audit_service_pb2.Head(
            name=f"books/{book}/head", number=head.number, hash=head.hash,
            signature=self.signer.sign(HEAD_PURPOSE, signed), public_key=self.signer.public_key,
        )  # fmt: skip
        if head.recorded_at:
            message.record_time.FromDatetime(head.recorded_at)
        return message


@dataclass(frozen=True)
class RefusalServicer(audit_service_pb2_grpc.RefusalServiceServicer):
    """Refusals, from the gateway."""

    ledger: Ledger

    async def RecordRefusal(self, request: Any, _context: Any) -> Any:
        if identity.caller().service != "gateway" or identity.caller().principal:
            raise Denied("METHOD_NOT_EXPOSED", "the gateway puts refusals on record", method="RecordRefusal")
        said = request.refusal
        refusal = Refusal(
            request.principal, request.camera, request.rule, request.article,
            said.method, said.code, said.reason, said.message,
        )  # fmt: skip
        await self.ledger.record_refusal(refusal, request.request_id)
        return audit_service_pb2.RecordRefusalResponse()


def _record(record: Record) -> Any:
    message = audit_service_pb2.Record(number=record.number, fact=record.fact, hash=record.hash)
    message.record_time.FromDatetime(record.recorded_at)
    return message
