import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Purpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PURPOSE_UNSPECIFIED: _ClassVar[Purpose]
    PURPOSE_PUBLIC_ORDER: _ClassVar[Purpose]
    PURPOSE_CRIMINAL_INVESTIGATION: _ClassVar[Purpose]
    PURPOSE_TRAFFIC_MANAGEMENT: _ClassVar[Purpose]
    PURPOSE_URBAN_MANAGEMENT: _ClassVar[Purpose]
    PURPOSE_EMERGENCY_RESPONSE: _ClassVar[Purpose]
    PURPOSE_NATIONAL_SECURITY: _ClassVar[Purpose]
    PURPOSE_OPERATION_DUTY: _ClassVar[Purpose]
    PURPOSE_SUPERVISION: _ClassVar[Purpose]
PURPOSE_UNSPECIFIED: Purpose
PURPOSE_PUBLIC_ORDER: Purpose
PURPOSE_CRIMINAL_INVESTIGATION: Purpose
PURPOSE_TRAFFIC_MANAGEMENT: Purpose
PURPOSE_URBAN_MANAGEMENT: Purpose
PURPOSE_EMERGENCY_RESPONSE: Purpose
PURPOSE_NATIONAL_SECURITY: Purpose
PURPOSE_OPERATION_DUTY: Purpose
PURPOSE_SUPERVISION: Purpose

class Session(_message.Message):
    __slots__ = ("name", "camera", "kind", "purpose", "legal_basis", "incident", "principal", "agency", "rule", "article", "viewer_limit", "state", "create_time", "expire_time", "close_time", "close_reason", "relay", "stream", "suspended_by", "suspend_until")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Session.Kind]
        KIND_LIVE: _ClassVar[Session.Kind]
        KIND_COPY: _ClassVar[Session.Kind]
        KIND_LIVE_CHECK: _ClassVar[Session.Kind]
    KIND_UNSPECIFIED: Session.Kind
    KIND_LIVE: Session.Kind
    KIND_COPY: Session.Kind
    KIND_LIVE_CHECK: Session.Kind
    class Stream(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STREAM_UNSPECIFIED: _ClassVar[Session.Stream]
        STREAM_MAIN: _ClassVar[Session.Stream]
        STREAM_SECONDARY: _ClassVar[Session.Stream]
    STREAM_UNSPECIFIED: Session.Stream
    STREAM_MAIN: Session.Stream
    STREAM_SECONDARY: Session.Stream
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Session.State]
        STATE_OPEN: _ClassVar[Session.State]
        STATE_CLOSED: _ClassVar[Session.State]
        STATE_SUSPENDED: _ClassVar[Session.State]
    STATE_UNSPECIFIED: Session.State
    STATE_OPEN: Session.State
    STATE_CLOSED: Session.State
    STATE_SUSPENDED: Session.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    VIEWER_LIMIT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_REASON_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_BY_FIELD_NUMBER: _ClassVar[int]
    SUSPEND_UNTIL_FIELD_NUMBER: _ClassVar[int]
    name: str
    camera: str
    kind: Session.Kind
    purpose: Purpose
    legal_basis: str
    incident: str
    principal: str
    agency: str
    rule: str
    article: str
    viewer_limit: int
    state: Session.State
    create_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    close_time: _timestamp_pb2.Timestamp
    close_reason: str
    relay: str
    stream: Session.Stream
    suspended_by: str
    suspend_until: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., camera: _Optional[str] = ..., kind: _Optional[_Union[Session.Kind, str]] = ..., purpose: _Optional[_Union[Purpose, str]] = ..., legal_basis: _Optional[str] = ..., incident: _Optional[str] = ..., principal: _Optional[str] = ..., agency: _Optional[str] = ..., rule: _Optional[str] = ..., article: _Optional[str] = ..., viewer_limit: _Optional[int] = ..., state: _Optional[_Union[Session.State, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_reason: _Optional[str] = ..., relay: _Optional[str] = ..., stream: _Optional[_Union[Session.Stream, str]] = ..., suspended_by: _Optional[str] = ..., suspend_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Copy(_message.Message):
    __slots__ = ("session", "sha256", "size_bytes", "duration_ms")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    DURATION_MS_FIELD_NUMBER: _ClassVar[int]
    session: str
    sha256: str
    size_bytes: int
    duration_ms: int
    def __init__(self, session: _Optional[str] = ..., sha256: _Optional[str] = ..., size_bytes: _Optional[int] = ..., duration_ms: _Optional[int] = ...) -> None: ...
