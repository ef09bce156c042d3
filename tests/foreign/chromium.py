"""Debian's Chromium, headless, as a foreign viewer: it shows a page, and is asked what the page sees.

A person's browser holds the client certificate that the gateway asks for. Here a port in front of the gateway shows
it, since headless Chromium has no store of its own to choose from; page, player and WebSocket are Chromium's.
"""

import asyncio
import json
import shutil
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.eventually import eventually


class Page:
    """One page of a running Chromium."""

    def __init__(self, devtools: aiohttp.ClientWebSocketResponse) -> None:
        self._devtools = devtools
        self._number = 0

    async def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        return (await self.tell("Runtime.evaluate", expression=expression, returnByValue=True))["result"].get("value")

    async def tell(self, method: str, **parameters: Any) -> Any:
        """A command of the DevTools protocol; its result."""
        self._number += 1
        await self._devtools.send_json({"id": self._number, "method": method, "params": parameters})
        async with asyncio.timeout(20):
            while (answer := await self._devtools.receive_json()).get("id") != self._number:
                pass
        return answer["result"]


@asynccontextmanager
async def chromium(profile: Path, *flags: str) -> AsyncIterator[Page]:
    """An empty page; skips by name where Chromium is missing."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip(
            "NOBODY HAS SEEN THE VIDEO IN A BROWSER: no chromium is here. On Debian, scripts/foreign-programs "
            "installs it through apt when root runs it; elsewhere put one into the PATH"
        )
    command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
               "--remote-debugging-port=0", f"--user-data-dir={profile}", "--disable-background-networking",
               "--autoplay-policy=no-user-gesture-required", *flags, "about:blank"]  # fmt: skip
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    try:
        port_file = profile / "DevToolsActivePort"
        await eventually(lambda: port_file.exists() and port_file.read_text().count("\n"), within_s=60)
        port = port_file.read_text().partition("\n")[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as listed:
                [url] = [it["webSocketDebuggerUrl"] for it in json.loads(await listed.text()) if it["type"] == "page"]
            async with session.ws_connect(url, max_msg_size=0) as devtools:
                yield Page(devtools)
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def certified(port: int, access: Mapping[str, str], ca: str) -> AsyncIterator[int]:
    """A port that leads to the gateway's HTTPS at ``port``, showing the client certificate of ``access``."""
    outer = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    outer.load_cert_chain(access["certificate"], access["key"])
    inner = ssl.create_default_context(cafile=ca)
    inner.load_cert_chain(access["certificate"], access["key"])
    served: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(_join(reader, writer, port, inner))
        served.add(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=outer)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        # A browser that was told to go may leave connections open: nobody else closes them before the loop ends.
        for task in served:
            task.cancel()
        await asyncio.gather(*served, return_exceptions=True)


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, context: ssl.SSLContext) -> None:
    """Carry bytes both ways until both sides have ended; leave no connection open, however this ends."""
    async with _closing(writer):
        there, back = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        async with _closing(back):
            await asyncio.gather(_copy(reader, back), _copy(there, writer))


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
