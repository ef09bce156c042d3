"""Agencies over gRPC: who is on record is read page by page, what is spelt wrong is refused, every act is a fact."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kapok.permissions.v1 import agencies_service_pb2 as pb
from kapok.permissions.v1 import decider_service_pb2, genesis_pb2
from services.chassis.errors import Denied, InvalidArgument, NotFound, Unauthenticated
from tests.integration.permissions import city
from tests.integration.permissions.stage import Stage, after
from tests.unit.permissions.certificates import issued

POLICE, LAKE = "police-guangzhou", "principals/lake"


async def call(stage: Stage, name: str, verb: str, request: Any) -> Any:
    return await stage.call_for(name, f"kapok.permissions.v1.AgenciesService.{verb}", request)


def document(principal: str = LAKE) -> bytes:
    """A certificate that is valid now."""
    now = datetime.now(UTC)
    return issued(f"kapok://{principal}", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=9))


def registration(**changes: str) -> pb.RegisterAgencyRequest:
    fields = {
        "name": "agencies/lake", "display_name": "东湖", "kind": "urban-management", "tier": "district",
        "jurisdiction": "440106",
    }  # fmt: skip
    return pb.RegisterAgencyRequest(
        agency=genesis_pb2.Agency(**fields | changes),
        principal=genesis_pb2.Principal(name=LAKE, clearance=2),
        certificate=document(),
    )


async def test_an_agency_is_registered_read_suspended_and_reinstated(stage: Stage) -> None:
    made = await call(stage, POLICE, "RegisterAgency", registration())
    assert (made.registered_by, made.HasField("register_time")) == (f"principals/{POLICE}", True)
    assert await call(stage, "lake", "GetAgency", pb.GetAgencyRequest(name=made.name)) == made
    [one] = (await call(stage, "lake", "ListPrincipals", pb.ListPrincipalsRequest(parent=made.name))).principals
    [certificate] = one.certificates
    assert (certificate.uri, certificate.principal) == (f"kapok://{LAKE}", LAKE)
    assert certificate.expire_time.seconds > after(timedelta(days=8)).seconds
    shown = decider_service_pb2.IdentifyCertificateRequest(principal=LAKE, certificate_sha256=one.certificate_sha256[0])
    assert (await stage.serve("gateway", "IdentifyCertificate", shown)).agency == made.name
    suspended = await call(stage, POLICE, "SuspendAgency", pb.SuspendAgencyRequest(name=made.name, reason="x"))
    assert suspended.suspend_reason == "x"
    with pytest.raises(Denied, match="was suspended"):
        await stage.serve("gateway", "IdentifyCertificate", shown)
    await call(stage, POLICE, "ReinstateAgency", pb.ReinstateAgencyRequest(name=made.name, reason="y"))
    more = pb.RegisterCertificateRequest(parent=LAKE, certificate=document())
    renewed = await call(stage, "lake", "RegisterCertificate", more)
    gone = pb.RevokeCertificateRequest(name=certificate.name, reason="old")
    assert (await call(stage, "lake", "RevokeCertificate", gone)).revoked_by == LAKE
    with pytest.raises(Unauthenticated, match="was revoked"):
        await stage.serve("gateway", "IdentifyCertificate", shown)
    [one] = (await call(stage, POLICE, "ListPrincipals", pb.ListPrincipalsRequest(parent=made.name))).principals
    assert list(one.certificate_sha256) == [renewed.name.removeprefix("certificates/")]
    assert len(one.certificates) == 2


async def test_lists_go_on_where_the_page_before_ended(stage: Stage) -> None:
    names, token = [], ""
    while True:
        request = pb.ListAgenciesRequest(page_size=3, page_token=token)
        page = await call(stage, POLICE, "ListAgencies", request)
        names += [one.name for one in page.agencies]
        if not (token := page.next_page_token):
            break
    assert names == sorted(f"agencies/{name}" for name in city.AGENCIES)
    account = genesis_pb2.Principal(name="principals/command-night", agency="agencies/command-guangzhou", clearance=1)
    request = pb.RegisterPrincipalRequest(principal=account, certificate=document(account.name))
    await call(stage, "command-guangzhou", "RegisterPrincipal", request)
    first = pb.ListPrincipalsRequest(parent=account.agency, page_size=2)
    page = await call(stage, POLICE, "ListPrincipals", first)
    rest = pb.ListPrincipalsRequest(parent=account.agency, page_size=2, page_token=page.next_page_token)
    last = await call(stage, POLICE, "ListPrincipals", rest)
    found = [one.name for one in (*page.principals, *last.principals)]
    assert found == [
        "principals/command-guangzhou", "principals/command-guangzhou-duty", "principals/command-night",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "police"}, "agency.kind"),
        ({"kind": ""}, "agency.kind"),
        ({"tier": "province"}, "agency.tier"),
        ({"jurisdiction": "440100"}, "agency.jurisdiction"),
        ({"name": "agencies/Lake"}, "agency.name"),
        ({"name": "agencies/lаke"}, "agency.name"),  # the second a is Cyrillic
        ({"display_name": " "}, "agency.display_name"),
        ({"display_name": "a\u202eb"}, "agency.display_name"),
    ],
)
async def test_what_is_spelt_wrong_is_refused_by_field(stage: Stage, changes: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        await call(stage, POLICE, "RegisterAgency", registration(**changes))
    assert [violation.field for violation in refused.value.violations] == [field]
    with pytest.raises(NotFound):
        await call(stage, POLICE, "GetAgency", pb.GetAgencyRequest(name="agencies/lake"))
