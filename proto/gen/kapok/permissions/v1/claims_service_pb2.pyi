from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.permissions.v1 import claim_pb2 as _claim_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FileClaimRequest(_message.Message):
    __slots__ = ("parent", "claim")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    CLAIM_FIELD_NUMBER: _ClassVar[int]
    parent: str
    claim: _claim_pb2.Claim
    def __init__(self, parent: _Optional[str] = ..., claim: _Optional[_Union[_claim_pb2.Claim, _Mapping]] = ...) -> None: ...

class AnswerClaimRequest(_message.Message):
    __slots__ = ("name", "answer", "text", "accepted_fen")
    class Answer(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ANSWER_UNSPECIFIED: _ClassVar[AnswerClaimRequest.Answer]
        ANSWER_TAKE_UP: _ClassVar[AnswerClaimRequest.Answer]
        ANSWER_ASK: _ClassVar[AnswerClaimRequest.Answer]
        ANSWER_ACCEPT: _ClassVar[AnswerClaimRequest.Answer]
        ANSWER_REJECT: _ClassVar[AnswerClaimRequest.Answer]
    ANSWER_UNSPECIFIED: AnswerClaimRequest.Answer
    ANSWER_TAKE_UP: AnswerClaimRequest.Answer
    ANSWER_ASK: AnswerClaimRequest.Answer
    ANSWER_ACCEPT: AnswerClaimRequest.Answer
    ANSWER_REJECT: AnswerClaimRequest.Answer
    NAME_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    answer: AnswerClaimRequest.Answer
    text: str
    accepted_fen: int
    def __init__(self, name: _Optional[str] = ..., answer: _Optional[_Union[AnswerClaimRequest.Answer, str]] = ..., text: _Optional[str] = ..., accepted_fen: _Optional[int] = ...) -> None: ...

class SupplementClaimRequest(_message.Message):
    __slots__ = ("name", "text", "document_sha256")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    name: str
    text: str
    document_sha256: str
    def __init__(self, name: _Optional[str] = ..., text: _Optional[str] = ..., document_sha256: _Optional[str] = ...) -> None: ...

class SettleClaimRequest(_message.Message):
    __slots__ = ("name", "payment_reference")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    payment_reference: str
    def __init__(self, name: _Optional[str] = ..., payment_reference: _Optional[str] = ...) -> None: ...

class WithdrawClaimRequest(_message.Message):
    __slots__ = ("name", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class GetClaimRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListClaimsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListClaimsResponse(_message.Message):
    __slots__ = ("claims", "next_page_token")
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    claims: _containers.RepeatedCompositeFieldContainer[_claim_pb2.Claim]
    next_page_token: str
    def __init__(self, claims: _Optional[_Iterable[_Union[_claim_pb2.Claim, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
