"""What the buckets hold of permissions' own words: by the last of them its database is seen to have been put back."""

import logging

from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError
from nats.js.errors import NotFoundError

from services.chassis.bus import Bus
from services.permissions.events.voice import ENDINGS_BUCKET, POLICIES_BUCKET

log = logging.getLogger(__name__)


async def last_kept(bus: Bus) -> tuple[int, int]:
    """The number of the last ending and the revision of the last policy that were put there; 0 while it is unknown.

    A bus without JetStream for now keeps nobody from starting.
    """
    return await _last(bus, ENDINGS_BUCKET), await _last(bus, POLICIES_BUCKET)


async def _last(bus: Bus, bucket: str) -> int:
    stream = f"KV_{bucket}"
    try:
        found = await bus.jetstream.stream_info(stream)
        if not found.state.messages:
            return 0
        last = await bus.jetstream.get_msg(stream, found.state.last_seq)
    except NotFoundError:
        return 0
    except (NatsError, JetStreamError, OSError) as away:
        log.warning("what %s holds can't be read now: %r", bucket, away)
        return 0
    return int((last.subject or "").rpartition(".")[2] or 0)
