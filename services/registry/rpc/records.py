"""Operators, systems and duties: protobuf ↔ domain."""

from datetime import UTC, datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from kapok.registry.v1 import system_pb2 as pb
from services.chassis.errors import InvalidArgument, Violation
from services.registry.duties import Duty
from services.registry.rpc.messages import instant
from services.registry.system import (
    Acceptance,
    Attestation,
    CameraSystem,
    Funding,
    LifeState,
    MaintenanceCheck,
    Operator,
    Qualification,
    ResponsibleEntity,
    StaffMember,
)
from services.registry.system.soundness import MOST_CHECKS, MOST_ENTITIES, MOST_QUALIFICATIONS, MOST_STAFF

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_ENTRIES = {  # of a list; more are refused before they are looked at
    "responsible_entities": MOST_ENTITIES, "qualifications": MOST_QUALIFICATIONS, "staff": MOST_STAFF,
    "checks": MOST_CHECKS,
}  # fmt: skip


def operator(found: Operator) -> pb.Operator:
    """An operator's record."""
    entities = [
        pb.ResponsibleEntity(
            display_name=one.display_name, role=one.role, contact=one.contact,  # type: ignore[arg-type] # the enum's number
            agreement_number=one.agreement_number, agreement_sha256=one.agreement_sha256,
        )
        for one in found.responsible_entities
    ]  # fmt: skip
    message = pb.Operator(
        name=found.name, display_name=found.display_name, responsible_entities=entities, etag=found.etag
    )
    message.update_time.FromDatetime(found.updated_at)
    return message


def operator_draft(sent: pb.Operator) -> Operator:
    """What is to be put on record."""
    _refuse_long_lists(sent, "operator", "responsible_entities")
    entities = tuple(
        ResponsibleEntity(one.display_name, one.role, one.contact, one.agreement_number, one.agreement_sha256)
        for one in sent.responsible_entities
    )
    return Operator(sent.name, sent.display_name, _EPOCH, entities)


def duty(found: Duty) -> pb.Duty:
    """What is missing or broken."""
    return pb.Duty(rule=found.rule, article=found.article, sentence=found.sentence)


def system(found: CameraSystem) -> pb.CameraSystem:
    """A system's record; what its cameras and duties say is added by whoever shows it."""
    message = pb.CameraSystem(
        name=found.name,
        display_name=found.display_name,
        state=found.state.value,  # type: ignore[arg-type] # the numbers are the enum's own; so below
        qualifications=[_qualification(one) for one in found.qualifications],
        is_fixed_place=found.is_fixed_place,
        staff=[_member(one) for one in found.staff],
        required_staff_count=found.required_staff_count,
        has_monitoring_room=found.has_monitoring_room,
        storage_days=found.storage_days,
        storage_citation=found.storage_citation,
        checks=[_check(one) for one in found.checks],
        etag=found.etag,
    )
    if found.funding:
        message.funding.kind = found.funding.kind  # type: ignore[assignment]
        message.funding.procedure_reference = found.funding.procedure_reference
    if found.acceptance:
        accepted = found.acceptance
        message.acceptance.certificate_number, message.acceptance.issuer = accepted.certificate_number, accepted.issuer
        _set(message.acceptance.accept_time, accepted.accepted_at)
    for name in ("sign", "password_exclusion"):
        if attestation := getattr(found, name):
            shown = getattr(message, name)
            shown.photo_sha256, shown.attested_by = attestation.photo_sha256, attestation.attested_by
            _set(shown.attest_time, attestation.attested_at)
    message.create_time.FromDatetime(found.created_at)
    message.update_time.FromDatetime(found.updated_at)
    return message


def system_draft(sent: pb.CameraSystem, name: str) -> CameraSystem:
    """What is to be put on record under ``name``; of the output-only fields nothing is read."""
    _refuse_long_lists(sent, "camera_system", "qualifications", "staff", "checks")
    return CameraSystem(
        name=name,
        display_name=sent.display_name,
        state=LifeState.PLANNED,
        created_at=_EPOCH,
        updated_at=_EPOCH,
        funding=Funding(sent.funding.kind, sent.funding.procedure_reference) if sent.HasField("funding") else None,
        qualifications=tuple(
            Qualification(one.work, one.entity, one.number, _time(one, "expire_time", f"qualifications[{n}]"))
            for n, one in enumerate(sent.qualifications)
        ),
        acceptance=_acceptance(sent),
        is_fixed_place=sent.is_fixed_place,
        sign=_attestation(sent, "sign"),
        password_exclusion=_attestation(sent, "password_exclusion"),
        staff=tuple(
            StaffMember(
                one.number, one.is_full_time, one.training_certificate, one.training_issuer,
                _time(one, "training_expire_time", f"staff[{n}]"),
            )
            for n, one in enumerate(sent.staff)
        ),
        required_staff_count=sent.required_staff_count,
        has_monitoring_room=sent.has_monitoring_room,
        storage_days=sent.storage_days,
        storage_citation=sent.storage_citation,
        checks=tuple(
            MaintenanceCheck(
                _time(one, "check_time", f"checks[{n}]"), one.front_end_ok, one.transmission_ok, one.storage_ok,
                one.checked_by,
            )
            for n, one in enumerate(sent.checks)
        ),
    )  # fmt: skip


def _refuse_long_lists(sent: Message, path: str, *names: str) -> None:
    counts = {name: len(getattr(sent, name)) for name in names}
    wrong = [
        Violation(f"{path}.{name}", f"has {count} entries, at most {_MOST_ENTRIES[name]} fit")
        for name, count in counts.items()
        if count > _MOST_ENTRIES[name]
    ]
    if wrong:
        raise InvalidArgument(*wrong)


def _acceptance(sent: pb.CameraSystem) -> Acceptance | None:
    if not sent.HasField("acceptance"):
        return None
    one = sent.acceptance
    return Acceptance(one.certificate_number, one.issuer, _time(one, "accept_time", "acceptance"))


def _attestation(sent: pb.CameraSystem, field: str) -> Attestation | None:
    if not sent.HasField(field):
        return None
    one: pb.Attestation = getattr(sent, field)
    return Attestation(_time(one, "attest_time", field), one.photo_sha256, one.attested_by)


def _qualification(one: Qualification) -> pb.Qualification:
    message = pb.Qualification(work=one.work, entity=one.entity, number=one.number)  # type: ignore[arg-type]
    _set(message.expire_time, one.expires_at)
    return message


def _member(one: StaffMember) -> pb.StaffMember:
    message = pb.StaffMember(
        number=one.number, is_full_time=one.is_full_time, training_certificate=one.training_certificate,
        training_issuer=one.training_issuer,
    )  # fmt: skip
    _set(message.training_expire_time, one.training_expires_at)
    return message


def _check(one: MaintenanceCheck) -> pb.MaintenanceCheck:
    message = pb.MaintenanceCheck(
        front_end_ok=one.front_end_ok, transmission_ok=one.transmission_ok, storage_ok=one.storage_ok,
        checked_by=one.checked_by,
    )  # fmt: skip
    _set(message.check_time, one.checked_at)
    return message


def _set(shown: Timestamp, at: datetime | None) -> None:
    if at is not None:
        shown.FromDatetime(at)


def _time(message: Message, field: str, path: str) -> datetime | None:
    if not message.HasField(field):
        return None
    return instant(getattr(message, field), f"camera_system.{path}.{field}")
