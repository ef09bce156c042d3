"""A channel to a neighbour: every replica of it in turn, over TLS when it is given files, dialled anew with new ones.

gRPC has no client credentials that renew themselves: after a renewal calls go over a fresh channel, and what runs over
the former one has half a minute to end.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc

from services.chassis.tasks import background, stop_if_cancelled
from services.chassis.tls import Files, Renewed, channel_credentials, hosts

_LOOK_EVERY_S = 5.0
_FORMER_ENDS_WITHIN_S = 30.0
_IN_TURN = ("grpc.service_config", json.dumps({"loadBalancingConfig": [{"round_robin": {}}]}))


class Line:
    """As much of a grpc.aio channel as callers use; each call goes over the newest one."""

    def __init__(self, dial: Callable[[], Any]) -> None:
        self._dial = dial
        self._channel = dial()
        self.unary_unary = self._caller("unary_unary")
        self.unary_stream = self._caller("unary_stream")
        self.stream_unary = self._caller("stream_unary")
        self.stream_stream = self._caller("stream_stream")

    def _caller(self, kind: str) -> Callable[..., Callable[..., Any]]:
        def multicallable(*method: Any, **codec: Any) -> Callable[..., Any]:
            channel, made = self._channel, getattr(self._channel, kind)(*method, **codec)

            def call(*request: Any, **options: Any) -> Any:
                nonlocal channel, made
                if channel is not self._channel:
                    channel, made = self._channel, getattr(self._channel, kind)(*method, **codec)
                return made(*request, **options)

            return call

        return multicallable

    async def dial_again(self) -> None:
        """Use a fresh channel; the former one has ended when this returns."""
        former, self._channel = self._channel, self._dial()
        await former.close(_FORMER_ENDS_WITHIN_S)

    async def close(self) -> None:
        """At once."""
        await self._channel.close()


@asynccontextmanager
async def line(address: str, options: list[tuple[str, Any]], files: Files | None) -> AsyncIterator[Line]:
    """A line to ``address``, open while inside. ``files``: for TCP; a unix socket stays plain."""
    options = [*options, _IN_TURN]
    if files is None or address.startswith("unix:"):
        plain = Line(lambda: grpc.aio.insecure_channel(address, options=options))
        try:
            yield plain
        finally:
            await plain.close()
        return
    if address.startswith(("ipv4:", "ipv6:")):  # of a list of addresses gRPC would look for all in one name
        options.append(("grpc.ssl_target_name_override", hosts(address)[0]))
    renewed = Renewed(files, channel_credentials)
    secure = Line(lambda: grpc.aio.secure_channel(address, renewed.newest, options=options))
    try:
        async with background(_follow(secure, renewed)):
            yield secure
    finally:
        await secure.close()


async def _follow(secure: Line, renewed: Renewed[Any]) -> None:
    while True:
        stop_if_cancelled()
        await asyncio.sleep(_LOOK_EVERY_S)
        if renewed.look():
            await secure.dial_again()
