"""A service of tests with all four call kinds, one that waits to be cancelled, and one method that is not exposed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, wrappers_pb2

from kapok.annotations.v1 import cost_pb2, exposure_pb2
from services.chassis import errors, identity

SERVICE = "kapok.echo.v1.EchoService"
Text = wrappers_pb2.StringValue
_KINDS = {  # method → streams from the client, from the server
    "Say": (False, False),
    "Collect": (True, False),
    "Count": (False, True),
    "Chat": (True, True),
    "Wait": (False, False),
    "Refuse": (False, False),
}


def _describe() -> Any:
    file = descriptor_pb2.FileDescriptorProto(
        name="kapok/echo/v1/echo.proto", package="kapok.echo.v1", syntax="proto3",
        dependency=["google/protobuf/wrappers.proto", "kapok/annotations/v1/exposure.proto"],
    )  # fmt: skip
    service = file.service.add(name="EchoService")
    for name, (is_client_streaming, is_server_streaming) in _KINDS.items():
        method = service.method.add(
            name=name, input_type=".google.protobuf.StringValue", output_type=".google.protobuf.StringValue",
            client_streaming=is_client_streaming, server_streaming=is_server_streaming,
        )  # fmt: skip
        method.options.Extensions[exposure_pb2.exposure] = exposure_pb2.EXPOSURE_AGENCY
        method.options.Extensions[cost_pb2.is_costly] = name == "Chat"
    service.method.add(  # without the option
        name="Hidden", input_type=".google.protobuf.StringValue", output_type=".google.protobuf.StringValue"
    )
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindFileByName(file.name)


DESCRIPTOR = _describe()


class Echo:
    """What it heard, for tests to look at."""

    def __init__(self) -> None:
        self.callers: list[identity.Caller] = []
        self.metadata: list[dict[str, Any]] = []
        self.time_left_s: list[float | None] = []
        self.is_waiting = asyncio.Event()
        self.was_cancelled = asyncio.Event()
        self.bystander = asyncio.Event()

    def register(self, server: Any) -> list[str]:
        """Add it to a server."""
        handlers = {}
        for name, sides in _KINDS.items():
            kind = "_".join("stream" if streams else "unary" for streams in sides)
            make = getattr(grpc, f"{kind}_rpc_method_handler")
            handlers[name] = make(getattr(self, name.lower()), Text.FromString, Text.SerializeToString)
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
        return [SERVICE]

    async def say(self, request: Text, context: Any) -> Text:
        self.callers.append(identity.caller())
        self.metadata.append(dict(context.invocation_metadata()))
        self.time_left_s.append(context.time_remaining())
        await context.send_initial_metadata((("said", "first"),))
        context.set_trailing_metadata((("said", "last"),))
        return request

    async def collect(self, requests: AsyncIterator[Text], _context: Any) -> Text:
        return Text(value="".join([request.value async for request in requests]))

    async def count(self, request: Text, context: Any) -> AsyncIterator[Text]:
        context.set_trailing_metadata((("counted", request.value),))
        for number in range(int(request.value)):
            yield Text(value=str(number))

    async def chat(self, requests: AsyncIterator[Text], _context: Any) -> AsyncIterator[Text]:
        async for request in requests:
            yield Text(value=request.value.upper())

    async def wait(self, _request: Text, _context: Any) -> Text:
        self.is_waiting.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.was_cancelled.set()
        raise AssertionError("nothing ends this wait but a cancellation")

    async def refuse(self, request: Text, _context: Any) -> Text:
        raise errors.Denied(
            "NOT_PERMITTED", f"refused: {request.value}", rule="default-deny", article="Article 14 ¶1",
            camera="districts/440104/cameras/44010400001320000017",
        )  # fmt: skip
