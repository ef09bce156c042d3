"""Audit's gRPC servicers: ledger, findings and register of use for agencies, refusals for the gateway."""

import re
from dataclasses import dataclass
from typing import Any

from kapok.audit.v1 import (
    audit_service_pb2,
    audit_service_pb2_grpc,
    evidence_service_pb2,
    evidence_service_pb2_grpc,
    findings_service_pb2,
    findings_service_pb2_grpc,
    register_service_pb2,
    register_service_pb2_grpc,
)
from kapok.permissions.v1 import decision_pb2
from kapok.streams.v1 import session_pb2
from services.audit import findings_listing, trace, uses_listing
from services.audit.domain import Record
from services.audit.evidence import Evidence
from services.audit.finding import Finding
from services.audit.listing import Query
from services.audit.refusals import Refusal
from services.audit.register import Asking, Register
from services.audit.service import Findings, Ledger
from services.audit.trace import CameraPart, Piece
from services.audit.use import Use
from services.chassis import errors, identity
from services.chassis.signing import Signer

_HEAD_PURPOSE = "kapok.ledger.head"
_RECORD_PURPOSE = "kapok.ledger.record"
_LONGEST_TEXT = 2000  # characters kept of each text of a refusal
_BOOK = re.compile(r"books/([a-z]{1,32})")
_CAMERA = re.compile(r"(districts/[0-9]{6}/cameras/[0-9]{20})")
_CLAIM = re.compile(r"(takeovers/[0-9a-f-]{36}/claims/[a-z0-9-]{1,91})")
_SOME_CLAIM = "takeovers/{uuid}/claims/{operator}"
_HEAD = re.compile(r"books/([a-z]{1,32})/head")


@dataclass(frozen=True)
class AuditServicer(audit_service_pb2_grpc.AuditServiceServicer):
    """The ledger, for inspectors."""

    ledger: Ledger
    signer: Signer

    async def ListRecords(
        self, request: audit_service_pb2.ListRecordsRequest, _context: Any
    ) -> audit_service_pb2.ListRecordsResponse:
        book = _matched(_BOOK, "parent", request.parent, "books/ordinary")
        query = Query(book, request.page_size, request.page_token, request.newest_first)
        page = await self.ledger.list(*_reader(), query)
        records = [_record_message(record) for record in page.records]
        return audit_service_pb2.ListRecordsResponse(records=records, next_page_token=page.next_token)

    async def GetHead(self, request: audit_service_pb2.GetHeadRequest, _context: Any) -> audit_service_pb2.Head:
        book = _matched(_HEAD, "name", request.name, "books/ordinary/head")
        head = await self.ledger.head(*_reader(), book)
        signed = _placed(book, head.number, head.hash)
        message = audit_service_pb2.Head(
            name=request.name,
            number=head.number,
            hash=head.hash,
            signature=self.signer.sign(_HEAD_PURPOSE, signed),
            public_key=self.signer.public_key,
        )
        if head.recorded_at:
            message.record_time.FromDatetime(head.recorded_at)
        return message


@dataclass(frozen=True)
class FindingsServicer(findings_service_pb2_grpc.FindingsServiceServicer):
    """The list of findings, for the operators concerned and for public security."""

    findings: Findings

    async def ListFindings(
        self, request: findings_service_pb2.ListFindingsRequest, _context: Any
    ) -> findings_service_pb2.ListFindingsResponse:
        query = findings_listing.Query(request.article, request.include_resolved, request.page_size, request.page_token)
        page = await self.findings.list(*_reader(), query)
        return findings_service_pb2.ListFindingsResponse(
            findings=[_finding_message(finding) for finding in page.findings], next_page_token=page.next_token
        )


@dataclass(frozen=True)
class RegisterServicer(register_service_pb2_grpc.RegisterServiceServicer):
    """The register of use, for inspectors, operators and the municipal organs."""

    register: Register

    async def ListCameraUses(
        self, request: register_service_pb2.ListCameraUsesRequest, _context: Any
    ) -> register_service_pb2.ListCameraUsesResponse:
        camera = _matched(_CAMERA, "parent", request.parent, "districts/440104/cameras/44010400001320000017")
        asking = Asking(*_reader(), identity.caller().request_id)
        query = uses_listing.Query(camera, request.page_size, request.page_token)
        page = await self.register.list(asking, query)
        return register_service_pb2.ListCameraUsesResponse(
            uses=map(_use_message, page.uses), next_page_token=page.next_token
        )


@dataclass(frozen=True)
class EvidenceServicer(evidence_service_pb2_grpc.EvidenceServiceServicer):
    """Evidence of claims, for whoever may read the claim."""

    evidence: Evidence
    signer: Signer

    async def ListClaimEvidence(
        self, request: evidence_service_pb2.ListClaimEvidenceRequest, _context: Any
    ) -> evidence_service_pb2.ListClaimEvidenceResponse:
        principal, _ = _reader()
        claim = _matched(_CLAIM, "parent", request.parent, _SOME_CLAIM)
        page = await self.evidence.list(principal, trace.Query(claim, request.page_size, request.page_token))
        return evidence_service_pb2.ListClaimEvidenceResponse(
            evidence=map(self._piece, page.pieces), next_page_token=page.next_token
        )

    async def SummarizeClaimEvidence(
        self, request: evidence_service_pb2.SummarizeClaimEvidenceRequest, _context: Any
    ) -> evidence_service_pb2.SummarizeClaimEvidenceResponse:
        principal, _ = _reader()
        claim = _matched(_CLAIM, "parent", request.parent, _SOME_CLAIM)
        parts = await self.evidence.summary(principal, claim)
        return evidence_service_pb2.SummarizeClaimEvidenceResponse(cameras=map(_part_message, parts))

    def _piece(self, piece: Piece) -> evidence_service_pb2.Evidence:
        record = piece.record
        message = evidence_service_pb2.Evidence(
            book=f"books/{record.book}",
            record=_record_message(record),
            previous_hash=piece.previous_hash,
            signature=self.signer.sign(_RECORD_PURPOSE, _placed(record.book, record.number, record.hash)),
            kind=piece.trace.kind,
            camera=piece.trace.camera,
        )
        message.occur_time.FromDatetime(piece.trace.at)
        return message


@dataclass(frozen=True)
class RefusalServicer(audit_service_pb2_grpc.RefusalServiceServicer):
    """The ledger, for the gateway."""

    ledger: Ledger

    async def RecordRefusal(
        self, request: audit_service_pb2.RecordRefusalRequest, _context: Any
    ) -> audit_service_pb2.RecordRefusalResponse:
        caller = identity.caller()
        if caller.principal or caller.service != "gateway":
            raise errors.Denied("METHOD_NOT_EXPOSED", "this method is for the gateway, speaking for itself")
        told = request.refusal
        texts = (request.principal, request.camera, request.rule, request.article)
        refusal = Refusal(
            *(text[:_LONGEST_TEXT] for text in (*texts, told.method, told.code, told.reason, told.message))
        )
        await self.ledger.record_refusal(refusal, request.request_id[:_LONGEST_TEXT], max(1, told.count))
        return audit_service_pb2.RecordRefusalResponse()


def _record_message(record: Record) -> audit_service_pb2.Record:
    message = audit_service_pb2.Record(number=record.number, fact=record.fact, hash=record.hash)
    message.record_time.FromDatetime(record.recorded_at)
    return message


def _placed(book: str, number: int, digest: bytes) -> bytes:
    """What the ledger signs: a hash and its place."""
    return book.encode() + b"\0" + number.to_bytes(8, "big") + digest


def _part_message(part: CameraPart) -> evidence_service_pb2.CameraEvidence:
    message = evidence_service_pb2.CameraEvidence(camera=part.camera, command_count=part.commands)
    for field, at in (
        ("start_time", part.granted_at), ("end_time", part.ended_at), ("first_command_time", part.first_command_at),
        ("last_command_time", part.last_command_at),
    ):  # fmt: skip
        if at:
            getattr(message, field).FromDatetime(at)
    return message


def _finding_message(finding: Finding) -> findings_service_pb2.Finding:
    owed = finding.owed
    message = findings_service_pb2.Finding(
        subject=owed.subject,
        rule=owed.rule,
        article=owed.article,
        sentence=owed.sentence,
        operator=owed.operator,
        districts=owed.districts,
        count=owed.count,
        consequence=owed.consequence,
    )
    message.raise_time.FromDatetime(finding.raised_at)
    if owed.due_at:
        message.due_time.FromDatetime(owed.due_at)
    if finding.resolved_at:
        message.resolve_time.FromDatetime(finding.resolved_at)
    return message


def _use_message(use: Use) -> register_service_pb2.CameraUse:
    message = register_service_pb2.CameraUse(
        action=_number(decision_pb2.Action, "ACTION_", use.action),
        session=use.session,
        principal=use.principal,
        agency=use.agency,
        purpose=_number(session_pb2.Purpose, "PURPOSE_", use.purpose),
        legal_basis=use.legal_basis,
        ground=use.ground,
        rule=use.rule,
        article=use.article,
        close_reason=use.close_reason,
        command_count=use.commands,
        copy_count=use.copies,
        copy_sha256=use.copy_sha256,
    )
    for field, at in (
        ("start_time", use.started_at), ("end_time", use.ended_at), ("expire_time", use.expires_at),
    ):  # fmt: skip
        if at:
            getattr(message, field).FromDatetime(at)
    return message


def _number(enum: Any, prefix: str, word: str) -> Any:
    """The value of a proto enum that is called so; 0, unspecified, for none."""
    return dict(enum.items()).get(f"{prefix}{word.upper().replace('-', '_')}", 0)


def _reader() -> tuple[str, str]:
    """Principal and certificate of the caller."""
    caller = identity.caller()
    if not caller.principal:
        raise errors.Unauthenticated("IDENTITY_MISSING", "no principal: agencies call this through the gateway")
    return caller.principal, caller.certificate_sha256


def _matched(pattern: re.Pattern[str], field: str, text: str, example: str) -> str:
    found = pattern.fullmatch(text)
    if found is None:
        raise errors.InvalidArgument(errors.Violation(field, f"must look like {example}"))
    return found[1]
