from google.type import latlng_pb2 as _latlng_pb2
from kapok.registry.v1 import camera_pb2 as _camera_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CameraFilter(_message.Message):
    __slots__ = ("text", "districts", "place_categories", "security_levels", "operators", "systems", "states", "healths", "area")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    PLACE_CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    SECURITY_LEVELS_FIELD_NUMBER: _ClassVar[int]
    OPERATORS_FIELD_NUMBER: _ClassVar[int]
    SYSTEMS_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    HEALTHS_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    text: str
    districts: _containers.RepeatedScalarFieldContainer[str]
    place_categories: _containers.RepeatedScalarFieldContainer[_camera_pb2.PlaceCategory]
    security_levels: _containers.RepeatedScalarFieldContainer[int]
    operators: _containers.RepeatedScalarFieldContainer[str]
    systems: _containers.RepeatedScalarFieldContainer[str]
    states: _containers.RepeatedScalarFieldContainer[_camera_pb2.LifeState]
    healths: _containers.RepeatedScalarFieldContainer[_camera_pb2.Health]
    area: Area
    def __init__(self, text: _Optional[str] = ..., districts: _Optional[_Iterable[str]] = ..., place_categories: _Optional[_Iterable[_Union[_camera_pb2.PlaceCategory, str]]] = ..., security_levels: _Optional[_Iterable[int]] = ..., operators: _Optional[_Iterable[str]] = ..., systems: _Optional[_Iterable[str]] = ..., states: _Optional[_Iterable[_Union[_camera_pb2.LifeState, str]]] = ..., healths: _Optional[_Iterable[_Union[_camera_pb2.Health, str]]] = ..., area: _Optional[_Union[Area, _Mapping]] = ...) -> None: ...

class Area(_message.Message):
    __slots__ = ("box", "polygon", "circle")
    BOX_FIELD_NUMBER: _ClassVar[int]
    POLYGON_FIELD_NUMBER: _ClassVar[int]
    CIRCLE_FIELD_NUMBER: _ClassVar[int]
    box: Box
    polygon: Polygon
    circle: Circle
    def __init__(self, box: _Optional[_Union[Box, _Mapping]] = ..., polygon: _Optional[_Union[Polygon, _Mapping]] = ..., circle: _Optional[_Union[Circle, _Mapping]] = ...) -> None: ...

class Box(_message.Message):
    __slots__ = ("south_west", "north_east")
    SOUTH_WEST_FIELD_NUMBER: _ClassVar[int]
    NORTH_EAST_FIELD_NUMBER: _ClassVar[int]
    south_west: _latlng_pb2.LatLng
    north_east: _latlng_pb2.LatLng
    def __init__(self, south_west: _Optional[_Union[_latlng_pb2.LatLng, _Mapping]] = ..., north_east: _Optional[_Union[_latlng_pb2.LatLng, _Mapping]] = ...) -> None: ...

class Polygon(_message.Message):
    __slots__ = ("corners",)
    CORNERS_FIELD_NUMBER: _ClassVar[int]
    corners: _containers.RepeatedCompositeFieldContainer[_latlng_pb2.LatLng]
    def __init__(self, corners: _Optional[_Iterable[_Union[_latlng_pb2.LatLng, _Mapping]]] = ...) -> None: ...

class Circle(_message.Message):
    __slots__ = ("center", "radius_meters")
    CENTER_FIELD_NUMBER: _ClassVar[int]
    RADIUS_METERS_FIELD_NUMBER: _ClassVar[int]
    center: _latlng_pb2.LatLng
    radius_meters: float
    def __init__(self, center: _Optional[_Union[_latlng_pb2.LatLng, _Mapping]] = ..., radius_meters: _Optional[float] = ...) -> None: ...
