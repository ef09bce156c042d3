from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.permissions.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProposePolicyChangeRequest(_message.Message):
    __slots__ = ("policy_csv", "category_levels", "camera_levels", "reason", "window_hours", "validate_only", "sealed_levels", "roles_csv", "lease_seconds", "marks")
    class CategoryLevelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: int
        def __init__(self, key: _Optional[int] = ..., value: _Optional[int] = ...) -> None: ...
    class LeaseSecondsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class MarksEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: bool
        def __init__(self, key: _Optional[str] = ..., value: _Optional[bool] = ...) -> None: ...
    POLICY_CSV_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_LEVELS_FIELD_NUMBER: _ClassVar[int]
    CAMERA_LEVELS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    WINDOW_HOURS_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    SEALED_LEVELS_FIELD_NUMBER: _ClassVar[int]
    ROLES_CSV_FIELD_NUMBER: _ClassVar[int]
    LEASE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    policy_csv: str
    category_levels: _containers.ScalarMap[int, int]
    camera_levels: _containers.RepeatedCompositeFieldContainer[_policy_pb2.CameraLevel]
    reason: str
    window_hours: int
    validate_only: bool
    sealed_levels: str
    roles_csv: str
    lease_seconds: _containers.ScalarMap[str, int]
    marks: _containers.ScalarMap[str, bool]
    def __init__(self, policy_csv: _Optional[str] = ..., category_levels: _Optional[_Mapping[int, int]] = ..., camera_levels: _Optional[_Iterable[_Union[_policy_pb2.CameraLevel, _Mapping]]] = ..., reason: _Optional[str] = ..., window_hours: _Optional[int] = ..., validate_only: _Optional[bool] = ..., sealed_levels: _Optional[str] = ..., roles_csv: _Optional[str] = ..., lease_seconds: _Optional[_Mapping[str, int]] = ..., marks: _Optional[_Mapping[str, bool]] = ...) -> None: ...

class DrawUpSealedLevelsRequest(_message.Message):
    __slots__ = ("camera_levels",)
    CAMERA_LEVELS_FIELD_NUMBER: _ClassVar[int]
    camera_levels: _containers.RepeatedCompositeFieldContainer[_policy_pb2.CameraLevel]
    def __init__(self, camera_levels: _Optional[_Iterable[_Union[_policy_pb2.CameraLevel, _Mapping]]] = ...) -> None: ...

class GetSealedLevelsRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetPolicyProposalRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListPolicyProposalsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPolicyProposalsResponse(_message.Message):
    __slots__ = ("policy_proposals", "next_page_token")
    POLICY_PROPOSALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    policy_proposals: _containers.RepeatedCompositeFieldContainer[_policy_pb2.PolicyProposal]
    next_page_token: str
    def __init__(self, policy_proposals: _Optional[_Iterable[_Union[_policy_pb2.PolicyProposal, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SignPolicyProposalRequest(_message.Message):
    __slots__ = ("name", "signature")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    name: str
    signature: bytes
    def __init__(self, name: _Optional[str] = ..., signature: _Optional[bytes] = ...) -> None: ...

class RejectPolicyProposalRequest(_message.Message):
    __slots__ = ("name", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class WithdrawPolicyProposalRequest(_message.Message):
    __slots__ = ("name", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class SimulatePolicyProposalRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class PolicyEffect(_message.Message):
    __slots__ = ("role", "relation", "action", "is_gained", "levels", "place_categories", "conditions", "before_rule", "after_rule", "camera_count", "agencies", "agency_count", "defined_role")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    IS_GAINED_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    PLACE_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    BEFORE_RULE_FIELD_NUMBER: _ClassVar[int]
    AFTER_RULE_FIELD_NUMBER: _ClassVar[int]
    CAMERA_COUNT_FIELD_NUMBER: _ClassVar[int]
    AGENCIES_FIELD_NUMBER: _ClassVar[int]
    AGENCY_COUNT_FIELD_NUMBER: _ClassVar[int]
    DEFINED_ROLE_FIELD_NUMBER: _ClassVar[int]
    role: str
    relation: str
    action: str
    is_gained: bool
    levels: _containers.RepeatedScalarFieldContainer[int]
    place_categories: _containers.RepeatedScalarFieldContainer[int]
    conditions: str
    before_rule: str
    after_rule: str
    camera_count: int
    agencies: _containers.RepeatedScalarFieldContainer[str]
    agency_count: int
    defined_role: str
    def __init__(self, role: _Optional[str] = ..., relation: _Optional[str] = ..., action: _Optional[str] = ..., is_gained: _Optional[bool] = ..., levels: _Optional[_Iterable[int]] = ..., place_categories: _Optional[_Iterable[int]] = ..., conditions: _Optional[str] = ..., before_rule: _Optional[str] = ..., after_rule: _Optional[str] = ..., camera_count: _Optional[int] = ..., agencies: _Optional[_Iterable[str]] = ..., agency_count: _Optional[int] = ..., defined_role: _Optional[str] = ...) -> None: ...

class EndingSessions(_message.Message):
    __slots__ = ("principal", "action", "before_rule", "after_rule", "session_count")
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    BEFORE_RULE_FIELD_NUMBER: _ClassVar[int]
    AFTER_RULE_FIELD_NUMBER: _ClassVar[int]
    SESSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    principal: str
    action: str
    before_rule: str
    after_rule: str
    session_count: int
    def __init__(self, principal: _Optional[str] = ..., action: _Optional[str] = ..., before_rule: _Optional[str] = ..., after_rule: _Optional[str] = ..., session_count: _Optional[int] = ...) -> None: ...

class RunningSessionEffects(_message.Message):
    __slots__ = ("lasting_session_count", "ending_session_count", "ending_sessions", "is_cut_off")
    LASTING_SESSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    ENDING_SESSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    ENDING_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    IS_CUT_OFF_FIELD_NUMBER: _ClassVar[int]
    lasting_session_count: int
    ending_session_count: int
    ending_sessions: _containers.RepeatedCompositeFieldContainer[EndingSessions]
    is_cut_off: bool
    def __init__(self, lasting_session_count: _Optional[int] = ..., ending_session_count: _Optional[int] = ..., ending_sessions: _Optional[_Iterable[_Union[EndingSessions, _Mapping]]] = ..., is_cut_off: _Optional[bool] = ...) -> None: ...

class SimulatePolicyProposalResponse(_message.Message):
    __slots__ = ("effects", "moved_camera_count", "is_registry_away", "is_streams_away", "running_sessions")
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    MOVED_CAMERA_COUNT_FIELD_NUMBER: _ClassVar[int]
    IS_REGISTRY_AWAY_FIELD_NUMBER: _ClassVar[int]
    IS_STREAMS_AWAY_FIELD_NUMBER: _ClassVar[int]
    RUNNING_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    effects: _containers.RepeatedCompositeFieldContainer[PolicyEffect]
    moved_camera_count: int
    is_registry_away: bool
    is_streams_away: bool
    running_sessions: RunningSessionEffects
    def __init__(self, effects: _Optional[_Iterable[_Union[PolicyEffect, _Mapping]]] = ..., moved_camera_count: _Optional[int] = ..., is_registry_away: _Optional[bool] = ..., is_streams_away: _Optional[bool] = ..., running_sessions: _Optional[_Union[RunningSessionEffects, _Mapping]] = ...) -> None: ...

class GetPolicyVersionRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListPolicyVersionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPolicyVersionsResponse(_message.Message):
    __slots__ = ("policy_versions", "next_page_token")
    POLICY_VERSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    policy_versions: _containers.RepeatedCompositeFieldContainer[_policy_pb2.PolicyVersion]
    next_page_token: str
    def __init__(self, policy_versions: _Optional[_Iterable[_Union[_policy_pb2.PolicyVersion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
