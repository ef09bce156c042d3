"""A letter that its issuer signed needs no scan: by a key for letters, over just this letter, on either database."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.errors import InvalidArgument
from services.chassis.signing import Signer
from services.decider.facts import Principal
from services.permissions.agencies.key import PROOF_PURPOSE, KeyPurpose, proof_payload
from services.permissions.agencies.keys import AgencyKeys, KeyDraft
from services.permissions.papers.bases import Bases
from services.permissions.papers.letter import PURPOSE, Officer, Papers, text
from services.permissions.ports import Ports
from tests.unit.decider.cast import CITY_POLICE, LATER, NOW, PARK, POLICE, TUNNEL
from tests.unit.permissions import records

KEY = Signer(bytes(range(32)))
LETTER = Papers(
    "GZ-1", CITY_POLICE.agency, (Officer("Chen", "C-1", LATER), Officer("Li", "C-2", LATER)),
    frozenset({TUNNEL.name}), NOW, LATER, "theft",
)  # fmt: skip


@pytest.fixture
async def ports(database_url: str) -> AsyncIterator[Ports]:
    async with records.ports_on(database_url) as (ports, outside):
        outside.cameras[PARK.name] = PARK
        yield ports


async def keyed(ports: Ports, owner: Principal, purpose: KeyPurpose = KeyPurpose.LETTERS) -> str:
    """KEY on record for an agency; its id."""
    proof = KEY.sign(PROOF_PURPOSE, proof_payload(owner.agency, purpose))
    await AgencyKeys(ports).register(owner.name, KeyDraft(owner.agency, purpose, KEY.public_key, proof))
    return hashlib.sha256(KEY.public_key).hexdigest()


def signed(papers: Papers, key_id: str, holder: str = POLICE.agency) -> Papers:
    return replace(papers, key_id=key_id, signature=KEY.sign(PURPOSE, text(papers, holder)))


async def refused(ports: Ports, papers: Papers, by: Principal = POLICE) -> None:
    with pytest.raises(InvalidArgument) as wrong:
        await Bases(ports).register(by.name, papers)
    assert wrong.value.reason == "SIGNATURE_WRONG"
    assert [violation.field for violation in wrong.value.violations] == ["legal_basis.signature"]


async def test_a_signed_letter_is_put_on_record_without_a_scan_and_read_again_as_it_was(ports: Ports) -> None:
    letter = signed(LETTER, await keyed(ports, CITY_POLICE))
    basis = await Bases(ports).register(POLICE.name, letter)
    assert (await Bases(ports).get(POLICE.name, basis.name)).papers == letter


async def test_a_letter_that_was_changed_or_is_another_agencys_is_refused(ports: Ports) -> None:
    letter = signed(LETTER, await keyed(ports, CITY_POLICE))
    for change in (
        {"number": "GZ-2"}, {"cameras": frozenset({TUNNEL.name, PARK.name})}, {"ends_at": LATER - timedelta(minutes=1)},
        {"purpose": "fraud"}, {"use_limit": 3}, {"starts_at": NOW + timedelta(seconds=1)},
        {"officers": (LETTER.officers[0], replace(LETTER.officers[1], display_name="Wu"))},
        {"signature": bytes(64)}, {"document_sha256": "0" * 64, "number": "GZ-3"},
    ):  # fmt: skip
        await refused(ports, replace(letter, **change))  # type: ignore[arg-type] # fields by name
    await refused(ports, replace(letter, issuer=POLICE.agency))
    await refused(ports, letter, by=CITY_POLICE)


async def test_only_a_key_of_the_issuer_for_letters_that_is_not_revoked_signs_them(ports: Ports) -> None:
    key_id = hashlib.sha256(KEY.public_key).hexdigest()
    await refused(ports, signed(LETTER, key_id))
    await keyed(ports, POLICE)
    await refused(ports, signed(LETTER, key_id))
    own = replace(LETTER, issuer=POLICE.agency)
    await Bases(ports).register(POLICE.name, signed(own, key_id))
    await AgencyKeys(ports).revoke(POLICE.name, key_id, "lost")
    await refused(ports, signed(own, key_id))


async def test_a_key_for_tokens_signs_no_letter(ports: Ports) -> None:
    await refused(ports, signed(LETTER, await keyed(ports, CITY_POLICE, KeyPurpose.TOKENS)))


def test_no_two_letters_are_one_text() -> None:
    changes: tuple[dict[str, object], ...] = (
        {}, {"number": "GZ-1\u2028"}, {"purpose": "theft0"}, {"use_limit": 1}, {"cameras": frozenset({PARK.name})},
        {"officers": LETTER.officers[:1]}, {"issuer": POLICE.agency}, {"ends_at": LATER + timedelta(microseconds=1)},
    )  # fmt: skip
    texts = {text(replace(LETTER, **change), POLICE.agency) for change in changes}  # type: ignore[arg-type]
    assert len(texts) == len(changes)
    assert text(replace(LETTER, officers=LETTER.officers[::-1]), POLICE.agency) == text(LETTER, POLICE.agency)
