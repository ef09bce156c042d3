import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import latlng_pb2 as _latlng_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class IncidentKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INCIDENT_KIND_UNSPECIFIED: _ClassVar[IncidentKind]
    INCIDENT_KIND_NATURAL_DISASTER: _ClassVar[IncidentKind]
    INCIDENT_KIND_ACCIDENT: _ClassVar[IncidentKind]
    INCIDENT_KIND_PUBLIC_HEALTH: _ClassVar[IncidentKind]
    INCIDENT_KIND_PUBLIC_SECURITY: _ClassVar[IncidentKind]
INCIDENT_KIND_UNSPECIFIED: IncidentKind
INCIDENT_KIND_NATURAL_DISASTER: IncidentKind
INCIDENT_KIND_ACCIDENT: IncidentKind
INCIDENT_KIND_PUBLIC_HEALTH: IncidentKind
INCIDENT_KIND_PUBLIC_SECURITY: IncidentKind

class Incident(_message.Message):
    __slots__ = ("name", "display_name", "kind", "order_number", "area", "start_time", "end_time", "agencies", "letter_number", "officer_certificates", "principal", "closed_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ORDER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    AGENCIES_FIELD_NUMBER: _ClassVar[int]
    LETTER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    OFFICER_CERTIFICATES_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    CLOSED_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    kind: IncidentKind
    order_number: str
    area: _containers.RepeatedCompositeFieldContainer[_latlng_pb2.LatLng]
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    agencies: _containers.RepeatedScalarFieldContainer[str]
    letter_number: str
    officer_certificates: _containers.RepeatedScalarFieldContainer[str]
    principal: str
    closed_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., kind: _Optional[_Union[IncidentKind, str]] = ..., order_number: _Optional[str] = ..., area: _Optional[_Iterable[_Union[_latlng_pb2.LatLng, _Mapping]]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., agencies: _Optional[_Iterable[str]] = ..., letter_number: _Optional[str] = ..., officer_certificates: _Optional[_Iterable[str]] = ..., principal: _Optional[str] = ..., closed_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
