"""When a database is away, slow or only reads: which failures say so, and what whoever called is told."""

import logging
from datetime import timedelta

import sqlalchemy as sa

from services.chassis import errors

log = logging.getLogger(__name__)
_RETRY_AFTER = timedelta(seconds=1)
_TIMED_OUT, _READ_ONLY = "57014", "25006"
# PostgreSQL's classes: connection, resources, operator's intervention; and of others a lock not got and a deadlock.
_CLASSES = ("08", "53", "57", "58")
_STATES = {"55P03", "40P01", _READ_ONLY}
_SQLITE_CODES = {5, 6, 8, 10, 13, 14}  # busy, locked, read-only, no I/O, full, can't be opened (sqlite3.h)


class DatabaseAwayError(errors.Unavailable, OSError):
    """An OSError too: what runs for ever tries again after one."""

    def __init__(self, why: str) -> None:
        super().__init__("DATABASE_AWAY", f"{why}; nothing was changed, try again", retry_after=_RETRY_AFTER)


def outage(failure: BaseException, *, is_open: bool, writes: bool) -> DatabaseAwayError | None:
    """What ``failure`` of a transaction says of the database; None when it is about something else.

    ``is_open``: there is a connection, so that an OSError is somebody else's. Who only reads has no right to write:
    that it tried is a mistake of ours.
    """
    if isinstance(failure, DatabaseAwayError):
        return None
    if isinstance(failure, sa.exc.TimeoutError):
        return DatabaseAwayError("all connections to the database are busy")
    if isinstance(failure, TimeoutError) or (isinstance(failure, OSError) and not is_open):
        return DatabaseAwayError("the database does not answer")
    if not isinstance(failure, sa.exc.DBAPIError):
        return None
    if not is_open:
        return DatabaseAwayError("the database takes no connection")
    state = getattr(failure.orig, "sqlstate", None) or ""
    if state == _READ_ONLY:
        return DatabaseAwayError("the database only reads at the moment") if writes else None
    if state == _TIMED_OUT:
        return DatabaseAwayError("the database is too slow at the moment")
    is_away = state.startswith(_CLASSES) or state in _STATES or failure.connection_invalidated
    if is_away or getattr(failure.orig, "sqlite_errorcode", 0) & 0xFF in _SQLITE_CODES:
        return DatabaseAwayError("the database is away or busy")
    return None
