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

class AgencyKey(_message.Message):
    __slots__ = ("name", "agency", "purpose", "public_key", "register_time", "registered_by", "revoke_time", "revoked_by", "revoke_reason")
    class Purpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PURPOSE_UNSPECIFIED: _ClassVar[AgencyKey.Purpose]
        PURPOSE_TOKENS: _ClassVar[AgencyKey.Purpose]
        PURPOSE_LETTERS: _ClassVar[AgencyKey.Purpose]
    PURPOSE_UNSPECIFIED: AgencyKey.Purpose
    PURPOSE_TOKENS: AgencyKey.Purpose
    PURPOSE_LETTERS: AgencyKey.Purpose
    NAME_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    REGISTER_TIME_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_BY_FIELD_NUMBER: _ClassVar[int]
    REVOKE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVOKED_BY_FIELD_NUMBER: _ClassVar[int]
    REVOKE_REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    agency: str
    purpose: AgencyKey.Purpose
    public_key: bytes
    register_time: _timestamp_pb2.Timestamp
    registered_by: str
    revoke_time: _timestamp_pb2.Timestamp
    revoked_by: str
    revoke_reason: str
    def __init__(self, name: _Optional[str] = ..., agency: _Optional[str] = ..., purpose: _Optional[_Union[AgencyKey.Purpose, str]] = ..., public_key: _Optional[bytes] = ..., register_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., registered_by: _Optional[str] = ..., revoke_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoked_by: _Optional[str] = ..., revoke_reason: _Optional[str] = ...) -> None: ...
