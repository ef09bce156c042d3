"""The bus: NATS core for speed, JetStream for facts. One connection per process, reconnecting for ever."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js import JetStreamContext
from nats.js.api import StorageType, StreamConfig
from nats.js.errors import Error as JetStreamError
from nats.js.errors import KeyNotFoundError, NotFoundError
from nats.js.kv import KeyValue

from services.chassis.bus_client import BusClient
from services.chassis.metrics import BUS_CONNECTED, told
from services.chassis.settings import Part
from services.chassis.tasks import stop_if_cancelled

log = logging.getLogger(__name__)
FACTS_STREAM = "KAPOK_FACTS"
FACTS_SUBJECTS = "kapok.v1.facts.>"
_CONNECT_RETRY_S = 0.2
_LOOK_S = 0.2
_PUBLISH_TIMEOUT_S = 5.0
_FLUSH_TIMEOUT_S = 5


class BusAwayError(OSError):
    """The bus did not take or answer a message in time."""


class NobodyListensError(BusAwayError):
    """Nobody has subscribed to what was asked: who would answer is gone, or has not come back."""


@dataclass(frozen=True)
class Bus:
    """What a service does with NATS."""

    client: Client
    jetstream: JetStreamContext

    async def publish(self, subject: str, payload: bytes) -> None:
        """Fire and forget, flushed to the server's socket."""
        await self.client.publish(subject, payload)

    async def publish_durable(self, subject: str, payload: bytes, message_id: str) -> None:
        """Return once JetStream has stored it; BusAwayError when it can't be known."""
        try:
            await self.jetstream.publish(
                subject, payload, timeout=_PUBLISH_TIMEOUT_S, headers={"Nats-Msg-Id": message_id}
            )
        except (TimeoutError, NatsError, JetStreamError) as error:
            raise BusAwayError(f"JetStream did not store a fact on {subject}: {error!r}") from error

    async def request(self, subject: str, payload: bytes, timeout_s: float = 2.0) -> bytes:
        """Ask and return the answer; BusAwayError when nobody answers in time, NobodyListensError at once."""
        try:
            answer: Msg = await self.client.request(subject, payload, timeout=timeout_s)
        except NoRespondersError as error:
            raise NobodyListensError(f"nobody listens on {subject}") from error
        except (NatsTimeoutError, NatsError) as error:
            raise BusAwayError(f"nobody answers on {subject}: {error!r}") from error
        return answer.data

    async def subscribe(self, subject: str, handle: Callable[[Msg], Awaitable[None]], queue: str = "") -> None:
        """Call ``handle`` for each message; an exception in it is logged and the next message goes on.

        Returns once the bus knows of it: while that stands still or is away, not before it is back.
        """

        async def guarded(message: Msg) -> None:
            try:
                await handle(message)
            except Exception:
                log.exception("message on %s could not be handled", message.subject)

        await self.client.subscribe(subject, queue=queue, cb=guarded)
        while True:
            stop_if_cancelled()
            try:
                await self.client.flush(_FLUSH_TIMEOUT_S)
            except NatsTimeoutError:  # it is told again by a new connection, or reads it when it goes on
                log.warning("the bus does not say that it knows who hears %s", subject)
            else:
                return

    async def fail_when_away(self, patience_s: float = 2.0) -> None:
        """Return never; BusAwayError when the bus has not been reached for ``patience_s`` seconds."""
        missed_s = 0.0
        while missed_s < patience_s:
            await asyncio.sleep(_LOOK_S)
            missed_s = 0.0 if self.client.is_connected else missed_s + _LOOK_S
        raise BusAwayError(f"the bus is away for {patience_s} s")

    async def bucket(self, name: str) -> KeyValue:
        """An existing key-value bucket."""
        return await self.jetstream.key_value(name)

    async def value(self, bucket: KeyValue, key: str) -> bytes | None:
        """The value of ``key``, or None."""
        try:
            entry = await bucket.get(key)
        except KeyNotFoundError:
            return None
        return entry.value


async def ensure_facts_stream(jetstream: JetStreamContext, replicas: int = 1) -> None:
    """Create the stream of facts when it is not there yet. Consumers are idempotent beyond its duplicate window.

    ``replicas``: servers that keep it, of a cluster of as many at least; for one that is there already too.
    """
    try:
        await with_replicas(jetstream, FACTS_STREAM, replicas)
    except NotFoundError:
        await jetstream.add_stream(
            StreamConfig(name=FACTS_STREAM, subjects=[FACTS_SUBJECTS], storage=StorageType.FILE, num_replicas=replicas)
        )


async def with_replicas(jetstream: JetStreamContext, stream: str, replicas: int) -> None:
    """Have ``replicas`` servers keep ``stream``; nats.js.errors.NotFoundError when there is none of that name."""
    found = (await jetstream.stream_info(stream)).config
    if (found.num_replicas or 1) != replicas:
        await jetstream.update_stream(replace(found, num_replicas=replicas))


@asynccontextmanager
async def connect(url: str, seed_file: Path | None, name: str, ca_file: Path | None = None) -> AsyncIterator[Bus]:
    """Connect as ``name`` with the nkey seed in ``seed_file``; waits until a server answers. Drained on leaving.

    ``url``: of each server of the bus, by commas. ``ca_file``: who issued their certificates, where they are tls://.
    """
    seed = seed_file.read_text().strip() if seed_file else None
    client = BusClient(ca_file)
    tls = ssl.create_default_context(cafile=str(ca_file)) if ca_file else None

    async def on_error(error: Exception) -> None:
        log.warning("bus: %r", error)  # some say nothing but their name

    while True:
        try:
            await client.connect(
                [one.strip() for one in url.split(",")], name=name, nkeys_seed_str=seed, tls=tls,
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.2,  # type: ignore[arg-type] # seconds; nats-py's hint says int, its code takes any
                ping_interval=2, max_outstanding_pings=2, inbox_prefix=f"_INBOX.{name}".encode(), error_cb=on_error,
            )  # fmt: skip
            break
        except (OSError, nats.errors.NoServersError, NatsTimeoutError) as error:
            log.warning("waiting for the bus at %s: %s", url, error)
            await asyncio.sleep(_CONNECT_RETRY_S)
    try:
        with told(BUS_CONNECTED, name, lambda: client.is_connected):
            yield Bus(client, client.jetstream())
    finally:
        with suppress(OSError, RuntimeError):  # nats-py also sends what waits when there is no server to send it to
            await client.close()


def hosts(url: str) -> list[str]:
    """host:port of each server of the bus at ``url``."""
    return [one.strip().rpartition("/")[2].rpartition("@")[2] for one in url.split(",")]


@dataclass(frozen=True, kw_only=True)
class OnBus(Part):
    """How to reach NATS."""

    bus_url: Annotated[str, "nats:// or tls://HOST:PORT of NATS; several by commas"]
    bus_seed: Annotated[Path | None, "its nkey seed"] = None
    bus_ca_file: Annotated[Path | None, "PEM: who issues the certificates of NATS, if not the system's own"] = None

    def on_bus(self, name: str) -> AbstractAsyncContextManager[Bus]:
        """The connection as ``name``; see ``connect``."""
        return connect(self.bus_url, self.bus_seed, name, self.bus_ca_file)
