"""What relays are told of cameras that are held exclusively: all takeovers in force of them, whenever one changes.

It is numbered among the endings, since for who ranks below it is one: a relay that missed it knows, and catches up.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.permissions.ending import Cause, Ending
from services.permissions.store import endings, takeovers
from services.permissions.takeover import Outcome


async def taken_exclusively(transaction: AsyncConnection, outcomes: Sequence[Outcome], now: datetime) -> list[Ending]:
    """Write what is to be told after ``outcomes``: something of each exclusive takeover whose cameras they changed.

    Call it behind whatever else they end: what is told here is the whole of it. Nothing where none is exclusive.
    """
    cameras: dict[str, list[str]] = {}
    for control, events in outcomes:
        for one in control.takeovers if events else ():
            if one.is_exclusive:
                cameras.setdefault(one.name, []).append(one.part)
    subjects = [parts[0] if len(parts) == 1 else name for name, parts in sorted(cameras.items())]
    if not subjects:
        return []
    return [
        await filled(transaction, one)
        for one in await endings.append_each(transaction, Cause.CONTROL_TAKEN, subjects, now)
    ]


async def filled(transaction: AsyncConnection, ending: Ending) -> Ending:
    """With the takeovers in force of its cameras as ``transaction`` sees them: newer than its number does no harm."""
    if ending.cause is not Cause.CONTROL_TAKEN:
        return ending
    return replace(ending, takings=await takeovers.beside(transaction, ending.subject))
