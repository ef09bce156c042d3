"""Sessions: what an order must name, how long a session lasts, how it closes."""

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.errors import FailedPrecondition, InvalidArgument
from services.streams.copies import Copy, checked_copy
from services.streams.domain import (
    SESSION_LIFETIME,
    Kind,
    Order,
    Permit,
    Purpose,
    Session,
    checked,
    closed,
    opened,
    renewed,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CAMERA = "districts/440104/cameras/44010400001320000001"
ORDER = Order("principals/p", CAMERA, Kind.LIVE, Purpose.PUBLIC_ORDER, viewer_limit=1)
PERMIT = Permit("art14", "Article 14 ¶1", "agencies/a", "", 3, is_sealed=False, valid_until=None, signed_facts=b"")


def session(permit: Permit = PERMIT) -> Session:
    return opened(ORDER, permit, "sessions/s", "relay-1", NOW)


def test_every_wrong_field_of_an_order_is_named_at_once() -> None:
    with pytest.raises(InvalidArgument) as refusal:
        checked(Order("principals/p", "camera 7", None, None, viewer_limit=-1))
    assert {violation.field for violation in refusal.value.violations} == {
        "session.camera", "session.kind", "session.purpose", "session.viewer_limit"
    }  # fmt: skip


def test_one_viewer_is_the_default() -> None:
    assert checked(Order("principals/p", CAMERA, Kind.LIVE, Purpose.PUBLIC_ORDER)).viewer_limit == 1


def test_a_session_never_outlasts_its_permit() -> None:
    soon = NOW + timedelta(minutes=2)
    assert session().expires_at == NOW + SESSION_LIFETIME
    limited = Permit("r", "a", "agencies/a", "incidents/i", 3, is_sealed=False, valid_until=soon, signed_facts=b"")
    assert session(limited).expires_at == soon


def test_a_session_stands_on_the_incident_that_its_permit_names() -> None:
    permit = Permit("r", "a", "agencies/a", "incidents/i", 3, is_sealed=False, valid_until=None, signed_facts=b"")
    assert session(permit).stands_on == {"sessions/s", "principals/p", "agencies/a", CAMERA, "incidents/i"}


def test_the_first_reason_of_closing_stands() -> None:
    once = closed(session(), "revoked", NOW)
    assert closed(once, "closed by its owner", NOW + timedelta(seconds=1)) == once


def test_a_closed_session_is_not_renewed() -> None:
    with pytest.raises(FailedPrecondition, match="revoked"):
        renewed(closed(session(), "revoked", NOW), PERMIT, "relay-1", NOW)


def test_a_copy_belongs_to_a_copy_session() -> None:
    with pytest.raises(FailedPrecondition):
        checked_copy(Copy("sessions/s", "0" * 64, 1, 1), session())
    with pytest.raises(InvalidArgument, match="64 hex"):
        checked_copy(Copy("sessions/s", "cafe", 1, 1), session())
