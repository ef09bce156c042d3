import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HealthReport(_message.Message):
    __slots__ = ("camera", "signal", "storage", "device")
    class Signal(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SIGNAL_UNSPECIFIED: _ClassVar[HealthReport.Signal]
        SIGNAL_OK: _ClassVar[HealthReport.Signal]
        SIGNAL_NONE: _ClassVar[HealthReport.Signal]
        SIGNAL_OBSTRUCTED: _ClassVar[HealthReport.Signal]
    SIGNAL_UNSPECIFIED: HealthReport.Signal
    SIGNAL_OK: HealthReport.Signal
    SIGNAL_NONE: HealthReport.Signal
    SIGNAL_OBSTRUCTED: HealthReport.Signal
    class Storage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STORAGE_UNSPECIFIED: _ClassVar[HealthReport.Storage]
        STORAGE_OK: _ClassVar[HealthReport.Storage]
        STORAGE_FAILING: _ClassVar[HealthReport.Storage]
    STORAGE_UNSPECIFIED: HealthReport.Storage
    STORAGE_OK: HealthReport.Storage
    STORAGE_FAILING: HealthReport.Storage
    class Device(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DEVICE_UNSPECIFIED: _ClassVar[HealthReport.Device]
        DEVICE_OK: _ClassVar[HealthReport.Device]
        DEVICE_FAULTY: _ClassVar[HealthReport.Device]
        DEVICE_TAMPERED: _ClassVar[HealthReport.Device]
    DEVICE_UNSPECIFIED: HealthReport.Device
    DEVICE_OK: HealthReport.Device
    DEVICE_FAULTY: HealthReport.Device
    DEVICE_TAMPERED: HealthReport.Device
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    STORAGE_FIELD_NUMBER: _ClassVar[int]
    DEVICE_FIELD_NUMBER: _ClassVar[int]
    camera: str
    signal: HealthReport.Signal
    storage: HealthReport.Storage
    device: HealthReport.Device
    def __init__(self, camera: _Optional[str] = ..., signal: _Optional[_Union[HealthReport.Signal, str]] = ..., storage: _Optional[_Union[HealthReport.Storage, str]] = ..., device: _Optional[_Union[HealthReport.Device, str]] = ...) -> None: ...

class HealthReports(_message.Message):
    __slots__ = ("reporter", "time", "reports")
    REPORTER_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    REPORTS_FIELD_NUMBER: _ClassVar[int]
    reporter: str
    time: _timestamp_pb2.Timestamp
    reports: _containers.RepeatedCompositeFieldContainer[HealthReport]
    def __init__(self, reporter: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reports: _Optional[_Iterable[_Union[HealthReport, _Mapping]]] = ...) -> None: ...
