"""GET /metrics over HTTP/1.1 (RFC 9112): one request a connection, answered and closed.

By hand: the library that the gateway serves HTTP with is a twelfth of a service's memory and of its start, for one that
has nothing else to say over HTTP.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

_HEAD_BYTES_MOST = 8 * 1024
_PATIENCE_S = 5.0  # for a request to be said, and for its answer to be taken
_AT_ONCE_MOST = 32  # Prometheus, its other replica, and somebody who looks
Figures = Callable[[], tuple[str, bytes]]  # their media type, and they


@asynccontextmanager
async def opened(host: str, port: int, figures: Figures) -> AsyncIterator[int]:
    """Answer there while inside; port 0 takes a free one. Yields the bound port; OSError when it is taken."""
    here: set[asyncio.Task[None]] = set()  # one for each connection

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        here.add(task)
        try:
            if len(here) <= _AT_ONCE_MOST:
                async with asyncio.timeout(_PATIENCE_S):
                    writer.write(_answer(await reader.readuntil(b"\r\n\r\n"), figures))
                    writer.close()
                    await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a stranger's manners are no event of ours; TimeoutError is an OSError
        finally:
            here.discard(task)
            writer.transport.abort()  # of what is closed already it is nothing

    server = await asyncio.start_server(meet, host, port, limit=_HEAD_BYTES_MOST)
    try:
        async with server:
            yield server.sockets[0].getsockname()[1]
    finally:
        for task in here:
            task.cancel()
        await asyncio.gather(*here, return_exceptions=True)


def _answer(head: bytes, figures: Figures) -> bytes:
    """The response to a request with these lines."""
    method, _, rest = head.partition(b" ")
    target, _, version = rest.partition(b"\r\n")[0].partition(b" ")
    if not version.startswith(b"HTTP/1."):
        return _response(HTTPStatus.BAD_REQUEST)
    if target.partition(b"?")[0] != b"/metrics":
        return _response(HTTPStatus.NOT_FOUND)
    if method not in (b"GET", b"HEAD"):
        return _response(HTTPStatus.METHOD_NOT_ALLOWED, more="Allow: GET, HEAD\r\n")
    kind, body = figures()
    return _response(HTTPStatus.OK, kind, body, is_told=method == b"GET")


def _response(
    status: HTTPStatus,
    kind: str = "text/plain; charset=utf-8",
    body: bytes = b"",
    *,
    more: str = "",
    is_told: bool = True,
) -> bytes:
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        f"{more}Connection: close\r\n\r\n"
    )
    return head.encode() + (body if is_told else b"")
