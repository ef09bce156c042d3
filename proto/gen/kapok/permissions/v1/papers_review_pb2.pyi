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

class PapersReview(_message.Message):
    __slots__ = ("name", "legal_basis", "operator", "state", "request_time", "deadline_time", "objection", "decided_by", "decide_time", "note", "overruled_by", "overrule_time", "overrule_reason")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[PapersReview.State]
        STATE_PENDING: _ClassVar[PapersReview.State]
        STATE_ACCEPTED: _ClassVar[PapersReview.State]
        STATE_REFUSED: _ClassVar[PapersReview.State]
        STATE_LAPSED: _ClassVar[PapersReview.State]
        STATE_OVERRULED: _ClassVar[PapersReview.State]
    STATE_UNSPECIFIED: PapersReview.State
    STATE_PENDING: PapersReview.State
    STATE_ACCEPTED: PapersReview.State
    STATE_REFUSED: PapersReview.State
    STATE_LAPSED: PapersReview.State
    STATE_OVERRULED: PapersReview.State
    class Objection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OBJECTION_UNSPECIFIED: _ClassVar[PapersReview.Objection]
        OBJECTION_FORGED: _ClassVar[PapersReview.Objection]
        OBJECTION_SCOPE: _ClassVar[PapersReview.Objection]
        OBJECTION_OFFICERS: _ClassVar[PapersReview.Objection]
    OBJECTION_UNSPECIFIED: PapersReview.Objection
    OBJECTION_FORGED: PapersReview.Objection
    OBJECTION_SCOPE: PapersReview.Objection
    OBJECTION_OFFICERS: PapersReview.Objection
    NAME_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_TIME_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_TIME_FIELD_NUMBER: _ClassVar[int]
    OBJECTION_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    OVERRULED_BY_FIELD_NUMBER: _ClassVar[int]
    OVERRULE_TIME_FIELD_NUMBER: _ClassVar[int]
    OVERRULE_REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    legal_basis: str
    operator: str
    state: PapersReview.State
    request_time: _timestamp_pb2.Timestamp
    deadline_time: _timestamp_pb2.Timestamp
    objection: PapersReview.Objection
    decided_by: str
    decide_time: _timestamp_pb2.Timestamp
    note: str
    overruled_by: str
    overrule_time: _timestamp_pb2.Timestamp
    overrule_reason: str
    def __init__(self, name: _Optional[str] = ..., legal_basis: _Optional[str] = ..., operator: _Optional[str] = ..., state: _Optional[_Union[PapersReview.State, str]] = ..., request_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deadline_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., objection: _Optional[_Union[PapersReview.Objection, str]] = ..., decided_by: _Optional[str] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., note: _Optional[str] = ..., overruled_by: _Optional[str] = ..., overrule_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., overrule_reason: _Optional[str] = ...) -> None: ...

class ReviewTerms(_message.Message):
    __slots__ = ("name", "deadline_hours", "reason", "set_by", "set_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_HOURS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SET_BY_FIELD_NUMBER: _ClassVar[int]
    SET_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    deadline_hours: int
    reason: str
    set_by: str
    set_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., deadline_hours: _Optional[int] = ..., reason: _Optional[str] = ..., set_by: _Optional[str] = ..., set_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
