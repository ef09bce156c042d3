"""Which operators and camera systems are refused, every wrong field at once. Pure.

Missing papers are no violation: a planned system has none yet. `duties` and `lifecycle` say which are owed when.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from services.chassis.errors import Violation
from services.registry.system.record import (
    Acceptance,
    Attestation,
    CameraSystem,
    Funding,
    FundingKind,
    MaintenanceCheck,
    Operator,
    Qualification,
    ResponsibleEntity,
    Role,
    StaffMember,
    Work,
)
from services.registry.system.wording import count, line, moment, sha256

LONGEST_DISPLAY_NAME = 200
LONGEST_TEXT = 100
MOST_ENTITIES = 20
MOST_QUALIFICATIONS = 20
MOST_STAFF = 500
MOST_CHECKS = 100
MOST_STORAGE_DAYS = 3650
MOST_REQUIRED_STAFF = 10_000
Item = TypeVar("Item")
_TOLD = 20  # violations in one answer: it travels in trailers of some kilobytes


def operator_violations(operator: Operator) -> list[Violation]:
    """What is wrong with ``operator``, the first twenty; empty when it is sound (Article 7)."""
    return list(islice(_operator(operator), _TOLD))


def violations(system: CameraSystem) -> list[Violation]:
    """What is wrong with ``system``, the first twenty; empty when it is sound."""
    return list(islice(_system(system), _TOLD))


def _operator(operator: Operator) -> Iterator[Violation]:
    path = "operator.responsible_entities"
    yield from line("operator.display_name", operator.display_name, LONGEST_DISPLAY_NAME)
    if not operator.responsible_entities:
        yield Violation(path, "is required: name who owns, manages or uses the places (Article 7)")
    yield from _each(path, operator.responsible_entities, MOST_ENTITIES, _entity)


def _system(system: CameraSystem) -> Iterator[Violation]:
    root = "camera_system"
    yield from line(f"{root}.display_name", system.display_name, LONGEST_DISPLAY_NAME)
    yield from _funding(f"{root}.funding", system.funding)
    yield from _each(f"{root}.qualifications", system.qualifications, MOST_QUALIFICATIONS, _qualification)
    yield from _acceptance(f"{root}.acceptance", system.acceptance)
    yield from _attestation(f"{root}.sign", system.sign)
    yield from _attestation(f"{root}.password_exclusion", system.password_exclusion)
    yield from _each(f"{root}.staff", system.staff, MOST_STAFF, _member)
    yield from _unique(f"{root}.staff", system.staff[:MOST_STAFF])
    yield from count(f"{root}.required_staff_count", system.required_staff_count, MOST_REQUIRED_STAFF)
    yield from count(f"{root}.storage_days", system.storage_days, MOST_STORAGE_DAYS)
    yield from line(f"{root}.storage_citation", system.storage_citation, LONGEST_TEXT, is_required=False)
    yield from _each(f"{root}.checks", system.checks, MOST_CHECKS, _check)


def _each(
    path: str, items: Sequence[Item], most: int, wrong: Callable[[str, Item], Iterator[Violation]]
) -> Iterator[Violation]:
    if len(items) > most:
        yield Violation(path, f"has {len(items)} entries, at most {most} fit")
        return
    for index, item in enumerate(items):
        yield from wrong(f"{path}[{index}]", item)


def _entity(path: str, entity: ResponsibleEntity) -> Iterator[Violation]:
    yield from line(f"{path}.display_name", entity.display_name, LONGEST_TEXT)
    yield from _one_of(f"{path}.role", entity.role, Role)
    yield from line(f"{path}.contact", entity.contact, LONGEST_TEXT, is_required=False)
    yield from line(f"{path}.agreement_number", entity.agreement_number, LONGEST_TEXT, is_required=False)
    if entity.agreement_sha256:
        yield from sha256(f"{path}.agreement_sha256", entity.agreement_sha256)
    if bool(entity.agreement_number) != bool(entity.agreement_sha256):
        absent = "agreement_sha256" if entity.agreement_number else "agreement_number"
        yield Violation(f"{path}.{absent}", "is required: number and hash of an agreement go together (Article 7)")


def _funding(path: str, funding: Funding | None) -> Iterator[Violation]:
    if funding:
        yield from _one_of(f"{path}.kind", funding.kind, FundingKind)
        yield from line(f"{path}.procedure_reference", funding.procedure_reference, LONGEST_TEXT, is_required=False)


def _qualification(path: str, qualification: Qualification) -> Iterator[Violation]:
    yield from _one_of(f"{path}.work", qualification.work, Work)
    yield from line(f"{path}.entity", qualification.entity, LONGEST_TEXT)
    yield from line(f"{path}.number", qualification.number, LONGEST_TEXT)
    yield from moment(f"{path}.expire_time", qualification.expires_at)


def _acceptance(path: str, acceptance: Acceptance | None) -> Iterator[Violation]:
    if acceptance:
        yield from line(f"{path}.certificate_number", acceptance.certificate_number, LONGEST_TEXT)
        yield from line(f"{path}.issuer", acceptance.issuer, LONGEST_TEXT)
        yield from moment(f"{path}.accept_time", acceptance.accepted_at)


def _attestation(path: str, attestation: Attestation | None) -> Iterator[Violation]:
    if attestation:
        yield from moment(f"{path}.attest_time", attestation.attested_at)
        yield from sha256(f"{path}.photo_sha256", attestation.photo_sha256)
        yield from line(f"{path}.attested_by", attestation.attested_by, LONGEST_TEXT)


def _member(path: str, member: StaffMember) -> Iterator[Violation]:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,32}", member.number):
        yield Violation(f"{path}.number", "must be 1 to 32 letters, digits, hyphens: a number of yours, never a name")
    yield from line(f"{path}.training_certificate", member.training_certificate, LONGEST_TEXT, is_required=False)
    issuer = member.training_issuer
    if issuer and not (len(issuer) <= LONGEST_TEXT and re.fullmatch(r"agencies/[a-z0-9]+(-[a-z0-9]+)*", issuer)):
        yield Violation(f"{path}.training_issuer", "must be agencies/ and the id of municipal public security")
    if member.training_expires_at:
        yield from moment(f"{path}.training_expire_time", member.training_expires_at)


def _unique(path: str, staff: Sequence[StaffMember]) -> Iterator[Violation]:
    first: dict[str, int] = {}
    for index, member in enumerate(staff):
        if (earlier := first.setdefault(member.number, index)) != index:
            yield Violation(f"{path}[{index}].number", f"is that of {path}[{earlier}] too: each is somebody else's")


def _check(path: str, check: MaintenanceCheck) -> Iterator[Violation]:
    yield from moment(f"{path}.check_time", check.checked_at)
    yield from line(f"{path}.checked_by", check.checked_by, LONGEST_TEXT)


def _one_of(path: str, number: int, known: type[Role] | type[FundingKind] | type[Work]) -> Iterator[Violation]:
    offer = ", ".join(f"{value} ({value.name.lower()})" for value in known)
    if number not in set(known):
        yield Violation(path, f"must be one of {offer}")
