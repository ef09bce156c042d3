import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.permissions.v1 import decision_pb2 as _decision_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PolicyEdition(_message.Message):
    __slots__ = ("revision", "policy_csv", "category_levels", "camera_levels", "number", "roles_csv", "lease_seconds", "marks")
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
    class LeaseSecondsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    POLICY_CSV_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_LEVELS_FIELD_NUMBER: _ClassVar[int]
    CAMERA_LEVELS_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    ROLES_CSV_FIELD_NUMBER: _ClassVar[int]
    LEASE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    revision: int
    policy_csv: bytes
    category_levels: _containers.ScalarMap[int, int]
    camera_levels: _containers.ScalarMap[str, int]
    number: int
    roles_csv: bytes
    lease_seconds: _containers.ScalarMap[str, int]
    marks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, revision: _Optional[int] = ..., policy_csv: _Optional[bytes] = ..., category_levels: _Optional[_Mapping[int, int]] = ..., camera_levels: _Optional[_Mapping[str, int]] = ..., number: _Optional[int] = ..., roles_csv: _Optional[bytes] = ..., lease_seconds: _Optional[_Mapping[str, int]] = ..., marks: _Optional[_Iterable[str]] = ...) -> None: ...

class SessionFacts(_message.Message):
    __slots__ = ("session", "principal", "camera", "action", "legal_bases", "incidents", "inspections", "takeovers", "policy_revision", "number", "decide_time", "trainings", "shifts")
    class Principal(_message.Message):
        __slots__ = ("name", "agency", "kind", "tier", "jurisdiction", "clearance", "roles", "is_person")
        NAME_FIELD_NUMBER: _ClassVar[int]
        AGENCY_FIELD_NUMBER: _ClassVar[int]
        KIND_FIELD_NUMBER: _ClassVar[int]
        TIER_FIELD_NUMBER: _ClassVar[int]
        JURISDICTION_FIELD_NUMBER: _ClassVar[int]
        CLEARANCE_FIELD_NUMBER: _ClassVar[int]
        ROLES_FIELD_NUMBER: _ClassVar[int]
        IS_PERSON_FIELD_NUMBER: _ClassVar[int]
        name: str
        agency: str
        kind: str
        tier: str
        jurisdiction: str
        clearance: int
        roles: _containers.RepeatedScalarFieldContainer[str]
        is_person: bool
        def __init__(self, name: _Optional[str] = ..., agency: _Optional[str] = ..., kind: _Optional[str] = ..., tier: _Optional[str] = ..., jurisdiction: _Optional[str] = ..., clearance: _Optional[int] = ..., roles: _Optional[_Iterable[str]] = ..., is_person: _Optional[bool] = ...) -> None: ...
    class Camera(_message.Message):
        __slots__ = ("name", "level", "place_category", "operator", "is_level_own", "is_accepted", "is_operating", "is_barred")
        NAME_FIELD_NUMBER: _ClassVar[int]
        LEVEL_FIELD_NUMBER: _ClassVar[int]
        PLACE_CATEGORY_FIELD_NUMBER: _ClassVar[int]
        OPERATOR_FIELD_NUMBER: _ClassVar[int]
        IS_LEVEL_OWN_FIELD_NUMBER: _ClassVar[int]
        IS_ACCEPTED_FIELD_NUMBER: _ClassVar[int]
        IS_OPERATING_FIELD_NUMBER: _ClassVar[int]
        IS_BARRED_FIELD_NUMBER: _ClassVar[int]
        name: str
        level: int
        place_category: int
        operator: str
        is_level_own: bool
        is_accepted: bool
        is_operating: bool
        is_barred: bool
        def __init__(self, name: _Optional[str] = ..., level: _Optional[int] = ..., place_category: _Optional[int] = ..., operator: _Optional[str] = ..., is_level_own: _Optional[bool] = ..., is_accepted: _Optional[bool] = ..., is_operating: _Optional[bool] = ..., is_barred: _Optional[bool] = ...) -> None: ...
    class Ground(_message.Message):
        __slots__ = ("name", "start_time", "end_time", "is_held")
        NAME_FIELD_NUMBER: _ClassVar[int]
        START_TIME_FIELD_NUMBER: _ClassVar[int]
        END_TIME_FIELD_NUMBER: _ClassVar[int]
        IS_HELD_FIELD_NUMBER: _ClassVar[int]
        name: str
        start_time: _timestamp_pb2.Timestamp
        end_time: _timestamp_pb2.Timestamp
        is_held: bool
        def __init__(self, name: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_held: _Optional[bool] = ...) -> None: ...
    class Takeover(_message.Message):
        __slots__ = ("name", "number", "principal", "agency", "kind", "tier", "start_time", "end_time", "ground", "is_exclusive", "suspends_duty")
        NAME_FIELD_NUMBER: _ClassVar[int]
        NUMBER_FIELD_NUMBER: _ClassVar[int]
        PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
        AGENCY_FIELD_NUMBER: _ClassVar[int]
        KIND_FIELD_NUMBER: _ClassVar[int]
        TIER_FIELD_NUMBER: _ClassVar[int]
        START_TIME_FIELD_NUMBER: _ClassVar[int]
        END_TIME_FIELD_NUMBER: _ClassVar[int]
        GROUND_FIELD_NUMBER: _ClassVar[int]
        IS_EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
        SUSPENDS_DUTY_FIELD_NUMBER: _ClassVar[int]
        name: str
        number: int
        principal: str
        agency: str
        kind: str
        tier: str
        start_time: _timestamp_pb2.Timestamp
        end_time: _timestamp_pb2.Timestamp
        ground: str
        is_exclusive: bool
        suspends_duty: bool
        def __init__(self, name: _Optional[str] = ..., number: _Optional[int] = ..., principal: _Optional[str] = ..., agency: _Optional[str] = ..., kind: _Optional[str] = ..., tier: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ground: _Optional[str] = ..., is_exclusive: _Optional[bool] = ..., suspends_duty: _Optional[bool] = ...) -> None: ...
    SESSION_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    LEGAL_BASES_FIELD_NUMBER: _ClassVar[int]
    INCIDENTS_FIELD_NUMBER: _ClassVar[int]
    INSPECTIONS_FIELD_NUMBER: _ClassVar[int]
    TAKEOVERS_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    TRAININGS_FIELD_NUMBER: _ClassVar[int]
    SHIFTS_FIELD_NUMBER: _ClassVar[int]
    session: str
    principal: SessionFacts.Principal
    camera: SessionFacts.Camera
    action: _decision_pb2.Action
    legal_bases: _containers.RepeatedCompositeFieldContainer[SessionFacts.Ground]
    incidents: _containers.RepeatedCompositeFieldContainer[SessionFacts.Ground]
    inspections: _containers.RepeatedCompositeFieldContainer[SessionFacts.Ground]
    takeovers: _containers.RepeatedCompositeFieldContainer[SessionFacts.Takeover]
    policy_revision: int
    number: int
    decide_time: _timestamp_pb2.Timestamp
    trainings: _containers.RepeatedCompositeFieldContainer[SessionFacts.Ground]
    shifts: _containers.RepeatedCompositeFieldContainer[SessionFacts.Ground]
    def __init__(self, session: _Optional[str] = ..., principal: _Optional[_Union[SessionFacts.Principal, _Mapping]] = ..., camera: _Optional[_Union[SessionFacts.Camera, _Mapping]] = ..., action: _Optional[_Union[_decision_pb2.Action, str]] = ..., legal_bases: _Optional[_Iterable[_Union[SessionFacts.Ground, _Mapping]]] = ..., incidents: _Optional[_Iterable[_Union[SessionFacts.Ground, _Mapping]]] = ..., inspections: _Optional[_Iterable[_Union[SessionFacts.Ground, _Mapping]]] = ..., takeovers: _Optional[_Iterable[_Union[SessionFacts.Takeover, _Mapping]]] = ..., policy_revision: _Optional[int] = ..., number: _Optional[int] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., trainings: _Optional[_Iterable[_Union[SessionFacts.Ground, _Mapping]]] = ..., shifts: _Optional[_Iterable[_Union[SessionFacts.Ground, _Mapping]]] = ...) -> None: ...
