"""Health reports as they come from the bus: bytes of a thousand each, one in a hundred of them news."""

import time
from collections.abc import Iterator

from bench.registry.city import shipments
from bench.registry.stage import Stage
from kapok.registry.v1 import bulk_service_pb2, health_events_pb2
from services.registry.domain import camera_name
from services.registry.health import Report, Reporter

_NEWS_EVERY = 100


def reports(cameras: int) -> Iterator[bytes]:
    """One of each camera of the city."""
    number = 0
    for shipment in shipments(cameras):
        told = health_events_pb2.HealthReports(reporter="relay-1")
        for camera in bulk_service_pb2.ImportCamerasRequest.FromString(shipment.request).cameras:
            number += 1
            signal = "SIGNAL_OBSTRUCTED" if number % _NEWS_EVERY == 0 else "SIGNAL_OK"
            told.reports.add(camera=camera_name(camera.code), signal=signal, device="DEVICE_OK")
        yield told.SerializeToString()


async def heard_per_core_minute(stage: Stage, cameras: int) -> float:
    """Reports of cameras whose health is on record, a minute of CPU; what the first round says is written before."""
    messages = list(reports(cameras))
    for measured in (False, True):
        started_s = time.process_time()
        for message in messages:
            told = health_events_pb2.HealthReports.FromString(message)
            found = [Report.read(one.camera, one.signal, one.storage, one.device) for one in told.reports]
            await stage.signals.hear(Reporter.RELAY, found)
        if measured:
            return cameras / (time.process_time() - started_s) * 60
    raise AssertionError("measured in the second round")
