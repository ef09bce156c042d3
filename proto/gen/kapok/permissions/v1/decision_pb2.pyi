import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Action(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ACTION_UNSPECIFIED: _ClassVar[Action]
    ACTION_DESCRIBE: _ClassVar[Action]
    ACTION_LIVE: _ClassVar[Action]
    ACTION_PLAYBACK: _ClassVar[Action]
    ACTION_COPY: _ClassVar[Action]
    ACTION_CONTROL: _ClassVar[Action]
    ACTION_TAKE_OVER: _ClassVar[Action]
    ACTION_CONFIGURE: _ClassVar[Action]
    ACTION_INSPECT: _ClassVar[Action]
    ACTION_ADMINISTER: _ClassVar[Action]
    ACTION_DELETE: _ClassVar[Action]
    ACTION_LIVE_CHECK: _ClassVar[Action]
    ACTION_SUPERVISE: _ClassVar[Action]
ACTION_UNSPECIFIED: Action
ACTION_DESCRIBE: Action
ACTION_LIVE: Action
ACTION_PLAYBACK: Action
ACTION_COPY: Action
ACTION_CONTROL: Action
ACTION_TAKE_OVER: Action
ACTION_CONFIGURE: Action
ACTION_INSPECT: Action
ACTION_ADMINISTER: Action
ACTION_DELETE: Action
ACTION_LIVE_CHECK: Action
ACTION_SUPERVISE: Action

class Decision(_message.Message):
    __slots__ = ("allowed", "rule", "article", "sentence", "policy_revision", "conditions", "nearest_rule", "lacking", "valid_until", "number", "held_by")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    NEAREST_RULE_FIELD_NUMBER: _ClassVar[int]
    LACKING_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    HELD_BY_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    rule: str
    article: str
    sentence: str
    policy_revision: int
    conditions: _containers.RepeatedScalarFieldContainer[str]
    nearest_rule: str
    lacking: _containers.RepeatedScalarFieldContainer[str]
    valid_until: _timestamp_pb2.Timestamp
    number: int
    held_by: str
    def __init__(self, allowed: _Optional[bool] = ..., rule: _Optional[str] = ..., article: _Optional[str] = ..., sentence: _Optional[str] = ..., policy_revision: _Optional[int] = ..., conditions: _Optional[_Iterable[str]] = ..., nearest_rule: _Optional[str] = ..., lacking: _Optional[_Iterable[str]] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., number: _Optional[int] = ..., held_by: _Optional[str] = ...) -> None: ...

class RuleMatch(_message.Message):
    __slots__ = ("rule", "article", "sentence", "effect", "lacking")
    RULE_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    LACKING_FIELD_NUMBER: _ClassVar[int]
    rule: str
    article: str
    sentence: str
    effect: str
    lacking: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rule: _Optional[str] = ..., article: _Optional[str] = ..., sentence: _Optional[str] = ..., effect: _Optional[str] = ..., lacking: _Optional[_Iterable[str]] = ...) -> None: ...

class ScopeClass(_message.Message):
    __slots__ = ("rule", "districts", "excluded_districts", "operator", "is_operator_excluded", "levels", "categories")
    RULE_FIELD_NUMBER: _ClassVar[int]
    DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    IS_OPERATOR_EXCLUDED_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    rule: str
    districts: _containers.RepeatedScalarFieldContainer[str]
    excluded_districts: _containers.RepeatedScalarFieldContainer[str]
    operator: str
    is_operator_excluded: bool
    levels: _containers.RepeatedScalarFieldContainer[int]
    categories: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, rule: _Optional[str] = ..., districts: _Optional[_Iterable[str]] = ..., excluded_districts: _Optional[_Iterable[str]] = ..., operator: _Optional[str] = ..., is_operator_excluded: _Optional[bool] = ..., levels: _Optional[_Iterable[int]] = ..., categories: _Optional[_Iterable[int]] = ...) -> None: ...
