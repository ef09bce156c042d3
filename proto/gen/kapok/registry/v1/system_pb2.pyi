import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.registry.v1 import camera_pb2 as _camera_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Operator(_message.Message):
    __slots__ = ("name", "display_name", "responsible_entities", "etag", "update_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_ENTITIES_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    responsible_entities: _containers.RepeatedCompositeFieldContainer[ResponsibleEntity]
    etag: str
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., responsible_entities: _Optional[_Iterable[_Union[ResponsibleEntity, _Mapping]]] = ..., etag: _Optional[str] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ResponsibleEntity(_message.Message):
    __slots__ = ("display_name", "role", "contact", "agreement_number", "agreement_sha256")
    class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ROLE_UNSPECIFIED: _ClassVar[ResponsibleEntity.Role]
        ROLE_OWNER: _ClassVar[ResponsibleEntity.Role]
        ROLE_MANAGER: _ClassVar[ResponsibleEntity.Role]
        ROLE_USER: _ClassVar[ResponsibleEntity.Role]
    ROLE_UNSPECIFIED: ResponsibleEntity.Role
    ROLE_OWNER: ResponsibleEntity.Role
    ROLE_MANAGER: ResponsibleEntity.Role
    ROLE_USER: ResponsibleEntity.Role
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_NUMBER_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_SHA256_FIELD_NUMBER: _ClassVar[int]
    display_name: str
    role: ResponsibleEntity.Role
    contact: str
    agreement_number: str
    agreement_sha256: str
    def __init__(self, display_name: _Optional[str] = ..., role: _Optional[_Union[ResponsibleEntity.Role, str]] = ..., contact: _Optional[str] = ..., agreement_number: _Optional[str] = ..., agreement_sha256: _Optional[str] = ...) -> None: ...

class CameraSystem(_message.Message):
    __slots__ = ("name", "display_name", "state", "funding", "qualifications", "acceptance", "is_fixed_place", "sign", "password_exclusion", "staff", "required_staff_count", "has_monitoring_room", "storage_days", "storage_citation", "checks", "etag", "create_time", "update_time", "owed", "camera_count")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATIONS_FIELD_NUMBER: _ClassVar[int]
    ACCEPTANCE_FIELD_NUMBER: _ClassVar[int]
    IS_FIXED_PLACE_FIELD_NUMBER: _ClassVar[int]
    SIGN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_EXCLUSION_FIELD_NUMBER: _ClassVar[int]
    STAFF_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_STAFF_COUNT_FIELD_NUMBER: _ClassVar[int]
    HAS_MONITORING_ROOM_FIELD_NUMBER: _ClassVar[int]
    STORAGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    STORAGE_CITATION_FIELD_NUMBER: _ClassVar[int]
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    OWED_FIELD_NUMBER: _ClassVar[int]
    CAMERA_COUNT_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    state: _camera_pb2.LifeState
    funding: Funding
    qualifications: _containers.RepeatedCompositeFieldContainer[Qualification]
    acceptance: Acceptance
    is_fixed_place: bool
    sign: Attestation
    password_exclusion: Attestation
    staff: _containers.RepeatedCompositeFieldContainer[StaffMember]
    required_staff_count: int
    has_monitoring_room: bool
    storage_days: int
    storage_citation: str
    checks: _containers.RepeatedCompositeFieldContainer[MaintenanceCheck]
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    owed: _containers.RepeatedCompositeFieldContainer[Duty]
    camera_count: int
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., state: _Optional[_Union[_camera_pb2.LifeState, str]] = ..., funding: _Optional[_Union[Funding, _Mapping]] = ..., qualifications: _Optional[_Iterable[_Union[Qualification, _Mapping]]] = ..., acceptance: _Optional[_Union[Acceptance, _Mapping]] = ..., is_fixed_place: _Optional[bool] = ..., sign: _Optional[_Union[Attestation, _Mapping]] = ..., password_exclusion: _Optional[_Union[Attestation, _Mapping]] = ..., staff: _Optional[_Iterable[_Union[StaffMember, _Mapping]]] = ..., required_staff_count: _Optional[int] = ..., has_monitoring_room: _Optional[bool] = ..., storage_days: _Optional[int] = ..., storage_citation: _Optional[str] = ..., checks: _Optional[_Iterable[_Union[MaintenanceCheck, _Mapping]]] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., owed: _Optional[_Iterable[_Union[Duty, _Mapping]]] = ..., camera_count: _Optional[int] = ...) -> None: ...

class Funding(_message.Message):
    __slots__ = ("kind", "procedure_reference")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Funding.Kind]
        KIND_MUNICIPAL: _ClassVar[Funding.Kind]
        KIND_DISTRICT: _ClassVar[Funding.Kind]
        KIND_OWN: _ClassVar[Funding.Kind]
    KIND_UNSPECIFIED: Funding.Kind
    KIND_MUNICIPAL: Funding.Kind
    KIND_DISTRICT: Funding.Kind
    KIND_OWN: Funding.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    PROCEDURE_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    kind: Funding.Kind
    procedure_reference: str
    def __init__(self, kind: _Optional[_Union[Funding.Kind, str]] = ..., procedure_reference: _Optional[str] = ...) -> None: ...

class Qualification(_message.Message):
    __slots__ = ("work", "entity", "number", "expire_time")
    class Work(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        WORK_UNSPECIFIED: _ClassVar[Qualification.Work]
        WORK_DESIGN: _ClassVar[Qualification.Work]
        WORK_CONSTRUCTION: _ClassVar[Qualification.Work]
        WORK_MAINTENANCE: _ClassVar[Qualification.Work]
    WORK_UNSPECIFIED: Qualification.Work
    WORK_DESIGN: Qualification.Work
    WORK_CONSTRUCTION: Qualification.Work
    WORK_MAINTENANCE: Qualification.Work
    WORK_FIELD_NUMBER: _ClassVar[int]
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    work: Qualification.Work
    entity: str
    number: str
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, work: _Optional[_Union[Qualification.Work, str]] = ..., entity: _Optional[str] = ..., number: _Optional[str] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Acceptance(_message.Message):
    __slots__ = ("certificate_number", "issuer", "accept_time")
    CERTIFICATE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ISSUER_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_TIME_FIELD_NUMBER: _ClassVar[int]
    certificate_number: str
    issuer: str
    accept_time: _timestamp_pb2.Timestamp
    def __init__(self, certificate_number: _Optional[str] = ..., issuer: _Optional[str] = ..., accept_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Attestation(_message.Message):
    __slots__ = ("attest_time", "photo_sha256", "attested_by")
    ATTEST_TIME_FIELD_NUMBER: _ClassVar[int]
    PHOTO_SHA256_FIELD_NUMBER: _ClassVar[int]
    ATTESTED_BY_FIELD_NUMBER: _ClassVar[int]
    attest_time: _timestamp_pb2.Timestamp
    photo_sha256: str
    attested_by: str
    def __init__(self, attest_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., photo_sha256: _Optional[str] = ..., attested_by: _Optional[str] = ...) -> None: ...

class StaffMember(_message.Message):
    __slots__ = ("number", "is_full_time", "training_certificate", "training_issuer", "training_expire_time")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    IS_FULL_TIME_FIELD_NUMBER: _ClassVar[int]
    TRAINING_CERTIFICATE_FIELD_NUMBER: _ClassVar[int]
    TRAINING_ISSUER_FIELD_NUMBER: _ClassVar[int]
    TRAINING_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    number: str
    is_full_time: bool
    training_certificate: str
    training_issuer: str
    training_expire_time: _timestamp_pb2.Timestamp
    def __init__(self, number: _Optional[str] = ..., is_full_time: _Optional[bool] = ..., training_certificate: _Optional[str] = ..., training_issuer: _Optional[str] = ..., training_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MaintenanceCheck(_message.Message):
    __slots__ = ("check_time", "front_end_ok", "transmission_ok", "storage_ok", "checked_by")
    CHECK_TIME_FIELD_NUMBER: _ClassVar[int]
    FRONT_END_OK_FIELD_NUMBER: _ClassVar[int]
    TRANSMISSION_OK_FIELD_NUMBER: _ClassVar[int]
    STORAGE_OK_FIELD_NUMBER: _ClassVar[int]
    CHECKED_BY_FIELD_NUMBER: _ClassVar[int]
    check_time: _timestamp_pb2.Timestamp
    front_end_ok: bool
    transmission_ok: bool
    storage_ok: bool
    checked_by: str
    def __init__(self, check_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., front_end_ok: _Optional[bool] = ..., transmission_ok: _Optional[bool] = ..., storage_ok: _Optional[bool] = ..., checked_by: _Optional[str] = ...) -> None: ...

class Duty(_message.Message):
    __slots__ = ("rule", "article", "sentence")
    RULE_FIELD_NUMBER: _ClassVar[int]
    ARTICLE_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    rule: str
    article: str
    sentence: str
    def __init__(self, rule: _Optional[str] = ..., article: _Optional[str] = ..., sentence: _Optional[str] = ...) -> None: ...
