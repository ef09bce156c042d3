from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.registry.v1 import camera_pb2 as _camera_pb2
from kapok.registry.v1 import system_pb2 as _system_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UpdateOperatorRequest(_message.Message):
    __slots__ = ("operator",)
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    operator: _system_pb2.Operator
    def __init__(self, operator: _Optional[_Union[_system_pb2.Operator, _Mapping]] = ...) -> None: ...

class GetOperatorRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CreateCameraSystemRequest(_message.Message):
    __slots__ = ("parent", "camera_system", "camera_system_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    CAMERA_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    CAMERA_SYSTEM_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    camera_system: _system_pb2.CameraSystem
    camera_system_id: str
    def __init__(self, parent: _Optional[str] = ..., camera_system: _Optional[_Union[_system_pb2.CameraSystem, _Mapping]] = ..., camera_system_id: _Optional[str] = ...) -> None: ...

class GetCameraSystemRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListCameraSystemsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCameraSystemsResponse(_message.Message):
    __slots__ = ("camera_systems", "next_page_token")
    CAMERA_SYSTEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    camera_systems: _containers.RepeatedCompositeFieldContainer[_system_pb2.CameraSystem]
    next_page_token: str
    def __init__(self, camera_systems: _Optional[_Iterable[_Union[_system_pb2.CameraSystem, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateCameraSystemRequest(_message.Message):
    __slots__ = ("camera_system", "update_mask")
    CAMERA_SYSTEM_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    camera_system: _system_pb2.CameraSystem
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, camera_system: _Optional[_Union[_system_pb2.CameraSystem, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class TransitionCameraSystemRequest(_message.Message):
    __slots__ = ("name", "state", "reason", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: _camera_pb2.LifeState
    reason: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., state: _Optional[_Union[_camera_pb2.LifeState, str]] = ..., reason: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...
