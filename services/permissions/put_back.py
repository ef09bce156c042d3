"""Use case of a database that was put back from a backup: it gives no number again that relays or cameras have seen.

counters, epochs ─► above all that may have been given since      policy ─► adopted again under a revision above
an ending of that policy ─► sessions are decided anew             a fact ─► the ledger says that it was put back
"""

from datetime import datetime

from services.chassis.database import Database
from services.chassis.errors import FailedPrecondition
from services.chassis.put_back import LARGEST, PutBack
from services.permissions.ending import Cause
from services.permissions.joint.version import name_of
from services.permissions.ports import Change, Journal, Restored
from services.permissions.store import endings, policies
from services.permissions.store import put_back as raising

_VERSIONS = 1000  # more than three organs sign between a backup and a disaster


async def number_anew(database: Database, journal: Journal, put_back: PutBack, now: datetime) -> Restored:
    """Before anybody is served. Done twice it raises twice, which harms nothing."""
    async with database.write() as transaction:
        await endings.lock(transaction)
        if await raising.highest(transaction) + put_back.step > LARGEST:
            raise FailedPrecondition("STATE_WRONG", "its numbers are too large to be raised: was this done many times?")
        former, revision = await endings.committed(transaction), await policies.revision(transaction)
        await raising.raise_by(transaction, put_back.step)
        again = await raising.adopt_again(transaction, _VERSIONS, now)
        if again:
            await endings.append(transaction, Cause.POLICY_CHANGED, name_of(again), now)
        restored = Restored(put_back.cut, former, await endings.committed(transaction), revision, again)
        await journal.add(transaction, Change("cell.restored", "", now, restored, article="Article 16"))
    return restored


async def refuse_when_put_back(database: Database, number: int, revision: int) -> None:
    """FailedPrecondition when the bus was told of an ending or a policy that the database has not given yet.

    Both were read from the bus before: what it holds was committed first, unless the database was put back.
    """
    async with database.read() as transaction:
        own = await endings.committed(transaction), await policies.revision(transaction)
    for what, told, found in (("ending", number, own[0]), ("policy", revision, own[1])):
        if told > found:
            raise FailedPrecondition(
                "STATE_WRONG",
                f"relays were told of {what} {told}, and the database has given {found}: it was put back from a "
                "backup. Run `python -m services.permissions restored TIME`, with the time of the backup, once",
            )
