"""TLS's limit for Python: a loop of its ssl that sends one joined buffer for each picture and viewer, and nothing else.

encrypted CERTIFICATE KEY VIEWERS KEY_BYTES DELTA_BYTES GROUP PICTURES_S: as bench/fanout/bare.c.
"""

import socket
import ssl
import sys
import time

from bench.fanout.camera import MAGIC, STAMP, Pace

_BEFORE = b"\xaa" * 33


def main() -> None:
    """Print the URL, await the viewers, play until ended."""
    certificate, private_key = sys.argv[1:3]
    viewers, key, delta, group, pace = map(int, sys.argv[3:])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private_key)
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as door:
        print(f"tls://127.0.0.1:{door.getsockname()[1]}", flush=True)
        seats = [_accepted(door, context) for _ in range(viewers)]
        paced, number = Pace(pace), 0
        while True:
            stamp = _BEFORE + MAGIC + STAMP.pack(number, time.monotonic_ns())
            buffer = stamp.ljust(key if number % group == 0 else delta, b"\xaa")
            for seat in seats:
                seat.sendall(buffer)
            number += 1
            time.sleep(paced.pause_s())


def _accepted(door: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
    connection, _ = door.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(connection, server_side=True)


if __name__ == "__main__":
    main()
