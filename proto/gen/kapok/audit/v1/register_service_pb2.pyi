import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.permissions.v1 import decision_pb2 as _decision_pb2
from kapok.streams.v1 import session_pb2 as _session_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CameraUse(_message.Message):
    __slots__ = ("action", "session", "principal", "agency", "purpose", "legal_basis", "ground", "rule", "article", "start_time", "end_time", "expire_time", "close_reason", "command_count", "copy_count", "copy_sha256")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_REASON_FIELD_NUMBER: _ClassVar[int]
    COMMAND_COUNT_FIELD_NUMBER: _ClassVar[int]
    COPY_COUNT_FIELD_NUMBER: _ClassVar[int]
    COPY_SHA256_FIELD_NUMBER: _ClassVar[int]
    action: _decision_pb2.Action
    session: str
    principal: str
    agency: str
    purpose: _session_pb2.Purpose
    legal_basis: str
    ground: str
    rule: str
    article: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    close_reason: str
    command_count: int
    copy_count: int
    copy_sha256: str
    def __init__(self, action: _Optional[_Union[_decision_pb2.Action, str]] = ..., session: _Optional[str] = ..., principal: _Optional[str] = ..., agency: _Optional[str] = ..., purpose: _Optional[_Union[_session_pb2.Purpose, str]] = ..., legal_basis: _Optional[str] = ..., ground: _Optional[str] = ..., rule: _Optional[str] = ..., article: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_reason: _Optional[str] = ..., command_count: _Optional[int] = ..., copy_count: _Optional[int] = ..., copy_sha256: _Optional[str] = ...) -> None: ...

class ListCameraUsesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCameraUsesResponse(_message.Message):
    __slots__ = ("uses", "next_page_token")
    USES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    uses: _containers.RepeatedCompositeFieldContainer[CameraUse]
    next_page_token: str
    def __init__(self, uses: _Optional[_Iterable[_Union[CameraUse, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RegisterLook(_message.Message):
    __slots__ = ("inspection",)
    INSPECTION_FIELD_NUMBER: _ClassVar[int]
    inspection: str
    def __init__(self, inspection: _Optional[str] = ...) -> None: ...
