import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.permissions.v1 import legal_basis_pb2 as _legal_basis_pb2
from kapok.permissions.v1 import papers_review_pb2 as _papers_review_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListLegalBasesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLegalBasesResponse(_message.Message):
    __slots__ = ("legal_bases", "next_page_token")
    LEGAL_BASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    legal_bases: _containers.RepeatedCompositeFieldContainer[_legal_basis_pb2.LegalBasis]
    next_page_token: str
    def __init__(self, legal_bases: _Optional[_Iterable[_Union[_legal_basis_pb2.LegalBasis, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WaiveLegalBasisRequest(_message.Message):
    __slots__ = ("principal", "cameras", "end_time", "reason")
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    principal: str
    cameras: _containers.RepeatedScalarFieldContainer[str]
    end_time: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, principal: _Optional[str] = ..., cameras: _Optional[_Iterable[str]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class UpdateReviewTermsRequest(_message.Message):
    __slots__ = ("review_terms",)
    REVIEW_TERMS_FIELD_NUMBER: _ClassVar[int]
    review_terms: _papers_review_pb2.ReviewTerms
    def __init__(self, review_terms: _Optional[_Union[_papers_review_pb2.ReviewTerms, _Mapping]] = ...) -> None: ...

class GetReviewTermsRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetPapersReviewRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListPapersReviewsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPapersReviewsResponse(_message.Message):
    __slots__ = ("papers_reviews", "next_page_token")
    PAPERS_REVIEWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    papers_reviews: _containers.RepeatedCompositeFieldContainer[_papers_review_pb2.PapersReview]
    next_page_token: str
    def __init__(self, papers_reviews: _Optional[_Iterable[_Union[_papers_review_pb2.PapersReview, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DecidePapersReviewRequest(_message.Message):
    __slots__ = ("name", "accepted", "objection", "note")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    OBJECTION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    name: str
    accepted: bool
    objection: _papers_review_pb2.PapersReview.Objection
    note: str
    def __init__(self, name: _Optional[str] = ..., accepted: _Optional[bool] = ..., objection: _Optional[_Union[_papers_review_pb2.PapersReview.Objection, str]] = ..., note: _Optional[str] = ...) -> None: ...

class OverrulePapersReviewRequest(_message.Message):
    __slots__ = ("name", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class WatchPapersReviewsRequest(_message.Message):
    __slots__ = ("resume_token",)
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    def __init__(self, resume_token: _Optional[str] = ...) -> None: ...

class WatchPapersReviewsResponse(_message.Message):
    __slots__ = ("papers_reviews", "resume_token")
    PAPERS_REVIEWS_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    papers_reviews: _containers.RepeatedCompositeFieldContainer[_papers_review_pb2.PapersReview]
    resume_token: str
    def __init__(self, papers_reviews: _Optional[_Iterable[_Union[_papers_review_pb2.PapersReview, _Mapping]]] = ..., resume_token: _Optional[str] = ...) -> None: ...
