import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Claim(_message.Message):
    __slots__ = ("name", "reason", "losses", "state", "takeover", "operator", "agency", "amount_fen", "accepted_fen", "payment_reference", "file_time", "due_time", "is_overdue", "camera_count", "steps")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Claim.State]
        STATE_FILED: _ClassVar[Claim.State]
        STATE_UNDER_REVIEW: _ClassVar[Claim.State]
        STATE_MORE_ASKED: _ClassVar[Claim.State]
        STATE_DECIDED: _ClassVar[Claim.State]
        STATE_SETTLED: _ClassVar[Claim.State]
        STATE_WITHDRAWN: _ClassVar[Claim.State]
    STATE_UNSPECIFIED: Claim.State
    STATE_FILED: Claim.State
    STATE_UNDER_REVIEW: Claim.State
    STATE_MORE_ASKED: Claim.State
    STATE_DECIDED: Claim.State
    STATE_SETTLED: Claim.State
    STATE_WITHDRAWN: Claim.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LOSSES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FEN_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    FILE_TIME_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    IS_OVERDUE_FIELD_NUMBER: _ClassVar[int]
    CAMERA_COUNT_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    losses: _containers.RepeatedCompositeFieldContainer[Loss]
    state: Claim.State
    takeover: str
    operator: str
    agency: str
    amount_fen: int
    accepted_fen: int
    payment_reference: str
    file_time: _timestamp_pb2.Timestamp
    due_time: _timestamp_pb2.Timestamp
    is_overdue: bool
    camera_count: int
    steps: _containers.RepeatedCompositeFieldContainer[ClaimStep]
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ..., losses: _Optional[_Iterable[_Union[Loss, _Mapping]]] = ..., state: _Optional[_Union[Claim.State, str]] = ..., takeover: _Optional[str] = ..., operator: _Optional[str] = ..., agency: _Optional[str] = ..., amount_fen: _Optional[int] = ..., accepted_fen: _Optional[int] = ..., payment_reference: _Optional[str] = ..., file_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_overdue: _Optional[bool] = ..., camera_count: _Optional[int] = ..., steps: _Optional[_Iterable[_Union[ClaimStep, _Mapping]]] = ...) -> None: ...

class Loss(_message.Message):
    __slots__ = ("kind", "text", "amount_fen", "camera", "document_sha256")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Loss.Kind]
        KIND_LOSS: _ClassVar[Loss.Kind]
        KIND_EXPENSE: _ClassVar[Loss.Kind]
    KIND_UNSPECIFIED: Loss.Kind
    KIND_LOSS: Loss.Kind
    KIND_EXPENSE: Loss.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FEN_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    kind: Loss.Kind
    text: str
    amount_fen: int
    camera: str
    document_sha256: str
    def __init__(self, kind: _Optional[_Union[Loss.Kind, str]] = ..., text: _Optional[str] = ..., amount_fen: _Optional[int] = ..., camera: _Optional[str] = ..., document_sha256: _Optional[str] = ...) -> None: ...

class ClaimStep(_message.Message):
    __slots__ = ("verb", "principal", "time", "text", "document_sha256")
    class Verb(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VERB_UNSPECIFIED: _ClassVar[ClaimStep.Verb]
        VERB_FILED: _ClassVar[ClaimStep.Verb]
        VERB_TAKEN_UP: _ClassVar[ClaimStep.Verb]
        VERB_MORE_ASKED: _ClassVar[ClaimStep.Verb]
        VERB_SUPPLEMENTED: _ClassVar[ClaimStep.Verb]
        VERB_ACCEPTED: _ClassVar[ClaimStep.Verb]
        VERB_REJECTED: _ClassVar[ClaimStep.Verb]
        VERB_SETTLED: _ClassVar[ClaimStep.Verb]
        VERB_WITHDRAWN: _ClassVar[ClaimStep.Verb]
        VERB_OVERDUE: _ClassVar[ClaimStep.Verb]
    VERB_UNSPECIFIED: ClaimStep.Verb
    VERB_FILED: ClaimStep.Verb
    VERB_TAKEN_UP: ClaimStep.Verb
    VERB_MORE_ASKED: ClaimStep.Verb
    VERB_SUPPLEMENTED: ClaimStep.Verb
    VERB_ACCEPTED: ClaimStep.Verb
    VERB_REJECTED: ClaimStep.Verb
    VERB_SETTLED: ClaimStep.Verb
    VERB_WITHDRAWN: ClaimStep.Verb
    VERB_OVERDUE: ClaimStep.Verb
    VERB_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    verb: ClaimStep.Verb
    principal: str
    time: _timestamp_pb2.Timestamp
    text: str
    document_sha256: str
    def __init__(self, verb: _Optional[_Union[ClaimStep.Verb, str]] = ..., principal: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., text: _Optional[str] = ..., document_sha256: _Optional[str] = ...) -> None: ...
