from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class Identity(_message.Message):
    __slots__ = ("caller", "audience", "method", "expire_time_ms", "request_id", "principal", "certificate_sha256", "agency_key", "system")
    CALLER_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_MS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_SHA256_FIELD_NUMBER: _ClassVar[int]
    AGENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    caller: str
    audience: str
    method: str
    expire_time_ms: int
    request_id: str
    principal: str
    certificate_sha256: str
    agency_key: str
    system: str
    def __init__(self, caller: _Optional[str] = ..., audience: _Optional[str] = ..., method: _Optional[str] = ..., expire_time_ms: _Optional[int] = ..., request_id: _Optional[str] = ..., principal: _Optional[str] = ..., certificate_sha256: _Optional[str] = ..., agency_key: _Optional[str] = ..., system: _Optional[str] = ...) -> None: ...
