import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.api import client_pb2 as _client_pb2
from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import latlng_pb2 as _latlng_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.permissions.v1 import decision_pb2 as _decision_pb2
from kapok.permissions.v1 import incident_pb2 as _incident_pb2
from kapok.permissions.v1 import legal_basis_pb2 as _legal_basis_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CheckRequest(_message.Message):
    __slots__ = ("camera", "action", "legal_basis", "incident")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    camera: str
    action: _decision_pb2.Action
    legal_basis: str
    incident: str
    def __init__(self, camera: _Optional[str] = ..., action: _Optional[_Union[_decision_pb2.Action, str]] = ..., legal_basis: _Optional[str] = ..., incident: _Optional[str] = ...) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ("decision",)
    DECISION_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ...) -> None: ...

class CheckBatchRequest(_message.Message):
    __slots__ = ("action", "cameras", "snapshot", "numbers", "legal_basis", "incident")
    ACTION_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    action: _decision_pb2.Action
    cameras: _containers.RepeatedScalarFieldContainer[str]
    snapshot: str
    numbers: _containers.RepeatedScalarFieldContainer[int]
    legal_basis: str
    incident: str
    def __init__(self, action: _Optional[_Union[_decision_pb2.Action, str]] = ..., cameras: _Optional[_Iterable[str]] = ..., snapshot: _Optional[str] = ..., numbers: _Optional[_Iterable[int]] = ..., legal_basis: _Optional[str] = ..., incident: _Optional[str] = ...) -> None: ...

class CheckBatchResponse(_message.Message):
    __slots__ = ("allowed", "policy_revision", "valid_until", "number", "decisions", "decision_places")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    DECISION_PLACES_FIELD_NUMBER: _ClassVar[int]
    allowed: bytes
    policy_revision: int
    valid_until: _timestamp_pb2.Timestamp
    number: int
    decisions: _containers.RepeatedCompositeFieldContainer[_decision_pb2.Decision]
    decision_places: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, allowed: _Optional[bytes] = ..., policy_revision: _Optional[int] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., number: _Optional[int] = ..., decisions: _Optional[_Iterable[_Union[_decision_pb2.Decision, _Mapping]]] = ..., decision_places: _Optional[_Iterable[int]] = ...) -> None: ...

class CreateCameraSnapshotRequest(_message.Message):
    __slots__ = ("cameras",)
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, cameras: _Optional[_Iterable[str]] = ...) -> None: ...

class CameraSnapshot(_message.Message):
    __slots__ = ("name", "camera_count", "expire_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAMERA_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    camera_count: int
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., camera_count: _Optional[int] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("camera", "action", "principal", "legal_basis", "incident")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    camera: str
    action: _decision_pb2.Action
    principal: str
    legal_basis: str
    incident: str
    def __init__(self, camera: _Optional[str] = ..., action: _Optional[_Union[_decision_pb2.Action, str]] = ..., principal: _Optional[str] = ..., legal_basis: _Optional[str] = ..., incident: _Optional[str] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("decision", "relation", "roles", "conditions", "matched", "nearest")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    MATCHED_FIELD_NUMBER: _ClassVar[int]
    NEAREST_FIELD_NUMBER: _ClassVar[int]
    decision: _decision_pb2.Decision
    relation: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    conditions: _containers.RepeatedScalarFieldContainer[str]
    matched: _containers.RepeatedCompositeFieldContainer[_decision_pb2.RuleMatch]
    nearest: _containers.RepeatedCompositeFieldContainer[_decision_pb2.RuleMatch]
    def __init__(self, decision: _Optional[_Union[_decision_pb2.Decision, _Mapping]] = ..., relation: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., conditions: _Optional[_Iterable[str]] = ..., matched: _Optional[_Iterable[_Union[_decision_pb2.RuleMatch, _Mapping]]] = ..., nearest: _Optional[_Iterable[_Union[_decision_pb2.RuleMatch, _Mapping]]] = ...) -> None: ...

class DescribeScopeRequest(_message.Message):
    __slots__ = ("action",)
    ACTION_FIELD_NUMBER: _ClassVar[int]
    action: _decision_pb2.Action
    def __init__(self, action: _Optional[_Union[_decision_pb2.Action, str]] = ...) -> None: ...

class DescribeScopeResponse(_message.Message):
    __slots__ = ("classes", "cameras", "policy_revision")
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    classes: _containers.RepeatedCompositeFieldContainer[_decision_pb2.ScopeClass]
    cameras: _containers.RepeatedScalarFieldContainer[str]
    policy_revision: int
    def __init__(self, classes: _Optional[_Iterable[_Union[_decision_pb2.ScopeClass, _Mapping]]] = ..., cameras: _Optional[_Iterable[str]] = ..., policy_revision: _Optional[int] = ...) -> None: ...

class RegisterLegalBasisRequest(_message.Message):
    __slots__ = ("legal_basis",)
    LEGAL_BASIS_FIELD_NUMBER: _ClassVar[int]
    legal_basis: _legal_basis_pb2.LegalBasis
    def __init__(self, legal_basis: _Optional[_Union[_legal_basis_pb2.LegalBasis, _Mapping]] = ...) -> None: ...

class DeclareIncidentRequest(_message.Message):
    __slots__ = ("incident",)
    INCIDENT_FIELD_NUMBER: _ClassVar[int]
    incident: _incident_pb2.Incident
    def __init__(self, incident: _Optional[_Union[_incident_pb2.Incident, _Mapping]] = ...) -> None: ...

class EndIncidentRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RevokePrincipalRequest(_message.Message):
    __slots__ = ("name", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class RevokePrincipalResponse(_message.Message):
    __slots__ = ("number", "revoke_time")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    REVOKE_TIME_FIELD_NUMBER: _ClassVar[int]
    number: int
    revoke_time: _timestamp_pb2.Timestamp
    def __init__(self, number: _Optional[int] = ..., revoke_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReinstatePrincipalRequest(_message.Message):
    __slots__ = ("name", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class ReinstatePrincipalResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetIncidentRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListIncidentsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListIncidentsResponse(_message.Message):
    __slots__ = ("incidents", "next_page_token")
    INCIDENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    incidents: _containers.RepeatedCompositeFieldContainer[_incident_pb2.Incident]
    next_page_token: str
    def __init__(self, incidents: _Optional[_Iterable[_Union[_incident_pb2.Incident, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DecideIncidentRequest(_message.Message):
    __slots__ = ("name", "act", "approved", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACT_FIELD_NUMBER: _ClassVar[int]
    APPROVED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    act: int
    approved: bool
    reason: str
    def __init__(self, name: _Optional[str] = ..., act: _Optional[int] = ..., approved: _Optional[bool] = ..., reason: _Optional[str] = ...) -> None: ...

class ExtendIncidentRequest(_message.Message):
    __slots__ = ("name", "order_number", "reason", "end_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ORDER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    order_number: str
    reason: str
    end_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., order_number: _Optional[str] = ..., reason: _Optional[str] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WidenIncidentRequest(_message.Message):
    __slots__ = ("name", "order_number", "reason", "area", "districts", "cameras", "agencies", "letter_number", "officer_certificates")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ORDER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    AGENCIES_FIELD_NUMBER: _ClassVar[int]
    LETTER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    OFFICER_CERTIFICATES_FIELD_NUMBER: _ClassVar[int]
    name: str
    order_number: str
    reason: str
    area: _containers.RepeatedCompositeFieldContainer[_latlng_pb2.LatLng]
    districts: _containers.RepeatedScalarFieldContainer[str]
    cameras: _containers.RepeatedScalarFieldContainer[str]
    agencies: _containers.RepeatedScalarFieldContainer[str]
    letter_number: str
    officer_certificates: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., order_number: _Optional[str] = ..., reason: _Optional[str] = ..., area: _Optional[_Iterable[_Union[_latlng_pb2.LatLng, _Mapping]]] = ..., districts: _Optional[_Iterable[str]] = ..., cameras: _Optional[_Iterable[str]] = ..., agencies: _Optional[_Iterable[str]] = ..., letter_number: _Optional[str] = ..., officer_certificates: _Optional[_Iterable[str]] = ...) -> None: ...

class GetLegalBasisRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RevokeLegalBasisRequest(_message.Message):
    __slots__ = ("name", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
