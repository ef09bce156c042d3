"""The one subject that the gateway hears: endings, signed by permissions. A revoked principal is asked for anew."""

import logging
from collections.abc import Callable

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg

from kapok.permissions.v1 import permissions_events_pb2
from services.chassis import errors
from services.chassis.bus import Bus
from services.chassis.signing import Verifier

log = logging.getLogger(__name__)
_SUBJECT = "kapok.v1.permissions.endings"
_PURPOSE = "kapok.permissions.ending"


async def follow_endings(bus: Bus, permissions_key: Verifier, forget: Callable[[str], None]) -> None:
    """Call ``forget`` with what each genuine ending names. A missed one costs the two seconds that answers are kept."""

    async def handle(message: Msg) -> None:
        ending = permissions_events_pb2.Ending()
        try:
            ending.ParseFromString(permissions_key.open(_PURPOSE, message.data))
        except (errors.Denied, DecodeError) as error:
            log.warning("an ending that permissions did not sign was dropped: %s", error)
            return
        forget(ending.subject)

    await bus.subscribe(_SUBJECT, handle)
