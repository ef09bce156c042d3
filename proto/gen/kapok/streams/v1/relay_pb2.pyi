import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.streams.v1 import pointing_pb2 as _pointing_pb2
from kapok.streams.v1 import session_pb2 as _session_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RelayAnnouncement(_message.Message):
    __slots__ = ("relay", "public_key", "rtsp_host", "rtsp_port", "viewers", "cameras", "applied_number", "time", "metrics_address", "web_port", "bytes_per_second", "viewers_most", "bytes_per_second_most", "process", "orders", "doubt", "is_draining", "rtsps_port", "wss_port", "grpc_port", "grpc_has_tls")
    RELAY_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    RTSP_HOST_FIELD_NUMBER: _ClassVar[int]
    RTSP_PORT_FIELD_NUMBER: _ClassVar[int]
    VIEWERS_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    APPLIED_NUMBER_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    METRICS_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    WEB_PORT_FIELD_NUMBER: _ClassVar[int]
    BYTES_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    VIEWERS_MOST_FIELD_NUMBER: _ClassVar[int]
    BYTES_PER_SECOND_MOST_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    DOUBT_FIELD_NUMBER: _ClassVar[int]
    IS_DRAINING_FIELD_NUMBER: _ClassVar[int]
    RTSPS_PORT_FIELD_NUMBER: _ClassVar[int]
    WSS_PORT_FIELD_NUMBER: _ClassVar[int]
    GRPC_PORT_FIELD_NUMBER: _ClassVar[int]
    GRPC_HAS_TLS_FIELD_NUMBER: _ClassVar[int]
    relay: str
    public_key: bytes
    rtsp_host: str
    rtsp_port: int
    viewers: int
    cameras: int
    applied_number: int
    time: _timestamp_pb2.Timestamp
    metrics_address: str
    web_port: int
    bytes_per_second: int
    viewers_most: int
    bytes_per_second_most: int
    process: str
    orders: int
    doubt: int
    is_draining: bool
    rtsps_port: int
    wss_port: int
    grpc_port: int
    grpc_has_tls: bool
    def __init__(self, relay: _Optional[str] = ..., public_key: _Optional[bytes] = ..., rtsp_host: _Optional[str] = ..., rtsp_port: _Optional[int] = ..., viewers: _Optional[int] = ..., cameras: _Optional[int] = ..., applied_number: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., metrics_address: _Optional[str] = ..., web_port: _Optional[int] = ..., bytes_per_second: _Optional[int] = ..., viewers_most: _Optional[int] = ..., bytes_per_second_most: _Optional[int] = ..., process: _Optional[str] = ..., orders: _Optional[int] = ..., doubt: _Optional[int] = ..., is_draining: _Optional[bool] = ..., rtsps_port: _Optional[int] = ..., wss_port: _Optional[int] = ..., grpc_port: _Optional[int] = ..., grpc_has_tls: _Optional[bool] = ...) -> None: ...

class RollCall(_message.Message):
    __slots__ = ("relay", "process", "orders", "doubt", "sessions", "reason")
    RELAY_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    DOUBT_FIELD_NUMBER: _ClassVar[int]
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    relay: str
    process: str
    orders: int
    doubt: int
    sessions: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    def __init__(self, relay: _Optional[str] = ..., process: _Optional[str] = ..., orders: _Optional[int] = ..., doubt: _Optional[int] = ..., sessions: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ...) -> None: ...

class Assignment(_message.Message):
    __slots__ = ("session", "legal_basis", "incident", "expire_time", "viewer_limit", "sealed_source", "relay", "stream", "signed_facts", "credentials", "mark_signature", "is_moved")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    VIEWER_LIMIT_FIELD_NUMBER: _ClassVar[int]
    SEALED_SOURCE_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    SIGNED_FACTS_FIELD_NUMBER: _ClassVar[int]
    CREDENTIALS_FIELD_NUMBER: _ClassVar[int]
    MARK_SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    IS_MOVED_FIELD_NUMBER: _ClassVar[int]
    session: str
    legal_basis: str
    incident: str
    expire_time: _timestamp_pb2.Timestamp
    viewer_limit: int
    sealed_source: bytes
    relay: str
    stream: _session_pb2.Session.Stream
    signed_facts: bytes
    credentials: _containers.RepeatedScalarFieldContainer[str]
    mark_signature: bytes
    is_moved: bool
    def __init__(self, session: _Optional[str] = ..., legal_basis: _Optional[str] = ..., incident: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., viewer_limit: _Optional[int] = ..., sealed_source: _Optional[bytes] = ..., relay: _Optional[str] = ..., stream: _Optional[_Union[_session_pb2.Session.Stream, str]] = ..., signed_facts: _Optional[bytes] = ..., credentials: _Optional[_Iterable[str]] = ..., mark_signature: _Optional[bytes] = ..., is_moved: _Optional[bool] = ...) -> None: ...

class SessionClosing(_message.Message):
    __slots__ = ("session", "reason", "relay", "is_sealed")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    IS_SEALED_FIELD_NUMBER: _ClassVar[int]
    session: str
    reason: str
    relay: str
    is_sealed: bool
    def __init__(self, session: _Optional[str] = ..., reason: _Optional[str] = ..., relay: _Optional[str] = ..., is_sealed: _Optional[bool] = ...) -> None: ...

class SessionToken(_message.Message):
    __slots__ = ("session", "relay", "expire_time_ms", "nonce")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    NONCE_FIELD_NUMBER: _ClassVar[int]
    session: str
    relay: str
    expire_time_ms: int
    nonce: bytes
    def __init__(self, session: _Optional[str] = ..., relay: _Optional[str] = ..., expire_time_ms: _Optional[int] = ..., nonce: _Optional[bytes] = ...) -> None: ...

class ControlCommand(_message.Message):
    __slots__ = ("signed_grant", "pan", "tilt", "zoom", "sealed_source", "relay", "kind", "preset", "reads_pointing", "process")
    SIGNED_GRANT_FIELD_NUMBER: _ClassVar[int]
    PAN_FIELD_NUMBER: _ClassVar[int]
    TILT_FIELD_NUMBER: _ClassVar[int]
    ZOOM_FIELD_NUMBER: _ClassVar[int]
    SEALED_SOURCE_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    READS_POINTING_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    signed_grant: bytes
    pan: float
    tilt: float
    zoom: float
    sealed_source: bytes
    relay: str
    kind: _pointing_pb2.CommandKind
    preset: str
    reads_pointing: bool
    process: str
    def __init__(self, signed_grant: _Optional[bytes] = ..., pan: _Optional[float] = ..., tilt: _Optional[float] = ..., zoom: _Optional[float] = ..., sealed_source: _Optional[bytes] = ..., relay: _Optional[str] = ..., kind: _Optional[_Union[_pointing_pb2.CommandKind, str]] = ..., preset: _Optional[str] = ..., reads_pointing: _Optional[bool] = ..., process: _Optional[str] = ...) -> None: ...

class RelayReply(_message.Message):
    __slots__ = ("error_kind", "error_reason", "error_message", "epoch", "current_epoch", "missing", "presets", "pointing")
    ERROR_KIND_FIELD_NUMBER: _ClassVar[int]
    ERROR_REASON_FIELD_NUMBER: _ClassVar[int]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    CURRENT_EPOCH_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    PRESETS_FIELD_NUMBER: _ClassVar[int]
    POINTING_FIELD_NUMBER: _ClassVar[int]
    error_kind: str
    error_reason: str
    error_message: str
    epoch: int
    current_epoch: int
    missing: _containers.RepeatedScalarFieldContainer[str]
    presets: _containers.RepeatedCompositeFieldContainer[_pointing_pb2.Preset]
    pointing: _pointing_pb2.Pointing
    def __init__(self, error_kind: _Optional[str] = ..., error_reason: _Optional[str] = ..., error_message: _Optional[str] = ..., epoch: _Optional[int] = ..., current_epoch: _Optional[int] = ..., missing: _Optional[_Iterable[str]] = ..., presets: _Optional[_Iterable[_Union[_pointing_pb2.Preset, _Mapping]]] = ..., pointing: _Optional[_Union[_pointing_pb2.Pointing, _Mapping]] = ...) -> None: ...

class SessionMove(_message.Message):
    __slots__ = ("session", "former_relay", "reason", "last_heard_time")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    FORMER_RELAY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LAST_HEARD_TIME_FIELD_NUMBER: _ClassVar[int]
    session: _session_pb2.Session
    former_relay: str
    reason: str
    last_heard_time: _timestamp_pb2.Timestamp
    def __init__(self, session: _Optional[_Union[_session_pb2.Session, _Mapping]] = ..., former_relay: _Optional[str] = ..., reason: _Optional[str] = ..., last_heard_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Viewer(_message.Message):
    __slots__ = ("session", "relay", "viewer", "peer_address", "open_time", "close_time", "close_reason", "pictures", "bytes", "process")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    VIEWER_FIELD_NUMBER: _ClassVar[int]
    PEER_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_REASON_FIELD_NUMBER: _ClassVar[int]
    PICTURES_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    session: str
    relay: str
    viewer: str
    peer_address: str
    open_time: _timestamp_pb2.Timestamp
    close_time: _timestamp_pb2.Timestamp
    close_reason: str
    pictures: int
    bytes: int
    process: str
    def __init__(self, session: _Optional[str] = ..., relay: _Optional[str] = ..., viewer: _Optional[str] = ..., peer_address: _Optional[str] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_reason: _Optional[str] = ..., pictures: _Optional[int] = ..., bytes: _Optional[int] = ..., process: _Optional[str] = ...) -> None: ...

class Outlasted(_message.Message):
    __slots__ = ("session", "relay", "takeover", "justify_time", "start_time", "end_time", "end_reason", "viewers")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    JUSTIFY_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    END_REASON_FIELD_NUMBER: _ClassVar[int]
    VIEWERS_FIELD_NUMBER: _ClassVar[int]
    session: str
    relay: str
    takeover: str
    justify_time: _timestamp_pb2.Timestamp
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    end_reason: str
    viewers: int
    def __init__(self, session: _Optional[str] = ..., relay: _Optional[str] = ..., takeover: _Optional[str] = ..., justify_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_reason: _Optional[str] = ..., viewers: _Optional[int] = ...) -> None: ...

class SessionSuspension(_message.Message):
    __slots__ = ("session", "relay", "takeover", "agency", "start_time", "until", "end_time", "viewers")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    VIEWERS_FIELD_NUMBER: _ClassVar[int]
    session: str
    relay: str
    takeover: str
    agency: str
    start_time: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    viewers: int
    def __init__(self, session: _Optional[str] = ..., relay: _Optional[str] = ..., takeover: _Optional[str] = ..., agency: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., viewers: _Optional[int] = ...) -> None: ...

class CameraMove(_message.Message):
    __slots__ = ("camera", "principal", "epoch", "pan", "tilt", "zoom", "agency", "takeover", "kind", "preset")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    PAN_FIELD_NUMBER: _ClassVar[int]
    TILT_FIELD_NUMBER: _ClassVar[int]
    ZOOM_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    camera: str
    principal: str
    epoch: int
    pan: float
    tilt: float
    zoom: float
    agency: str
    takeover: str
    kind: _pointing_pb2.CommandKind
    preset: str
    def __init__(self, camera: _Optional[str] = ..., principal: _Optional[str] = ..., epoch: _Optional[int] = ..., pan: _Optional[float] = ..., tilt: _Optional[float] = ..., zoom: _Optional[float] = ..., agency: _Optional[str] = ..., takeover: _Optional[str] = ..., kind: _Optional[_Union[_pointing_pb2.CommandKind, str]] = ..., preset: _Optional[str] = ...) -> None: ...

class StoredPointing(_message.Message):
    __slots__ = ("camera", "takeover", "pointing", "epoch", "reason")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    POINTING_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    camera: str
    takeover: str
    pointing: _pointing_pb2.Pointing
    epoch: int
    reason: str
    def __init__(self, camera: _Optional[str] = ..., takeover: _Optional[str] = ..., pointing: _Optional[_Union[_pointing_pb2.Pointing, _Mapping]] = ..., epoch: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...
