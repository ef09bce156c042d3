"""The streams service: what opens, what is on record when it is answered, and how its record ends."""

import asyncio
import sqlite3
import ssl
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from cli.rtsp_pull import Pull
from demo.platform import Viewer, watching
from kapok.streams.v1 import session_pb2
from kapok.streams.v1 import streams_service_pb2 as pb
from services.chassis import errors
from tests.eventually import eventually
from tests.integration.streams.neighbours import Desk, allowed, desk
from tests.integration.streams.stage import CAMERA, RELAY, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPEN, CLOSED = session_pb2.Session.STATE_OPEN, session_pb2.Session.STATE_CLOSED


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """One service with its relay for the whole module."""
    home = tmp_path_factory.mktemp("streams")
    with tempfile.TemporaryDirectory(prefix="kapok-") as folder:
        async with stage(home) as relay, (made := desk(relay, home, Path(folder))).serving():
            yield made


@pytest.fixture
def office(running: Desk) -> Desk:
    """The same, where a principal of the test's own is allowed everything."""
    running.principal = f"principals/{uuid.uuid4()}"
    running.registry.refusal = None
    running.permissions.relent()
    return running


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="kapok-") as made:
        yield Path(made)


def is_waiting(office: Desk, session: str) -> bool:
    """Whether a fact of the session is in the outbox."""
    with closing(sqlite3.connect(office.settings.database.removeprefix("sqlite+aiosqlite:///"))) as opened:
        return any(session.encode() in row[0] for row in opened.execute("SELECT payload FROM outbox"))


async def seen(url: str) -> Viewer:
    viewer = watching(url)
    assert await asyncio.to_thread(viewer.await_pictures, 5), viewer.why
    return viewer


async def described(url: str, ca: Path) -> bytes:
    """The first line that the relay answers over TLS, with a certificate of the authority ``ca``."""
    trust = ssl.create_default_context(cafile=ca)
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port, ssl=trust)
    writer.write(f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
    said = await reader.readline()
    writer.close()
    return said


async def test_the_same_token_opens_rtsps(office: Desk) -> None:
    answer = await office.open()
    ca = office.settings.signing_key.parent / "certs" / "ca.pem"
    assert await described(answer.rtsps_url, ca) == b"RTSP/1.0 200 OK\r\n"
    token = answer.rtsps_url.partition("token=")[2]
    forged = answer.rtsps_url.replace(token, token[:-8] + token[:8])
    assert await described(forged, ca) == b"RTSP/1.0 403 Forbidden\r\n"


async def test_an_answered_session_is_on_record_and_its_url_shows_pictures(office: Desk) -> None:
    answer = await office.open()
    assert is_waiting(office, answer.session.name) or await office.facts()  # a fact goes from there to here
    [listed] = await office.sessions()
    assert listed == answer.session
    assert (listed.state, listed.rule, listed.article) == (OPEN, "art14-live-own", "Article 14 ¶1")
    assert (listed.principal, listed.agency, listed.relay) == (office.principal, "agencies/police", RELAY)
    await seen(answer.rtsp_url)
    path = answer.rtsp_url.partition("/s/")[2].partition("?")[0]
    assert answer.websocket_url == f"ws://127.0.0.1:{office.relay.heard[-1].web_port}/s/{path}", "without the token"
    assert answer.grpc_target == f"127.0.0.1:{office.relay.heard[-1].grpc_port}"
    heard = office.relay.heard[-1]
    assert answer.rtsps_url == f"rtsps://127.0.0.1:{heard.rtsps_port}/s/{path}?token={answer.token}"
    assert answer.wss_url == f"wss://127.0.0.1:{heard.wss_port}/s/{path}"
    facts = await office.told("streams.session.opened", "relay.viewer.opened")
    assert not [fact for fact in facts if answer.token.encode() in fact.SerializeToString()]
    [(service, asked)] = office.permissions.asked
    assert (service, asked.principal, asked.camera) == ("streams", office.principal, CAMERA)
    assert asked.session == answer.session.name, "papers are used by the session that opens on them"


async def test_the_facts_of_a_state_secret_are_sealed(office: Desk) -> None:
    office.permissions.level = 5
    await seen((await office.open()).rtsp_url)
    assert all(fact.is_sealed for fact in await office.told("streams.session.opened", "relay.viewer.opened"))


@pytest.mark.parametrize(("lacking", "reason"), [(["papers"], "PAPERS_MISSING"), ([], "NOT_PERMITTED")])
async def test_a_denial_names_rule_and_article_and_leaves_nothing(
    office: Desk, lacking: list[str], reason: str
) -> None:
    said = {"rule": "default-deny", "article": "Article 19", "sentence": "bring papers", "lacking": lacking}
    office.permissions.decision = allowed(office.relay.number, allowed=False, **said)
    with pytest.raises(errors.Denied, match="bring papers") as refusal:
        await office.open()
    assert refusal.value.reason == reason
    assert refusal.value.metadata.items() >= {"rule": "default-deny", "article": "Article 19"}.items()
    assert await office.sessions() == []
    assert not is_waiting(office, office.principal)
    assert await office.facts() == []


async def test_a_camera_whose_source_is_not_given_opens_nothing(office: Desk) -> None:
    office.registry.refusal = errors.FailedPrecondition("STATE_WRONG", "not accepted yet (Article 10)")
    with pytest.raises(errors.FailedPrecondition, match="Article 10"):
        await office.open()
    assert await office.sessions() == []


async def test_without_a_relay_nothing_opens_and_nothing_is_half_written(tmp_path: Path, folder: Path) -> None:
    async with stage(tmp_path) as relay:
        relay.process.kill()
        await relay.process.wait()
        office = desk(relay, tmp_path, folder)
        async with office.serving():
            with pytest.raises(errors.Unavailable, match="no relay is alive"):
                await office.open()
            assert await office.sessions() == []
            assert not is_waiting(office, office.principal)


async def test_a_session_that_the_relay_refuses_is_closed_on_record(office: Desk) -> None:
    await office.relay.end(office.principal)
    await office.relay.settled()
    with pytest.raises(errors.Aborted):
        await office.open()
    [session] = await office.sessions()
    assert session.state == CLOSED
    assert "did not take it" in session.close_reason
    await office.told("streams.session.opened", "streams.session.closed")


async def test_what_was_decided_before_something_that_the_relay_knows_is_decided_once_more(office: Desk) -> None:
    stale = allowed(office.relay.number)
    await office.relay.end(office.principal)
    await office.relay.settled()
    office.permissions.before, office.permissions.decision = [stale], allowed(office.relay.number)
    answer = await office.open()
    await seen(answer.rtsp_url)
    assert [request.session for _, request in office.permissions.asked] == [answer.session.name] * 2
    await office.told("streams.session.opened", "streams.session.decided_anew", "relay.viewer.opened")


async def test_another_principals_session_is_as_absent_as_one_that_never_was(office: Desk) -> None:
    name = (await office.open()).session.name
    copy = session_pb2.Copy(session=name, sha256="0" * 64, size_bytes=1, duration_ms=1)
    for verb, request in (
        ("CloseSession", pb.CloseSessionRequest(name=name)),
        ("RenewSession", pb.RenewSessionRequest(name=name)),
        ("RecordCopy", pb.RecordCopyRequest(copy=copy)),
        ("CloseSession", pb.CloseSessionRequest(name="sessions/never")),
    ):
        with pytest.raises(errors.NotFound, match="you have no such session"):
            await office.ask(verb, request, "principals/other")
    assert await office.sessions("principals/other") == []
    with pytest.raises(errors.Denied) as refusal:
        await office.sessions("")
    assert refusal.value.reason == "METHOD_NOT_EXPOSED"


async def test_closing_ends_the_viewer_and_closing_twice_is_one_fact(office: Desk) -> None:
    answer = await office.open()
    viewer = await seen(answer.rtsp_url)
    for _ in range(2):
        closed = await office.ask("CloseSession", pb.CloseSessionRequest(name=answer.session.name))
        assert (closed.state, closed.close_reason) == (CLOSED, "closed by its owner")
    await eventually(viewer.ended.is_set)
    with pytest.raises(errors.Denied), closing(Pull.open(answer.rtsp_url)):
        pass
    with pytest.raises(errors.FailedPrecondition, match="closed by its owner"):
        await office.ask("RenewSession", pb.RenewSessionRequest(name=answer.session.name))
    await office.told(
        "streams.session.opened", "relay.viewer.opened", "streams.session.closed", "relay.viewer.closed"
    )  # fmt: skip


async def test_a_renewal_is_decided_anew_and_leaves_the_viewer_in_peace(office: Desk) -> None:
    answer = await office.open(viewer_limit=2)
    viewer = await seen(answer.rtsp_url)
    until = datetime.now(UTC) + timedelta(minutes=2)
    office.permissions.decision = allowed(office.relay.number, rule="art18-live", valid_until=until)
    renewed = await office.ask("RenewSession", pb.RenewSessionRequest(name=answer.session.name))
    assert (renewed.session.rule, renewed.session.expire_time.ToDatetime(UTC)) == ("art18-live", until)
    assert renewed.token != answer.token
    await seen(renewed.rtsp_url)
    assert not viewer.ended.is_set()


async def test_a_session_lasts_as_long_as_its_permit(office: Desk) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=1)
    office.permissions.decision = allowed(office.relay.number, valid_until=soon)
    viewer = await seen((await office.open()).rtsp_url)
    await eventually(viewer.ended.is_set)
    assert datetime.now(UTC) > soon

    async def is_over_on_record() -> bool:
        [session] = await office.sessions()
        return session.close_reason == "its time is over"

    await eventually(is_over_on_record)


async def test_an_ending_closes_what_was_decided_before_it_and_spares_what_came_after(office: Desk) -> None:
    await office.open()
    office.permissions.decision = allowed(office.relay.number + 1)  # as if the ending below were known already
    opening = asyncio.create_task(office.open())  # its relay waits for that ending
    await eventually(lambda: len(office.permissions.asked) == 2)
    await office.relay.end(office.principal)
    later = (await opening).session

    async def is_one_closed() -> bool:
        return {session.close_reason for session in await office.sessions()} == {"principal revoked", ""}

    await eventually(is_one_closed)
    assert [session.name for session in await office.sessions() if session.state == OPEN] == [later.name]


async def test_an_ending_missed_while_the_service_was_away_is_found_at_its_start(running: Desk, folder: Path) -> None:
    office = desk(running.relay, Path(running.settings.signing_key).parent, folder)
    async with office.serving():
        await office.open()
    await office.relay.end(office.principal)
    async with office.serving():
        [session] = await office.sessions()
        assert (session.state, session.close_reason) == (CLOSED, "principal revoked")


async def test_lists_page_through_each_session_once_newest_first(office: Desk) -> None:
    opened = [(await office.open()).session.name for _ in range(5)]
    found: list[str] = []
    token = ""
    while not found or token:
        page = await office.ask("ListSessions", pb.ListSessionsRequest(page_size=2, page_token=token))
        found += [session.name for session in page.sessions]
        token = page.next_page_token
    assert found == opened[::-1]
    nan = "bmFuIHg="
    for wrong in ({"page_token": "x"}, {"page_token": nan}, {"page_size": -1}, {"page_size": 1001}):
        with pytest.raises(errors.InvalidArgument):
            await office.ask("ListSessions", pb.ListSessionsRequest(**wrong))
