"""When a session on a relay that streams does not hear is over for certain."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.streams.lost import is_lost
from tests.unit.streams.test_domain import NOW, session

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("lease_s", "lease_ends_at", "lost_after_s"),
    [
        (0, None, 15),
        (300, NOW + 10 * MINUTE, 305),
        (300, NOW + MINUTE, 65),  # its takeover is over before its lease
        (300, NOW - MINUTE, 15),
        (10, NOW + MINUTE, 15),
        (0, NOW + MINUTE, 15),
    ],
)
def test_a_session_is_lost_when_its_relay_can_serve_it_no_more(
    lease_s: int, lease_ends_at: datetime | None, lost_after_s: int
) -> None:
    one = replace(session(), lease_s=lease_s, lease_ends_at=lease_ends_at)
    after = NOW + timedelta(seconds=lost_after_s)
    assert not is_lost(one, NOW, after)
    assert is_lost(one, NOW, after + timedelta(milliseconds=1))
