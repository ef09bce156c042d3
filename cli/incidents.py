"""`kapok incident`: what opens cameras to departments while something happens (Article 18 ¶2)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from cli import names, screen
from cli.arguments import form
from cli.grounds import ReasonOption
from cli.invocation import Context
from cli.listing import LimitOption, show_list
from cli.papers import stamp
from kapok.permissions.v1 import incident_pb2, permissions_service_pb2

group = typer.Typer(
    no_args_is_help=True,
    help="Incidents of Article 18 ¶2: declare, approve, refuse, extend, widen, end, list, show.",
)
_PAGE = 100
_KIND, _ACT = "INCIDENT_KIND_", incident_pb2.IncidentAct
IncidentArgument = Annotated[
    str, typer.Argument(parser=names.resource("incidents"), metavar="INCIDENT", help="incidents/ID, or the ID.")
]
OrderOption = Annotated[str, typer.Option(help="Number of the order behind it.")]
AreaOption = Annotated[str | None, typer.Option(metavar="'LAT,LON …'", help="Corners of a polygon, three at least.")]
DistrictOption = Annotated[
    list[str] | None, typer.Option(help="A whole district, six digits; a second approver must agree. Give it for each.")
]
CameraOption = Annotated[
    list[str] | None, typer.Option(parser=names.camera, metavar="CAMERA", help="A camera; give it for each.")
]
ActOption = Annotated[int, typer.Option(min=1, help="Number of the act that waits, as kapok incident show has it.")]


@dataclass(frozen=True)
class Declaration:
    """An incident as it is declared. It is somewhere: in an area, in districts, at cameras."""

    name: Annotated[str, typer.Argument(help="What happened, in words.")]
    kind: Annotated[
        int,
        typer.Option(
            parser=names.choice(incident_pb2.IncidentKind, _KIND), help=names.choices(incident_pb2.IncidentKind, _KIND)
        ),
    ]
    order: OrderOption
    agency: Annotated[list[str], typer.Option(help="An agency that it opens to; give it for each.")]
    letter: Annotated[str, typer.Option(help="Number of the letter of introduction (Article 19).")]
    officer: Annotated[list[str], typer.Option(help="Number of an enforcement certificate; give it twice.")]
    area: AreaOption = None
    district: DistrictOption = None
    camera: CameraOption = None
    hours: Annotated[float, typer.Option(min=0.001, max=72, help="How long it lasts, unless ended before.")] = 4


@group.command("declare")
@form
def declare_incident(context: Context, declaration: Declaration) -> None:
    """Declare an incident: the cameras of its area open to the agencies that it names, until it ends."""
    incident = incident_pb2.Incident(
        display_name=declaration.name, order_number=declaration.order,
        kind=declaration.kind,  # type: ignore[arg-type] # the parser made it one of the enum's numbers
        end_time=_ahead(declaration.hours), agencies=_agencies(declaration.agency), letter_number=declaration.letter,
        officer_certificates=declaration.officer, **_somewhere(declaration),
    )  # fmt: skip
    _show(context, context.obj.gateway.call(permissions_service_pb2.DeclareIncidentRequest(incident=incident)))


@group.command("approve")
def approve_incident(context: Context, incident: IncidentArgument, act: ActOption, reason: ReasonOption) -> None:
    """Approve what somebody else asked for and a whole district depends on: it takes effect now."""
    _decide(context, incident, permissions_service_pb2.DecideIncidentRequest(act=act, approved=True, reason=reason))


@group.command("refuse")
def refuse_incident(context: Context, incident: IncidentArgument, act: ActOption, reason: ReasonOption) -> None:
    """Refuse it: it opens nothing."""
    _decide(context, incident, permissions_service_pb2.DecideIncidentRequest(act=act, approved=False, reason=reason))


@group.command("extend")
def extend_incident(
    context: Context,
    incident: IncidentArgument,
    order: OrderOption,
    reason: ReasonOption,
    hours: Annotated[float, typer.Option(min=0.001, max=72, help="How long it lasts from now on.")],
) -> None:
    """Give an incident a later end, by a new order. Nothing makes it shorter but its end."""
    request = permissions_service_pb2.ExtendIncidentRequest(
        name=incident, order_number=order, reason=reason, end_time=_ahead(hours)
    )
    _show(context, context.obj.gateway.call(request))


@dataclass(frozen=True)
class Widening:
    """What is opened beside what is open."""

    incident: IncidentArgument
    order: OrderOption
    reason: ReasonOption
    area: AreaOption = None
    district: DistrictOption = None
    camera: CameraOption = None
    agency: Annotated[list[str] | None, typer.Option(help="An agency more; give it for each.")] = None
    letter: Annotated[str, typer.Option(help="Number of the new agencies' letter (Article 19).")] = ""
    officer: Annotated[list[str] | None, typer.Option(help="Number of a certificate with it; give it twice.")] = None


@group.command("widen")
@form
def widen_incident(context: Context, widening: Widening) -> None:
    """Open more area or to more agencies, by a new order, from now on and not for what was before."""
    request = permissions_service_pb2.WidenIncidentRequest(
        name=widening.incident, order_number=widening.order, reason=widening.reason,
        agencies=_agencies(widening.agency or []), letter_number=widening.letter,
        officer_certificates=widening.officer or [], **_somewhere(widening),
    )  # fmt: skip
    _show(context, context.obj.gateway.call(request))


@group.command("end")
def end_incident(context: Context, incident: IncidentArgument) -> None:
    """End an incident, and with it every access that it opened."""
    _show(context, context.obj.gateway.call(permissions_service_pb2.EndIncidentRequest(name=incident)))


@group.command("show")
def show_incident(context: Context, incident: IncidentArgument) -> None:
    """An incident that concerns you, with the acts about it."""
    _show(context, context.obj.gateway.call(permissions_service_pb2.GetIncidentRequest(name=incident)))


@group.command("list")
def list_incidents(context: Context, limit: LimitOption = 100) -> None:
    """The incidents that concern you, last declared first."""
    show_list(
        context, permissions_service_pb2.ListIncidentsRequest(page_size=_PAGE), limit,
        ("incident", "what", "kind", "state", "from", "until", "declared by"),
        lambda one: (one.name, one.display_name, names.label(_KIND, incident_pb2.IncidentKind.Name(one.kind)),
                     _state(one), screen.moment(one.start_time), screen.moment(one.end_time), one.principal),
    )  # fmt: skip


def _decide(context: Context, incident: str, request: permissions_service_pb2.DecideIncidentRequest) -> None:
    request.name = incident
    _show(context, context.obj.gateway.call(request))


def _ahead(hours: float) -> Any:
    return stamp(datetime.now(UTC) + timedelta(hours=hours))


def _agencies(given: list[str]) -> list[str]:
    agency = names.resource("agencies")
    return [agency(text) for text in given]


def _somewhere(given: Declaration | Widening) -> dict[str, Any]:
    """Area, districts and cameras as both messages have them."""
    area = names.area(given.area) if given.area else []
    return {"area": area, "districts": given.district or [], "cameras": given.camera or []}


def _state(one: Any) -> str:
    return names.label("STATE_", incident_pb2.Incident.State.Name(one.state)) if one.state else ""


def _show(context: Context, said: Any) -> None:
    context.obj.screen.fields(
        said, ("incident", said.name), ("what", said.display_name), ("state", _state(said)),
        ("from", screen.moment(said.start_time)), ("until", screen.moment(said.end_time)),
        ("closed", screen.moment(said.closed_time)), ("opens to", ", ".join(said.agencies)),
        *((f"act {act.number}", _act(act)) for act in said.acts),
    )  # fmt: skip


def _act(act: Any) -> str:
    """One act in a line: what, who, when, by which order, and what became of it."""
    kind = names.label("KIND_", _ACT.Kind.Name(act.kind))
    words = [f"{kind} by {act.principal} at {screen.moment(act.act_time)}, order {act.order_number}"]
    if act.reason:
        words.append(act.reason)
    if act.verdict:
        verdict = names.label("VERDICT_", _ACT.Verdict.Name(act.verdict))
        words.append(f"{verdict} {act.decided_by} {screen.moment(act.decide_time)} {act.decision_reason}".strip())
    elif act.HasField("approve_by_time"):
        words.append(f"waits for a second approver until {screen.moment(act.approve_by_time)}")
    return "; ".join(words)
