"""One call of one service by another, signed as in the cell; and a platform on which to make it."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message
from grpc.aio import AioRpcError, insecure_channel

from services.cell.keys import Keys
from services.chassis import errors, identity, rpc_status
from services.chassis.clock import SystemClock

_WITHIN_S = 10


@dataclass(frozen=True)
class Caller:
    """Who calls: a service of the cell, for a principal with its certificate when it is the gateway."""

    keys: Keys
    service: str
    principal: str = ""
    certificate_sha256: str = ""

    async def ask(self, address: str, method: str, request: Message) -> Any:
        """The answer of ``package.Service.Method``; raises errors.Error."""
        async with self._called(address, method, request, "unary_unary") as call:
            return await call

    async def stream(self, address: str, method: str, request: Message) -> list[Any]:
        """Every answer of a method that streams them."""
        async with self._called(address, method, request, "unary_stream") as call:
            return [answer async for answer in call]

    @asynccontextmanager
    async def _called(self, address: str, method: str, request: Message, shape: str) -> AsyncIterator[Any]:
        service, _, verb = method.rpartition(".")
        audience, path = method.split(".")[1], f"/{service}/{verb}"
        ring = identity.KeyRing.from_files(self.service, self.keys.pair(self.service), self.keys.peers)
        who = identity.Caller(self.service, str(uuid.uuid4()), self.principal, self.certificate_sha256)
        signed = identity.sign(ring, audience, path, who, SystemClock())
        answer = message_factory.GetMessageClass(descriptor_pool.Default().FindMethodByName(method).output_type)
        async with insecure_channel(address) as channel:
            call = getattr(channel, shape)(path, type(request).SerializeToString, answer.FromString)
            try:
                yield call(request, metadata=((identity.METADATA_KEY, signed),), timeout=_WITHIN_S)
            except AioRpcError as failure:
                raise rpc_status.to_error(failure, audience) from failure

    async def refused(self, address: str, method: str, request: Message) -> errors.Error:
        """The refusal of a call that must not pass."""
        try:
            await self.ask(address, method, request)
        except errors.Error as refusal:
            return refusal
        raise AssertionError(f"{method} passed for {self.service} {self.principal}")
