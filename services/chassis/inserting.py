"""Rows that may be there already, on either database."""

import importlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


async def inserted(transaction: AsyncConnection, table: sa.Table, row: Mapping[str, Any]) -> bool:
    """Whether the row is new; a taken key leaves everything as it was, and the transaction alive on either database."""
    dialect: Any = importlib.import_module(f"sqlalchemy.dialects.{transaction.dialect.name}")
    statement = dialect.insert(table).values(**row).on_conflict_do_nothing()
    return bool((await transaction.execute(statement)).rowcount)
