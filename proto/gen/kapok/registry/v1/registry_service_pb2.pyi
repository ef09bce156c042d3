import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.permissions.v1 import decision_pb2 as _decision_pb2
from kapok.registry.v1 import camera_pb2 as _camera_pb2
from kapok.registry.v1 import camera_filter_pb2 as _camera_filter_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateCameraRequest(_message.Message):
    __slots__ = ("parent", "camera")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    parent: str
    camera: _camera_pb2.Camera
    def __init__(self, parent: _Optional[str] = ..., camera: _Optional[_Union[_camera_pb2.Camera, _Mapping]] = ...) -> None: ...

class GetCameraRequest(_message.Message):
    __slots__ = ("name", "as_of_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    as_of_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListCamerasRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token", "filter", "order_by")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    filter: _camera_filter_pb2.CameraFilter
    order_by: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[_Union[_camera_filter_pb2.CameraFilter, _Mapping]] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListCamerasResponse(_message.Message):
    __slots__ = ("cameras", "next_page_token")
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[_camera_pb2.Camera]
    next_page_token: str
    def __init__(self, cameras: _Optional[_Iterable[_Union[_camera_pb2.Camera, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListAllowedCamerasRequest(_message.Message):
    __slots__ = ("parent", "action", "legal_basis", "incident", "page_size", "page_token", "filter", "order_by")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    action: _decision_pb2.Action
    legal_basis: str
    incident: str
    page_size: int
    page_token: str
    filter: _camera_filter_pb2.CameraFilter
    order_by: str
    def __init__(self, parent: _Optional[str] = ..., action: _Optional[_Union[_decision_pb2.Action, str]] = ..., legal_basis: _Optional[str] = ..., incident: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[_Union[_camera_filter_pb2.CameraFilter, _Mapping]] = ..., order_by: _Optional[str] = ...) -> None: ...

class ListAllowedCamerasResponse(_message.Message):
    __slots__ = ("cameras", "next_page_token", "policy_revision", "valid_until")
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedScalarFieldContainer[str]
    next_page_token: str
    policy_revision: int
    valid_until: _timestamp_pb2.Timestamp
    def __init__(self, cameras: _Optional[_Iterable[str]] = ..., next_page_token: _Optional[str] = ..., policy_revision: _Optional[int] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UpdateCameraRequest(_message.Message):
    __slots__ = ("camera", "update_mask")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    camera: _camera_pb2.Camera
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, camera: _Optional[_Union[_camera_pb2.Camera, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class RetireCameraRequest(_message.Message):
    __slots__ = ("name", "reason", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class CountCamerasRequest(_message.Message):
    __slots__ = ("filter",)
    FILTER_FIELD_NUMBER: _ClassVar[int]
    filter: _camera_filter_pb2.CameraFilter
    def __init__(self, filter: _Optional[_Union[_camera_filter_pb2.CameraFilter, _Mapping]] = ...) -> None: ...

class CountCamerasResponse(_message.Message):
    __slots__ = ("total_size", "facets")
    TOTAL_SIZE_FIELD_NUMBER: _ClassVar[int]
    FACETS_FIELD_NUMBER: _ClassVar[int]
    total_size: int
    facets: _containers.RepeatedCompositeFieldContainer[Facet]
    def __init__(self, total_size: _Optional[int] = ..., facets: _Optional[_Iterable[_Union[Facet, _Mapping]]] = ...) -> None: ...

class Facet(_message.Message):
    __slots__ = ("field", "values")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    field: str
    values: _containers.RepeatedCompositeFieldContainer[FacetValue]
    def __init__(self, field: _Optional[str] = ..., values: _Optional[_Iterable[_Union[FacetValue, _Mapping]]] = ...) -> None: ...

class FacetValue(_message.Message):
    __slots__ = ("value", "count")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    value: str
    count: int
    def __init__(self, value: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class ListCameraRevisionsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCameraRevisionsResponse(_message.Message):
    __slots__ = ("revisions", "next_page_token")
    REVISIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    revisions: _containers.RepeatedCompositeFieldContainer[CameraRevision]
    next_page_token: str
    def __init__(self, revisions: _Optional[_Iterable[_Union[CameraRevision, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CameraRevision(_message.Message):
    __slots__ = ("camera", "start_time", "end_time", "principal", "cause")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    camera: _camera_pb2.Camera
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    principal: str
    cause: str
    def __init__(self, camera: _Optional[_Union[_camera_pb2.Camera, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., principal: _Optional[str] = ..., cause: _Optional[str] = ...) -> None: ...

class ConfirmCamerasRequest(_message.Message):
    __slots__ = ("names", "system")
    NAMES_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    system: str
    def __init__(self, names: _Optional[_Iterable[str]] = ..., system: _Optional[str] = ...) -> None: ...

class ConfirmCamerasResponse(_message.Message):
    __slots__ = ("confirmed_count", "confirm_time")
    CONFIRMED_COUNT_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_TIME_FIELD_NUMBER: _ClassVar[int]
    confirmed_count: int
    confirm_time: _timestamp_pb2.Timestamp
    def __init__(self, confirmed_count: _Optional[int] = ..., confirm_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WatchCamerasRequest(_message.Message):
    __slots__ = ("resume_token", "filter")
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    filter: _camera_filter_pb2.CameraFilter
    def __init__(self, resume_token: _Optional[str] = ..., filter: _Optional[_Union[_camera_filter_pb2.CameraFilter, _Mapping]] = ...) -> None: ...

class WatchCamerasResponse(_message.Message):
    __slots__ = ("cameras", "resume_token")
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[_camera_pb2.Camera]
    resume_token: str
    def __init__(self, cameras: _Optional[_Iterable[_Union[_camera_pb2.Camera, _Mapping]]] = ..., resume_token: _Optional[str] = ...) -> None: ...
