import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.permissions.v1 import decision_pb2 as _decision_pb2
from kapok.permissions.v1 import permissions_service_pb2 as _permissions_service_pb2
from kapok.permissions.v1 import reach_pb2 as _reach_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DecideRequest(_message.Message):
    __slots__ = ("principal", "camera", "action", "legal_basis", "incident", "session", "credentials")
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    CREDENTIALS_FIELD_NUMBER: _ClassVar[int]
    principal: str
    camera: str
    action: _decision_pb2.Action
    legal_basis: str
    incident: str
    session: str
    credentials: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, principal: _Optional[str] = ..., camera: _Optional[str] = ..., action: _Optional[_Union[_decision_pb2.Action, str]] = ..., legal_basis: _Optional[str] = ..., incident: _Optional[str] = ..., session: _Optional[str] = ..., credentials: _Optional[_Iterable[str]] = ...) -> None: ...

class DecideResponse(_message.Message):
    __slots__ = ("decision", "agency", "incident", "security_level", "signed_facts", "operator", "lease_seconds", "suspension", "lease_end_time")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    SECURITY_LEVEL_FIELD_NUMBER: _ClassVar[int]
    SIGNED_FACTS_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    LEASE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SUSPENSION_FIELD_NUMBER: _ClassVar[int]
    LEASE_END_TIME_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    agency: str
    incident: str
    security_level: int
    signed_facts: bytes
    operator: str
    lease_seconds: int
    suspension: Suspension
    lease_end_time: _timestamp_pb2.Timestamp
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ..., agency: _Optional[str] = ..., incident: _Optional[str] = ..., security_level: _Optional[int] = ..., signed_facts: _Optional[bytes] = ..., operator: _Optional[str] = ..., lease_seconds: _Optional[int] = ..., suspension: _Optional[_Union[Suspension, _Mapping]] = ..., lease_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Suspension(_message.Message):
    __slots__ = ("takeover", "agency", "end_time")
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    takeover: str
    agency: str
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, takeover: _Optional[str] = ..., agency: _Optional[str] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ScopeOfRequest(_message.Message):
    __slots__ = ("principal", "action")
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    principal: str
    action: _decision_pb2.Action
    def __init__(self, principal: _Optional[str] = ..., action: _Optional[_Union[_decision_pb2.Action, str]] = ...) -> None: ...

class ReachOfRequest(_message.Message):
    __slots__ = ("principal", "action", "legal_basis", "incident")
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    principal: str
    action: _decision_pb2.Action
    legal_basis: str
    incident: str
    def __init__(self, principal: _Optional[str] = ..., action: _Optional[_Union[_decision_pb2.Action, str]] = ..., legal_basis: _Optional[str] = ..., incident: _Optional[str] = ...) -> None: ...

class GrantControlRequest(_message.Message):
    __slots__ = ("principal", "camera")
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    principal: str
    camera: str
    def __init__(self, principal: _Optional[str] = ..., camera: _Optional[str] = ...) -> None: ...

class GrantControlResponse(_message.Message):
    __slots__ = ("signed_grant", "decision", "security_level", "agency", "takeover")
    SIGNED_GRANT_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    SECURITY_LEVEL_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    signed_grant: bytes
    decision: _decision_pb2.Decision
    security_level: int
    agency: str
    takeover: str
    def __init__(self, signed_grant: _Optional[bytes] = ..., decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ..., security_level: _Optional[int] = ..., agency: _Optional[str] = ..., takeover: _Optional[str] = ...) -> None: ...

class ListOverTakeoversRequest(_message.Message):
    __slots__ = ("asked",)
    class OfCamera(_message.Message):
        __slots__ = ("camera", "takeovers")
        CAMERA_FIELD_NUMBER: _ClassVar[int]
        TAKEOVERS_FIELD_NUMBER: _ClassVar[int]
        camera: str
        takeovers: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, camera: _Optional[str] = ..., takeovers: _Optional[_Iterable[str]] = ...) -> None: ...
    ASKED_FIELD_NUMBER: _ClassVar[int]
    asked: _containers.RepeatedCompositeFieldContainer[ListOverTakeoversRequest.OfCamera]
    def __init__(self, asked: _Optional[_Iterable[_Union[ListOverTakeoversRequest.OfCamera, _Mapping]]] = ...) -> None: ...

class ListOverTakeoversResponse(_message.Message):
    __slots__ = ("over",)
    class Over(_message.Message):
        __slots__ = ("camera", "takeover", "over_time", "heir")
        CAMERA_FIELD_NUMBER: _ClassVar[int]
        TAKEOVER_FIELD_NUMBER: _ClassVar[int]
        OVER_TIME_FIELD_NUMBER: _ClassVar[int]
        HEIR_FIELD_NUMBER: _ClassVar[int]
        camera: str
        takeover: str
        over_time: _timestamp_pb2.Timestamp
        heir: str
        def __init__(self, camera: _Optional[str] = ..., takeover: _Optional[str] = ..., over_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., heir: _Optional[str] = ...) -> None: ...
    OVER_FIELD_NUMBER: _ClassVar[int]
    over: _containers.RepeatedCompositeFieldContainer[ListOverTakeoversResponse.Over]
    def __init__(self, over: _Optional[_Iterable[_Union[ListOverTakeoversResponse.Over, _Mapping]]] = ...) -> None: ...

class GrantRestoringRequest(_message.Message):
    __slots__ = ("camera", "takeover")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    camera: str
    takeover: str
    def __init__(self, camera: _Optional[str] = ..., takeover: _Optional[str] = ...) -> None: ...

class GrantRestoringResponse(_message.Message):
    __slots__ = ("signed_grant", "epoch", "security_level")
    SIGNED_GRANT_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    SECURITY_LEVEL_FIELD_NUMBER: _ClassVar[int]
    signed_grant: bytes
    epoch: int
    security_level: int
    def __init__(self, signed_grant: _Optional[bytes] = ..., epoch: _Optional[int] = ..., security_level: _Optional[int] = ...) -> None: ...

class ListTakenCamerasRequest(_message.Message):
    __slots__ = ("principal", "takeover")
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    principal: str
    takeover: str
    def __init__(self, principal: _Optional[str] = ..., takeover: _Optional[str] = ...) -> None: ...

class ListTakenCamerasResponse(_message.Message):
    __slots__ = ("cameras", "legal_basis", "incident")
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedScalarFieldContainer[str]
    legal_basis: str
    incident: str
    def __init__(self, cameras: _Optional[_Iterable[str]] = ..., legal_basis: _Optional[str] = ..., incident: _Optional[str] = ...) -> None: ...

class LevelsOfRequest(_message.Message):
    __slots__ = ("cameras",)
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[NewCamera]
    def __init__(self, cameras: _Optional[_Iterable[_Union[NewCamera, _Mapping]]] = ...) -> None: ...

class NewCamera(_message.Message):
    __slots__ = ("code", "place_category")
    CODE_FIELD_NUMBER: _ClassVar[int]
    PLACE_CATEGORY_FIELD_NUMBER: _ClassVar[int]
    code: str
    place_category: int
    def __init__(self, code: _Optional[str] = ..., place_category: _Optional[int] = ...) -> None: ...

class LevelsOfResponse(_message.Message):
    __slots__ = ("security_levels", "policy_revision")
    SECURITY_LEVELS_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    security_levels: _containers.RepeatedScalarFieldContainer[int]
    policy_revision: int
    def __init__(self, security_levels: _Optional[_Iterable[int]] = ..., policy_revision: _Optional[int] = ...) -> None: ...

class GetLevelChangesRequest(_message.Message):
    __slots__ = ("since_revision",)
    SINCE_REVISION_FIELD_NUMBER: _ClassVar[int]
    since_revision: int
    def __init__(self, since_revision: _Optional[int] = ...) -> None: ...

class GetLevelChangesResponse(_message.Message):
    __slots__ = ("revision", "place_categories", "codes", "sealed_codes")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PLACE_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    SEALED_CODES_FIELD_NUMBER: _ClassVar[int]
    revision: int
    place_categories: _containers.RepeatedScalarFieldContainer[int]
    codes: _containers.RepeatedScalarFieldContainer[str]
    sealed_codes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, revision: _Optional[int] = ..., place_categories: _Optional[_Iterable[int]] = ..., codes: _Optional[_Iterable[str]] = ..., sealed_codes: _Optional[_Iterable[str]] = ...) -> None: ...

class ListAgencyNamesRequest(_message.Message):
    __slots__ = ("agency_kind", "tier")
    AGENCY_KIND_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    agency_kind: str
    tier: str
    def __init__(self, agency_kind: _Optional[str] = ..., tier: _Optional[str] = ...) -> None: ...

class ListAgencyNamesResponse(_message.Message):
    __slots__ = ("names",)
    NAMES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, names: _Optional[_Iterable[str]] = ...) -> None: ...

class IdentifyCertificateRequest(_message.Message):
    __slots__ = ("principal", "certificate_sha256", "agency_key")
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_SHA256_FIELD_NUMBER: _ClassVar[int]
    AGENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    principal: str
    certificate_sha256: str
    agency_key: str
    def __init__(self, principal: _Optional[str] = ..., certificate_sha256: _Optional[str] = ..., agency_key: _Optional[str] = ...) -> None: ...

class IdentifyCertificateResponse(_message.Message):
    __slots__ = ("principal", "agency", "agency_kind", "tier", "expire_time", "jurisdiction", "is_person", "public_key", "certificate_principal")
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    AGENCY_KIND_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    JURISDICTION_FIELD_NUMBER: _ClassVar[int]
    IS_PERSON_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    principal: str
    agency: str
    agency_kind: str
    tier: str
    expire_time: _timestamp_pb2.Timestamp
    jurisdiction: str
    is_person: bool
    public_key: bytes
    certificate_principal: str
    def __init__(self, principal: _Optional[str] = ..., agency: _Optional[str] = ..., agency_kind: _Optional[str] = ..., tier: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., jurisdiction: _Optional[str] = ..., is_person: _Optional[bool] = ..., public_key: _Optional[bytes] = ..., certificate_principal: _Optional[str] = ...) -> None: ...

class ReadClaimRequest(_message.Message):
    __slots__ = ("principal", "name")
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    principal: str
    name: str
    def __init__(self, principal: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class ReadClaimResponse(_message.Message):
    __slots__ = ("takeover", "cameras", "shows_sealed")
    TAKEOVER_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    SHOWS_SEALED_FIELD_NUMBER: _ClassVar[int]
    takeover: str
    cameras: _containers.RepeatedScalarFieldContainer[str]
    shows_sealed: bool
    def __init__(self, takeover: _Optional[str] = ..., cameras: _Optional[_Iterable[str]] = ..., shows_sealed: _Optional[bool] = ...) -> None: ...
