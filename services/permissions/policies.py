"""Use cases of the policy as a whole (Article 14 ¶2): the organs' genesis is adopted once, levels are given from it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.chassis.metrics import REGISTRY
from services.decider.decider import Decider
from services.permissions import refusals
from services.permissions.genesis import Genesis, check
from services.permissions.levels import LevelBook
from services.permissions.ports import Ports
from services.permissions.store import policies

POLICY_ROWS = Gauge("kapok_policy_rows", "Rows of the policy in force; 0 denies everything", registry=REGISTRY)
POLICY_REVISION = Gauge("kapok_policy_revision", "Number of the policy in force; 0 means none", registry=REGISTRY)


async def has_policy(database: Database) -> bool:
    """Whether a policy was adopted before; then no genesis is read any more."""
    async with database.read() as transaction:
        return await policies.revision(transaction) > 0


async def adopt_genesis(database: Database, genesis: Genesis, document: bytes, now: datetime) -> None:
    """Put the first policy in force, all of it or nothing. Raises InvalidArgument when any part can't be."""
    check(genesis)
    async with database.write_in_turn_for("genesis") as transaction:  # replicas start at once
        if not await policies.revision(transaction):
            await policies.insert_first(transaction, genesis, document, now)


async def load(database: Database, decider: Decider, changed: Callable[[], None] = lambda: None) -> int:
    """Let ``decider`` decide by the newest policy; returns its number of rows, 0 when there is none."""
    async with database.read() as transaction:
        return await catch_up(transaction, decider, changed)


async def catch_up(transaction: AsyncConnection, decider: Decider, changed: Callable[[], None]) -> int:
    """The same as ``transaction`` sees it: another replica may have adopted one. Never back to an older one.

    ``changed`` is called when there is a newer one, before it decides anything.
    """
    found = await policies.newest(transaction)
    if found is None:
        return 0
    policy, revision = found
    if revision > decider.revision:
        engine = decider.prepare(policy, revision)
        changed()
        decider.adopt(engine)
        POLICY_ROWS.set(len(policy.rows))
        POLICY_REVISION.set(revision)
    return len(policy.rows)


async def follow(transaction: AsyncConnection, ports: Ports, revision: int) -> None:
    """Have the policy of ``revision``, which ``transaction`` sees, or a newer one decide from here on.

    What is remembered of cameras goes with the older one: levels are the policy's.
    """
    if revision > ports.decider.revision:
        await catch_up(transaction, ports.decider, ports.cameras.forget_all)


async def levels_of(database: Database, codes: Sequence[str]) -> LevelBook:
    """What was set of the levels of these cameras, and those of place categories."""
    async with database.look() as connection:
        return await policies.levels(connection, codes)


class Levels:
    """Levels of cameras: they come from the approved policy, never from whoever registers a camera. Writes nothing."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def of(self, cameras: Sequence[tuple[str, int]]) -> tuple[list[int], int]:
        """Level of each camera, given as code and place category, in that order; and the policy revision.

        A camera without a level of its own has that of its category. Raises Denied when no policy is in force.
        """
        revision = self._ports.decider.revision
        if not revision:
            raise refusals.no_policy()
        async with self._ports.database.read() as transaction:
            book = await policies.levels(transaction, {code for code, _ in cameras})
        return [book.level(code, category)[0] for code, category in cameras], revision
