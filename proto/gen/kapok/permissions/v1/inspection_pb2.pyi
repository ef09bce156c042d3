import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import latlng_pb2 as _latlng_pb2
from kapok.permissions.v1 import legal_basis_pb2 as _legal_basis_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Inspection(_message.Message):
    __slots__ = ("name", "state", "order_number", "purpose", "officers", "area", "districts", "operators", "cameras", "systems", "end_time", "principal", "agency", "start_time", "close_time", "report", "report_sha256", "reported_by", "report_time", "concerned_operators", "check_count")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Inspection.State]
        STATE_OPEN: _ClassVar[Inspection.State]
        STATE_EXPIRED: _ClassVar[Inspection.State]
        STATE_CLOSED: _ClassVar[Inspection.State]
    STATE_UNSPECIFIED: Inspection.State
    STATE_OPEN: Inspection.State
    STATE_EXPIRED: Inspection.State
    STATE_CLOSED: Inspection.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ORDER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    OFFICERS_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    OPERATORS_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    SYSTEMS_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    REPORT_SHA256_FIELD_NUMBER: _ClassVar[int]
    REPORTED_BY_FIELD_NUMBER: _ClassVar[int]
    REPORT_TIME_FIELD_NUMBER: _ClassVar[int]
    CONCERNED_OPERATORS_FIELD_NUMBER: _ClassVar[int]
    CHECK_COUNT_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: Inspection.State
    order_number: str
    purpose: str
    officers: _containers.RepeatedCompositeFieldContainer[_legal_basis_pb2.Officer]
    area: _containers.RepeatedCompositeFieldContainer[_latlng_pb2.LatLng]
    districts: _containers.RepeatedScalarFieldContainer[str]
    operators: _containers.RepeatedScalarFieldContainer[str]
    cameras: _containers.RepeatedScalarFieldContainer[str]
    systems: _containers.RepeatedScalarFieldContainer[str]
    end_time: _timestamp_pb2.Timestamp
    principal: str
    agency: str
    start_time: _timestamp_pb2.Timestamp
    close_time: _timestamp_pb2.Timestamp
    report: str
    report_sha256: str
    reported_by: str
    report_time: _timestamp_pb2.Timestamp
    concerned_operators: _containers.RepeatedScalarFieldContainer[str]
    check_count: int
    def __init__(self, name: _Optional[str] = ..., state: _Optional[_Union[Inspection.State, str]] = ..., order_number: _Optional[str] = ..., purpose: _Optional[str] = ..., officers: _Optional[_Iterable[_Union[_legal_basis_pb2.Officer, _Mapping]]] = ..., area: _Optional[_Iterable[_Union[_latlng_pb2.LatLng, _Mapping]]] = ..., districts: _Optional[_Iterable[str]] = ..., operators: _Optional[_Iterable[str]] = ..., cameras: _Optional[_Iterable[str]] = ..., systems: _Optional[_Iterable[str]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., principal: _Optional[str] = ..., agency: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., report: _Optional[str] = ..., report_sha256: _Optional[str] = ..., reported_by: _Optional[str] = ..., report_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., concerned_operators: _Optional[_Iterable[str]] = ..., check_count: _Optional[int] = ...) -> None: ...
