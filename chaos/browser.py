"""A viewer by WebSocket (RFC 6455), as a page's script would be one: fragments in binary messages."""

from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from chaos.viewer import STEP_S, OverError, address_of, connected, held, received, reset, said

_BINARY, _CLOSE = 2, 8
_CLOSING = bytes((0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE9))  # 1001, going away; masked by zeros
_HEAD_BYTES_MOST = 8192


class Browser:
    """One connection that has joined; OverError when it is refused."""

    def __init__(self, url: str, token: str, authority: Path) -> None:
        self._connection = connected(url, authority)
        self.address = address_of(self._connection)
        self._unread = b""  # the part of a frame's head, or nothing
        self._left = 0  # bytes of the frame under way
        self._kind = 0
        try:
            self._shake_hands(url, token)
        except BaseException:
            self.vanish()
            raise

    def take(self, within_s: float) -> int:
        """Satisfies Viewer: the bytes of binary messages."""
        data, self._unread, pictures = self._unread + received(self._connection, within_s), b"", 0
        while data:
            if not self._left:
                head = _head(data)
                if head is None:
                    self._unread = data
                    break
                self._kind, self._left, size = head
                data = data[size:]
                if self._kind == _CLOSE:
                    raise OverError(f"refused: {data[2:].decode(errors='replace')[:80]}")
            piece, data = data[: self._left], data[self._left :]
            self._left -= len(piece)
            pictures += len(piece) * (self._kind == _BINARY)
        return pictures

    def queued(self) -> int:
        """Satisfies Viewer."""
        return held(self._connection)

    def leave(self) -> None:
        """Satisfies Viewer."""
        with suppress(OverError):
            said(self._connection, _CLOSING)
        self._connection.close()

    def vanish(self) -> None:
        """Satisfies Viewer."""
        reset(self._connection)

    def _shake_hands(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        lines = (
            f"GET {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            f"Sec-WebSocket-Protocol: kapok.v1, {token}", "", "",
        )  # fmt: skip
        said(self._connection, "\r\n".join(lines).encode())
        answer = b""
        while b"\r\n\r\n" not in answer and len(answer) < _HEAD_BYTES_MOST:
            answer += received(self._connection, STEP_S) or b"\r\n\r\n"
        head, _, self._unread = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise OverError(f"refused: {head[:60]!r}")


def _head(data: bytes) -> tuple[int, int, int] | None:
    """Kind of a frame, bytes in it, bytes of its head; None when the head is not whole. Servers mask nothing."""
    if len(data) < 2:
        return None
    extra = {126: 2, 127: 8}.get(data[1], 0)
    if len(data) < 2 + extra:
        return None
    length = int.from_bytes(data[2 : 2 + extra], "big") if extra else data[1]
    return data[0] & 15, length, 2 + extra
