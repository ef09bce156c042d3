"""Every test of this folder runs on uvloop, as the relay does, and on asyncio's own loop."""

import asyncio
from collections.abc import Callable, Mapping

import uvloop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loops under test, by name."""
    return {"uvloop": uvloop.new_event_loop, "asyncio": asyncio.new_event_loop}
