import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WatchAccessUnitsRequest(_message.Message):
    __slots__ = ("session", "token")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    session: str
    token: str
    def __init__(self, session: _Optional[str] = ..., token: _Optional[str] = ...) -> None: ...

class AccessUnit(_message.Message):
    __slots__ = ("number", "codec", "is_key", "capture_time", "rtp_timestamp", "data", "parameter_sets")
    class Codec(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CODEC_UNSPECIFIED: _ClassVar[AccessUnit.Codec]
        CODEC_H264: _ClassVar[AccessUnit.Codec]
        CODEC_H265: _ClassVar[AccessUnit.Codec]
    CODEC_UNSPECIFIED: AccessUnit.Codec
    CODEC_H264: AccessUnit.Codec
    CODEC_H265: AccessUnit.Codec
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    CODEC_FIELD_NUMBER: _ClassVar[int]
    IS_KEY_FIELD_NUMBER: _ClassVar[int]
    CAPTURE_TIME_FIELD_NUMBER: _ClassVar[int]
    RTP_TIMESTAMP_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    PARAMETER_SETS_FIELD_NUMBER: _ClassVar[int]
    number: int
    codec: AccessUnit.Codec
    is_key: bool
    capture_time: _timestamp_pb2.Timestamp
    rtp_timestamp: int
    data: bytes
    parameter_sets: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, number: _Optional[int] = ..., codec: _Optional[_Union[AccessUnit.Codec, str]] = ..., is_key: _Optional[bool] = ..., capture_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., rtp_timestamp: _Optional[int] = ..., data: _Optional[bytes] = ..., parameter_sets: _Optional[_Iterable[bytes]] = ...) -> None: ...
