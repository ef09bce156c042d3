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
    __slots__ = ("name", "display_name", "kind", "order_number", "area", "start_time", "end_time", "agencies", "letter_number", "officer_certificates", "principal", "closed_time", "districts", "cameras", "state", "agency", "acts", "concerned_districts", "concerned_operators")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Incident.State]
        STATE_PENDING: _ClassVar[Incident.State]
        STATE_IN_FORCE: _ClassVar[Incident.State]
        STATE_ENDED: _ClassVar[Incident.State]
        STATE_EXPIRED: _ClassVar[Incident.State]
        STATE_REFUSED: _ClassVar[Incident.State]
        STATE_LAPSED: _ClassVar[Incident.State]
    STATE_UNSPECIFIED: Incident.State
    STATE_PENDING: Incident.State
    STATE_IN_FORCE: Incident.State
    STATE_ENDED: Incident.State
    STATE_EXPIRED: Incident.State
    STATE_REFUSED: Incident.State
    STATE_LAPSED: Incident.State
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
    DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    ACTS_FIELD_NUMBER: _ClassVar[int]
    CONCERNED_DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    CONCERNED_OPERATORS_FIELD_NUMBER: _ClassVar[int]
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
    districts: _containers.RepeatedScalarFieldContainer[str]
    cameras: _containers.RepeatedScalarFieldContainer[str]
    state: Incident.State
    agency: str
    acts: _containers.RepeatedCompositeFieldContainer[IncidentAct]
    concerned_districts: _containers.RepeatedScalarFieldContainer[str]
    concerned_operators: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., kind: _Optional[_Union[IncidentKind, str]] = ..., order_number: _Optional[str] = ..., area: _Optional[_Iterable[_Union[_latlng_pb2.LatLng, _Mapping]]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., agencies: _Optional[_Iterable[str]] = ..., letter_number: _Optional[str] = ..., officer_certificates: _Optional[_Iterable[str]] = ..., principal: _Optional[str] = ..., closed_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., districts: _Optional[_Iterable[str]] = ..., cameras: _Optional[_Iterable[str]] = ..., state: _Optional[_Union[Incident.State, str]] = ..., agency: _Optional[str] = ..., acts: _Optional[_Iterable[_Union[IncidentAct, _Mapping]]] = ..., concerned_districts: _Optional[_Iterable[str]] = ..., concerned_operators: _Optional[_Iterable[str]] = ...) -> None: ...

class IncidentAct(_message.Message):
    __slots__ = ("number", "kind", "principal", "agency", "act_time", "order_number", "reason", "area", "districts", "cameras", "bound", "agencies", "end_time", "letter_number", "officer_certificates", "approve_by_time", "verdict", "decided_by", "decide_time", "decision_reason", "effective_time")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[IncidentAct.Kind]
        KIND_DECLARED: _ClassVar[IncidentAct.Kind]
        KIND_EXTENDED: _ClassVar[IncidentAct.Kind]
        KIND_WIDENED: _ClassVar[IncidentAct.Kind]
    KIND_UNSPECIFIED: IncidentAct.Kind
    KIND_DECLARED: IncidentAct.Kind
    KIND_EXTENDED: IncidentAct.Kind
    KIND_WIDENED: IncidentAct.Kind
    class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VERDICT_UNSPECIFIED: _ClassVar[IncidentAct.Verdict]
        VERDICT_APPROVED: _ClassVar[IncidentAct.Verdict]
        VERDICT_REFUSED: _ClassVar[IncidentAct.Verdict]
        VERDICT_LAPSED: _ClassVar[IncidentAct.Verdict]
    VERDICT_UNSPECIFIED: IncidentAct.Verdict
    VERDICT_APPROVED: IncidentAct.Verdict
    VERDICT_REFUSED: IncidentAct.Verdict
    VERDICT_LAPSED: IncidentAct.Verdict
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    ACT_TIME_FIELD_NUMBER: _ClassVar[int]
    ORDER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    AGENCIES_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    LETTER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    OFFICER_CERTIFICATES_FIELD_NUMBER: _ClassVar[int]
    APPROVE_BY_TIME_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECISION_REASON_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    number: int
    kind: IncidentAct.Kind
    principal: str
    agency: str
    act_time: _timestamp_pb2.Timestamp
    order_number: str
    reason: str
    area: _containers.RepeatedCompositeFieldContainer[_latlng_pb2.LatLng]
    districts: _containers.RepeatedScalarFieldContainer[str]
    cameras: _containers.RepeatedScalarFieldContainer[str]
    bound: str
    agencies: _containers.RepeatedScalarFieldContainer[str]
    end_time: _timestamp_pb2.Timestamp
    letter_number: str
    officer_certificates: _containers.RepeatedScalarFieldContainer[str]
    approve_by_time: _timestamp_pb2.Timestamp
    verdict: IncidentAct.Verdict
    decided_by: str
    decide_time: _timestamp_pb2.Timestamp
    decision_reason: str
    effective_time: _timestamp_pb2.Timestamp
    def __init__(self, number: _Optional[int] = ..., kind: _Optional[_Union[IncidentAct.Kind, str]] = ..., principal: _Optional[str] = ..., agency: _Optional[str] = ..., act_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_number: _Optional[str] = ..., reason: _Optional[str] = ..., area: _Optional[_Iterable[_Union[_latlng_pb2.LatLng, _Mapping]]] = ..., districts: _Optional[_Iterable[str]] = ..., cameras: _Optional[_Iterable[str]] = ..., bound: _Optional[str] = ..., agencies: _Optional[_Iterable[str]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., letter_number: _Optional[str] = ..., officer_certificates: _Optional[_Iterable[str]] = ..., approve_by_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., verdict: _Optional[_Union[IncidentAct.Verdict, str]] = ..., decided_by: _Optional[str] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decision_reason: _Optional[str] = ..., effective_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
