"""Statements as text, each taken apart once: that costs as much as running a short one."""

from functools import lru_cache

import sqlalchemy as sa


@lru_cache(maxsize=512)
def text(statement: str) -> sa.TextClause:
    """``statement`` with :named parameters. Values never stand in it, so that there are few of them."""
    return sa.text(statement)
