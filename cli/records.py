"""Records of operators and systems as files: the API's JSON, read for a call, and an example to begin with."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

import typer
from google.api.field_behavior_pb2 import IDENTIFIER, OUTPUT_ONLY, field_behavior
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from cli.papers import stamp
from kapok.registry.v1 import system_pb2

M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Sent(Generic[M]):
    """What a file holds. ``draft`` and ``paths`` are without its name and what only the registry writes.

    So an answer of --json may be edited and sent back; its ``etag`` then refuses what somebody changed in between.
    """

    draft: M
    paths: tuple[str, ...]  # the fields that it names, empty ones too: an update empties these
    etag: str


def read(file: Path, kind: type[M]) -> Sent[M]:
    """A message from a file of JSON; typer.BadParameter says what in it is wrong."""
    try:
        document = json.loads(file.read_bytes())
        if not isinstance(document, dict):
            raise ParseError("it is no object: {…}")
        draft = ParseDict(document, kind())
    except (ValueError, ParseError, RecursionError) as error:
        raise typer.BadParameter(f"{file} is no {kind.DESCRIPTOR.name} in JSON: {error}") from None
    etag: str = getattr(draft, "etag")  # noqa: B009 - every kind that is read here has one
    paths = []
    for one in kind.DESCRIPTOR.fields:
        if {IDENTIFIER, OUTPUT_ONLY} & set(one.GetOptions().Extensions[field_behavior]):
            draft.ClearField(one.name)
        elif {one.name, one.json_name} & set(document):
            paths.append(one.name)
    return Sent(draft, tuple(paths), etag)


def example(now: datetime) -> system_pb2.CameraSystem:
    """Every paper that an article asks for; what stands in capitals is to be replaced."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    before, later = stamp(today - timedelta(days=1)), stamp(today + timedelta(days=365))
    attested = system_pb2.Attestation(attest_time=before, photo_sha256="0" * 64, attested_by="WHO ATTESTED IT")
    system = system_pb2.CameraSystem(
        display_name="NAME OF THE SYSTEM", is_fixed_place=True, sign=attested, password_exclusion=attested,
        funding=system_pb2.Funding(kind="KIND_OWN"), required_staff_count=1, storage_days=30,
        acceptance=system_pb2.Acceptance(
            certificate_number="NUMBER OF THE CERTIFICATE", issuer="ORGAN THAT ACCEPTED", accept_time=before
        ),
    )  # fmt: skip
    for work in ("WORK_DESIGN", "WORK_CONSTRUCTION", "WORK_MAINTENANCE"):
        system.qualifications.add(work=work, entity="WHO DID IT", number="NUMBER OF ITS PAPER", expire_time=later)
    system.staff.add(
        number="YOUR-NUMBER-1", is_full_time=True, training_certificate="NUMBER OF THE CERTIFICATE",
        training_issuer="agencies/replace-by-municipal-public-security", training_expire_time=later,
    )  # fmt: skip
    system.checks.add(
        check_time=before, front_end_ok=True, transmission_ok=True, storage_ok=True, checked_by="WHO CHECKED"
    )
    return system
