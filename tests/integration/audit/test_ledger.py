"""The ledger at work: every fact once, in its book, readable by those who supervise, and not to be rewritten unseen."""

import contextlib
import sqlite3
import uuid

import pytest

from kapok.audit.v1 import audit_service_pb2 as pb
from kapok.fact.v1 import fact_pb2
from services.audit.app import app
from services.audit.domain import FIRST_PREVIOUS, chained
from services.chassis import errors
from services.chassis.signing import Verifier
from tests.eventually import eventually
from tests.integration.audit.conftest import Office
from tests.integration.permissions import city

CREATED, OPENED = "registry.camera.created", "relay.viewer.opened"
SUBJECT = "kapok.v1.facts.relay.relay-1.viewer.opened"
LIST = "kapok.audit.v1.AuditService.ListRecords"


def first_break(records: list[pb.Record]) -> int | None:
    """Recomputed from the facts alone, as any reader can."""
    previous = FIRST_PREVIOUS
    for expected, record in enumerate(records, start=1):
        previous = chained(previous, record.fact)
        if (record.number, record.hash) != (expected, previous):
            return expected
    return None


async def test_facts_land_in_their_books_and_the_chains_hold(office: Office) -> None:
    async with app(office.settings):
        ordinary, sealed = await office.facts(CREATED, 2), await office.facts(CREATED, 1, "sealed")
        assert {fact.camera for fact in ordinary} == {city.STREET, city.TUNNEL}
        assert [fact.camera for fact in sealed] == [city.SECRET]
        assert all(fact.principal and fact.request_id and fact.rule for fact in (*ordinary, *sealed))
        for book in ("ordinary", "sealed"):
            records, head = await office.records(book=book), await office.head(book=book)
            assert first_break(records) is None
            assert (head.number, head.hash) == (records[-1].number, records[-1].hash)
            assert not any(b"rtsp://" in record.fact for record in records), "no source is ever told"
            signed = book.encode() + b"\0" + head.number.to_bytes(8, "big") + head.hash
            assert head.public_key.hex() == office.stage.keys.public("audit").read_text().strip()
            assert Verifier(head.public_key).is_signed("kapok.ledger.head", signed, head.signature)


def opened(kind: str = OPENED) -> fact_pb2.Fact:
    """A fact as the relay tells it."""
    return fact_pb2.Fact(id=str(uuid.uuid4()), kind=kind, camera=city.STREET)


async def test_a_fact_that_comes_again_is_recorded_once(office: Office) -> None:
    first, second = opened(), opened()
    async with office.stage.hear() as relay:
        async with app(office.settings):
            for fact in (first, first, first):
                await relay.jetstream.publish(SUBJECT, fact.SerializeToString())
            await office.facts(OPENED, 1)
        for fact in (first, second):  # while the ledger was away
            await relay.jetstream.publish(SUBJECT, fact.SerializeToString())
    async with app(office.settings):
        assert {fact.id for fact in await office.facts(OPENED, 2)} == {first.id, second.id}
        assert first_break(await office.records()) is None


async def test_what_is_no_fact_of_its_sender_is_left_out_and_stops_nothing(office: Office) -> None:
    foreign = [b"", b"\xff" * 50, b"x" * 70_000, fact_pb2.Fact(kind=OPENED).SerializeToString()]
    foreign += [
        opened(kind).SerializeToString() for kind in ("permissions.principal.reinstated", "relay.viewer.closed")
    ]
    last = opened()
    async with app(office.settings), office.stage.hear() as relay:
        for payload in (*foreign, last.SerializeToString()):
            await relay.jetstream.publish(SUBJECT, payload)
        assert [fact.id for fact in await office.facts(OPENED, 1)] == [last.id]
        kinds = {fact_pb2.Fact.FromString(record.fact).kind for record in await office.records()}
        assert kinds - {"registry.finding.raised"} == {CREATED, OPENED}, "a finding is the registry's own, in its time"


@pytest.mark.parametrize("name", ["police-guangzhou", "police-yuexiu", "urban-yuexiu", "metro", "archive"])
async def test_a_sealed_book_looks_like_none_to_all_but_national_security(office: Office, name: str) -> None:
    async with app(office.settings):
        answers = set()
        for book in ("sealed", "nothing"):
            listing = pb.ListRecordsRequest(parent=f"books/{book}", page_token="garbage")
            for request, verb in ((listing, "ListRecords"), (pb.GetHeadRequest(name=f"books/{book}/head"), "GetHead")):
                method = f"kapok.audit.v1.AuditService.{verb}"
                refusal = await office.caller(name).refused(office.settings.listen, method, request)
                told = (type(refusal), refusal.reason, refusal.message.replace(book, ""), str(refusal.metadata))
                answers.add(told)
        assert len(answers) == 1, answers


async def test_the_ordinary_book_is_for_municipal_supervision(office: Office) -> None:
    async with app(office.settings):
        await office.facts(CREATED, 2)
        assert len(await office.records("police-guangzhou")) == 2
        for name in ("police-yuexiu", "urban-yuexiu", "command-guangzhou", "metro"):
            with pytest.raises(errors.Denied):
                await office.records(name)
            with pytest.raises(errors.Denied):
                await office.head(name)


async def test_pages_follow_one_another_in_both_orders(office: Office) -> None:
    async with app(office.settings):
        await office.facts(CREATED, 2)
        for newest_first, order in ((False, [1, 2]), (True, [2, 1])):
            wanted = {"parent": "books/ordinary", "page_size": 1, "newest_first": newest_first}
            numbers, token = [], ""
            while not numbers or token:
                request = pb.ListRecordsRequest(**wanted, page_token=token)
                page = await office.caller("police-guangzhou").ask(office.settings.listen, LIST, request)
                numbers += [record.number for record in page.records]
                token = page.next_page_token
            assert numbers == order
        for wrong in ({"parent": "books/" + "x" * 9999}, {"page_size": -1}, {"page_token": "ordinary.newest.1"}):
            request = pb.ListRecordsRequest(**{"parent": "books/ordinary", **wrong})
            refusal = await office.caller("police-guangzhou").refused(office.settings.listen, LIST, request)
            assert isinstance(refusal, errors.InvalidArgument)
            assert len(refusal.message) < 200


async def test_no_statement_rewrites_a_book_while_its_triggers_stand(office: Office) -> None:
    async with app(office.settings):
        await office.facts(CREATED, 2)
    with contextlib.closing(sqlite3.connect(office.file)) as books:
        for statement in (
            "UPDATE records SET fact = x'00' WHERE number = 1",
            "DELETE FROM records WHERE number = 2",
            "INSERT OR REPLACE INTO records SELECT book, number, event_id, x'00', hash, recorded_at FROM records",
            "INSERT OR REPLACE INTO records SELECT book, 3, event_id, fact, hash, recorded_at FROM records LIMIT 1",
            "INSERT INTO records SELECT book, 9, 'new', fact, hash, recorded_at FROM records LIMIT 1",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                books.execute(statement)


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE records SET fact = fact || x'1200' WHERE book = 'ordinary' AND number = 1", 1),
        ("DELETE FROM records WHERE book = 'ordinary' AND number = 1", 1),
        ("UPDATE records SET hash = zeroblob(32) WHERE book = 'ordinary' AND number = 2", 2),
    ],
)
async def test_a_book_edited_by_hand_is_found_by_recomputing_it(
    office: Office, statement: str, broken: int, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    async with app(office.settings):
        await office.facts(CREATED, 2)
    with contextlib.closing(sqlite3.connect(office.file)) as books:
        for trigger in ("records_no_update", "records_no_delete", "records_no_replace"):
            books.execute(f"DROP TRIGGER {trigger}")
        books.execute(statement)
        books.commit()
    async with app(office.settings):
        assert first_break(await office.records()) == broken
        await eventually(lambda: f"broken at record {broken}" in caplog.text)
