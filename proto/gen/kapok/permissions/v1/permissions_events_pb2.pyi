import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from kapok.permissions.v1 import replica_pb2 as _replica_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Ending(_message.Message):
    __slots__ = ("number", "cause", "subject", "occur_time", "is_sealed", "takings")
    class Cause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CAUSE_UNSPECIFIED: _ClassVar[Ending.Cause]
        CAUSE_PRINCIPAL_REVOKED: _ClassVar[Ending.Cause]
        CAUSE_INCIDENT_ENDED: _ClassVar[Ending.Cause]
        CAUSE_LEGAL_BASIS_REVOKED: _ClassVar[Ending.Cause]
        CAUSE_SESSION_REVOKED: _ClassVar[Ending.Cause]
        CAUSE_CAMERA_CHANGED: _ClassVar[Ending.Cause]
        CAUSE_POLICY_CHANGED: _ClassVar[Ending.Cause]
        CAUSE_AGENCY_KEY_REVOKED: _ClassVar[Ending.Cause]
        CAUSE_CERTIFICATE_REVOKED: _ClassVar[Ending.Cause]
        CAUSE_AGENCY_SUSPENDED: _ClassVar[Ending.Cause]
        CAUSE_INSPECTION_ENDED: _ClassVar[Ending.Cause]
        CAUSE_ROLES_CHANGED: _ClassVar[Ending.Cause]
        CAUSE_TRAINING_REVOKED: _ClassVar[Ending.Cause]
        CAUSE_SHIFT_ENDED: _ClassVar[Ending.Cause]
        CAUSE_CONTROL_PASSED: _ClassVar[Ending.Cause]
        CAUSE_CONTROL_TAKEN: _ClassVar[Ending.Cause]
    CAUSE_UNSPECIFIED: Ending.Cause
    CAUSE_PRINCIPAL_REVOKED: Ending.Cause
    CAUSE_INCIDENT_ENDED: Ending.Cause
    CAUSE_LEGAL_BASIS_REVOKED: Ending.Cause
    CAUSE_SESSION_REVOKED: Ending.Cause
    CAUSE_CAMERA_CHANGED: Ending.Cause
    CAUSE_POLICY_CHANGED: Ending.Cause
    CAUSE_AGENCY_KEY_REVOKED: Ending.Cause
    CAUSE_CERTIFICATE_REVOKED: Ending.Cause
    CAUSE_AGENCY_SUSPENDED: Ending.Cause
    CAUSE_INSPECTION_ENDED: Ending.Cause
    CAUSE_ROLES_CHANGED: Ending.Cause
    CAUSE_TRAINING_REVOKED: Ending.Cause
    CAUSE_SHIFT_ENDED: Ending.Cause
    CAUSE_CONTROL_PASSED: Ending.Cause
    CAUSE_CONTROL_TAKEN: Ending.Cause
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    OCCUR_TIME_FIELD_NUMBER: _ClassVar[int]
    IS_SEALED_FIELD_NUMBER: _ClassVar[int]
    TAKINGS_FIELD_NUMBER: _ClassVar[int]
    number: int
    cause: Ending.Cause
    subject: str
    occur_time: _timestamp_pb2.Timestamp
    is_sealed: bool
    takings: Takings
    def __init__(self, number: _Optional[int] = ..., cause: _Optional[_Union[Ending.Cause, str]] = ..., subject: _Optional[str] = ..., occur_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_sealed: _Optional[bool] = ..., takings: _Optional[_Union[Takings, _Mapping]] = ...) -> None: ...

class Takings(_message.Message):
    __slots__ = ("takeovers", "groups")
    class Cameras(_message.Message):
        __slots__ = ("cameras", "takeovers")
        CAMERAS_FIELD_NUMBER: _ClassVar[int]
        TAKEOVERS_FIELD_NUMBER: _ClassVar[int]
        cameras: _containers.RepeatedScalarFieldContainer[str]
        takeovers: _containers.RepeatedScalarFieldContainer[int]
        def __init__(self, cameras: _Optional[_Iterable[str]] = ..., takeovers: _Optional[_Iterable[int]] = ...) -> None: ...
    TAKEOVERS_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    takeovers: _containers.RepeatedCompositeFieldContainer[_replica_pb2.SessionFacts.Takeover]
    groups: _containers.RepeatedCompositeFieldContainer[Takings.Cameras]
    def __init__(self, takeovers: _Optional[_Iterable[_Union[_replica_pb2.SessionFacts.Takeover, _Mapping]]] = ..., groups: _Optional[_Iterable[_Union[Takings.Cameras, _Mapping]]] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ("committed_number", "policy_revision", "time")
    COMMITTED_NUMBER_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    committed_number: int
    policy_revision: int
    time: _timestamp_pb2.Timestamp
    def __init__(self, committed_number: _Optional[int] = ..., policy_revision: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CellRestoration(_message.Message):
    __slots__ = ("backup_time", "former_number", "committed_number", "former_revision", "policy_revision")
    BACKUP_TIME_FIELD_NUMBER: _ClassVar[int]
    FORMER_NUMBER_FIELD_NUMBER: _ClassVar[int]
    COMMITTED_NUMBER_FIELD_NUMBER: _ClassVar[int]
    FORMER_REVISION_FIELD_NUMBER: _ClassVar[int]
    POLICY_REVISION_FIELD_NUMBER: _ClassVar[int]
    backup_time: _timestamp_pb2.Timestamp
    former_number: int
    committed_number: int
    former_revision: int
    policy_revision: int
    def __init__(self, backup_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., former_number: _Optional[int] = ..., committed_number: _Optional[int] = ..., former_revision: _Optional[int] = ..., policy_revision: _Optional[int] = ...) -> None: ...

class Fencing(_message.Message):
    __slots__ = ("epochs",)
    EPOCHS_FIELD_NUMBER: _ClassVar[int]
    epochs: _containers.RepeatedCompositeFieldContainer[CameraEpoch]
    def __init__(self, epochs: _Optional[_Iterable[_Union[CameraEpoch, _Mapping]]] = ...) -> None: ...

class CameraEpoch(_message.Message):
    __slots__ = ("camera", "epoch")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    camera: str
    epoch: int
    def __init__(self, camera: _Optional[str] = ..., epoch: _Optional[int] = ...) -> None: ...

class ControlGrant(_message.Message):
    __slots__ = ("camera", "principal", "agency", "epoch", "expire_time", "restores")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    RESTORES_FIELD_NUMBER: _ClassVar[int]
    camera: str
    principal: str
    agency: str
    epoch: int
    expire_time: _timestamp_pb2.Timestamp
    restores: bool
    def __init__(self, camera: _Optional[str] = ..., principal: _Optional[str] = ..., agency: _Optional[str] = ..., epoch: _Optional[int] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., restores: _Optional[bool] = ...) -> None: ...
