from google.api import field_behavior_pb2 as _field_behavior_pb2
from google.api import resource_pb2 as _resource_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class CommandKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMMAND_KIND_UNSPECIFIED: _ClassVar[CommandKind]
    COMMAND_KIND_MOVE: _ClassVar[CommandKind]
    COMMAND_KIND_POINT_TO: _ClassVar[CommandKind]
    COMMAND_KIND_POINT_BY: _ClassVar[CommandKind]
    COMMAND_KIND_RECALL_PRESET: _ClassVar[CommandKind]
    COMMAND_KIND_STORE_PRESET: _ClassVar[CommandKind]
    COMMAND_KIND_LIST_PRESETS: _ClassVar[CommandKind]
COMMAND_KIND_UNSPECIFIED: CommandKind
COMMAND_KIND_MOVE: CommandKind
COMMAND_KIND_POINT_TO: CommandKind
COMMAND_KIND_POINT_BY: CommandKind
COMMAND_KIND_RECALL_PRESET: CommandKind
COMMAND_KIND_STORE_PRESET: CommandKind
COMMAND_KIND_LIST_PRESETS: CommandKind

class Pointing(_message.Message):
    __slots__ = ("pan", "tilt", "zoom")
    PAN_FIELD_NUMBER: _ClassVar[int]
    TILT_FIELD_NUMBER: _ClassVar[int]
    ZOOM_FIELD_NUMBER: _ClassVar[int]
    pan: float
    tilt: float
    zoom: float
    def __init__(self, pan: _Optional[float] = ..., tilt: _Optional[float] = ..., zoom: _Optional[float] = ...) -> None: ...

class Preset(_message.Message):
    __slots__ = ("name", "display_name")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ...) -> None: ...
