"""A service as a process: settings from the environment, logs, signals. The first signal drains, the second exits."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from services.chassis import logs, settings

T = TypeVar("T")
log = logging.getLogger(__name__)


def main(kind: type[T], app: Callable[[T], AbstractAsyncContextManager[Any]]) -> None:
    """Run ``app`` with settings of ``kind`` from the environment until SIGINT or SIGTERM. Exits 2 on wrong settings."""
    asyncio.run(serve_until_signal(app(_chosen(kind))))


def once(kind: type[T], work: Callable[[T], Coroutine[Any, Any, None]]) -> None:
    """The same for ``work`` that ends by itself."""
    asyncio.run(work(_chosen(kind)))


def _chosen(kind: type[T]) -> T:
    logs.configure()
    try:
        return settings.load(kind, os.environ)
    except settings.SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - before any log can be read
        raise SystemExit(2) from None


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
