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

class Takeover(_message.Message):
    __slots__ = ("name", "reason", "legal_basis", "incident", "end_time", "principal", "start_time", "cameras", "cause", "taken", "refused", "area", "systems", "all_of_incident", "is_exclusive", "exclusive_reason", "duty_reason", "taken_count", "in_force_count")
    class Cause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CAUSE_UNSPECIFIED: _ClassVar[Takeover.Cause]
        CAUSE_LAW_ENFORCEMENT: _ClassVar[Takeover.Cause]
        CAUSE_NATURAL_DISASTER: _ClassVar[Takeover.Cause]
        CAUSE_ACCIDENT: _ClassVar[Takeover.Cause]
        CAUSE_PUBLIC_HEALTH: _ClassVar[Takeover.Cause]
        CAUSE_PUBLIC_SECURITY: _ClassVar[Takeover.Cause]
    CAUSE_UNSPECIFIED: Takeover.Cause
    CAUSE_LAW_ENFORCEMENT: Takeover.Cause
    CAUSE_NATURAL_DISASTER: Takeover.Cause
    CAUSE_ACCIDENT: Takeover.Cause
    CAUSE_PUBLIC_HEALTH: Takeover.Cause
    CAUSE_PUBLIC_SECURITY: Takeover.Cause
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    TAKEN_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    SYSTEMS_FIELD_NUMBER: _ClassVar[int]
    ALL_OF_INCIDENT_FIELD_NUMBER: _ClassVar[int]
    IS_EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
    EXCLUSIVE_REASON_FIELD_NUMBER: _ClassVar[int]
    DUTY_REASON_FIELD_NUMBER: _ClassVar[int]
    TAKEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    IN_FORCE_COUNT_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    legal_basis: str
    incident: str
    end_time: _timestamp_pb2.Timestamp
    principal: str
    start_time: _timestamp_pb2.Timestamp
    cameras: _containers.RepeatedScalarFieldContainer[str]
    cause: Takeover.Cause
    taken: _containers.RepeatedCompositeFieldContainer[TakenCamera]
    refused: _containers.RepeatedCompositeFieldContainer[RefusedCamera]
    area: _containers.RepeatedCompositeFieldContainer[_latlng_pb2.LatLng]
    systems: _containers.RepeatedScalarFieldContainer[str]
    all_of_incident: bool
    is_exclusive: bool
    exclusive_reason: str
    duty_reason: str
    taken_count: int
    in_force_count: int
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ..., legal_basis: _Optional[str] = ..., incident: _Optional[str] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., principal: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cameras: _Optional[_Iterable[str]] = ..., cause: _Optional[_Union[Takeover.Cause, str]] = ..., taken: _Optional[_Iterable[_Union[TakenCamera, _Mapping]]] = ..., refused: _Optional[_Iterable[_Union[RefusedCamera, _Mapping]]] = ..., area: _Optional[_Iterable[_Union[_latlng_pb2.LatLng, _Mapping]]] = ..., systems: _Optional[_Iterable[str]] = ..., all_of_incident: _Optional[bool] = ..., is_exclusive: _Optional[bool] = ..., exclusive_reason: _Optional[str] = ..., duty_reason: _Optional[str] = ..., taken_count: _Optional[int] = ..., in_force_count: _Optional[int] = ...) -> None: ...

class TakenCamera(_message.Message):
    __slots__ = ("camera", "is_holding", "epoch", "over_time", "over_by", "end_time", "is_fenced")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    IS_HOLDING_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    OVER_TIME_FIELD_NUMBER: _ClassVar[int]
    OVER_BY_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    IS_FENCED_FIELD_NUMBER: _ClassVar[int]
    camera: str
    is_holding: bool
    epoch: int
    over_time: _timestamp_pb2.Timestamp
    over_by: str
    end_time: _timestamp_pb2.Timestamp
    is_fenced: bool
    def __init__(self, camera: _Optional[str] = ..., is_holding: _Optional[bool] = ..., epoch: _Optional[int] = ..., over_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., over_by: _Optional[str] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_fenced: _Optional[bool] = ...) -> None: ...

class RefusedCamera(_message.Message):
    __slots__ = ("camera", "reason", "article", "sentence")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    camera: str
    reason: str
    article: str
    sentence: str
    def __init__(self, camera: _Optional[str] = ..., reason: _Optional[str] = ..., article: _Optional[str] = ..., sentence: _Optional[str] = ...) -> None: ...

class ControlState(_message.Message):
    __slots__ = ("name", "holder", "takeover", "epoch", "until")
    NAME_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    name: str
    holder: str
    takeover: str
    epoch: int
    until: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., holder: _Optional[str] = ..., takeover: _Optional[str] = ..., epoch: _Optional[int] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
