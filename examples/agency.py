"""An agency's program: connects, lists the cameras it may see, opens a session. Arguments: endpoints.json, who."""

# ruff: noqa: T201 - a program prints

import json
import sys
from pathlib import Path

import grpc

from kapok.registry.v1 import registry_service_pb2 as registry
from kapok.registry.v1 import registry_service_pb2_grpc as registry_grpc
from kapok.streams.v1 import session_pb2 as sessions
from kapok.streams.v1 import streams_service_pb2 as streams
from kapok.streams.v1 import streams_service_pb2_grpc as streams_grpc

told = Path(sys.argv[1])
endpoints = json.loads(told.read_text())
names = [*sys.argv[2:], "police-yuexiu", *endpoints["principals"]]  # the one asked for, the demo's, or the only one
own = next(endpoints["principals"][name] for name in names if name in endpoints["principals"])
ca, key, certificate = (told.parent.joinpath(f).read_bytes() for f in (endpoints["ca"], own["key"], own["certificate"]))
with grpc.secure_channel(endpoints["grpc"], grpc.ssl_channel_credentials(ca, key, certificate)) as channel:
    asked = registry.ListCamerasRequest(parent="districts/-", page_size=10)
    cameras = registry_grpc.RegistryServiceStub(channel).ListCameras(asked).cameras
    for camera in cameras:
        print(camera.name, camera.display_name)
    chosen = min(cameras, key=lambda camera: camera.security_level)
    wanted = sessions.Session(camera=chosen.name, kind="KIND_LIVE", purpose="PURPOSE_PUBLIC_ORDER")
    opened = streams_grpc.StreamsServiceStub(channel).OpenSession(streams.OpenSessionRequest(session=wanted))
    print(opened.rtsp_url)
