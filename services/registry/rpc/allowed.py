"""RegistryService, as far as it lists what somebody may act on."""

import re
from typing import Any

from kapok.permissions.v1 import decision_pb2
from kapok.registry.v1 import registry_service_pb2 as pb
from services.chassis.errors import InvalidArgument, Violation
from services.chassis.sealed_tokens import Tokens
from services.decider.facts import Action
from services.registry.allowed import Allowed, Asked
from services.registry.domain import parent_district
from services.registry.listing import Query
from services.registry.rpc import callers, messages

_ACTIONS = {decision_pb2.Action.Value(f"ACTION_{action.name}"): action for action in Action}


class AllowedMethods:
    """One method, which hands on to its use case."""

    allowed: Allowed
    tokens: Tokens

    async def ListAllowedCameras(
        self, request: pb.ListAllowedCamerasRequest, _context: Any
    ) -> pb.ListAllowedCamerasResponse:
        district = "" if request.parent == "districts/-" else parent_district(request.parent)
        if request.action not in _ACTIONS:
            advice = f"must be one of {', '.join(f'ACTION_{action.name}' for action in Action)}"
            raise InvalidArgument(Violation("action", advice))
        papers = _named("legal_basis", "legalBases", request.legal_basis)
        asked = Asked(
            callers.principal(), _ACTIONS[request.action], papers, _named("incident", "incidents", request.incident)
        )
        wanted = messages.wanted(request.filter, district)
        token = self.tokens.open("page_token", request.page_token)
        page = await self.allowed.list(asked, Query(wanted, request.order_by, request.page_size, token))
        answer = pb.ListAllowedCamerasResponse(
            cameras=page.cameras, next_page_token=self.tokens.seal(page.next_token), policy_revision=page.revision
        )
        if page.valid_until:
            answer.valid_until.FromDatetime(page.valid_until)
        return answer


def _named(field: str, collection: str, text: str) -> str:
    """``text`` when it could be the name of a resource of permissions, or nothing."""
    if text and not re.fullmatch(rf"{collection}/[0-9a-f-]{{36}}", text):
        raise InvalidArgument(Violation(field, f"must be a name such as {collection}/ and a UUID"))
    return text
