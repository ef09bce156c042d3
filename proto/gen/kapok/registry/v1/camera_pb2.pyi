import datetime

from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import latlng_pb2 as _latlng_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PlaceCategory(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLACE_CATEGORY_UNSPECIFIED: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_DANGEROUS_MATERIALS: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_TRANSPORT_TERMINALS: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_TRAFFIC_FACILITIES: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_METRO_AND_PUBLIC_TRANSPORT: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_PARTY_AND_GOVERNMENT: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_RESEARCH_AND_ARCHIVES: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_MUSEUMS_AND_RELICS: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_FINANCE: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_MEDIA_AND_UTILITIES: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_PUBLIC_GATHERING: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_URBAN_CONSTRUCTION: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_WATER_CONSERVANCY: _ClassVar[PlaceCategory]
    PLACE_CATEGORY_OTHER: _ClassVar[PlaceCategory]

class Premises(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PREMISES_UNSPECIFIED: _ClassVar[Premises]
    PREMISES_PUBLIC_AREA: _ClassVar[Premises]
    PREMISES_ENTRANCE: _ClassVar[Premises]
    PREMISES_PASSAGE: _ClassVar[Premises]
    PREMISES_VEHICLE: _ClassVar[Premises]
    PREMISES_WORK_AREA: _ClassVar[Premises]
    PREMISES_OUTDOOR_SITE: _ClassVar[Premises]
    PREMISES_TOILET: _ClassVar[Premises]
    PREMISES_BATHROOM: _ClassVar[Premises]
    PREMISES_CHANGING_ROOM: _ClassVar[Premises]
    PREMISES_GUEST_ROOM: _ClassVar[Premises]
    PREMISES_DORMITORY: _ClassVar[Premises]

class Mounting(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MOUNTING_UNSPECIFIED: _ClassVar[Mounting]
    MOUNTING_POLE: _ClassVar[Mounting]
    MOUNTING_WALL: _ClassVar[Mounting]
    MOUNTING_CEILING: _ClassVar[Mounting]
    MOUNTING_GANTRY: _ClassVar[Mounting]
    MOUNTING_VEHICLE: _ClassVar[Mounting]
    MOUNTING_OTHER: _ClassVar[Mounting]

class Health(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HEALTH_UNSPECIFIED: _ClassVar[Health]
    HEALTH_ONLINE: _ClassVar[Health]
    HEALTH_DEGRADED: _ClassVar[Health]
    HEALTH_OFFLINE: _ClassVar[Health]
    HEALTH_TAMPERED: _ClassVar[Health]

class LifeState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIFE_STATE_UNSPECIFIED: _ClassVar[LifeState]
    LIFE_STATE_PLANNED: _ClassVar[LifeState]
    LIFE_STATE_BUILT: _ClassVar[LifeState]
    LIFE_STATE_ACCEPTED: _ClassVar[LifeState]
    LIFE_STATE_IN_SERVICE: _ClassVar[LifeState]
    LIFE_STATE_SUSPENDED_BY_OPERATOR: _ClassVar[LifeState]
    LIFE_STATE_SUSPENDED_BY_PUBLIC_SECURITY: _ClassVar[LifeState]
    LIFE_STATE_RETIRED: _ClassVar[LifeState]
PLACE_CATEGORY_UNSPECIFIED: PlaceCategory
PLACE_CATEGORY_DANGEROUS_MATERIALS: PlaceCategory
PLACE_CATEGORY_TRANSPORT_TERMINALS: PlaceCategory
PLACE_CATEGORY_TRAFFIC_FACILITIES: PlaceCategory
PLACE_CATEGORY_METRO_AND_PUBLIC_TRANSPORT: PlaceCategory
PLACE_CATEGORY_PARTY_AND_GOVERNMENT: PlaceCategory
PLACE_CATEGORY_RESEARCH_AND_ARCHIVES: PlaceCategory
PLACE_CATEGORY_MUSEUMS_AND_RELICS: PlaceCategory
PLACE_CATEGORY_FINANCE: PlaceCategory
PLACE_CATEGORY_MEDIA_AND_UTILITIES: PlaceCategory
PLACE_CATEGORY_PUBLIC_GATHERING: PlaceCategory
PLACE_CATEGORY_URBAN_CONSTRUCTION: PlaceCategory
PLACE_CATEGORY_WATER_CONSERVANCY: PlaceCategory
PLACE_CATEGORY_OTHER: PlaceCategory
PREMISES_UNSPECIFIED: Premises
PREMISES_PUBLIC_AREA: Premises
PREMISES_ENTRANCE: Premises
PREMISES_PASSAGE: Premises
PREMISES_VEHICLE: Premises
PREMISES_WORK_AREA: Premises
PREMISES_OUTDOOR_SITE: Premises
PREMISES_TOILET: Premises
PREMISES_BATHROOM: Premises
PREMISES_CHANGING_ROOM: Premises
PREMISES_GUEST_ROOM: Premises
PREMISES_DORMITORY: Premises
MOUNTING_UNSPECIFIED: Mounting
MOUNTING_POLE: Mounting
MOUNTING_WALL: Mounting
MOUNTING_CEILING: Mounting
MOUNTING_GANTRY: Mounting
MOUNTING_VEHICLE: Mounting
MOUNTING_OTHER: Mounting
HEALTH_UNSPECIFIED: Health
HEALTH_ONLINE: Health
HEALTH_DEGRADED: Health
HEALTH_OFFLINE: Health
HEALTH_TAMPERED: Health
LIFE_STATE_UNSPECIFIED: LifeState
LIFE_STATE_PLANNED: LifeState
LIFE_STATE_BUILT: LifeState
LIFE_STATE_ACCEPTED: LifeState
LIFE_STATE_IN_SERVICE: LifeState
LIFE_STATE_SUSPENDED_BY_OPERATOR: LifeState
LIFE_STATE_SUSPENDED_BY_PUBLIC_SECURITY: LifeState
LIFE_STATE_RETIRED: LifeState

class Camera(_message.Message):
    __slots__ = ("name", "code", "display_name", "display_name_en", "place_category", "premises", "place", "position", "purpose", "operator", "security_level", "state", "source", "is_pointable", "etag", "create_time", "update_time", "system", "direction_degrees", "mounting", "health", "confirm_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_EN_FIELD_NUMBER: _ClassVar[int]
    PLACE_CATEGORY_FIELD_NUMBER: _ClassVar[int]
    PREMISES_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    SECURITY_LEVEL_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    IS_POINTABLE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_DEGREES_FIELD_NUMBER: _ClassVar[int]
    MOUNTING_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    code: str
    display_name: str
    display_name_en: str
    place_category: PlaceCategory
    premises: Premises
    place: str
    position: _latlng_pb2.LatLng
    purpose: str
    operator: str
    security_level: int
    state: LifeState
    source: Source
    is_pointable: bool
    etag: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    system: str
    direction_degrees: float
    mounting: Mounting
    health: Health
    confirm_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., code: _Optional[str] = ..., display_name: _Optional[str] = ..., display_name_en: _Optional[str] = ..., place_category: _Optional[_Union[PlaceCategory, str]] = ..., premises: _Optional[_Union[Premises, str]] = ..., place: _Optional[str] = ..., position: _Optional[_Union[_latlng_pb2.LatLng, _Mapping]] = ..., purpose: _Optional[str] = ..., operator: _Optional[str] = ..., security_level: _Optional[int] = ..., state: _Optional[_Union[LifeState, str]] = ..., source: _Optional[_Union[Source, _Mapping]] = ..., is_pointable: _Optional[bool] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., system: _Optional[str] = ..., direction_degrees: _Optional[float] = ..., mounting: _Optional[_Union[Mounting, str]] = ..., health: _Optional[_Union[Health, str]] = ..., confirm_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Source(_message.Message):
    __slots__ = ("stream_uri", "control_uri", "username", "password", "secondary_stream_uri")
    STREAM_URI_FIELD_NUMBER: _ClassVar[int]
    CONTROL_URI_FIELD_NUMBER: _ClassVar[int]
    USERNAME_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    SECONDARY_STREAM_URI_FIELD_NUMBER: _ClassVar[int]
    stream_uri: str
    control_uri: str
    username: str
    password: str
    secondary_stream_uri: str
    def __init__(self, stream_uri: _Optional[str] = ..., control_uri: _Optional[str] = ..., username: _Optional[str] = ..., password: _Optional[str] = ..., secondary_stream_uri: _Optional[str] = ...) -> None: ...

class CameraBatch(_message.Message):
    __slots__ = ("cameras",)
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[Camera]
    def __init__(self, cameras: _Optional[_Iterable[_Union[Camera, _Mapping]]] = ...) -> None: ...
