import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.registry.v1 import system_pb2 as _system_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Finding(_message.Message):
    __slots__ = ("duty", "subject", "operator", "districts", "count", "cameras", "due_time", "consequence")
    DUTY_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    CONSEQUENCE_FIELD_NUMBER: _ClassVar[int]
    duty: _system_pb2.Duty
    subject: str
    operator: str
    districts: _containers.RepeatedScalarFieldContainer[str]
    count: int
    cameras: _containers.RepeatedScalarFieldContainer[str]
    due_time: _timestamp_pb2.Timestamp
    consequence: str
    def __init__(self, duty: _Optional[_Union[_system_pb2.Duty, _Mapping]] = ..., subject: _Optional[str] = ..., operator: _Optional[str] = ..., districts: _Optional[_Iterable[str]] = ..., count: _Optional[int] = ..., cameras: _Optional[_Iterable[str]] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., consequence: _Optional[str] = ...) -> None: ...
