"""Persons on either database: known by their agency's key over its system's certificate, and by nothing else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from services.chassis.errors import Denied, InvalidArgument, Unauthenticated
from services.chassis.signing import Signer
from services.decider.facts import Action
from services.permissions.agencies.domain import Account
from services.permissions.agencies.enrolments import Enrolments
from services.permissions.agencies.key import PROOF_PURPOSE, KeyPurpose, proof_payload
from services.permissions.agencies.keys import AgencyKeys, KeyDraft
from services.permissions.agencies.principals import Principals
from services.permissions.agencies.service import Agencies
from services.permissions.decisions import Decisions
from services.permissions.ports import Ports
from services.permissions.question import Question
from services.permissions.view import Views
from tests.unit.decider.cast import CITY_POLICE, POLICE, TUNNEL, URBAN
from tests.unit.permissions import records
from tests.unit.permissions.certificates import certificate_of

LI = Account("principals/li-wei", URBAN.agency, 1, frozenset(), is_person=True)


def draft(agency: str, seed: int, purpose: KeyPurpose = KeyPurpose.TOKENS) -> KeyDraft:
    key = Signer(bytes([seed]) * 32)
    return KeyDraft(agency, purpose, key.public_key, key.sign(PROOF_PURPOSE, proof_payload(agency, purpose)))


@dataclass
class Office:
    """An agency with a certificate and a key for tokens, and a person."""

    ports: Ports
    sha256: str
    key_id: str

    async def identify(self, **changes: str) -> object:
        asked = {"name": LI.name, "certificate_sha256": self.sha256, "key_id": self.key_id} | changes
        return await Principals(self.ports).identify(**asked)


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    async with records.ports_on(database_url) as (ports, _):
        use = Enrolments(ports)
        shown = await use.certify(URBAN.name, URBAN.name, certificate_of(URBAN.name))
        key = await AgencyKeys(ports).register(URBAN.name, draft(URBAN.agency, 1))
        await use.register(URBAN.name, LI, b"")
        yield Office(ports, shown.sha256, key.key_id)


async def test_a_person_is_known_by_its_agencys_key_and_certificate(office: Office) -> None:
    found = await Principals(office.ports).identify(LI.name, office.sha256, office.key_id)
    assert (found.principal.name, found.principal.is_person, found.system) == (LI.name, True, URBAN.name)
    assert found.public_key == Signer(bytes([1]) * 32).public_key
    again = await Principals(office.ports).identify(LI.name, office.sha256)  # as audit asks, of a call that was let in
    assert (again.principal, again.public_key) == (found.principal, b"")
    system = await Principals(office.ports).identify(URBAN.name, office.sha256)
    assert (system.principal.is_person, system.system, system.public_key) == (False, URBAN.name, b"")


async def test_whoever_else_is_claimed_is_refused(office: Office) -> None:
    ports = office.ports
    stranger = replace(LI, name="principals/wang", agency=POLICE.agency)
    await Enrolments(ports).register(POLICE.name, stranger, b"")
    foreign = await AgencyKeys(ports).register(POLICE.name, draft(POLICE.agency, 2))
    letters = await AgencyKeys(ports).register(URBAN.name, draft(URBAN.agency, 3, KeyPurpose.LETTERS))
    theirs = await Enrolments(ports).certify(POLICE.name, POLICE.name, certificate_of(POLICE.name))
    said = []
    for changes in (
        {"name": stranger.name}, {"name": "principals/nobody"}, {"name": POLICE.name}, {"name": URBAN.name},
    ):  # fmt: skip
        with pytest.raises(Unauthenticated) as refused:
            await office.identify(**changes)
        said.append(refused.value.message.replace(changes["name"], "NAME"))
    assert len(set(said)) == 1, "whether another agency has such a person is not for this one to know"
    for changes in (
        {"key_id": foreign.key_id}, {"key_id": letters.key_id}, {"key_id": "0" * 64},
        {"certificate_sha256": theirs.sha256}, {"certificate_sha256": "0" * 64},
        {"certificate_sha256": theirs.sha256, "key_id": foreign.key_id},
    ):  # fmt: skip
        with pytest.raises(Unauthenticated):
            await office.identify(**changes)
    with pytest.raises(Unauthenticated):
        await office.identify(name=URBAN.name, certificate_sha256=theirs.sha256, key_id=foreign.key_id)


async def test_each_revocation_ends_it_at_once(office: Office) -> None:
    ports = office.ports
    for end, back in (
        (Principals(ports).revoke(URBAN.name, LI.name, "left"), Principals(ports).reinstate),
        (Principals(ports).revoke(CITY_POLICE.name, URBAN.name, "lost"), Principals(ports).reinstate),
        (Agencies(ports).suspend(CITY_POLICE.name, URBAN.agency, "broken into"), Agencies(ports).reinstate),
    ):
        await office.identify()
        ending = await end
        with pytest.raises(Denied) as refused:
            await office.identify()
        assert refused.value.reason == "PRINCIPAL_REVOKED"
        name = getattr(ending, "subject", URBAN.agency)
        await back(CITY_POLICE.name, name, "back")
    await office.identify()
    await AgencyKeys(ports).revoke(URBAN.name, office.key_id, "lost")
    with pytest.raises(Unauthenticated, match="kid"):
        await office.identify()
    other = await AgencyKeys(ports).register(URBAN.name, draft(URBAN.agency, 5))
    await office.identify(key_id=other.key_id)
    await Enrolments(ports).revoke(URBAN.name, office.sha256, "lost")
    with pytest.raises(Unauthenticated, match="certificate"):
        await office.identify(key_id=other.key_id)


async def test_what_a_person_opens_is_refused_once_its_system_lost_its_rights(office: Office) -> None:
    ports = office.ports
    shown = frozenset({f"certificates/{office.sha256}", f"agencyKeys/{office.key_id}"})
    asked = Question(LI.name, TUNNEL.name, Action.DESCRIBE, credentials=shown)
    decide = Decisions(ports, Views(ports)).decide
    await decide(asked)
    await Principals(ports).revoke(CITY_POLICE.name, URBAN.name, "lost")
    with pytest.raises(Denied, match="was revoked"):
        await decide(asked)
    await Principals(ports).reinstate(CITY_POLICE.name, URBAN.name, "found")
    await decide(asked)
    await AgencyKeys(ports).revoke(URBAN.name, office.key_id, "lost")
    with pytest.raises(Denied, match="was revoked"):
        await decide(asked)


async def test_persons_enrol_nobody_and_have_no_certificate(office: Office) -> None:
    use = Enrolments(office.ports)
    another = replace(LI, name="principals/zhou")
    for refused in (
        use.register(LI.name, another, b""), use.certify(LI.name, URBAN.name, certificate_of(URBAN.name)),
        AgencyKeys(office.ports).register(LI.name, draft(URBAN.agency, 4)),
    ):  # fmt: skip
        with pytest.raises(Denied, match="No person does"):
            await refused
    for refused in (
        use.certify(URBAN.name, LI.name, certificate_of(LI.name)),
        use.register(URBAN.name, another, certificate_of(another.name)),
        use.register(URBAN.name, replace(another, is_person=False), b""),
    ):
        with pytest.raises(InvalidArgument, match="certificate"):
            await refused
    with pytest.raises(InvalidArgument, match="at most 2"):
        await use.register(URBAN.name, replace(another, clearance=3), b"")
