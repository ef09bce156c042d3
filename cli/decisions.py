"""`kapok check` and `kapok explain`: may somebody do something to a camera, by which rule, and what is lacking."""

from typing import Annotated, Any

import typer

from cli import names, screen
from cli.cameras import CameraArgument
from cli.gateway import Gateway
from cli.grounds import ActionArgument, IncidentOption, LegalBasisOption
from cli.invocation import Context
from kapok.permissions.v1 import permissions_service_pb2

REFUSED = 1


def check(
    context: Context, camera: CameraArgument, action: ActionArgument, legal_basis: LegalBasisOption = None,
    incident: IncidentOption = None,
) -> None:  # fmt: skip
    """May you do ACTION to CAMERA now? Exit code 1 when not."""
    request = permissions_service_pb2.CheckRequest(
        camera=camera,
        action=action,  # type: ignore[arg-type] # the parser made it one of the enum's numbers
        legal_basis=legal_basis,
        incident=incident,
    )
    answer = context.obj.gateway.call(request)
    context.obj.screen.fields(answer, *_rows(answer.decision))
    if not answer.decision.allowed:
        raise typer.Exit(REFUSED)


def explain(
    context: Context,
    principal: Annotated[str, typer.Argument(parser=names.resource("principals"), metavar="PRINCIPAL")],
    action: ActionArgument,
    camera: CameraArgument,
) -> None:
    """Why PRINCIPAL may or may not do ACTION to CAMERA. Without --as, the principal asks for itself."""
    given = context.obj.gateway
    asking = given if given.principal_id else Gateway(given.home, principal)
    request = permissions_service_pb2.ExplainRequest(
        camera=camera,
        action=action,  # type: ignore[arg-type] # the parser made it one of the enum's numbers
        principal=principal,
    )
    answer = asking.call(request)
    asking.close()
    context.obj.screen.fields(
        answer, *_rows(answer.decision), ("relation", answer.relation), ("roles", ", ".join(answer.roles)),
        ("holds", ", ".join(answer.conditions)), *(("matched", _match(m)) for m in answer.matched),
        *(("nearest", _match(m)) for m in answer.nearest),
    )  # fmt: skip


def _rows(decision: Any) -> list[tuple[str, object]]:
    return [
        ("answer", "allowed" if decision.allowed else "refused"), ("rule", decision.rule),
        ("article", decision.article), ("because", decision.sentence), ("stands on", ", ".join(decision.conditions)),
        ("nearest rule", decision.nearest_rule), ("lacking", ", ".join(decision.lacking)),
        ("controlled by", decision.held_by),
        ("ask again by", screen.moment(decision.valid_until)), ("policy", f"revision {decision.policy_revision}"),
    ]  # fmt: skip


def _match(match: Any) -> str:
    lacking = f"; lacks {', '.join(match.lacking)}" if match.lacking else ""
    return f"{match.effect} by {match.rule} ({match.article}): {match.sentence}{lacking}"
