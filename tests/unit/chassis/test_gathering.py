"""Group commit: who comes while a commit runs goes with the next one, and each is told what became of its own."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from services.chassis.gathering import Gathering
from services.chassis.tasks import background


class Commits:
    """Answers each item with itself doubled, when it is let; remembers what went together."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate, self.has_begun = asyncio.Event(), asyncio.Event()
        self.gathering: Gathering[int, int] = Gathering(self.commit, 4)

    async def commit(self, items: Sequence[int]) -> Sequence[int]:
        self.batches.append(list(items))
        self.has_begun.set()
        await self.gate.wait()
        if 13 in items:
            raise LookupError("13")
        return [2 * item for item in items]


@pytest.fixture
async def commits() -> AsyncIterator[Commits]:
    made = Commits()
    async with background(made.gathering.work_forever()):
        yield made


async def submitted(commits: Commits, *calls: Sequence[int]) -> "list[asyncio.Task[Sequence[int]]]":
    tasks = [asyncio.create_task(commits.gathering.submit(items)) for items in calls]
    await commits.has_begun.wait()
    return tasks


async def test_what_comes_meanwhile_goes_together_and_is_never_split(commits: Commits) -> None:
    [first] = await submitted(commits, [1])
    rest = await submitted(commits, [2], [3, 4], [5, 6], [7, 8, 9, 10, 11])
    commits.gate.set()
    assert await first == [2]
    assert [await one for one in rest] == [[4], [6, 8], [10, 12], [14, 16, 18, 20, 22]]
    assert commits.batches == [[1], [2, 3, 4], [5, 6], [7, 8, 9, 10, 11]]


async def test_a_failed_commit_is_told_to_all_of_it_and_the_next_one_goes_on(commits: Commits) -> None:
    [first] = await submitted(commits, [13])
    [later] = await submitted(commits, [1])
    commits.gate.set()
    with pytest.raises(LookupError):
        await first
    assert await later == [2]


async def test_who_has_left_is_not_waited_for(commits: Commits) -> None:
    [first] = await submitted(commits, [1])
    gone, stays = await submitted(commits, [2], [3])
    gone.cancel()
    await asyncio.wait([gone])
    commits.gate.set()
    assert await first == [2]
    assert await stays == [6]
    assert commits.batches == [[1], [3]], "nothing is written for who has left"
