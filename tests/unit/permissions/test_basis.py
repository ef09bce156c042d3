"""Papers are a letter and exactly two officers' certificates, for named cameras, for at most 90 days (Article 19)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument
from services.decider.facts import Action, Principal
from services.permissions.basis import (
    LegalBasisRegistered,
    LegalBasisRevoked,
    Officer,
    Papers,
    covers,
    register,
    revoke,
)
from tests.unit.decider.cast import CITY_POLICE, LATER, NOW, OPERATOR, PARK, POLICE, TUNNEL

LETTER = Papers(
    number="YX-2026-17",
    issuer=POLICE.agency,
    officers=(Officer("Chen", "C-1"), Officer("Li", "C-2")),
    cameras=frozenset({TUNNEL.name}),
    starts_at=NOW,
    ends_at=LATER,
    purpose="a theft in the tunnel",
)


def test_registered_papers_cover_their_cameras_for_what_article_19_names_while_they_are_valid() -> None:
    basis, events = register("legalBases/1", LETTER, POLICE, NOW)
    assert events == (LegalBasisRegistered(basis),)
    assert covers(basis, TUNNEL, Action.COPY, NOW)
    assert not covers(basis, TUNNEL, Action.CONFIGURE, NOW)
    assert not covers(basis, PARK, Action.COPY, NOW)
    assert not covers(basis, TUNNEL, Action.COPY, LATER)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": ""}, "legal_basis.number"),
        ({"purpose": "x" * 501}, "legal_basis.purpose"),
        ({"issuer": CITY_POLICE.agency}, "legal_basis.issuer"),
        ({"officers": LETTER.officers[:1]}, "legal_basis.officers"),
        ({"officers": (*LETTER.officers, Officer("Wu", "C-3"))}, "legal_basis.officers"),
        ({"officers": (Officer("Chen", "C-1"), Officer("Li", "C-1"))}, "legal_basis.officers"),
        ({"officers": (Officer("", "C-1"), Officer("Li", "C-2"))}, "legal_basis.officers[0].display_name"),
        ({"officers": (Officer("Chen", "C-1"), Officer("Li", ""))}, "legal_basis.officers[1].certificate_number"),
        ({"cameras": frozenset()}, "legal_basis.cameras"),
        ({"cameras": frozenset({"cameras/1"})}, "legal_basis.cameras"),
        ({"cameras": frozenset(f"districts/440104/cameras/{n:020}" for n in range(1001))}, "legal_basis.cameras"),
        ({"ends_at": NOW + timedelta(days=90, seconds=1)}, "legal_basis.end_time"),
        ({"ends_at": NOW, "starts_at": NOW - timedelta(days=1)}, "legal_basis.end_time"),
        ({"document_sha256": "A" * 64}, "legal_basis.document_sha256"),
    ],
)
def test_a_wrong_field_is_named(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        register("legalBases/1", replace(LETTER, **wrong), POLICE, NOW)  # type: ignore[arg-type] # fields by name
    assert [violation.field for violation in refused.value.violations] == [field]


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(InvalidArgument) as refused:
        register("legalBases/1", replace(LETTER, number="", officers=(), cameras=frozenset()), POLICE, NOW)
    assert len(refused.value.violations) == 3


@pytest.mark.parametrize("by", [POLICE, CITY_POLICE])
def test_papers_are_withdrawn_by_their_agency_or_municipal_public_security(by: Principal) -> None:
    basis, _ = register("legalBases/1", LETTER, POLICE, NOW)
    revoked, events = revoke(basis, by, NOW)
    assert events == (LegalBasisRevoked(revoked, by.name),)
    assert not covers(revoked, TUNNEL, Action.COPY, NOW)
    with pytest.raises(FailedPrecondition):
        revoke(revoked, by, NOW)


def test_nobody_else_withdraws_them() -> None:
    basis, _ = register("legalBases/1", LETTER, POLICE, NOW)
    with pytest.raises(Denied, match="municipal public security"):
        revoke(basis, OPERATOR, NOW)
