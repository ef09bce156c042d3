"""Who opens an incident for others takes nothing over in it: opening and taking are acts of two (Article 18 ¶2)."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis import errors
from services.permissions.store import incidents


async def check_no_opener(transaction: AsyncConnection, principal: str, incident: str, camera: str) -> None:
    """Raise Denied to who declared, widened, extended or approved ``incident``; "" is none, and lets pass."""
    if incident and principal in await incidents.openers(transaction, incident):
        message = (
            "who declares, widens, extends or approves an incident takes none of its cameras over: another"
            " principal requests it (Article 18 ¶2)"
        )
        about = {"rule": "art18-incident-take-over", "article": "Article 18 ¶2", "camera": camera}
        raise errors.Denied("NOT_PERMITTED", message, **about)
