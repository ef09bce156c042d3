"""A line passes on what it is given; cut, both ends notice, and nobody gets through until it is laid again."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from services.cell.ports import HOST, pick
from tests.eventually import eventually

ROOT = Path(__file__).parents[3]
PATIENCE_S = 10.0


@contextmanager
def laid(port: int, to: int) -> Iterator[None]:
    words = (sys.executable, "-m", "chaos.parts.line", str(port), str(to))
    with subprocess.Popen(words, cwd=ROOT) as line:
        try:
            yield
        finally:
            line.kill()


def through(port: int) -> socket.socket | None:
    with suppress(ConnectionError):
        return socket.create_connection((HOST, port), PATIENCE_S)
    return None


def is_over(end: socket.socket) -> bool:
    with suppress(ConnectionError):
        return end.recv(100) == b""
    return True


async def test_a_line_passes_on_and_is_cut_and_laid_again() -> None:
    port = pick(0, "a line", lambda _said: None)
    with socket.create_server((HOST, 0)) as far:
        far.settimeout(PATIENCE_S)
        for _ in range(2):
            with laid(port, far.getsockname()[1]):
                near = await eventually(lambda: through(port))
                end = far.accept()[0]
                end.settimeout(PATIENCE_S)
                for one, other in ((near, end), (end, near)):
                    one.sendall(b"hello")
                    assert other.recv(100) == b"hello"
            with near, end:
                assert is_over(near)
                assert is_over(end)
            assert through(port) is None


async def test_a_line_that_leads_nowhere_lets_go() -> None:
    port, nowhere = (pick(0, "a line", lambda _said: None) for _ in range(2))
    with laid(port, nowhere), await eventually(lambda: through(port)) as near:
        assert is_over(near)
