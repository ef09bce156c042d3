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

class CameraLevel(_message.Message):
    __slots__ = ("code", "level")
    CODE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    code: str
    level: int
    def __init__(self, code: _Optional[str] = ..., level: _Optional[int] = ...) -> None: ...

class SealedLevels(_message.Message):
    __slots__ = ("name", "camera_count", "sha256", "create_time", "adopted_revision", "salt", "camera_levels")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAMERA_COUNT_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ADOPTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    SALT_FIELD_NUMBER: _ClassVar[int]
    CAMERA_LEVELS_FIELD_NUMBER: _ClassVar[int]
    name: str
    camera_count: int
    sha256: str
    create_time: _timestamp_pb2.Timestamp
    adopted_revision: int
    salt: bytes
    camera_levels: _containers.RepeatedCompositeFieldContainer[CameraLevel]
    def __init__(self, name: _Optional[str] = ..., camera_count: _Optional[int] = ..., sha256: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., adopted_revision: _Optional[int] = ..., salt: _Optional[bytes] = ..., camera_levels: _Optional[_Iterable[_Union[CameraLevel, _Mapping]]] = ...) -> None: ...

class SealedDigest(_message.Message):
    __slots__ = ("name", "camera_count", "sha256")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAMERA_COUNT_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    name: str
    camera_count: int
    sha256: str
    def __init__(self, name: _Optional[str] = ..., camera_count: _Optional[int] = ..., sha256: _Optional[str] = ...) -> None: ...

class PolicyChange(_message.Message):
    __slots__ = ("proposal", "base_revision", "policy_csv", "category_levels", "camera_levels", "reason", "sign_by_time", "sealed_levels", "roles_csv", "lease_seconds", "marks")
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
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    BASE_REVISION_FIELD_NUMBER: _ClassVar[int]
    POLICY_CSV_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_LEVELS_FIELD_NUMBER: _ClassVar[int]
    CAMERA_LEVELS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    SIGN_BY_TIME_FIELD_NUMBER: _ClassVar[int]
    SEALED_LEVELS_FIELD_NUMBER: _ClassVar[int]
    ROLES_CSV_FIELD_NUMBER: _ClassVar[int]
    LEASE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    proposal: str
    base_revision: int
    policy_csv: str
    category_levels: _containers.ScalarMap[int, int]
    camera_levels: _containers.RepeatedCompositeFieldContainer[CameraLevel]
    reason: str
    sign_by_time: _timestamp_pb2.Timestamp
    sealed_levels: SealedDigest
    roles_csv: str
    lease_seconds: _containers.ScalarMap[str, int]
    marks: _containers.ScalarMap[str, bool]
    def __init__(self, proposal: _Optional[str] = ..., base_revision: _Optional[int] = ..., policy_csv: _Optional[str] = ..., category_levels: _Optional[_Mapping[int, int]] = ..., camera_levels: _Optional[_Iterable[_Union[CameraLevel, _Mapping]]] = ..., reason: _Optional[str] = ..., sign_by_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sealed_levels: _Optional[_Union[SealedDigest, _Mapping]] = ..., roles_csv: _Optional[str] = ..., lease_seconds: _Optional[_Mapping[str, int]] = ..., marks: _Optional[_Mapping[str, bool]] = ...) -> None: ...

class PolicyProposal(_message.Message):
    __slots__ = ("name", "state", "change", "change_sha256", "principal", "create_time", "sign_by_time", "signatures", "close_time", "closed_by", "close_reason", "adopted_revision")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[PolicyProposal.State]
        STATE_OPEN: _ClassVar[PolicyProposal.State]
        STATE_ADOPTED: _ClassVar[PolicyProposal.State]
        STATE_WITHDRAWN: _ClassVar[PolicyProposal.State]
        STATE_REJECTED: _ClassVar[PolicyProposal.State]
        STATE_EXPIRED: _ClassVar[PolicyProposal.State]
        STATE_OUTDATED: _ClassVar[PolicyProposal.State]
    STATE_UNSPECIFIED: PolicyProposal.State
    STATE_OPEN: PolicyProposal.State
    STATE_ADOPTED: PolicyProposal.State
    STATE_WITHDRAWN: PolicyProposal.State
    STATE_REJECTED: PolicyProposal.State
    STATE_EXPIRED: PolicyProposal.State
    STATE_OUTDATED: PolicyProposal.State
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    CHANGE_SHA256_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    SIGN_BY_TIME_FIELD_NUMBER: _ClassVar[int]
    SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSED_BY_FIELD_NUMBER: _ClassVar[int]
    CLOSE_REASON_FIELD_NUMBER: _ClassVar[int]
    ADOPTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: PolicyProposal.State
    change: bytes
    change_sha256: str
    principal: str
    create_time: _timestamp_pb2.Timestamp
    sign_by_time: _timestamp_pb2.Timestamp
    signatures: _containers.RepeatedCompositeFieldContainer[PolicySignature]
    close_time: _timestamp_pb2.Timestamp
    closed_by: str
    close_reason: str
    adopted_revision: int
    def __init__(self, name: _Optional[str] = ..., state: _Optional[_Union[PolicyProposal.State, str]] = ..., change: _Optional[bytes] = ..., change_sha256: _Optional[str] = ..., principal: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sign_by_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., signatures: _Optional[_Iterable[_Union[PolicySignature, _Mapping]]] = ..., close_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closed_by: _Optional[str] = ..., close_reason: _Optional[str] = ..., adopted_revision: _Optional[int] = ...) -> None: ...

class PolicySignature(_message.Message):
    __slots__ = ("agency_kind", "principal", "signature", "sign_time")
    AGENCY_KIND_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    SIGN_TIME_FIELD_NUMBER: _ClassVar[int]
    agency_kind: str
    principal: str
    signature: bytes
    sign_time: _timestamp_pb2.Timestamp
    def __init__(self, agency_kind: _Optional[str] = ..., principal: _Optional[str] = ..., signature: _Optional[bytes] = ..., sign_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PolicyVersion(_message.Message):
    __slots__ = ("name", "revision", "policy_csv", "policy_sha256", "adopt_time", "proposal", "reason", "category_levels", "camera_levels", "sealed_levels", "roles_csv", "lease_seconds", "effective_lease_seconds", "marks", "effective_marks")
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
    class EffectiveLeaseSecondsEntry(_message.Message):
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
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    POLICY_CSV_FIELD_NUMBER: _ClassVar[int]
    POLICY_SHA256_FIELD_NUMBER: _ClassVar[int]
    ADOPT_TIME_FIELD_NUMBER: _ClassVar[int]
    PROPOSAL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_LEVELS_FIELD_NUMBER: _ClassVar[int]
    CAMERA_LEVELS_FIELD_NUMBER: _ClassVar[int]
    SEALED_LEVELS_FIELD_NUMBER: _ClassVar[int]
    ROLES_CSV_FIELD_NUMBER: _ClassVar[int]
    LEASE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_LEASE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_MARKS_FIELD_NUMBER: _ClassVar[int]
    name: str
    revision: int
    policy_csv: str
    policy_sha256: str
    adopt_time: _timestamp_pb2.Timestamp
    proposal: str
    reason: str
    category_levels: _containers.ScalarMap[int, int]
    camera_levels: _containers.RepeatedCompositeFieldContainer[CameraLevel]
    sealed_levels: SealedDigest
    roles_csv: str
    lease_seconds: _containers.ScalarMap[str, int]
    effective_lease_seconds: _containers.ScalarMap[str, int]
    marks: _containers.ScalarMap[str, bool]
    effective_marks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., revision: _Optional[int] = ..., policy_csv: _Optional[str] = ..., policy_sha256: _Optional[str] = ..., adopt_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., proposal: _Optional[str] = ..., reason: _Optional[str] = ..., category_levels: _Optional[_Mapping[int, int]] = ..., camera_levels: _Optional[_Iterable[_Union[CameraLevel, _Mapping]]] = ..., sealed_levels: _Optional[_Union[SealedDigest, _Mapping]] = ..., roles_csv: _Optional[str] = ..., lease_seconds: _Optional[_Mapping[str, int]] = ..., effective_lease_seconds: _Optional[_Mapping[str, int]] = ..., marks: _Optional[_Mapping[str, bool]] = ..., effective_marks: _Optional[_Iterable[str]] = ...) -> None: ...

class SignedPolicyChange(_message.Message):
    __slots__ = ("change", "signatures")
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    change: bytes
    signatures: _containers.RepeatedCompositeFieldContainer[PolicySignature]
    def __init__(self, change: _Optional[bytes] = ..., signatures: _Optional[_Iterable[_Union[PolicySignature, _Mapping]]] = ...) -> None: ...
