"""What a process holds is told so that a connection opened anew is the same as the one before it."""

import socket
from collections import Counter

import psutil

from chaos.descriptors import held


def test_connections_are_told_by_the_port_that_is_served() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        before = held(psutil.Process())
        for _ in range(2):  # from another port of ours each time
            with socket.create_connection(("127.0.0.1", port)), door.accept()[0]:
                more = held(psutil.Process()) - before
                ends = (f"at {port}", f"to {port}")
                assert more == Counter(f"SOCK_STREAM {end} ESTABLISHED" for end in ends)
        assert held(psutil.Process()) - before == Counter()
