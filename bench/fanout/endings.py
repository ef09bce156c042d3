"""How soon viewers are ended: single ones among a thousand, then the thousand of one principal at once."""

import asyncio
import json
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from bench.fanout.children import Child, child, crowd, part
from bench.fanout.cost import WITHIN_S, Scale
from bench.fanout.watching import Relay, p99
from kapok.permissions.v1 import permissions_events_pb2
from tests.integration.streams.stage import Stage

_SETTLE_S, _APART_S, _LATE_S = 2, 0.06, 3


@dataclass(frozen=True)
class Endings:
    """``one_p99_ms`` from the message's publishing, ``all_ms`` from the call with its durable put, to the resets.

    ``pictures_after`` is the most that any viewer of the single ones still got of what the camera sent after that.
    """

    one_p99_ms: float
    all_ms: float
    pictures_after: int


async def endings(relay: Relay, scale: Scale) -> Endings:
    """OSError when a viewer was not ended, or by anything but a reset."""
    stage = relay.stage
    singles = [await relay.assigned(principal=f"principals/single-{n}", viewer_limit=1) for n in range(scale.revoked)]
    everybody = await relay.assigned(principal="principals/crowd", viewer_limit=scale.many)
    listening_s = _SETTLE_S + scale.revoked * _APART_S + _LATE_S
    async with asyncio.timeout(WITHIN_S), AsyncExitStack() as stack:
        lone = await stack.enter_async_context(child(*part("audience")))  # a witness, who waits for no crowd
        rest = await stack.enter_async_context(crowd())
        await rest.ask(join=[everybody] * scale.many)
        await asyncio.gather(rest.ask(count=_SETTLE_S), lone.ask(join=singles))
        await asyncio.gather(rest.ask(ends=listening_s + _LATE_S), lone.ask(ends=listening_s))
        await asyncio.sleep(_SETTLE_S)
        said_at_s = {url: await _end_one(stage, f"principals/single-{n}") for n, url in enumerate(singles)}
        all_at_s = time.monotonic()
        await stage.end("principals/crowd")
        ends, last = await asyncio.gather(_said(lone, scale.revoked), _said(rest, scale.many))
    return Endings(
        one_p99_ms=p99([(end["at_s"] - said_at_s[end["url"]]) * 1000 for end in ends]),
        all_ms=max(end["at_s"] - all_at_s for end in last) * 1000,
        pictures_after=max(sum(sent_s > said_at_s[end["url"]] for sent_s in end["sent_s"]) for end in ends),
    )


async def _end_one(stage: Stage, subject: str) -> float:
    """Publish the ending at once, and keep it for who missed it only then; when it was published.

    So what is timed begins when the message is on its way to the relay. The next one is apart, so that each is alone.
    """
    number = stage.number + 1
    ending = permissions_events_pb2.Ending(number=number, cause="CAUSE_PRINCIPAL_REVOKED", subject=subject)
    signed = stage.permissions.seal("kapok.permissions.ending", ending.SerializeToString())
    said_at_s = time.monotonic()
    await stage.bus.publish("kapok.v1.permissions.endings", signed)
    stage.number = number
    await stage.endings.put(str(number), signed)
    await asyncio.sleep(_APART_S)
    return said_at_s


async def _said(audience: Child, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(await audience.line())
    resets = [end for end in found if end["how"] == ConnectionResetError.__name__]
    if len(resets) < count:
        raise OSError(f"{len(found)} viewers of {count} were ended, {len(resets)} by a reset")
    return found
