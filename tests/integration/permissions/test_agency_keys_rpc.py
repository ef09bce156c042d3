"""Keys of agencies over gRPC: what is spelt wrong is refused by field, pages follow each other, facts are published."""

from typing import Any

import pytest

from kapok.permissions.v1 import agencies_service_pb2 as pb
from kapok.permissions.v1 import agency_key_pb2
from services.chassis.errors import Denied, InvalidArgument
from services.chassis.signing import Signer
from services.permissions.agencies.key import PROOF_PURPOSE, KeyPurpose, proof_payload
from tests.integration.permissions.stage import Stage

AGENCY = "agencies/urban-yuexiu"


async def call(stage: Stage, name: str, verb: str, request: Any) -> Any:
    return await stage.call_for(name, f"kapok.permissions.v1.AgenciesService.{verb}", request)


def registration(seed: int, agency: str = AGENCY) -> pb.RegisterAgencyKeyRequest:
    signer = Signer(bytes([seed]) * 32)
    key = agency_key_pb2.AgencyKey(agency=agency, purpose="PURPOSE_LETTERS", public_key=signer.public_key)
    return pb.RegisterAgencyKeyRequest(
        agency_key=key, proof=signer.sign(PROOF_PURPOSE, proof_payload(agency, KeyPurpose.LETTERS))
    )


async def test_a_key_is_registered_listed_and_revoked(stage: Stage) -> None:
    made = [await call(stage, "urban-yuexiu", "RegisterAgencyKey", registration(seed)) for seed in range(3)]
    assert {one.registered_by for one in made} == {"principals/urban-yuexiu"}
    first = await call(stage, "urban-yuexiu", "ListAgencyKeys", pb.ListAgencyKeysRequest(parent=AGENCY, page_size=2))
    rest = pb.ListAgencyKeysRequest(parent=AGENCY, page_size=2, page_token=first.next_page_token)
    second = await call(stage, "police-guangzhou", "ListAgencyKeys", rest)
    listed = [*first.agency_keys, *second.agency_keys]
    assert [one.name for one in listed] == sorted(one.name for one in made)
    assert second.next_page_token == ""
    revocation = pb.RevokeAgencyKeyRequest(name=made[0].name, reason="lost")
    revoked = await call(stage, "police-guangzhou", "RevokeAgencyKey", revocation)
    assert (revoked.revoked_by, revoked.revoke_reason) == ("principals/police-guangzhou", "lost")
    assert revoked.HasField("revoke_time")
    assert not made[0].HasField("revoke_time")


async def test_what_is_spelt_wrong_is_refused_by_field(stage: Stage) -> None:
    good = registration(9)
    for wrong, field in (
        ({"agency": "metro"}, "agency_key.agency"),
        ({"agency": "agencies/Ärger"}, "agency_key.agency"),
        ({"purpose": 0}, "agency_key.purpose"),
        ({"purpose": 77}, "agency_key.purpose"),
        ({"public_key": b""}, "agency_key.public_key"),
        ({"public_key": bytes(33)}, "agency_key.public_key"),
    ):
        request = pb.RegisterAgencyKeyRequest()
        request.CopyFrom(good)
        for name, value in wrong.items():
            setattr(request.agency_key, name, value)
        with pytest.raises(InvalidArgument) as refused:
            await call(stage, "urban-yuexiu", "RegisterAgencyKey", request)
        assert [violation.field for violation in refused.value.violations] == [field]
    for request in (
        pb.ListAgencyKeysRequest(parent=AGENCY, page_size=-1),
        pb.ListAgencyKeysRequest(parent=AGENCY, page_token="x"),
        pb.ListAgencyKeysRequest(parent=""),
    ):
        with pytest.raises(InvalidArgument):
            await call(stage, "urban-yuexiu", "ListAgencyKeys", request)
    with pytest.raises(InvalidArgument):
        await call(stage, "urban-yuexiu", "RevokeAgencyKey", pb.RevokeAgencyKeyRequest(name="agencyKeys/1", reason="x"))


async def test_another_agency_is_told_nothing(stage: Stage) -> None:
    made = await call(stage, "urban-yuexiu", "RegisterAgencyKey", registration(1))
    absent = f"agencyKeys/{'0' * 64}"
    said = []
    for name in (made.name, absent):
        with pytest.raises(Denied) as refused:
            await call(stage, "metro", "RevokeAgencyKey", pb.RevokeAgencyKeyRequest(name=name, reason="x"))
        said.append(refused.value.message)
    assert said[0] == said[1]
