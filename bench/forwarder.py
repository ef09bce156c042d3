"""What bench-scale holds the gateway against: grpc.aio with mTLS that forwards bytes and does nothing else.

`python -m bench.forwarder CA CERTIFICATE KEY UPSTREAM` prints its port, then forwards each unary call to UPSTREAM.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

import grpc


class _Bytes(grpc.GenericRpcHandler):  # type: ignore[misc] # grpc ships no types
    """Every method, in bytes."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel

    def service(self, details: Any) -> Any:
        start = self._channel.unary_unary(details.method)

        async def forward(request: bytes, _context: Any) -> Any:
            return await start(request)

        return grpc.unary_unary_rpc_method_handler(forward)


async def _serve(ca: bytes, certificate: bytes, key: bytes, upstream: str) -> None:
    async with grpc.aio.secure_channel(upstream, grpc.ssl_channel_credentials(ca, key, certificate)) as channel:
        server = grpc.aio.server(handlers=[_Bytes(channel)])
        shown = grpc.ssl_server_credentials([(key, certificate)], root_certificates=ca, require_client_auth=True)
        port = server.add_secure_port("127.0.0.1:0", shown)
        await server.start()
        print(port, flush=True)
        await server.wait_for_termination()


if __name__ == "__main__":
    told_ca, told_certificate, told_key, told_upstream = sys.argv[1:]
    pems = (Path(told_ca).read_bytes(), Path(told_certificate).read_bytes(), Path(told_key).read_bytes())
    asyncio.run(_serve(*pems, told_upstream))
