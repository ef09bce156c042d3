import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Genesis(_message.Message):
    __slots__ = ("policy_csv", "agencies", "principals", "category_levels", "camera_levels", "roles_csv")
    class CategoryLevelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: int
        def __init__(self, key: _Optional[int] = ..., value: _Optional[int] = ...) -> None: ...
    class CameraLevelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    POLICY_CSV_FIELD_NUMBER: _ClassVar[int]
    AGENCIES_FIELD_NUMBER: _ClassVar[int]
    PRINCIPALS_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_LEVELS_FIELD_NUMBER: _ClassVar[int]
    CAMERA_LEVELS_FIELD_NUMBER: _ClassVar[int]
    ROLES_CSV_FIELD_NUMBER: _ClassVar[int]
    policy_csv: str
    agencies: _containers.RepeatedCompositeFieldContainer[Agency]
    principals: _containers.RepeatedCompositeFieldContainer[Principal]
    category_levels: _containers.ScalarMap[int, int]
    camera_levels: _containers.ScalarMap[str, int]
    roles_csv: str
    def __init__(self, policy_csv: _Optional[str] = ..., agencies: _Optional[_Iterable[_Union[Agency, _Mapping]]] = ..., principals: _Optional[_Iterable[_Union[Principal, _Mapping]]] = ..., category_levels: _Optional[_Mapping[int, int]] = ..., camera_levels: _Optional[_Mapping[str, int]] = ..., roles_csv: _Optional[str] = ...) -> None: ...

class Agency(_message.Message):
    __slots__ = ("name", "display_name", "kind", "tier", "jurisdiction", "register_time", "registered_by", "suspend_time", "suspend_reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    JURISDICTION_FIELD_NUMBER: _ClassVar[int]
    REGISTER_TIME_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_BY_FIELD_NUMBER: _ClassVar[int]
    SUSPEND_TIME_FIELD_NUMBER: _ClassVar[int]
    SUSPEND_REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    kind: str
    tier: str
    jurisdiction: str
    register_time: _timestamp_pb2.Timestamp
    registered_by: str
    suspend_time: _timestamp_pb2.Timestamp
    suspend_reason: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., kind: _Optional[str] = ..., tier: _Optional[str] = ..., jurisdiction: _Optional[str] = ..., register_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., registered_by: _Optional[str] = ..., suspend_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., suspend_reason: _Optional[str] = ...) -> None: ...

class Principal(_message.Message):
    __slots__ = ("name", "agency", "clearance", "certificate_sha256", "register_time", "registered_by", "revoke_time", "revoke_reason", "certificates", "is_person", "roles")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    CLEARANCE_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_SHA256_FIELD_NUMBER: _ClassVar[int]
    REGISTER_TIME_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_BY_FIELD_NUMBER: _ClassVar[int]
    REVOKE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVOKE_REASON_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATES_FIELD_NUMBER: _ClassVar[int]
    IS_PERSON_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    name: str
    agency: str
    clearance: int
    certificate_sha256: _containers.RepeatedScalarFieldContainer[str]
    register_time: _timestamp_pb2.Timestamp
    registered_by: str
    revoke_time: _timestamp_pb2.Timestamp
    revoke_reason: str
    certificates: _containers.RepeatedCompositeFieldContainer[Certificate]
    is_person: bool
    roles: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., agency: _Optional[str] = ..., clearance: _Optional[int] = ..., certificate_sha256: _Optional[_Iterable[str]] = ..., register_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., registered_by: _Optional[str] = ..., revoke_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoke_reason: _Optional[str] = ..., certificates: _Optional[_Iterable[_Union[Certificate, _Mapping]]] = ..., is_person: _Optional[bool] = ..., roles: _Optional[_Iterable[str]] = ...) -> None: ...

class Certificate(_message.Message):
    __slots__ = ("name", "principal", "uri", "expire_time", "register_time", "registered_by", "revoke_time", "revoked_by", "revoke_reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    REGISTER_TIME_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_BY_FIELD_NUMBER: _ClassVar[int]
    REVOKE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVOKED_BY_FIELD_NUMBER: _ClassVar[int]
    REVOKE_REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    principal: str
    uri: str
    expire_time: _timestamp_pb2.Timestamp
    register_time: _timestamp_pb2.Timestamp
    registered_by: str
    revoke_time: _timestamp_pb2.Timestamp
    revoked_by: str
    revoke_reason: str
    def __init__(self, name: _Optional[str] = ..., principal: _Optional[str] = ..., uri: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., register_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., registered_by: _Optional[str] = ..., revoke_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., revoked_by: _Optional[str] = ..., revoke_reason: _Optional[str] = ...) -> None: ...

class SignedGenesis(_message.Message):
    __slots__ = ("genesis", "signatures")
    GENESIS_FIELD_NUMBER: _ClassVar[int]
    SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    genesis: bytes
    signatures: _containers.RepeatedCompositeFieldContainer[OrganSignature]
    def __init__(self, genesis: _Optional[bytes] = ..., signatures: _Optional[_Iterable[_Union[OrganSignature, _Mapping]]] = ...) -> None: ...

class OrganSignature(_message.Message):
    __slots__ = ("agency_kind", "signature")
    AGENCY_KIND_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    agency_kind: str
    signature: bytes
    def __init__(self, agency_kind: _Optional[str] = ..., signature: _Optional[bytes] = ...) -> None: ...
