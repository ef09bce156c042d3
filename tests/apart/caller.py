"""A client that calls idempotently while parts of a cell are killed: it tries again, as agencies are told to."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from cli.gateway import read_endpoints
from demo.city import CAMERAS
from kapok.registry.v1 import registry_service_pb2, registry_service_pb2_grpc

CALL_S, _AGAIN_S = 5.0, 0.1
PATIENCE_S = 30.0  # of the retry policy: a call that has not passed by then has failed
AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


@dataclass
class Caller:
    """Reads a camera over and over through every gateway; ``longest_s`` is the longest that one call took."""

    stub: Any
    passed: int = 0
    tries: int = 0
    longest_s: float = 0.0
    failures: list[str] = field(default_factory=list)

    def call_until(self, over: threading.Event) -> None:
        """Until ``over``."""
        camera = CAMERAS[0]
        asked = registry_service_pb2.GetCameraRequest(name=f"districts/{camera.district}/cameras/{camera.code}")
        while not over.wait(0.01):
            self._call(asked)

    def _call(self, asked: Any) -> None:
        began_s = time.monotonic()
        while True:
            self.tries += 1
            try:
                self.stub.GetCamera(asked, timeout=CALL_S)
            except grpc.RpcError as error:
                took_s = time.monotonic() - began_s
                if error.code() not in AGAIN or took_s > PATIENCE_S:
                    self.failures.append(f"{error.code().name} after {took_s:.1f} s: {error.details()}")
                    return
                threading.Event().wait(_AGAIN_S)
            else:
                self.passed += 1
                self.longest_s = max(self.longest_s, time.monotonic() - began_s)
                return


def channel(home: Path, principal: str) -> Any:
    """To every replica of the gateway, in turn."""
    told = read_endpoints(home)
    ports = [place[0] for place in json.loads((home / "places.json").read_text())["gateway"]]
    own = told.principals[principal]
    credentials = grpc.ssl_channel_credentials(
        told.ca.read_bytes(), Path(own["key"]).read_bytes(), Path(own["certificate"]).read_bytes()
    )
    target = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
    options = [
        ("grpc.ssl_target_name_override", "127.0.0.1"),
        ("grpc.service_config", json.dumps({"loadBalancingConfig": [{"round_robin": {}}]})),
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 500),
    ]
    return grpc.secure_channel(target, credentials, options)


@contextmanager
def calling(home: Path, principal: str) -> Iterator[Caller]:
    """A caller at work while inside."""
    over = threading.Event()
    with channel(home, principal) as opened:
        caller = Caller(registry_service_pb2_grpc.RegistryServiceStub(opened))
        thread = threading.Thread(target=caller.call_until, args=(over,))
        thread.start()
        try:
            yield caller
        finally:
            over.set()
            thread.join()
