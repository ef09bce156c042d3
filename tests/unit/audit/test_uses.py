"""The register of use: what facts make of a use, in whichever order they come; pages and their tokens."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from kapok.fact.v1 import fact_pb2
from kapok.streams.v1 import session_pb2
from services.audit.events import look_entry, use_told
from services.audit.register import Look
from services.audit.use import Use, merged
from services.audit.uses_listing import Query, cut
from services.chassis.errors import InvalidArgument
from services.streams.domain import Kind
from tests.unit.audit.uses import CAMERA, METRO, NOW, OTHER, POLICE, copied, ended, handed_over, moved, session, told


def read(*facts: bytes) -> Use:
    """What these facts make of one use."""
    use: Use | None = None
    for fact in facts:
        more = use_told(fact)
        assert more
        use = merged(use, more)
    assert use
    return use


def test_a_session_is_one_use_in_whichever_order_its_facts_come() -> None:
    opened = session(kind=Kind.COPY, legal_basis="legalBases/1", incident="incidents/1")
    facts = (
        told("opened", opened),
        told("renewed", opened),
        copied(opened, "b" * 64),
        told("closed", ended(opened, 5)),
    )
    for order in permutations(facts):
        use = read(*order)
        assert (use.action, use.principal, use.agency) == ("copy", POLICE, "agencies/police-yuexiu")
        assert (use.session, use.camera, use.purpose) == (opened.name, CAMERA, "public-order")
        assert (use.legal_basis, use.ground) == ("legalBases/1", "incidents/1")
        assert (use.started_at, use.ended_at) == (NOW, NOW + timedelta(minutes=5))
        assert (use.expires_at, use.close_reason) == (NOW + timedelta(hours=1), "closed by its owner")
        assert (use.copies, use.copy_sha256) == (1, "b" * 64)


def test_a_renewal_prolongs_what_is_open() -> None:
    opened = session()
    later = replace(opened, expires_at=NOW + timedelta(hours=2), rule="art14-live-municipal-police")
    use = read(told("opened", opened), told("renewed", later))
    assert (use.ended_at, use.expires_at, use.rule) == (None, later.expires_at, later.rule)


def test_a_session_that_comes_to_another_relay_is_the_same_use() -> None:
    opened = session()
    later = replace(opened, expires_at=NOW + timedelta(hours=2), relay="relay-2")
    use = read(told("opened", opened), handed_over(later))
    assert (use.session, use.ended_at, use.expires_at) == (opened.name, None, later.expires_at)
    assert read(told("opened", opened), told("closed", ended(opened, 5)), handed_over(later)).ended_at


def test_commands_of_a_principal_within_an_hour_are_one_use() -> None:
    use = read(moved(30), moved(10), moved(20))
    assert (use.action, use.principal, use.agency, use.ground) == ("control", METRO, "agencies/metro", "takeovers/1")
    assert (use.started_at, use.ended_at) == (NOW + timedelta(minutes=10), NOW + timedelta(minutes=30))
    assert use.commands == 3
    keys = {read(fact).key for fact in (moved(0), moved(60), moved(0, POLICE), moved(0, camera=OTHER))}
    assert len(keys) == 4


def unreadable() -> list[fact_pb2.Fact]:
    wrong = []
    for change in (
        {"camera": "districts/1"},
        {"snapshot": session_pb2.Copy(session="sessions/1")},
        {"snapshot": session_pb2.Session(name="sessions/1", agency="agencies/a")},
        {"snapshot": session_pb2.Session(name="sessions/\0", agency="agencies/a")},
    ):
        fact = fact_pb2.Fact.FromString(told("opened", session()))
        if "camera" in change:
            fact.camera = change["camera"]
        else:
            fact.snapshot.Pack(change["snapshot"])
        wrong.append(fact)
    copy = fact_pb2.Fact.FromString(copied(session()))
    copy.snapshot.Pack(session_pb2.Copy(session="sessions/1", sha256="none"))
    move = fact_pb2.Fact.FromString(moved(0))
    move.occur_time.seconds = 10**15
    return [*wrong, copy, move]


@pytest.mark.parametrize("fact", unreadable())
def test_what_can_not_be_read_is_left_out(fact: fact_pb2.Fact) -> None:
    assert use_told(fact.SerializeToString()) is None


def test_what_is_no_use_tells_none() -> None:
    look = Look(POLICE, CAMERA, "rule", "Article 17", "inspections/1", "request", NOW, is_sealed=False)
    for fact in (b"\xff", fact_pb2.Fact(kind="registry.camera.created").SerializeToString(), look_entry(look).fact):
        assert use_told(fact) is None


def test_control_characters_of_a_reason_are_dropped_and_it_is_cut() -> None:
    assert read(told("closed", ended(session(), 1, "a\0\x1b[2Jb" + "c" * 300))).close_reason == "a[2Jb" + "c" * 195


def test_a_page_is_cut_and_its_token_is_of_its_camera() -> None:
    found = [read(told("opened", session(number, number))) for number in range(3)]
    query = Query(CAMERA, page_size=2)
    page = cut(query, found)
    assert page.uses == tuple(found[:2])
    place = replace(query, page_token=page.next_token).behind()
    assert place == (found[1].started_at, found[1].key)
    assert not cut(query, found[:2]).next_token
    for wrong in ({"camera": OTHER}, {"page_token": "x"}, {"page_token": page.next_token + "é"}, {"page_size": -1}):
        with pytest.raises(InvalidArgument):
            replace(query, **{"page_token": page.next_token} | wrong).behind()
    assert Query(CAMERA, page_size=5000).size == 1000
