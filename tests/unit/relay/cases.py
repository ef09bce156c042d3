"""Sessions as a relay keeps them: municipal police watch the park, decided by the genesis as the first edition."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from services.decider.facts import NO_CIRCUMSTANCES, Action
from services.decider.policy import Policy
from services.decider.replica import Case, Edition
from services.streams.relay.intake import SourceSpec
from services.streams.relay.sessions import Session
from tests.unit.decider.cast import CITY_POLICE, GENESIS, NOW, PARK

FIRST = Edition(1, GENESIS)
STANDING = "art14-live-municipal-police"  # what the police watch by, without any papers
WATCHED = replace(PARK, is_operating=True)


def without(rule: str) -> Policy:
    """The genesis but for one row."""
    return Policy(tuple(row for row in GENESIS.rows if row.rule != rule))


def session(name: str = "sessions/a", number: int = 5, **changes: Any) -> Session:
    """A session of the police, or of ``principal``, on ``camera``; other changes are fields of the session."""
    case = Case(
        changes.pop("principal", CITY_POLICE),
        changes.pop("camera", WATCHED),
        Action.LIVE,
        changes.pop("circumstances", NO_CIRCUMSTANCES),
    )
    values: dict[str, Any] = {
        "name": name, "case": case, "number": number, "revision": 1, "viewer_limit": 1,
        "stands_on": frozenset({name, case.camera.name, case.principal.name, case.principal.agency}),
        "expires_at": NOW + timedelta(minutes=1), "source": SourceSpec("rtsp://127.0.0.1/1", ()),
    }  # fmt: skip
    return Session(**values | changes)
