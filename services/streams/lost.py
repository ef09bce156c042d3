"""Relays that streams does not hear: when a session on one is over for certain. Pure.

A relay may be alive behind a bus that is cut. It ends ordinary sessions by the standing lease, and those of a
takeover's holder by theirs or with the takeover: until then their record stays open, for they may go on afterwards.
"""

from datetime import datetime, timedelta

from services.streams.domain import Session

LONGEST_STANDING = timedelta(seconds=10)
TO_COME_BACK = timedelta(seconds=5)  # from the end of a lease on


def is_lost(session: Session, heard_at: datetime, now: datetime) -> bool:
    """Whether its relay, last heard at ``heard_at``, can't serve it any more and had time to come back."""
    lasts_until = heard_at + LONGEST_STANDING
    if session.lease_ends_at is not None:
        lasts_until = max(lasts_until, min(heard_at + timedelta(seconds=session.lease_s), session.lease_ends_at))
    return now - lasts_until > TO_COME_BACK
