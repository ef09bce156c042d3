"""Health of cameras (Articles 15, 22): its words, and what one report says. Pure; hysteresis.py says how many count."""

from enum import IntEnum
from typing import NamedTuple


class Health(IntEnum):
    """As in kapok.registry.v1.Health. The larger is the worse: the worst aspect is the camera's health."""

    UNSPECIFIED = 0
    ONLINE = 1
    DEGRADED = 2
    OFFLINE = 3
    TAMPERED = 4


class Signal(IntEnum):
    """What arrives of a camera; this and the next two as in kapok.registry.v1.HealthReport, 0 is "can't tell"."""

    UNSPECIFIED = 0
    OK = 1
    NONE = 2
    OBSTRUCTED = 3


class Storage(IntEnum):
    """Its recording."""

    UNSPECIFIED = 0
    OK = 1
    FAILING = 2


class Device(IntEnum):
    """The device itself."""

    UNSPECIFIED = 0
    OK = 1
    FAULTY = 2
    TAMPERED = 3


class Reporter(IntEnum):
    """What kind of reporter speaks: it decides what a report can tell, and so what it can clear."""

    PROBE = 0  # asks from outside: OPTIONS, DESCRIBE
    RELAY = 1  # sees the pictures, hears the device


class Report(NamedTuple):
    """How one camera, by code or name, was found; ``cause`` in the reporter's own words. A tuple: millions are made."""

    camera: str
    signal: Signal = Signal.UNSPECIFIED
    storage: Storage = Storage.UNSPECIFIED
    device: Device = Device.UNSPECIFIED
    cause: str = ""

    @classmethod
    def read(cls, camera: str, signal: int, storage: int, device: int) -> "Report":
        """From numbers of the wire; one that is not known here says nothing."""
        return cls(
            camera,
            _SIGNALS.get(signal, _NO_SIGNAL),
            _STORAGES.get(storage, _NO_STORAGE),
            _DEVICES.get(device, _NO_DEVICE),
        )


class Verdict(NamedTuple):
    """What one report says by itself; ``cause`` is empty when nothing is wrong."""

    health: Health
    cause: str


# By number; looked up a million times a minute, and an enum's own ways are slow.
_SIGNALS = {int(signal): signal for signal in Signal}
_STORAGES = {int(storage): storage for storage in Storage}
_DEVICES = {int(device): device for device in Device}
_NO_SIGNAL, _NO_STORAGE, _NO_DEVICE = Signal.UNSPECIFIED, Storage.UNSPECIFIED, Device.UNSPECIFIED
_SIGNAL_FAULTS = {
    Signal.NONE: Verdict(Health.OFFLINE, "no signal"),
    Signal.OBSTRUCTED: Verdict(Health.TAMPERED, "picture covered"),
}
_STORAGE_FAULTS = {Storage.FAILING: Verdict(Health.DEGRADED, "storage failing")}
_DEVICE_FAULTS = {
    Device.FAULTY: Verdict(Health.DEGRADED, "device faulty"),
    Device.TAMPERED: Verdict(Health.TAMPERED, "device moved or opened"),
}


def judge(report: Report) -> Verdict:
    """The worst that ``report`` says, with the causes, worst first; UNSPECIFIED when it can't tell anything."""
    if not (report.signal or report.storage or report.device):
        return Verdict(Health.UNSPECIFIED, "")
    found = [_SIGNAL_FAULTS.get(report.signal), _STORAGE_FAULTS.get(report.storage), _DEVICE_FAULTS.get(report.device)]
    wrong = sorted((verdict for verdict in found if verdict), key=lambda verdict: -verdict.health)
    if not wrong:
        return Verdict(Health.ONLINE, "")
    return Verdict(wrong[0].health, report.cause or "; ".join(verdict.cause for verdict in wrong))
