"""Every test of this folder runs on uvloop, as the relay does."""

import asyncio
from collections.abc import Callable, Mapping

import uvloop


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop under test, by name. Asyncio's own has seen each test pass once; it would double their time."""
    return {"uvloop": uvloop.new_event_loop}
