"""`kapok inspections`: public security supervises systems in its charge, by order, and leaves a report (Article 17)."""

import hashlib
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import names, screen
from cli.arguments import form
from cli.cameras import CameraArgument
from cli.invocation import Context
from cli.listing import LimitOption, show_list
from cli.papers.group import stamp
from cli.papers.letters import officer
from cli.rtsp_pull import Pull, best_url
from cli.sessions import Use, session_of
from kapok.permissions.v1 import inspection_pb2, inspections_service_pb2
from kapok.streams.v1 import session_pb2

group = typer.Typer(no_args_is_help=True, help="Inspections of Article 17: open, check, close, show, list.")
_PAGE = 500
InspectionArgument = Annotated[
    str, typer.Argument(parser=names.resource("inspections"), metavar="INSPECTION", help="inspections/ID, or the ID.")
]


@dataclass(frozen=True, kw_only=True)
class Mandate:
    """By which order, what for, by whom, where, how long."""

    order: Annotated[str, typer.Option(help="Number of the order behind it.")]
    purpose: Annotated[str, typer.Option(help="What it is for.")]
    officer: Annotated[
        list[str],
        typer.Option(metavar="NAME:CERTIFICATE:YYYY-MM-DD", help="With the certificate's last day; give it twice."),
    ]
    operator: Annotated[list[str] | None, typer.Option(help="Whatever it runs; give it for each.")] = None
    system: Annotated[
        list[str] | None, typer.Option(metavar=names.SYSTEM, help="The cameras it holds; give it for each.")
    ] = None
    district: Annotated[list[str] | None, typer.Option(help="Six digits; give it for each.")] = None
    camera: Annotated[list[str] | None, typer.Option(help="Give it for each.")] = None
    area: Annotated[str, typer.Option(metavar="'LAT,LON …'", help="Corners of a polygon.")] = ""
    days: Annotated[float, typer.Option(min=0.001, max=7, help="How long from now.")] = 1


@group.command("open")
@form
def open_inspection(context: Context, mandate: Mandate) -> None:
    """Open an inspection over operators, camera systems, districts, cameras or an area. Its operators are told."""
    agency = names.resource("agencies")
    inspection = inspection_pb2.Inspection(
        order_number=mandate.order, purpose=mandate.purpose, officers=[officer(one) for one in mandate.officer],
        area=names.area(mandate.area) if mandate.area else [], districts=mandate.district or [],
        operators=[agency(one) for one in mandate.operator or ()],
        systems=[names.system(one) for one in mandate.system or ()],
        cameras=[names.camera(one) for one in mandate.camera or ()],
        end_time=stamp(datetime.now(UTC) + timedelta(days=mandate.days)),
    )  # fmt: skip
    _show(context, context.obj.gateway.call(inspections_service_pb2.OpenInspectionRequest(inspection=inspection)))


@group.command("check")
def check_camera(
    context: Context,
    camera: CameraArgument,
    seconds: Annotated[float, typer.Option(min=0.1, max=60, help="How long to look; a minute at most.")] = 5,
) -> None:
    """Look whether CAMERA shows anything: three times a camera, nothing is kept."""
    use = Use(camera, int(session_pb2.PURPOSE_SUPERVISION))
    with session_of(context.obj.gateway, use, session_pb2.Session.KIND_LIVE_CHECK) as opened:
        with closing(Pull.open(best_url(opened), context.obj.gateway.endpoints.ca)) as pull:
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            pictures = 0
            for packet in pull.packets():
                pictures += packet.has_marker
                if datetime.now(UTC) >= until:
                    break
        session = opened.session
    context.obj.screen.fields(
        session, ("camera", camera), ("pictures", pictures), ("in", f"{seconds:g} s"), ("for", session.incident),
        ("allowed by", f"{session.rule} ({session.article})"),
    )  # fmt: skip


@group.command("close")
def close_inspection(
    context: Context,
    inspection: InspectionArgument,
    report: Annotated[str, typer.Option(help="What was found; it goes on record.")],
    document: Annotated[Path | None, typer.Option(help="Its document; the SHA-256 goes on record.")] = None,
) -> None:
    """End an inspection of your agency with its report."""
    digest = hashlib.sha256(document.read_bytes()).hexdigest() if document else ""
    request = inspections_service_pb2.CloseInspectionRequest(name=inspection, report=report, report_sha256=digest)
    _show(context, context.obj.gateway.call(request))


@group.command("show")
def show_inspection(context: Context, inspection: InspectionArgument) -> None:
    """An inspection of your agency, or one that concerns it."""
    _show(context, context.obj.gateway.call(inspections_service_pb2.GetInspectionRequest(name=inspection)))


@group.command("list")
def list_inspections(context: Context, limit: LimitOption = 100) -> None:
    """Inspections of your agency, and those that concern it; newest first."""
    show_list(
        context, inspections_service_pb2.ListInspectionsRequest(page_size=_PAGE), limit,
        ("inspection", "state", "by", "order", "from", "until", "checks"),
        lambda one: (one.name, _state(one), one.agency, one.order_number, screen.moment(one.start_time),
                     screen.moment(one.end_time), one.check_count),
    )  # fmt: skip


def _state(one: Any) -> str:
    return names.label("STATE_", inspection_pb2.Inspection.State.Name(one.state))


def _show(context: Context, one: Any) -> None:
    context.obj.screen.fields(
        one, ("inspection", one.name), ("state", _state(one)), ("by", one.agency), ("order", one.order_number),
        ("what for", one.purpose), ("until", screen.moment(one.end_time)),
        ("concerns", ", ".join(one.concerned_operators)), ("checks", one.check_count or ""), ("report", one.report),
        ("by", one.reported_by), ("at", screen.moment(one.report_time)),
    )  # fmt: skip
