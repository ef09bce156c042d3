"""Who may look into a camera's register of use: decided by the real permissions, on both databases (Article 17)."""

import itertools
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kapok.audit.v1 import register_service_pb2 as pb
from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import decision_pb2, papers_review_pb2
from kapok.permissions.v1 import papers_service_pb2 as papers
from kapok.registry.v1 import camera_pb2, systems_service_pb2
from services.audit.app import app
from services.chassis import bus, errors
from services.streams.domain import Session
from tests.eventually import eventually
from tests.integration.audit.conftest import Office, settings_of
from tests.integration.permissions import city
from tests.integration.permissions.inspecting import inspecting
from tests.integration.permissions.stage import built
from tests.postgres import Server
from tests.unit.audit import uses

LIST = "kapok.audit.v1.RegisterService.ListCameraUses"
METRO, ARCHIVE = "operators/metro/systems/main", "operators/archive/systems/main"
_numbers = itertools.count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> dict[str, str]:
    """Of every service, of each kind."""
    if request.param == "sqlite":
        return {}
    server: Server = request.getfixturevalue("postgres_server")
    number = next(_numbers)
    return {name: server.new_database(f"register_{name}_{number}") for name in ("registry", "permissions", "audit")}


@pytest.fixture
async def office(tmp_path: Path, databases: dict[str, str]) -> AsyncIterator[Office]:
    """Registry, permissions and audit are up with three cameras."""
    with tempfile.TemporaryDirectory(prefix="kapok-") as sockets:
        async with built(tmp_path, Path(sockets), databases) as stage, stage.running():
            await stage.register_cameras()
            settings = settings_of(stage, sockets)
            made = Office(stage, replace(settings, database=databases.get("audit", settings.database)))
            async with app(made.settings):
                yield made


async def looked(office: Office, who: str, camera: str = city.STREET, **wanted: Any) -> pb.ListCameraUsesResponse:
    """A page of the register."""
    request = pb.ListCameraUsesRequest(parent=camera, **wanted)
    answer: pb.ListCameraUsesResponse = await office.caller(who).ask(office.settings.listen, LIST, request)
    return answer


async def refused(office: Office, who: str, camera: str = city.STREET, **wanted: Any) -> errors.Error:
    request = pb.ListCameraUsesRequest(parent=camera, **wanted)
    return await office.caller(who).refused(office.settings.listen, LIST, request)


async def told(office: Office, *facts: bytes) -> None:
    """Facts of streams over the bus, once they are on record."""
    seed = office.stage.keys.bus_seed("streams")
    async with bus.connect(office.stage.permissions.bus_url, seed, "streams") as streams:
        for fact in facts:
            kind = fact_pb2.Fact.FromString(fact).kind
            await streams.jetstream.publish(f"kapok.v1.facts.{kind}", fact)
    last = fact_pb2.Fact.FromString(facts[-1])
    book = "sealed" if last.is_sealed else "ordinary"

    async def is_recorded() -> bool:
        return any(fact_pb2.Fact.FromString(record.fact).id == last.id for record in await office.records(book=book))

    await eventually(is_recorded)


def session(number: int = 1, camera: str = city.STREET, **fields: object) -> Session:
    return uses.session(number, number, camera=camera, **fields)


async def test_within_an_open_inspection_its_agency_reads_who_used_each_covered_camera(office: Office) -> None:
    opened = session(kind=uses.Kind.COPY, legal_basis="legalBases/1", purpose=uses.Purpose.CRIMINAL_INVESTIGATION)
    at = uses.ended(opened, 9)
    await told(office, uses.told("opened", opened), uses.copied(opened), uses.told("closed", at), uses.moved(59))
    before = await refused(office, "police-yuexiu")
    assert (before.reason, before.metadata["lacking"]) == ("NOT_PERMITTED", "inspection")
    assert before.metadata["article"] == "Article 14 ¶1"
    async with inspecting(office.stage, cameras=[city.STREET]) as name:
        control, copy = (await looked(office, "police-yuexiu")).uses
        assert (copy.action, copy.session) == (decision_pb2.ACTION_COPY, opened.name)
        assert (copy.principal, copy.agency) == (uses.POLICE, "agencies/police-yuexiu")
        assert (copy.purpose, copy.legal_basis) == (2, "legalBases/1")
        assert (copy.start_time.ToDatetime(at.opened_at.tzinfo), copy.copy_count) == (at.opened_at, 1)
        assert copy.end_time.ToDatetime(at.opened_at.tzinfo) == at.closed_at
        assert (control.action, control.command_count, control.ground) == (
            decision_pb2.ACTION_CONTROL,
            1,
            "takeovers/1",
        )
        outside = await refused(office, "police-yuexiu", city.TUNNEL)
        assert outside.metadata["lacking"] == "inspection"
    assert (await refused(office, "police-yuexiu")).metadata == before.metadata
    [look] = await office.facts("audit.register.looked_into", 1)
    assert (look.principal, look.camera) == (city.principal("police-yuexiu"), city.STREET)
    assert (look.rule, look.article) == ("art17-inspect-district-police", "Article 17")
    said = pb.RegisterLook()
    assert look.snapshot.Unpack(said)
    assert said.inspection == name
    assert look.request_id


async def test_a_camera_system_by_name_opens_the_register_of_its_cameras(office: Office) -> None:
    await told(office, uses.told("opened", session(1)), uses.told("opened", session(2, city.TUNNEL)))
    async with inspecting(office.stage, systems=[METRO, ARCHIVE]):
        for camera in (city.STREET, city.TUNNEL):
            [use] = (await looked(office, "police-yuexiu", camera)).uses
            assert use.session
        assert (await refused(office, "police-yuexiu", city.SECRET)).reason == "CAMERA_NOT_ACCESSIBLE"
    assert (await refused(office, "police-yuexiu", city.TUNNEL)).reason == "NOT_PERMITTED"


async def test_nothing_that_an_operator_sets_closes_the_register_to_an_inspection(office: Office) -> None:
    await told(office, uses.told("opened", session()))
    terms = papers_review_pb2.ReviewTerms(name="agencies/metro/reviewTerms", deadline_hours=24, reason="we look first")
    await office.stage.call_for(
        "metro",
        "kapok.permissions.v1.PapersService.UpdateReviewTerms",
        papers.UpdateReviewTermsRequest(review_terms=terms),
    )
    suspend = systems_service_pb2.TransitionCameraSystemRequest(
        name=METRO, state=camera_pb2.LIFE_STATE_SUSPENDED_BY_OPERATOR, reason="not today"
    )
    await office.stage.register("metro", "SystemsService.TransitionCameraSystem", suspend)
    async with inspecting(office.stage, operators=["agencies/metro"]):
        assert len((await looked(office, "police-yuexiu")).uses) == 1


async def test_the_operator_and_the_municipal_organs_read_it_without_one_and_others_do_not(office: Office) -> None:
    await told(office, uses.told("opened", session()))
    for who in ("metro", "police-guangzhou", "informatics-guangzhou", "security-guangzhou"):
        assert len((await looked(office, who)).uses) == 1
    for who in ("archive", "police-yuexiu", "urban-yuexiu", "command-guangzhou"):
        refusal = await refused(office, who)
        assert (type(refusal), refusal.reason) == (errors.Denied, "NOT_PERMITTED")
    looks = await office.facts("audit.register.looked_into", 4)
    assert {look.rule for look in looks[:1]} == {"art20-administer-own"}


async def test_a_secret_is_a_name_that_never_was_and_its_register_is_for_its_operator(office: Office) -> None:
    await told(office, uses.told("opened", session(camera=city.SECRET, is_sealed=True)))
    async with inspecting(office.stage, districts=["440104"]):
        for who in ("police-yuexiu", "police-guangzhou", "metro", "urban-yuexiu"):
            said = set()
            for camera in (city.SECRET, city.NOWHERE):
                for wanted in ({}, {"page_token": "x"}, {"page_size": -1}):
                    refusal = await refused(office, who, camera, **wanted)
                    told_ = f"{refusal.reason} {refusal.message} {dict(refusal.metadata)}"
                    said.add(told_.replace(camera, "NAME"))
            assert len(said) == 1
    for who in ("archive", "security-guangzhou"):
        assert len((await looked(office, who, city.SECRET)).uses) == 1
    assert {look.camera for look in await office.facts("audit.register.looked_into", 2, "sealed")} == {city.SECRET}
    assert not [f for f in map(fact, await office.records()) if f.kind == "audit.register.looked_into"]


def fact(record: Any) -> fact_pb2.Fact:
    return fact_pb2.Fact.FromString(record.fact)


async def test_it_is_read_page_by_page_and_wrong_requests_are_refused_by_field(office: Office) -> None:
    sessions = [session(number) for number in range(1, 6)]
    await told(office, *(uses.told("opened", one) for one in sessions))
    async with inspecting(office.stage, cameras=[city.STREET, city.TUNNEL]):
        found, token = list[str](), ""
        while not found or token:
            page = await looked(office, "police-yuexiu", page_size=2, page_token=token)
            found += [use.session for use in page.uses]
            token = page.next_page_token
        assert found == [one.name for one in sessions[::-1]]
        other = (await looked(office, "police-yuexiu", page_size=2)).next_page_token
        for camera, wanted, field in (
            ("districts/440104/cameras/1", {}, "parent"),
            ("districts/-/cameras/-", {}, "parent"),
            (city.STREET, {"page_size": -1}, "page_size"),
            (city.STREET, {"page_token": "x" * 10_000}, "page_token"),
            (city.TUNNEL, {"page_token": other}, "page_token"),
        ):
            refusal = await refused(office, "police-yuexiu", camera, **wanted)
            assert isinstance(refusal, errors.InvalidArgument)
            assert [violation.field for violation in refusal.violations] == [field]
