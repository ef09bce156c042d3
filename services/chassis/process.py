"""A service as a process: settings from the environment, logs, signals. The first signal drains, the second exits."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from services.chassis import logs, settings, tracing

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Manners:
    """KAPOK_* of every process."""

    log_format: str = "json"

    def __post_init__(self) -> None:
        if self.log_format not in logs.FORMATS:
            raise settings.SettingsError(f"KAPOK_LOG_FORMAT: must be {' or '.join(logs.FORMATS)}")


def main(kind: type[T], app: Callable[[T], AbstractAsyncContextManager[Any]]) -> None:
    """Run ``app`` with settings of ``kind`` from the environment until SIGINT or SIGTERM. Exits 2 on wrong settings."""
    try:
        manners, rest = settings.load_some(Manners, os.environ)
        chosen = settings.load(kind, rest)
    except settings.SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - before any log can be read
        raise SystemExit(2) from None
    logs.configure(manners.log_format)
    service = "-".join(kind.__module__.split(".")[1:-1])  # services.streams.relay.settings: streams-relay
    with tracing.sending(service, os.environ):
        asyncio.run(serve_until_signal(app(chosen)))


async def serve_until_signal(app: AbstractAsyncContextManager[Any], ready: Callable[[Any], None] | None = None) -> None:
    """Enter ``app``, wait for a signal, leave it. A second signal exits at once."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if stopping.is_set():
            os._exit(1)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    async with app as running:
        spare_the_collector()
        if ready:
            ready(running)
        await stopping.wait()
        log.info("draining")


def spare_the_collector() -> None:
    """Call once everything is up: what lives by now is never looked through again, and new objects less often.

    A batch of a thousand cameras makes a hundred thousand objects, none of them in a cycle. With Python's own settings
    they, and all the others, were looked through a hundred times: a seventh of an import's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
