"""nats-py's client, mended where it lets a connection down or keeps one that is dead (nats-py 2.16.0)."""

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path

from nats.aio.client import Client, Srv
from nats.aio.transport import TcpTransport


class BusClient(Client):
    """nats-py's, which goes on hearing, holds one socket at most, and believes who issues certificates by now."""

    def __init__(self, ca_file: Path | None = None) -> None:
        """``ca_file``: who issued the servers' certificates, where they are not the system's own."""
        super().__init__()
        self._ca_file = ca_file

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """At each connection that of who issues the bus' certificates by now; while its file is no good, as before."""
        if self._ca_file:
            with suppress(OSError):
                self.options["tls"] = ssl.create_default_context(cafile=str(self._ca_file))
        return super().ssl_context

    async def _process_pong(self) -> None:
        """nats-py would set the result of a flush that was cancelled, and end its loop of reading on the exception."""
        if self._pongs and self._pongs[0].cancelled():
            self._pongs[0] = asyncio.get_running_loop().create_future()  # nobody waits for it, and the answer counts
        await super()._process_pong()

    async def _connect_to_server(self, s: Srv) -> None:
        """nats-py would leave the last try's connection open: one more for each try while a server stands still."""
        self._let_go()
        await super()._connect_to_server(s)

    async def _process_op_err(self, e: Exception) -> None:
        """nats-py would take leave in form of a server that is silent: over TLS, half a minute before the next one."""
        if not (self.is_closed or self.is_reconnecting):
            self._let_go()
        await super()._process_op_err(e)

    def _let_go(self) -> None:
        """Reset the connection; what was to be sent and was not waits in the client for the next one."""
        if isinstance(self._transport, TcpTransport) and (writer := self._transport._io_writer) is not None:
            writer.transport.abort()
