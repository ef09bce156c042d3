import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.streams.v1 import pointing_pb2 as _pointing_pb2
from kapok.streams.v1 import session_pb2 as _session_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OpenSessionRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _session_pb2.Session
    def __init__(self, session: _Optional[_Union[_session_pb2.Session, _Mapping]] = ...) -> None: ...

class OpenSessionResponse(_message.Message):
    __slots__ = ("session", "token", "token_expire_time", "rtsp_url", "websocket_url", "rtsps_url", "wss_url", "grpc_target", "grpc_has_tls")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKEN_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    RTSP_URL_FIELD_NUMBER: _ClassVar[int]
    WEBSOCKET_URL_FIELD_NUMBER: _ClassVar[int]
    RTSPS_URL_FIELD_NUMBER: _ClassVar[int]
    WSS_URL_FIELD_NUMBER: _ClassVar[int]
    GRPC_TARGET_FIELD_NUMBER: _ClassVar[int]
    GRPC_HAS_TLS_FIELD_NUMBER: _ClassVar[int]
    session: _session_pb2.Session
    token: str
    token_expire_time: _timestamp_pb2.Timestamp
    rtsp_url: str
    websocket_url: str
    rtsps_url: str
    wss_url: str
    grpc_target: str
    grpc_has_tls: bool
    def __init__(self, session: _Optional[_Union[_session_pb2.Session, _Mapping]] = ..., token: _Optional[str] = ..., token_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., rtsp_url: _Optional[str] = ..., websocket_url: _Optional[str] = ..., rtsps_url: _Optional[str] = ..., wss_url: _Optional[str] = ..., grpc_target: _Optional[str] = ..., grpc_has_tls: _Optional[bool] = ...) -> None: ...

class OpenTakeoverFeedsRequest(_message.Message):
    __slots__ = ("takeover", "purpose", "viewer_limit", "stream")
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    VIEWER_LIMIT_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    takeover: str
    purpose: _session_pb2.Purpose
    viewer_limit: int
    stream: _session_pb2.Session.Stream
    def __init__(self, takeover: _Optional[str] = ..., purpose: _Optional[_Union[_session_pb2.Purpose, str]] = ..., viewer_limit: _Optional[int] = ..., stream: _Optional[_Union[_session_pb2.Session.Stream, str]] = ...) -> None: ...

class OpenTakeoverFeedsResponse(_message.Message):
    __slots__ = ("camera", "opened", "refused")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    camera: str
    opened: OpenSessionResponse
    refused: RefusedFeed
    def __init__(self, camera: _Optional[str] = ..., opened: _Optional[_Union[OpenSessionResponse, _Mapping]] = ..., refused: _Optional[_Union[RefusedFeed, _Mapping]] = ...) -> None: ...

class RefusedFeed(_message.Message):
    __slots__ = ("reason", "sentence")
    REASON_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    reason: str
    sentence: str
    def __init__(self, reason: _Optional[str] = ..., sentence: _Optional[str] = ...) -> None: ...

class RenewSessionRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class CloseSessionRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListSessionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[_session_pb2.Session]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[_session_pb2.Session, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListCameraSessionsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token", "include_closed")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_CLOSED_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    include_closed: bool
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., include_closed: _Optional[bool] = ...) -> None: ...

class ListCameraSessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[_session_pb2.Session]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[_session_pb2.Session, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CameraSessionsLook(_message.Message):
    __slots__ = ("inspection",)
    INSPECTION_FIELD_NUMBER: _ClassVar[int]
    inspection: str
    def __init__(self, inspection: _Optional[str] = ...) -> None: ...

class RecordCopyRequest(_message.Message):
    __slots__ = ("copy",)
    COPY_FIELD_NUMBER: _ClassVar[int]
    copy: _session_pb2.Copy
    def __init__(self, copy: _Optional[_Union[_session_pb2.Copy, _Mapping]] = ...) -> None: ...

class MoveCameraRequest(_message.Message):
    __slots__ = ("camera", "pan", "tilt", "zoom")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    PAN_FIELD_NUMBER: _ClassVar[int]
    TILT_FIELD_NUMBER: _ClassVar[int]
    ZOOM_FIELD_NUMBER: _ClassVar[int]
    camera: str
    pan: float
    tilt: float
    zoom: float
    def __init__(self, camera: _Optional[str] = ..., pan: _Optional[float] = ..., tilt: _Optional[float] = ..., zoom: _Optional[float] = ...) -> None: ...

class MoveCameraResponse(_message.Message):
    __slots__ = ("epoch", "relay")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    relay: str
    def __init__(self, epoch: _Optional[int] = ..., relay: _Optional[str] = ...) -> None: ...

class PointCameraRequest(_message.Message):
    __slots__ = ("camera", "to", "by")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    camera: str
    to: _pointing_pb2.Pointing
    by: _pointing_pb2.Pointing
    def __init__(self, camera: _Optional[str] = ..., to: _Optional[_Union[_pointing_pb2.Pointing, _Mapping]] = ..., by: _Optional[_Union[_pointing_pb2.Pointing, _Mapping]] = ...) -> None: ...

class PointCameraResponse(_message.Message):
    __slots__ = ("epoch", "relay")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    relay: str
    def __init__(self, epoch: _Optional[int] = ..., relay: _Optional[str] = ...) -> None: ...

class ListPresetsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPresetsResponse(_message.Message):
    __slots__ = ("presets", "next_page_token")
    PRESETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    presets: _containers.RepeatedCompositeFieldContainer[_pointing_pb2.Preset]
    next_page_token: str
    def __init__(self, presets: _Optional[_Iterable[_Union[_pointing_pb2.Preset, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CreatePresetRequest(_message.Message):
    __slots__ = ("parent", "preset")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    parent: str
    preset: _pointing_pb2.Preset
    def __init__(self, parent: _Optional[str] = ..., preset: _Optional[_Union[_pointing_pb2.Preset, _Mapping]] = ...) -> None: ...

class RecallPresetRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RecallPresetResponse(_message.Message):
    __slots__ = ("epoch", "relay")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    relay: str
    def __init__(self, epoch: _Optional[int] = ..., relay: _Optional[str] = ...) -> None: ...
