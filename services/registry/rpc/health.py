"""HealthService: alarms, for operators and for public security."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from kapok.registry.v1 import health_service_pb2, health_service_pb2_grpc
from services.chassis.sealed_tokens import Tokens
from services.registry.rpc import callers, notes, paging
from services.registry.signals import Signals

pb = health_service_pb2


@dataclass(frozen=True)
class HealthServicer(health_service_pb2_grpc.HealthServiceServicer):
    """Each method hands on to a use case."""

    signals: Signals
    tokens: Tokens

    async def WatchAlarms(self, request: pb.WatchAlarmsRequest, _context: Any) -> AsyncIterator[pb.WatchAlarmsResponse]:
        token = self.tokens.open("resume_token", request.resume_token)
        async for news in self.signals.follow(callers.principal(), token):
            resume_token = self.tokens.seal(news.resume_token)
            yield pb.WatchAlarmsResponse(alarms=map(notes.alarm, news.alarms), resume_token=resume_token)

    async def ListAlarms(self, request: pb.ListAlarmsRequest, _context: Any) -> pb.ListAlarmsResponse:
        page = paging.Numbered("alarms", request.page_size, self.tokens.open("page_token", request.page_token))
        found = await self.signals.list(callers.principal(), page.before(), page.size + 1)
        token = page.token(found[page.size - 1].number) if len(found) > page.size else ""
        return pb.ListAlarmsResponse(
            alarms=map(notes.alarm, found[: page.size]), next_page_token=self.tokens.seal(token)
        )
