"""Papers are a letter and exactly two officers' certificates, for named cameras, for at most 90 days (Article 19)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import Denied, FailedPrecondition, InvalidArgument
from services.decider.facts import Action, AgencyKind, Principal
from services.permissions.papers.basis import (
    LegalBasisRegistered,
    LegalBasisRevoked,
    Revocation,
    covers,
    is_shown,
    register,
    revoke,
)
from services.permissions.papers.letter import Officer, Papers
from tests.unit.decider.cast import CITY_POLICE, LATER, NOW, OPERATOR, PARK, POLICE, SECURITY, TUNNEL

LETTER = Papers(
    number="YX-2026-17",
    issuer=POLICE.agency,
    officers=(Officer("Chen", "C-1", LATER), Officer("Li", "C-2", LATER)),
    cameras=frozenset({TUNNEL.name}),
    starts_at=NOW,
    ends_at=LATER,
    purpose="a theft in the tunnel",
    document_sha256="0" * 64,
)

LASTING = tuple(replace(officer, certificate_ends_at=NOW + timedelta(days=999)) for officer in LETTER.officers)


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
        ({"officers": (*LETTER.officers, Officer("Wu", "C-3", LATER))}, "legal_basis.officers"),
        ({"officers": (Officer("Chen", "C-1", LATER), Officer("Li", "C-1", LATER))}, "legal_basis.officers"),
        (
            {"officers": (Officer("", "C-1", LATER), Officer("Li", "C-2", LATER))},
            "legal_basis.officers[0].display_name",
        ),
        (
            {"officers": (Officer("Chen", "C-1", LATER), Officer("Li", "", LATER))},
            "legal_basis.officers[1].certificate_number",
        ),
        ({"cameras": frozenset()}, "legal_basis.cameras"),
        ({"cameras": frozenset({"cameras/1"})}, "legal_basis.cameras"),
        ({"cameras": frozenset({TUNNEL.name.replace("0", "\uff10")})}, "legal_basis.cameras"),  # full width
        ({"cameras": frozenset(f"districts/440104/cameras/{n:020}" for n in range(1001))}, "legal_basis.cameras"),
        ({"ends_at": NOW + timedelta(days=90, seconds=1), "officers": LASTING}, "legal_basis.end_time"),
        ({"ends_at": NOW, "starts_at": NOW - timedelta(days=1)}, "legal_basis.end_time"),
        ({"document_sha256": "A" * 64}, "legal_basis.document_sha256"),
        ({"document_sha256": ""}, "legal_basis.document_sha256"),
        ({"signature": b"s" * 64}, "legal_basis.signature"),
        ({"signature": b"s" * 63, "key_id": "0" * 64}, "legal_basis.signature"),
        (
            {"officers": (Officer("Chen", "C-1"), Officer("Li", "C-2", LATER))},
            "legal_basis.officers[0].certificate_expire_time",
        ),
        (
            {"officers": (Officer("Chen", "C-1", LATER), Officer("Li", "C-2", LATER - timedelta(seconds=1)))},
            "legal_basis.officers[1].certificate_expire_time",
        ),
        ({"officers": (Officer("Chen", "Ｃ-１", LATER), Officer("Li", "c-1", LATER))}, "legal_basis.officers"),
        ({"use_limit": -1}, "legal_basis.use_limit"),
        ({"use_limit": 10_001}, "legal_basis.use_limit"),
        ({"officers": (Officer("Chen", "C-1", LATER), Officer("Li", " c-1 ", LATER))}, "legal_basis.officers"),
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
    revoked, events = revoke(basis, by, "the case is closed", NOW)
    assert events == (LegalBasisRevoked(revoked, by.name),)
    assert not covers(revoked, TUNNEL, Action.COPY, NOW)
    with pytest.raises(FailedPrecondition):
        revoke(revoked, by, "again", NOW)


def test_a_withdrawal_has_a_reason_and_says_who_and_when() -> None:
    basis, _ = register("legalBases/1", LETTER, POLICE, NOW)
    with pytest.raises(InvalidArgument, match="reason"):
        revoke(basis, POLICE, " ", NOW)
    assert revoke(basis, CITY_POLICE, "closed", NOW)[0].revocation == Revocation(CITY_POLICE.name, NOW, "closed")


def test_a_letter_may_be_of_the_agency_above_that_is_on_record_and_of_no_other() -> None:
    from_above = replace(LETTER, issuer=CITY_POLICE.agency)
    assert register("legalBases/1", from_above, POLICE, NOW, frozenset({CITY_POLICE.agency}))
    for issuer in (SECURITY.agency, "agencies/ghost", ""):
        with pytest.raises(InvalidArgument) as refused:
            register("legalBases/1", replace(LETTER, issuer=issuer), POLICE, NOW, frozenset({CITY_POLICE.agency}))
        assert [violation.field for violation in refused.value.violations] == ["legal_basis.issuer"]
        assert refused.value.metadata == {"rule": "art19-legal-basis-register", "article": "Article 19"}


def test_an_operator_has_no_papers() -> None:
    with pytest.raises(Denied, match="Article 19"):
        register("legalBases/1", replace(LETTER, issuer=OPERATOR.agency), OPERATOR, NOW)


def test_papers_are_shown_to_their_two_agencies_and_to_municipal_public_security_but_never_state_secrets() -> None:
    above = frozenset({CITY_POLICE.agency})
    basis, _ = register("legalBases/1", replace(LETTER, issuer=CITY_POLICE.agency), POLICE, NOW, above)
    assert all(is_shown(basis, POLICE.agency, AgencyKind.PUBLIC_SECURITY, who) for who in (POLICE, CITY_POLICE))
    assert not any(is_shown(basis, POLICE.agency, AgencyKind.PUBLIC_SECURITY, who) for who in (SECURITY, OPERATOR))
    secret, _ = register("legalBases/2", replace(LETTER, issuer=SECURITY.agency), SECURITY, NOW)
    assert is_shown(secret, SECURITY.agency, AgencyKind.NATIONAL_SECURITY, SECURITY)
    assert not is_shown(secret, SECURITY.agency, AgencyKind.NATIONAL_SECURITY, CITY_POLICE)


def test_nobody_else_withdraws_them() -> None:
    basis, _ = register("legalBases/1", LETTER, POLICE, NOW)
    with pytest.raises(Denied, match="municipal public security"):
        revoke(basis, OPERATOR, "no", NOW)
