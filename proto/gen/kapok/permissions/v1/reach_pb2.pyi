import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import latlng_pb2 as _latlng_pb2
from kapok.permissions.v1 import decision_pb2 as _decision_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Reach(_message.Message):
    __slots__ = ("allows", "denials", "covers", "policy_revision", "valid_until")
    ALLOWS_FIELD_NUMBER: _ClassVar[int]
    DENIALS_FIELD_NUMBER: _ClassVar[int]
    COVERS_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    allows: _containers.RepeatedCompositeFieldContainer[ReachPart]
    denials: _containers.RepeatedCompositeFieldContainer[ReachPart]
    covers: _containers.RepeatedCompositeFieldContainer[Cover]
    policy_revision: int
    valid_until: _timestamp_pb2.Timestamp
    def __init__(self, allows: _Optional[_Iterable[_Union[ReachPart, _Mapping]]] = ..., denials: _Optional[_Iterable[_Union[ReachPart, _Mapping]]] = ..., covers: _Optional[_Iterable[_Union[Cover, _Mapping]]] = ..., policy_revision: _Optional[int] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReachPart(_message.Message):
    __slots__ = ("place", "states", "is_in_any_state", "conditions")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    IS_IN_ANY_STATE_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    place: _decision_pb2.ScopeClass
    states: _containers.RepeatedScalarFieldContainer[int]
    is_in_any_state: bool
    conditions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, place: _Optional[_Union[_decision_pb2.ScopeClass, _Mapping]] = ..., states: _Optional[_Iterable[int]] = ..., is_in_any_state: _Optional[bool] = ..., conditions: _Optional[_Iterable[str]] = ...) -> None: ...

class Cover(_message.Message):
    __slots__ = ("condition", "cameras", "areas", "operators", "excepted_cameras")
    CONDITION_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    AREAS_FIELD_NUMBER: _ClassVar[int]
    OPERATORS_FIELD_NUMBER: _ClassVar[int]
    EXCEPTED_CAMERAS_FIELD_NUMBER: _ClassVar[int]
    condition: str
    cameras: _containers.RepeatedScalarFieldContainer[str]
    areas: _containers.RepeatedCompositeFieldContainer[CoverArea]
    operators: _containers.RepeatedScalarFieldContainer[str]
    excepted_cameras: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, condition: _Optional[str] = ..., cameras: _Optional[_Iterable[str]] = ..., areas: _Optional[_Iterable[_Union[CoverArea, _Mapping]]] = ..., operators: _Optional[_Iterable[str]] = ..., excepted_cameras: _Optional[_Iterable[str]] = ...) -> None: ...

class CoverArea(_message.Message):
    __slots__ = ("polygon", "districts", "cameras", "operators", "systems", "bound")
    POLYGON_FIELD_NUMBER: _ClassVar[int]
    DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    OPERATORS_FIELD_NUMBER: _ClassVar[int]
    SYSTEMS_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    polygon: _containers.RepeatedCompositeFieldContainer[_latlng_pb2.LatLng]
    districts: _containers.RepeatedScalarFieldContainer[str]
    cameras: _containers.RepeatedScalarFieldContainer[str]
    operators: _containers.RepeatedScalarFieldContainer[str]
    systems: _containers.RepeatedScalarFieldContainer[str]
    bound: str
    def __init__(self, polygon: _Optional[_Iterable[_Union[_latlng_pb2.LatLng, _Mapping]]] = ..., districts: _Optional[_Iterable[str]] = ..., cameras: _Optional[_Iterable[str]] = ..., operators: _Optional[_Iterable[str]] = ..., systems: _Optional[_Iterable[str]] = ..., bound: _Optional[str] = ...) -> None: ...
