"""Group commit: what comes while a commit runs goes together into the next one, so that a sync is shared.

Each caller waits for its own results; one that fails alone is told so by its result, a failed commit fails them all.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from services.chassis.tasks import stop_if_cancelled

T = TypeVar("T")
R = TypeVar("R")


_Waiting = tuple[Sequence[T], asyncio.Future[Sequence[R]]]


class Gathering(Generic[T, R]):
    """``commit`` takes at most ``most`` items and answers each, in order. ``work_forever`` runs it, one at a time."""

    def __init__(self, commit: Callable[[Sequence[T]], Awaitable[Sequence[R]]], most: int) -> None:
        self._commit = commit
        self._most = most
        self._waiting: list[_Waiting[T, R]] = []
        self._has_some = asyncio.Event()

    async def submit(self, items: Sequence[T]) -> Sequence[R]:
        """The results of ``items``, at most ``most`` of them, once they are durable; they are never split up."""
        answer: asyncio.Future[Sequence[R]] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, answer))
        self._has_some.set()
        return await answer

    async def work_forever(self) -> None:
        """Commit what waits, for as long as the service lives."""
        try:
            while True:
                stop_if_cancelled()
                await self._has_some.wait()
                await self._work_once()
        finally:
            for _, answer in self._waiting:
                answer.cancel()

    async def _work_once(self) -> None:
        batch: list[_Waiting[T, R]] = []
        rest: list[_Waiting[T, R]] = []
        size = 0
        for waiting in self._waiting:
            size += len(waiting[0])
            (batch if size <= self._most or not batch else rest).append(waiting)
        self._waiting = rest
        if not rest:
            self._has_some.clear()
        batch = [(items, answer) for items, answer in batch if not answer.done()]  # who has left waits for nothing
        try:
            results = await self._commit([item for items, _ in batch for item in items])
        except BaseException as failure:  # whatever it is, it is the callers' to hear
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(failure) if isinstance(failure, Exception) else answer.cancel()
            if not isinstance(failure, Exception):
                raise
            return
        at = 0
        for items, answer in batch:
            if not answer.done():
                answer.set_result(results[at : at + len(items)])
            at += len(items)
