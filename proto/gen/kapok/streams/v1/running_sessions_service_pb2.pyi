from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.streams.v1 import session_pb2 as _session_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListRunningSessionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRunningSessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[RunningSession]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[RunningSession, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RunningSession(_message.Message):
    __slots__ = ("name", "principal", "camera", "kind", "legal_basis", "incident")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    principal: str
    camera: str
    kind: _session_pb2.Session.Kind
    legal_basis: str
    incident: str
    def __init__(self, name: _Optional[str] = ..., principal: _Optional[str] = ..., camera: _Optional[str] = ..., kind: _Optional[_Union[_session_pb2.Session.Kind, str]] = ..., legal_basis: _Optional[str] = ..., incident: _Optional[str] = ...) -> None: ...
