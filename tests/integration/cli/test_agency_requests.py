"""What `kapok agencies` asks of the API, seen at the other end."""

from pathlib import Path

from services.chassis.signing import Signer, Verifier
from services.permissions.agencies.key import PROOF_PURPOSE, KeyPurpose, proof_payload
from tests.integration.cli.desk import Clerk, home, kapok
from tests.integration.cli.test_requests import told_to_ask


async def test_a_key_is_made_once_and_registered_with_its_proof(tmp_path: Path) -> None:
    seed = tmp_path / "letters.ed25519"
    asked = [
        await told_to_ask(tmp_path, "agencies", "keys", "register", str(seed), "--purpose", "letters") for _ in range(2)
    ]
    assert seed.stat().st_mode & 0o777 == 0o600
    assert asked[0] == asked[1], "the key that is there is taken"
    key = asked[0].agency_key
    signer = Signer.from_file(seed)
    assert (key.agency, key.public_key, key.purpose) == ("agencies/x", signer.public_key, key.PURPOSE_LETTERS)
    payload = proof_payload("agencies/x", KeyPurpose.LETTERS)
    assert Verifier(key.public_key).is_signed(PROOF_PURPOSE, payload, asked[0].proof)
    assert seed.read_bytes().strip() not in asked[0].SerializeToString()


async def test_agencies_are_suspended_and_certified_by_name(tmp_path: Path) -> None:
    suspended = await told_to_ask(tmp_path, "agencies", "suspend", "lake", "--reason", "x")
    assert (suspended.name, suspended.reason) == ("agencies/lake", "x")
    reinstated = await told_to_ask(tmp_path, "agencies", "reinstate", "agencies/lake", "--reason", "y")
    assert (reinstated.name, reinstated.reason) == ("agencies/lake", "y")
    (tmp_path / "new.pem").write_bytes(b"pem")
    certified = await told_to_ask(tmp_path, "agencies", "certify", "lake", "--certificate", str(tmp_path / "new.pem"))
    assert (certified.parent, certified.certificate) == ("principals/lake", b"pem")
    enrolled = await told_to_ask(
        tmp_path, "agencies", "enrol", "lake-night", "--certificate", str(tmp_path / "new.pem"), "--clearance", "1",
        "--role", "chief",
    )  # fmt: skip
    account = enrolled.principal
    assert (account.name, account.agency, account.clearance) == ("principals/lake-night", "agencies/x", 1)
    assert list(account.roles) == ["chief"]
    revoked = await told_to_ask(tmp_path, "agencies", "uncertify", "ab" * 32, "--reason", "z")
    assert (revoked.name, revoked.reason) == (f"certificates/{'ab' * 32}", "z")
    given = await told_to_ask(
        tmp_path, "agencies", "roles", "lake-night", "chief", "night", "--reason", "w", "--clearance", "3"
    )
    assert (given.name, list(given.roles), given.reason) == ("principals/lake-night", ["chief", "night"], "w")
    assert given.clearance == 3
    bare = await told_to_ask(tmp_path, "agencies", "roles", "lake-night", "--reason", "w")
    assert (list(bare.roles), bare.clearance) == ([], 0)
    listed = await told_to_ask(tmp_path, "agencies", "principals", "--agency", "lake")
    assert listed.parent == "agencies/lake"


async def test_a_key_of_another_agency_is_named_and_revoked_with_its_reason(tmp_path: Path) -> None:
    listed = await told_to_ask(tmp_path, "agencies", "keys", "list", "--agency", "urban-yuexiu")
    assert listed.parent == "agencies/urban-yuexiu"
    revoked = await told_to_ask(tmp_path, "agencies", "keys", "revoke", "ab" * 32, "--reason", "lost")
    assert (revoked.name, revoked.reason) == (f"agencyKeys/{'ab' * 32}", "lost")


async def test_a_person_is_enrolled_without_a_certificate_and_a_system_only_with_one(tmp_path: Path) -> None:
    asked = await told_to_ask(tmp_path, "agencies", "enrol", "li-wei", "--person", "--clearance", "1")
    assert (asked.principal.name, asked.principal.is_person) == ("principals/li-wei", True)
    assert asked.certificate == b""
    async with home(tmp_path, clerk=Clerk()) as place:
        code, _, err = await kapok(place, "agencies", "enrol", "li-wei", "--clearance", "1")
    assert code == 2
    assert "--certificate" in err
