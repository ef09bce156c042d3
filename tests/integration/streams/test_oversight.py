"""Who sees every session on a camera: decided by the real permissions, on both databases (Articles 17, 20, 11)."""

import itertools
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import papers_review_pb2
from kapok.permissions.v1 import papers_service_pb2 as papers
from kapok.registry.v1 import camera_pb2, systems_service_pb2
from kapok.streams.v1 import streams_service_pb2 as pb
from services.audit import app as audit
from services.chassis import database, errors
from services.chassis.clock import ManualClock, SystemClock
from services.streams import app as streams
from services.streams.domain import Session
from services.streams.events import FactEncoder
from services.streams.store import SessionStore
from tests.integration.audit.conftest import Office as Ledger
from tests.integration.audit.conftest import settings_of
from tests.integration.permissions import city
from tests.integration.permissions.inspecting import inspecting
from tests.integration.permissions.stage import Stage, built
from tests.integration.registry.calls import Caller
from tests.integration.streams.replica import MIGRATIONS
from tests.postgres import Server
from tests.unit.audit import uses

LIST = "kapok.streams.v1.StreamsService.ListCameraSessions"
LOOKED = "streams.sessions.looked_into"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Office:
    """Streams beside a real registry and permissions, and how its readers ask."""

    stage: Stage
    settings: streams.Settings
    ledger: Ledger

    def caller(self, who: str) -> Caller:
        """A principal of the city, through the gateway."""
        return Caller(self.stage.keys, "gateway", city.principal(who), city.fingerprint(who))

    async def looked(self, who: str, camera: str = city.STREET, **wanted: Any) -> pb.ListCameraSessionsResponse:
        """A page."""
        request = pb.ListCameraSessionsRequest(parent=camera, **wanted)
        answer: pb.ListCameraSessionsResponse = await self.caller(who).ask(self.settings.listen, LIST, request)
        return answer

    async def names(self, who: str, camera: str = city.STREET, **wanted: Any) -> list[str]:
        """Of the sessions on it."""
        return [session.name for session in (await self.looked(who, camera, **wanted)).sessions]

    async def refused(self, who: str, camera: str = city.STREET, **wanted: Any) -> errors.Error:
        request = pb.ListCameraSessionsRequest(parent=camera, **wanted)
        return await self.caller(who).refused(self.settings.listen, LIST, request)

    async def keep(self, *sessions: Session) -> None:
        """These sessions are on record."""
        async with database.connect(self.settings.database, MIGRATIONS) as opened:
            for session in sessions:
                fact = FactEncoder(ManualClock(session.opened_at)).session("opened", session)
                await SessionStore(opened).add(session, fact)

    async def looks(self, count: int, book: str = "ordinary") -> list[fact_pb2.Fact]:
        """The looks on record, once there are ``count``."""
        return await self.ledger.facts(LOOKED, count, book)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> dict[str, str]:
    """Of every service, of each kind."""
    if request.param == "sqlite":
        return {}
    server: Server = request.getfixturevalue("postgres_server")
    number = next(_numbers)
    names = ("registry", "permissions", "streams", "audit")
    return {name: server.new_database(f"oversight_{name}_{number}") for name in names}


@pytest.fixture
async def office(tmp_path: Path, databases: dict[str, str]) -> AsyncIterator[Office]:
    """Registry, permissions, streams and audit are up with three cameras; there is no relay."""
    with tempfile.TemporaryDirectory(prefix="kapok-") as sockets:
        async with built(tmp_path, Path(sockets), databases) as stage, stage.running():
            await stage.register_cameras()
            keys, own = stage.keys, stage.registry.database.replace("registry.db", "streams.db")
            settings = streams.Settings(
                listen=f"unix:{sockets}/streams.sock", database=databases.get("streams", own),
                bus_url=stage.registry.bus_url, bus_seed=keys.bus_seed("streams"), key_file=keys.pair("streams"),
                peers_file=keys.peers, signing_key=keys.signing("streams"),
                permissions_public_key=keys.public("permissions"), permissions_address=stage.permissions.listen,
                registry_address=stage.registry.listen,
            )  # fmt: skip
            books = settings_of(stage, sockets)
            ledger = Ledger(stage, replace(books, database=databases.get("audit", books.database)))
            async with streams.app(settings), audit.app(ledger.settings):
                yield Office(stage, settings, ledger)


def session(number: int = 1, camera: str = city.STREET, **fields: object) -> Session:
    """One that runs for an hour from now."""
    at = SystemClock().now() + timedelta(milliseconds=number)
    return uses.session(number, camera=camera, opened_at=at, expires_at=at + timedelta(hours=1), **fields)


def over(of: Session) -> Session:
    return replace(of, closed_at=of.opened_at + timedelta(seconds=1), close_reason="closed by its owner")


async def test_within_an_open_inspection_its_agency_sees_whose_sessions_run_on_each_covered_camera(
    office: Office,
) -> None:
    mine = session(1, principal=city.principal("urban-yuexiu"), agency="agencies/urban-yuexiu")
    await office.keep(mine, over(session(2)), session(3, city.TUNNEL))
    before = await office.refused("police-yuexiu")
    assert (type(before), before.reason, before.metadata["lacking"]) == (errors.Denied, "NOT_PERMITTED", "inspection")
    assert before.metadata["article"] == "Article 14 ¶1"
    async with inspecting(office.stage, cameras=[city.STREET]) as name:
        [shown] = (await office.looked("police-yuexiu")).sessions
        assert (shown.name, shown.principal, shown.agency) == (mine.name, mine.principal, mine.agency)
        assert (shown.rule, shown.article, shown.purpose) == (mine.rule, mine.article, 1)
        assert not shown.HasField("close_time")
        assert (await office.refused("police-yuexiu", city.TUNNEL)).metadata["lacking"] == "inspection"
        assert len(await office.names("police-yuexiu", include_closed=True)) == 2
    assert (await office.refused("police-yuexiu")).metadata == before.metadata
    look, _ = await office.looks(2)
    assert (look.principal, look.camera) == (city.principal("police-yuexiu"), city.STREET)
    assert (look.rule, look.article) == ("art17-inspect-district-police", "Article 17")
    said = pb.CameraSessionsLook()
    assert look.snapshot.Unpack(said)
    assert said.inspection == name
    assert look.request_id


async def test_nothing_that_an_operator_sets_hides_the_sessions_from_an_inspection(office: Office) -> None:
    await office.keep(session())
    terms = papers_review_pb2.ReviewTerms(name="agencies/metro/reviewTerms", deadline_hours=24, reason="we look first")
    await office.stage.call_for(
        "metro",
        "kapok.permissions.v1.PapersService.UpdateReviewTerms",
        papers.UpdateReviewTermsRequest(review_terms=terms),
    )
    suspend = systems_service_pb2.TransitionCameraSystemRequest(
        name="operators/metro/systems/main", state=camera_pb2.LIFE_STATE_SUSPENDED_BY_OPERATOR, reason="not today"
    )
    await office.stage.register("metro", "SystemsService.TransitionCameraSystem", suspend)
    async with inspecting(office.stage, operators=["agencies/metro"]):
        assert len(await office.names("police-yuexiu")) == 1


async def test_the_operator_and_the_municipal_organs_see_them_without_one_and_others_do_not(office: Office) -> None:
    security = {"principal": city.principal("security-guangzhou"), "agency": "agencies/security-guangzhou"}
    await office.keep(session(1), session(2, **security))
    for who in ("metro", "police-guangzhou", "informatics-guangzhou", "security-guangzhou"):
        assert len(await office.names(who)) == 2, "national security's too, as in the register of use"
    for who in ("archive", "police-yuexiu", "urban-yuexiu", "command-guangzhou"):
        refusal = await office.refused(who)
        assert (type(refusal), refusal.reason) == (errors.Denied, "NOT_PERMITTED")
    assert {look.rule for look in (await office.looks(4))[:1]} == {"art20-administer-own"}


def told(refusals: Sequence[errors.Error], *names: str) -> set[str]:
    """What they say, with each of ``names`` taken for one."""
    said = {f"{type(one)} {one.reason} {one.message} {dict(one.metadata)} {one.violations}" for one in refusals}
    for name in names:
        said = {text.replace(name, "NAME") for text in said}
    return said


async def test_a_secret_is_a_name_that_never_was_and_its_sessions_are_for_its_operator(office: Office) -> None:
    await office.keep(session(camera=city.SECRET, is_sealed=True))
    async with inspecting(office.stage, districts=["440104"]):
        for who in ("police-yuexiu", "police-guangzhou", "metro", "urban-yuexiu"):
            refusals = [
                await office.refused(who, camera, **wanted)
                for camera in (city.SECRET, city.NOWHERE)
                for wanted in ({}, {"page_token": "x"}, {"page_size": -1}, {"include_closed": True})
            ]
            assert len(told(refusals, city.SECRET, city.NOWHERE)) == 1
    for who in ("archive", "security-guangzhou"):
        assert len(await office.names(who, city.SECRET)) == 1
    assert {look.camera for look in await office.looks(2, "sealed")} == {city.SECRET}
    ordinary = [fact_pb2.Fact.FromString(record.fact) for record in await office.ledger.records()]
    assert not [fact for fact in ordinary if fact.camera == city.SECRET]


async def test_what_ran_while_a_camera_was_a_secret_is_shown_to_its_operator_and_national_security_only(
    office: Office,
) -> None:
    """The street was opened again: what is on record of before is not."""
    sealed = over(session(1, is_sealed=True))
    await office.keep(sealed, session(2))
    for who, count in (("metro", 2), ("security-guangzhou", 2), ("police-guangzhou", 1)):
        assert len(await office.names(who, include_closed=True)) == count


async def test_it_is_read_page_by_page_and_wrong_requests_are_refused_by_field(office: Office) -> None:
    sessions = [session(number) for number in range(1, 6)]
    await office.keep(*(over(one) if number % 2 else one for number, one in enumerate(sessions)))
    for wanted, names in (
        ({}, [one.name for one in sessions[::-2]]),
        ({"include_closed": True}, [one.name for one in sessions[::-1]]),
    ):
        found, token = list[str](), ""
        while not found or token:
            page = await office.looked("metro", page_size=2, page_token=token, **wanted)
            found += [one.name for one in page.sessions]
            token = page.next_page_token
        assert found == names
    other = (await office.looked("metro", page_size=2)).next_page_token
    for camera, wrong, field in (
        ("districts/440104/cameras/1", {}, "parent"),
        ("districts/-/cameras/-", {}, "parent"),
        (city.STREET, {"page_size": -1}, "page_size"),
        (city.STREET, {"page_token": "x" * 10_000}, "page_token"),
        (city.TUNNEL, {"page_token": other}, "page_token"),
        (city.STREET, {"page_token": other, "include_closed": True}, "page_token"),
    ):
        refusal = await office.refused("metro", camera, **wrong)
        assert isinstance(refusal, errors.InvalidArgument)
        assert [violation.field for violation in refusal.violations] == [field]
    await office.looked("metro")
    assert len(await office.looks(7)) == 7, "a wrong request is no look"
