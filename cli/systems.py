"""`kapok systems`: an operator's camera systems, their papers, their life cycle, and what they still owe."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict

from cli import names, records, screen
from cli.arguments import form
from cli.grounds import ReasonOption
from cli.invocation import Context
from cli.listing import LimitOption, show_list
from kapok.registry.v1 import camera_pb2, system_pb2, systems_service_pb2

group = typer.Typer(no_args_is_help=True, help="Camera systems: example, register, show, list, update, advance, owed.")
_PAGE = 200
_STATE = "LIFE_STATE_"
_SUSPENDED = "suspended"  # by whom says who calls
SystemArgument = Annotated[str, typer.Argument(metavar="SYSTEM", help=f"{names.SYSTEM}, or the ID of one of yours.")]
FileOption = typer.Option("--from", exists=True, dir_okay=False, metavar="FILE", help="JSON as the API writes it.")


@group.command("example")
def show_example() -> None:
    """A system's papers as JSON, with today's dates, to be filled in and given to register or update."""
    print(json.dumps(MessageToDict(records.example(datetime.now(UTC))), ensure_ascii=False, indent=2))


@dataclass(frozen=True)
class Registration:
    """A system as its operator registers it."""

    identifier: Annotated[str, typer.Argument(metavar="ID", help="Small letters, digits, single hyphens.")]
    name: Annotated[str, typer.Option(help="As people say it; else the file's.")] = ""
    file: Annotated[Path | None, FileOption] = None


@group.command("register")
@form
def register_system(context: Context, sheet: Registration) -> None:
    """Register a system of your own agency, as planned. `kapok systems example` shows what FILE may hold."""
    system = records.read(sheet.file, system_pb2.CameraSystem).draft if sheet.file else system_pb2.CameraSystem()
    system.display_name = sheet.name or system.display_name
    if not system.display_name:
        raise typer.BadParameter("say how people call it: --name, or displayName in the file")
    request = systems_service_pb2.CreateCameraSystemRequest(
        parent=own_operator(context), camera_system=system, camera_system_id=sheet.identifier
    )
    _show(context, context.obj.gateway.call(request))


@group.command("show")
def show_system(context: Context, system: SystemArgument) -> None:
    """One system: its papers, and what it owes if you run or supervise it."""
    _show(context, _get(context, system))


@group.command("list")
def list_systems(
    context: Context,
    operator: Annotated[str, typer.Option(help="operators/ID, or the ID; of all without it.")] = "-",
    limit: LimitOption = 1000,
) -> None:
    """The systems that you may know of."""
    parent = "operators/-" if operator == "-" else names.resource("operators")(operator)
    request = systems_service_pb2.ListCameraSystemsRequest(parent=parent, page_size=_PAGE)
    show_list(
        context, request, limit, ("system", "state", "cameras", "name"),
        lambda one: (one.name, _state_of(one), one.camera_count, one.display_name),
    )  # fmt: skip


@group.command("update")
def update_system(context: Context, system: SystemArgument, file: Annotated[Path, FileOption]) -> None:
    """Change the fields that FILE holds, and no others. What only the registry writes is left out of it."""
    found = records.read(file, system_pb2.CameraSystem)
    draft = found.draft
    draft.name, draft.etag = named(context, system), found.etag
    request = systems_service_pb2.UpdateCameraSystemRequest(camera_system=draft, update_mask={"paths": found.paths})
    _show(context, context.obj.gateway.call(request))


@group.command("advance")
def advance_system(
    context: Context,
    system: SystemArgument,
    state: Annotated[
        str, typer.Argument(help=f"Where to: {names.choices(camera_pb2.LifeState, _STATE)}; or {_SUSPENDED}.")
    ],
    reason: ReasonOption,
    etag: Annotated[str, typer.Option(help="As read: refused when somebody changed it since.")] = "",
) -> None:
    """Move a system and its cameras along the life cycle. What is missing for the step is named, all of it."""
    kind = context.obj.gateway.me["kind"]
    by = kind if kind == "public-security" else "operator"
    request = systems_service_pb2.TransitionCameraSystemRequest(
        name=named(context, system), reason=reason, etag=etag,
        state=names.choice(camera_pb2.LifeState, _STATE)(f"{_SUSPENDED}-by-{by}" if state == _SUSPENDED else state),  # type: ignore[arg-type] # one of the enum's numbers
    )  # fmt: skip
    _show(context, context.obj.gateway.call(request))


@group.command("owed")
def show_owed(context: Context, system: SystemArgument) -> None:
    """What is missing or broken today, by article."""
    found = _get(context, system)
    context.obj.screen.table(
        {"owed": [MessageToDict(duty) for duty in found.owed]},
        ("article", "what", "rule"),
        ((duty.article, duty.sentence, duty.rule) for duty in found.owed),
    )


def named(context: Context, system: str) -> str:
    """``operators/{operator}/systems/{system}`` from itself, or from the id of a system of the caller's own."""
    return names.system(system if "/" in system else f"{own_operator(context)}/systems/{system}")


def own_operator(context: Context) -> str:
    """``operators/{operator}`` that the caller's agency is."""
    return f"operators/{context.obj.gateway.agency.removeprefix('agencies/')}"


def _get(context: Context, system: str) -> Any:
    return context.obj.gateway.call(systems_service_pb2.GetCameraSystemRequest(name=named(context, system)))


def _show(context: Context, one: Any) -> None:
    accepted, signed = one.acceptance, one.sign
    context.obj.screen.fields(
        one, ("system", one.name), ("name", one.display_name), ("state", _state_of(one)),
        ("cameras", one.camera_count), ("acceptance", f"{accepted.certificate_number} {accepted.issuer}".strip()),
        ("sign", f"attested by {signed.attested_by}" if signed.attested_by else ""),
        ("staff", len(one.staff) or ""), ("storage", f"{one.storage_days} days" if one.storage_days else ""),
        ("updated", screen.moment(one.update_time)),
        *(("owed", f"{duty.article}: {duty.sentence}") for duty in one.owed),
    )  # fmt: skip


def _state_of(system: Any) -> str:
    return names.label(_STATE, camera_pb2.LifeState.Name(system.state)) if system.state else ""
