"""Engines of SQLAlchemy for the two databases there are: SQLite at home, PostgreSQL in a cluster."""

import importlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True)
class Limits:
    """What PostgreSQL is asked for at most: connections of a process, and times. SQLite has limits of its own."""

    pool: int = 20
    pool_wait: timedelta = timedelta(seconds=5)
    connect: timedelta = timedelta(seconds=5)
    statement: timedelta = timedelta(seconds=30)
    lock: timedelta = timedelta(seconds=10)


USUAL = Limits()
PATIENT = Limits(pool=1, statement=timedelta(days=1), lock=timedelta(days=1))  # of migrations
LEAST_POOL = 5  # who publishes holds one for its turn and needs two; who leads, who migrates, who is asked need others


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one kind of database needs to keep the promises of ``Database``."""

    engine: dict[str, Any]  # arguments of SQLAlchemy's create_engine
    writes: dict[str, Any] = field(default_factory=dict)  # execution options of a transaction that writes
    reads: dict[str, Any] = field(default_factory=dict)  # the same of one that only reads
    looks: dict[str, Any] = field(default_factory=dict)  # the same of queries that are each one by themselves
    has_replicas: bool = True  # more than one process may have it open
    may_write: str = "SELECT true"  # whether it takes writes


@dataclass(frozen=True, slots=True)
class Engines:
    """Who makes the connections of those that read and of those that write, and what both are told."""

    readers: AsyncEngine
    writers: AsyncEngine
    dialect: Dialect

    async def dispose(self) -> None:
        """Close all connections."""
        for engine in {self.readers, self.writers}:
            await engine.dispose()


def engines(url: str, limits: Limits = USUAL) -> Engines:
    """For the database at ``url``; nothing is opened yet."""
    module: Any = importlib.import_module(_MODULES[sa.make_url(url).get_backend_name()])
    opened: Engines = module.opened(url, limits)
    return opened


# The driver and the dialect of the other kind are not loaded: memory of each process, and of its start.
_MODULES = {kind: f"services.chassis.engines_{kind}" for kind in ("sqlite", "postgresql")}
KINDS = frozenset(_MODULES)
