"""`kapok operators`: who answers for camera systems (Article 7)."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import names, records, screen
from cli.invocation import Context
from cli.systems import FileOption, own_operator
from kapok.registry.v1 import system_pb2, systems_service_pb2

group = typer.Typer(no_args_is_help=True, help="Operators and their responsible entities (Article 7): show, enter.")
_ROLE = "ROLE_"


@group.command("show")
def show_operator(
    context: Context, operator: Annotated[str, typer.Argument(help="operators/ID, or the ID; else yourself.")] = ""
) -> None:
    """An operator's responsible entities."""
    name = names.resource("operators")(operator) if operator else own_operator(context)
    _show(context, context.obj.gateway.call(systems_service_pb2.GetOperatorRequest(name=name)))


@group.command("enter")
def enter_operator(context: Context, file: Annotated[Path, FileOption]) -> None:
    """Put your agency's whole record there: displayName, and responsibleEntities with their displayName and role."""
    found = records.read(file, system_pb2.Operator)
    draft = found.draft
    draft.name, draft.etag = own_operator(context), found.etag
    _show(context, context.obj.gateway.call(systems_service_pb2.UpdateOperatorRequest(operator=draft)))


def _show(context: Context, one: Any) -> None:
    context.obj.screen.fields(
        one, ("operator", one.name), ("name", one.display_name),
        *((_role(entity), _entity(entity)) for entity in one.responsible_entities),
        ("updated", screen.moment(one.update_time)),
    )  # fmt: skip


def _role(entity: Any) -> str:
    return names.label(_ROLE, system_pb2.ResponsibleEntity.Role.Name(entity.role))


def _entity(entity: Any) -> str:
    agreement = f"by agreement {entity.agreement_number}" if entity.agreement_number else ""
    return ", ".join(part for part in (entity.display_name, entity.contact, agreement) if part)
