"""An agency's program that takes pictures: saves 50 that play. Arguments: endpoints.json, who, file."""

# ruff: noqa: T201 - a program prints

import json
import sys
from pathlib import Path

import grpc

from kapok.registry.v1 import registry_service_pb2 as registry
from kapok.registry.v1 import registry_service_pb2_grpc as registry_grpc
from kapok.streams.v1 import media_service_pb2 as media
from kapok.streams.v1 import media_service_pb2_grpc as media_grpc
from kapok.streams.v1 import session_pb2 as sessions
from kapok.streams.v1 import streams_service_pb2 as streams
from kapok.streams.v1 import streams_service_pb2_grpc as streams_grpc

told, who, file = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
endpoints = json.loads(told.read_text())
own = endpoints["principals"][who]
ca, key, certificate = (told.parent.joinpath(f).read_bytes() for f in (endpoints["ca"], own["key"], own["certificate"]))
with grpc.secure_channel(endpoints["grpc"], grpc.ssl_channel_credentials(ca, key, certificate)) as channel:
    cameras = registry_grpc.RegistryServiceStub(channel).ListCameras(registry.ListCamerasRequest(parent="districts/-"))
    chosen = min(cameras.cameras, key=lambda camera: camera.security_level)
    wanted = sessions.Session(camera=chosen.name, kind="KIND_LIVE", purpose="PURPOSE_PUBLIC_ORDER")
    opened = streams_grpc.StreamsServiceStub(channel).OpenSession(streams.OpenSessionRequest(session=wanted))
target, trust = opened.grpc_target, grpc.ssl_channel_credentials(ca, key, certificate)  # of the camera's relay
with grpc.secure_channel(target, trust) if opened.grpc_has_tls else grpc.insecure_channel(target) as relay:
    asked = media.WatchAccessUnitsRequest(session=opened.session.name, token=opened.token)
    with file.open("wb") as saved:
        for count, unit in enumerate(media_grpc.MediaServiceStub(relay).WatchAccessUnits(asked), start=1):
            saved.write(unit.data)
            if count == 50:
                print(f"{unit.capture_time.ToJsonString()}: {count} pictures of {chosen.name} saved as {file}")
                break
