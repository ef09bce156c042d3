"""`python -m tests.e2e.flood HOME PRINCIPAL SECONDS`: one agency asks as fast as a process can, whatever is answered.

An open loop: the next request never waits for an answer. Bounded by what is open at once. Standard input holds the
request, a RequestTakeoverRequest; standard output gets a line of JSON: what was answered by reason, what was granted.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from cli.gateway import Gateway
from kapok.permissions.v1 import takeover_pb2, takeovers_service_pb2
from services.chassis import rpc_status as ours

_OPEN_MOST = 900  # a connection takes a thousand
_METHOD = "/kapok.permissions.v1.TakeoversService/RequestTakeover"


async def flood(gateway: Gateway, request: bytes, seconds: float) -> dict[str, object]:
    """What came of it."""
    told, granted, without_delay = Counter[str](), list[str](), 0
    tasks = set[asyncio.Task[Any]]()
    async with grpc.aio.secure_channel(gateway.endpoints.grpc, _credentials(gateway)) as channel:
        ask = channel.unary_unary(_METHOD, bytes, takeover_pb2.Takeover.FromString)

        async def once() -> None:
            nonlocal without_delay
            try:
                granted.append((await ask(request, timeout=30)).name)
                told["OK"] += 1
            except grpc.aio.AioRpcError as failure:
                told[f"{failure.code().name} {ours.to_error(failure, 'gateway').reason}"] += 1
                without_delay += failure.code() is grpc.StatusCode.RESOURCE_EXHAUSTED and not _has_delay(failure)

        until_s = time.monotonic() + seconds
        while time.monotonic() < until_s:
            while len(tasks) < _OPEN_MOST:
                task = asyncio.create_task(once())
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
    return {"told": told, "granted": granted, "without_delay": without_delay}


def _credentials(gateway: Gateway) -> Any:
    own = (Path(gateway.home / gateway.me[file]).read_bytes() for file in ("key", "certificate"))
    return grpc.ssl_channel_credentials(gateway.endpoints.ca.read_bytes(), *own)


def _has_delay(failure: grpc.aio.AioRpcError) -> bool:
    delay = error_details_pb2.RetryInfo()
    found = rpc_status.from_call(failure)
    return bool(found and any(detail.Unpack(delay) for detail in found.details) and delay.retry_delay.ToNanoseconds())


if __name__ == "__main__":
    home, principal, seconds = sys.argv[1:]
    body = takeovers_service_pb2.RequestTakeoverRequest.FromString(sys.stdin.buffer.read())
    print(json.dumps(asyncio.run(flood(Gateway(Path(home), principal), body.SerializeToString(), float(seconds)))))
