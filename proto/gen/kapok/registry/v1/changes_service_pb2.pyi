import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import latlng_pb2 as _latlng_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.registry.v1 import camera_pb2 as _camera_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CameraChange(_message.Message):
    __slots__ = ("name", "camera", "reason", "place", "position", "direction_degrees", "place_category", "premises", "purpose", "state", "requested_by", "request_time", "decided_by", "decide_time", "decision_reason")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[CameraChange.State]
        STATE_REQUESTED: _ClassVar[CameraChange.State]
        STATE_APPROVED: _ClassVar[CameraChange.State]
        STATE_REJECTED: _ClassVar[CameraChange.State]
        STATE_WITHDRAWN: _ClassVar[CameraChange.State]
    STATE_UNSPECIFIED: CameraChange.State
    STATE_REQUESTED: CameraChange.State
    STATE_APPROVED: CameraChange.State
    STATE_REJECTED: CameraChange.State
    STATE_WITHDRAWN: CameraChange.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_DEGREES_FIELD_NUMBER: _ClassVar[int]
    PLACE_CATEGORY_FIELD_NUMBER: _ClassVar[int]
    PREMISES_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_TIME_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECISION_REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    camera: str
    reason: str
    place: str
    position: _latlng_pb2.LatLng
    direction_degrees: float
    place_category: _camera_pb2.PlaceCategory
    premises: _camera_pb2.Premises
    purpose: str
    state: CameraChange.State
    requested_by: str
    request_time: _timestamp_pb2.Timestamp
    decided_by: str
    decide_time: _timestamp_pb2.Timestamp
    decision_reason: str
    def __init__(self, name: _Optional[str] = ..., camera: _Optional[str] = ..., reason: _Optional[str] = ..., place: _Optional[str] = ..., position: _Optional[_Union[_latlng_pb2.LatLng, _Mapping]] = ..., direction_degrees: _Optional[float] = ..., place_category: _Optional[_Union[_camera_pb2.PlaceCategory, str]] = ..., premises: _Optional[_Union[_camera_pb2.Premises, str]] = ..., purpose: _Optional[str] = ..., state: _Optional[_Union[CameraChange.State, str]] = ..., requested_by: _Optional[str] = ..., request_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decided_by: _Optional[str] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decision_reason: _Optional[str] = ...) -> None: ...

class RequestCameraChangeRequest(_message.Message):
    __slots__ = ("camera_change",)
    CAMERA_CHANGE_FIELD_NUMBER: _ClassVar[int]
    camera_change: CameraChange
    def __init__(self, camera_change: _Optional[_Union[CameraChange, _Mapping]] = ...) -> None: ...

class DecideCameraChangeRequest(_message.Message):
    __slots__ = ("name", "approved", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    APPROVED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    approved: bool
    reason: str
    def __init__(self, name: _Optional[str] = ..., approved: _Optional[bool] = ..., reason: _Optional[str] = ...) -> None: ...

class WithdrawCameraChangeRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListCameraChangesRequest(_message.Message):
    __slots__ = ("camera", "state", "page_size", "page_token")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    camera: str
    state: CameraChange.State
    page_size: int
    page_token: str
    def __init__(self, camera: _Optional[str] = ..., state: _Optional[_Union[CameraChange.State, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCameraChangesResponse(_message.Message):
    __slots__ = ("camera_changes", "next_page_token")
    CAMERA_CHANGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    camera_changes: _containers.RepeatedCompositeFieldContainer[CameraChange]
    next_page_token: str
    def __init__(self, camera_changes: _Optional[_Iterable[_Union[CameraChange, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
