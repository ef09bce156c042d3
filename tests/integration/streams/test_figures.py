"""How many sessions are open is told by kind; those of state secrets are in no figure (Article 11)."""

from dataclasses import replace

from services.chassis import database
from services.chassis.clock import ManualClock
from services.streams.domain import Kind
from services.streams.events import FactEncoder
from services.streams.metrics import SESSIONS, read_sessions
from services.streams.store import SessionStore
from tests.integration.streams.replica import MIGRATIONS, session


async def test_open_sessions_are_told_by_kind_but_those_of_state_secrets(database_url: str) -> None:
    clock = ManualClock()
    one = session("districts/440104/cameras/44010400001320000017", clock)
    told = [
        one,
        replace(one, name="sessions/2", kind=Kind.COPY),
        replace(one, name="sessions/3", is_sealed=True),
        replace(one, name="sessions/4", closed_at=clock.now()),
    ]
    async with database.connect(database_url, MIGRATIONS) as opened:
        store = SessionStore(opened)
        for each in told:
            await store.add(each, FactEncoder(clock).session("opened", each))
        await read_sessions(store)
    assert {s.labels["kind"]: s.value for metric in SESSIONS.collect() for s in metric.samples} == {
        "live": 1, "copy": 1, "live-check": 0,
    }  # fmt: skip
