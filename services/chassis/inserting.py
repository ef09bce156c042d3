"""Rows that may be there already, on either database."""

import importlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


def insert_into(transaction: AsyncConnection, table: sa.Table) -> Any:
    """An INSERT that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``, which either database's own has."""
    dialect: Any = importlib.import_module(f"sqlalchemy.dialects.{transaction.dialect.name}")
    return dialect.insert(table)


async def inserted(transaction: AsyncConnection, table: sa.Table, row: Mapping[str, Any]) -> bool:
    """Whether the row is new; a taken key leaves everything as it was, and the transaction alive on either database."""
    statement = insert_into(transaction, table).values(**row).on_conflict_do_nothing()
    return bool((await transaction.execute(statement)).rowcount)
