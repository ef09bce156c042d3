from google.type import latlng_pb2 as _latlng_pb2
from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from kapok.registry.v1 import camera_pb2 as _camera_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BatchGetCameraFactsRequest(_message.Message):
    __slots__ = ("names",)
    NAMES_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, names: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchGetCameraFactsResponse(_message.Message):
    __slots__ = ("cameras",)
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[_camera_pb2.Camera]
    def __init__(self, cameras: _Optional[_Iterable[_Union[_camera_pb2.Camera, _Mapping]]] = ...) -> None: ...

class CountOperatorsRequest(_message.Message):
    __slots__ = ("polygon", "districts", "bound")
    POLYGON_FIELD_NUMBER: _ClassVar[int]
    DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    polygon: _containers.RepeatedCompositeFieldContainer[_latlng_pb2.LatLng]
    districts: _containers.RepeatedScalarFieldContainer[str]
    bound: str
    def __init__(self, polygon: _Optional[_Iterable[_Union[_latlng_pb2.LatLng, _Mapping]]] = ..., districts: _Optional[_Iterable[str]] = ..., bound: _Optional[str] = ...) -> None: ...

class CountOperatorsResponse(_message.Message):
    __slots__ = ("operators",)
    OPERATORS_FIELD_NUMBER: _ClassVar[int]
    operators: _containers.RepeatedCompositeFieldContainer[OperatorCount]
    def __init__(self, operators: _Optional[_Iterable[_Union[OperatorCount, _Mapping]]] = ...) -> None: ...

class OperatorCount(_message.Message):
    __slots__ = ("operator", "camera_count", "sealed_count")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    CAMERA_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEALED_COUNT_FIELD_NUMBER: _ClassVar[int]
    operator: str
    camera_count: int
    sealed_count: int
    def __init__(self, operator: _Optional[str] = ..., camera_count: _Optional[int] = ..., sealed_count: _Optional[int] = ...) -> None: ...

class ListCamerasWithinRequest(_message.Message):
    __slots__ = ("polygon", "districts", "systems", "page_size", "page_token")
    POLYGON_FIELD_NUMBER: _ClassVar[int]
    DISTRICTS_FIELD_NUMBER: _ClassVar[int]
    SYSTEMS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    polygon: _containers.RepeatedCompositeFieldContainer[_latlng_pb2.LatLng]
    districts: _containers.RepeatedScalarFieldContainer[str]
    systems: _containers.RepeatedScalarFieldContainer[str]
    page_size: int
    page_token: str
    def __init__(self, polygon: _Optional[_Iterable[_Union[_latlng_pb2.LatLng, _Mapping]]] = ..., districts: _Optional[_Iterable[str]] = ..., systems: _Optional[_Iterable[str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCamerasWithinResponse(_message.Message):
    __slots__ = ("cameras", "next_page_token")
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cameras: _containers.RepeatedCompositeFieldContainer[_camera_pb2.Camera]
    next_page_token: str
    def __init__(self, cameras: _Optional[_Iterable[_Union[_camera_pb2.Camera, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CountCameraStocksRequest(_message.Message):
    __slots__ = ("highest_level", "page_size", "page_token")
    HIGHEST_LEVEL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    highest_level: int
    page_size: int
    page_token: str
    def __init__(self, highest_level: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class CountCameraStocksResponse(_message.Message):
    __slots__ = ("stocks", "next_page_token")
    STOCKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    stocks: _containers.RepeatedCompositeFieldContainer[CameraStock]
    next_page_token: str
    def __init__(self, stocks: _Optional[_Iterable[_Union[CameraStock, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CameraStock(_message.Message):
    __slots__ = ("district", "place_category", "security_level", "operator", "count")
    DISTRICT_FIELD_NUMBER: _ClassVar[int]
    PLACE_CATEGORY_FIELD_NUMBER: _ClassVar[int]
    SECURITY_LEVEL_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    district: str
    place_category: int
    security_level: int
    operator: str
    count: int
    def __init__(self, district: _Optional[str] = ..., place_category: _Optional[int] = ..., security_level: _Optional[int] = ..., operator: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class SealSourceRequest(_message.Message):
    __slots__ = ("camera", "relay", "relay_public_key")
    CAMERA_FIELD_NUMBER: _ClassVar[int]
    RELAY_FIELD_NUMBER: _ClassVar[int]
    RELAY_PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    camera: str
    relay: str
    relay_public_key: bytes
    def __init__(self, camera: _Optional[str] = ..., relay: _Optional[str] = ..., relay_public_key: _Optional[bytes] = ...) -> None: ...

class SealSourceResponse(_message.Message):
    __slots__ = ("sealed_source",)
    SEALED_SOURCE_FIELD_NUMBER: _ClassVar[int]
    sealed_source: bytes
    def __init__(self, sealed_source: _Optional[bytes] = ...) -> None: ...
