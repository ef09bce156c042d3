"""A client that calls idempotently while parts of a cell are killed: it tries again, as agencies are told to."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import grpc

from cli.gateway import read_endpoints
from demo.city import CAMERAS
from kapok.audit.v1 import audit_service_pb2, audit_service_pb2_grpc
from kapok.permissions.v1 import permissions_service_pb2, permissions_service_pb2_grpc
from kapok.registry.v1 import registry_service_pb2, registry_service_pb2_grpc
from kapok.streams.v1 import streams_service_pb2, streams_service_pb2_grpc

CALL_S, _AGAIN_S = 5.0, 0.1
PATIENCE_S = 30.0  # of the retry policy: a call that has not passed by then has failed
AGAIN = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


Way = Callable[..., Any]  # a call that changes nothing, whole but for its deadline


@dataclass
class Caller:
    """Calls each of ``ways`` in turn, over and over; ``longest_s`` is the longest that one call took."""

    ways: Sequence[Way]
    passed: int = 0
    tries: int = 0
    longest_s: float = 0.0
    failures: list[str] = field(default_factory=list)

    def call_until(self, over: threading.Event) -> None:
        """Until ``over``."""
        for way in itertools.cycle(self.ways):
            if over.wait(0.01):
                return
            self._call(way)

    def _call(self, way: Way) -> None:
        began_s = time.monotonic()
        while True:
            self.tries += 1
            try:
                way(timeout=CALL_S)
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


def a_camera(opened: Any) -> list[Way]:
    """Of the registry, which asks permissions."""
    camera = CAMERAS[0]
    asked = registry_service_pb2.GetCameraRequest(name=f"districts/{camera.district}/cameras/{camera.code}")
    return [partial(registry_service_pb2_grpc.RegistryServiceStub(opened).GetCamera, asked)]


def of_every_service(opened: Any) -> list[Way]:
    """The same, and a decision, the caller's sessions, the head of the ledger."""
    camera = CAMERAS[0]
    check = permissions_service_pb2.CheckRequest(
        camera=f"districts/{camera.district}/cameras/{camera.code}", action="ACTION_LIVE"
    )
    return [
        *a_camera(opened),
        partial(permissions_service_pb2_grpc.PermissionsServiceStub(opened).Check, check),
        partial(
            streams_service_pb2_grpc.StreamsServiceStub(opened).ListSessions, streams_service_pb2.ListSessionsRequest()
        ),
        partial(
            audit_service_pb2_grpc.AuditServiceStub(opened).GetHead,
            audit_service_pb2.GetHeadRequest(name="books/ordinary/head"),
        ),
    ]


@contextmanager
def calling(home: Path, principal: str, ways: Callable[[Any], list[Way]] = a_camera) -> Iterator[Caller]:
    """A caller at work while inside."""
    over = threading.Event()
    with channel(home, principal) as opened:
        caller = Caller(ways(opened))
        thread = threading.Thread(target=caller.call_until, args=(over,))
        thread.start()
        try:
            yield caller
        finally:
            over.set()
            thread.join()
