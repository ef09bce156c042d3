"""Limits of open sessions: what reaches one, what is said then, and to whom what is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.settings import SettingsError
from services.streams.domain import Kind, Order, Permit, Purpose, opened
from services.streams.limits import Bound, Limits, Taken, Whose, bound_of, first_reached
from services.streams.placement import Load, Relay
from tests.unit.streams.settings import loaded

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CAMERA = "districts/440104/cameras/44010400001320000001"
ORDER = Order("principals/p", CAMERA, Kind.LIVE, Purpose.PUBLIC_ORDER, viewer_limit=1)
PERMIT = Permit("art14", "Article 14 ¶1", "agencies/a", "", 3, is_sealed=False, valid_until=None, signed_facts=b"")
RELAY = Relay("relay-1", b"", "127.0.0.1", 8554, NOW, load=Load(viewers_most=300))
FREE = Taken(0, 0)
ORDINARY = opened(ORDER, PERMIT, "sessions/s", "relay-1", NOW)
HOLDERS = replace(ORDINARY, lease_s=10)


def bound(whose: Whose, sessions: int = 3, viewers: int = 10) -> Bound:
    return Bound(whose, "name", sessions, viewers)


def test_a_session_is_bounded_by_its_principal_agency_camera_and_relay_in_this_order() -> None:
    named = [(one.whose, one.name, one.viewers) for one in Limits(viewers_per_camera=77).bounds(HOLDERS, RELAY)]
    assert named == [
        (Whose.PRINCIPAL, "principals/p", 1000),
        (Whose.AGENCY, "agencies/a", 4000),
        (Whose.CAMERA, CAMERA, 77),
        (Whose.RELAY, "relay-1", 300),
    ]


@pytest.mark.parametrize(
    ("taken", "asked", "unit"),
    [
        (Taken(2, 9), 1, ""),
        (Taken(2, 9), 2, "viewers"),
        (Taken(3, 3), 1, "sessions"),
        (Taken(0, 0), 11, "viewers"),
    ],
)
def test_the_last_place_is_given_and_no_more(taken: Taken, asked: int, unit: str) -> None:
    reached = first_reached([bound(Whose.AGENCY)], [taken], asked)
    assert (reached.unit if reached else "") == unit


def test_the_askers_own_limit_is_told_before_what_others_share() -> None:
    full = Taken(3, 3)
    reached = first_reached([bound(Whose.PRINCIPAL), bound(Whose.CAMERA)], [full, full], 1)
    assert reached
    assert reached.bound.whose is Whose.PRINCIPAL
    reached = first_reached([bound(Whose.PRINCIPAL), bound(Whose.CAMERA)], [FREE, full], 1)
    assert reached
    assert reached.refusal(NOW).metadata == {"limit": "camera-sessions"}


def test_a_principal_is_told_when_the_first_of_its_sessions_ends() -> None:
    taken = Taken(3, 3, NOW + timedelta(minutes=4))
    reached = first_reached([bound(Whose.PRINCIPAL)], [taken], 1)
    assert reached
    refusal = reached.refusal(NOW)
    assert refusal.retry_after == timedelta(minutes=4, seconds=1), "and a second until its end is on record"
    assert reached.refusal(NOW + timedelta(hours=1)).retry_after == timedelta(seconds=1)
    assert (refusal.reason, refusal.metadata) == ("LIMIT_REACHED", {"limit": "principal-sessions"})
    assert "3" in refusal.message
    assert "close one" in refusal.message


@pytest.mark.parametrize("whose", [Whose.CAMERA, Whose.RELAY])
def test_of_a_camera_or_relay_that_is_full_nothing_is_told_that_is_other_peoples(whose: Whose) -> None:
    """Neither how full it is, nor how full it may be, nor when one of its sessions ends."""
    said = set()
    for most, taken in ((20, Taken(20, 20, NOW + timedelta(minutes=4))), (3, Taken(2, 3, None))):
        reached = first_reached([bound(whose, viewers=most)], [taken], 2)
        assert reached
        refusal = reached.refusal(NOW)
        said.add((refusal.message, refusal.retry_after))
    [(message, retry_after)] = said
    assert retry_after
    assert "2 viewer(s)" in message
    assert "come back later" in message


def test_a_relay_that_sends_as_much_as_it_can_has_no_room_left() -> None:
    busy = replace(RELAY, load=Load(viewers=10, bytes_per_s=500, bytes_per_s_most=500))
    assert bound_of(busy, HOLDERS).viewers == 0
    assert first_reached([bound_of(busy, HOLDERS)], [FREE], 1)
    assert not first_reached([bound_of(RELAY, HOLDERS)], [FREE], 300)
    assert first_reached([bound_of(RELAY, HOLDERS)], [FREE], 301)


def test_the_last_tenth_of_a_camera_and_of_a_relay_is_for_takeovers_holders() -> None:
    limits = Limits(viewers_per_camera=20, sessions_per_camera=9)
    for session, camera, relay in ((ORDINARY, (9, 18), 270), (HOLDERS, (9, 20), 300)):
        *own, of_camera, of_relay = limits.bounds(session, RELAY)
        assert (of_camera.sessions, of_camera.viewers) == camera, "of less than ten there is no tenth"
        assert (of_relay.sessions, of_relay.viewers) == (relay, relay)
        assert [one.viewers for one in own] == [1000, 4000], "its own limits are everybody's"
    full = [FREE, FREE, Taken(5, 18), Taken(30, 270)]
    refused = first_reached(limits.bounds(ORDINARY, RELAY), full, 1)
    assert refused
    assert refused.refusal(NOW).metadata == {"limit": "camera-viewers"}
    assert first_reached(limits.bounds(HOLDERS, RELAY), full, 2) is None, "who holds goes first"
    assert first_reached(limits.bounds(HOLDERS, RELAY), full, 3), "and where that is full too, nobody is put out"


def test_limits_are_settings_of_streams() -> None:
    assert loaded().limits == Limits()
    assert loaded(KAPOK_SESSIONS_PER_AGENCY="7", KAPOK_VIEWERS_PER_CAMERA="8").limits == Limits(
        sessions_per_agency=7, viewers_per_camera=8
    )
    with pytest.raises(SettingsError, match=r"KAPOK_SESSIONS_PER_PRINCIPAL: .*KAPOK_VIEWERS_PER_AGENCY: must be 1"):
        loaded(KAPOK_SESSIONS_PER_PRINCIPAL="0", KAPOK_VIEWERS_PER_AGENCY="-3")
    with pytest.raises(SettingsError, match="KAPOK_VIEWERS_PER_CAMERA"):
        loaded(KAPOK_VIEWERS_PER_CAMERA="many")
