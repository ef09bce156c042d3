from kapok.annotations.v1 import exposure_pb2 as _exposure_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class FenceRequest(_message.Message):
    __slots__ = ("signed_fencing",)
    SIGNED_FENCING_FIELD_NUMBER: _ClassVar[int]
    signed_fencing: bytes
    def __init__(self, signed_fencing: _Optional[bytes] = ...) -> None: ...

class FenceResponse(_message.Message):
    __slots__ = ("is_fenced",)
    IS_FENCED_FIELD_NUMBER: _ClassVar[int]
    is_fenced: bool
    def __init__(self, is_fenced: _Optional[bool] = ...) -> None: ...
