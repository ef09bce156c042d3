import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.annotations.v1 import cost_pb2 as _cost_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.permissions.v1 import takeover_pb2 as _takeover_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RequestTakeoverRequest(_message.Message):
    __slots__ = ("takeover",)
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    takeover: _takeover_pb2.Takeover
    def __init__(self, takeover: _Optional[_Union[_takeover_pb2.Takeover, _Mapping]] = ...) -> None: ...

class RenewTakeoverRequest(_message.Message):
    __slots__ = ("name", "end_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReleaseTakeoverRequest(_message.Message):
    __slots__ = ("name", "cameras")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    name: str
    cameras: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., cameras: _Optional[_Iterable[str]] = ...) -> None: ...

class RevokeTakeoverRequest(_message.Message):
    __slots__ = ("name", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class GetTakeoverRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListTakeoversRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "include_over")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_OVER_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    include_over: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., include_over: _Optional[bool] = ...) -> None: ...

class ListTakeoversResponse(_message.Message):
    __slots__ = ("takeovers", "next_page_token")
    TAKEOVERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    takeovers: _containers.RepeatedCompositeFieldContainer[_takeover_pb2.Takeover]
    next_page_token: str
    def __init__(self, takeovers: _Optional[_Iterable[_Union[_takeover_pb2.Takeover, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchTakeoversRequest(_message.Message):
    __slots__ = ("resume_token",)
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    def __init__(self, resume_token: _Optional[str] = ...) -> None: ...

class WatchTakeoversResponse(_message.Message):
    __slots__ = ("notices", "resume_token")
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    notices: _containers.RepeatedCompositeFieldContainer[TakeoverNotice]
    resume_token: str
    def __init__(self, notices: _Optional[_Iterable[_Union[TakeoverNotice, _Mapping]]] = ..., resume_token: _Optional[str] = ...) -> None: ...

class TakeoverNotice(_message.Message):
    __slots__ = ("takeover", "how_to_claim")
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    HOW_TO_CLAIM_FIELD_NUMBER: _ClassVar[int]
    takeover: _takeover_pb2.Takeover
    how_to_claim: str
    def __init__(self, takeover: _Optional[_Union[_takeover_pb2.Takeover, _Mapping]] = ..., how_to_claim: _Optional[str] = ...) -> None: ...

class GetControlStateRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...
