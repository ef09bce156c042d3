"""Views: those who come together share one, a failure is told to all of them, and who leaves leaves nobody waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.permissions.view import Ask, View, Views
from tests.eventually import eventually
from tests.unit.decider.cast import EVERYBODY, POLICE, TUNNEL
from tests.unit.permissions import records


class Counting:
    """The real database, counting what is begun on it; ``gate`` holds readings up, ``failure`` breaks them."""

    def __init__(self, database: Any) -> None:
        self._database, self.begun = database, 0
        self.gate, self.failure = asyncio.Event(), None
        self.gate.set()

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Any]:
        self.begun += 1
        await self.gate.wait()
        if self.failure:
            raise self.failure
        async with self._database.look() as connection:
            yield connection

    def read(self) -> AbstractAsyncContextManager[Any]:
        return self._database.read()


async def test_questions_that_come_together_share_a_view(tmp_path: Path) -> None:
    async with records.ports(tmp_path) as (ports, _):
        counting = Counting(ports.database)
        views = Views(replace(ports, database=counting))  # type: ignore[arg-type] # stands for the database
        found = await asyncio.gather(*(views.of(Ask({who.name}, {TUNNEL.name})) for who in EVERYBODY))
        assert counting.begun <= 2
        for who, view in zip(EVERYBODY, found, strict=True):
            assert view.records[who.name].acting == who


async def test_a_failure_is_everybodys_and_the_next_question_is_answered(tmp_path: Path) -> None:
    async with records.ports(tmp_path) as (ports, _):
        counting = Counting(ports.database)
        views = Views(replace(ports, database=counting))  # type: ignore[arg-type] # stands for the database
        counting.failure = OSError("away")
        told = await asyncio.gather(*(views.of(Ask({POLICE.name})) for _ in range(3)), return_exceptions=True)
        assert [type(one) for one in told] == [OSError] * 3
        counting.failure = None
        assert POLICE.name in (await views.of(Ask({POLICE.name}))).records


async def test_who_leaves_while_reading_leaves_it_to_the_others(tmp_path: Path) -> None:
    async with records.ports(tmp_path) as (ports, _):
        counting = Counting(ports.database)
        views = Views(replace(ports, database=counting))  # type: ignore[arg-type] # stands for the database
        counting.gate.clear()
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(views.of(Ask({POLICE.name})))
            second: asyncio.Task[View] = tasks.create_task(views.of(Ask({POLICE.name})))
            await eventually(lambda: counting.begun)
            first.cancel()
            counting.gate.set()
        assert POLICE.name in second.result().records
