"""`kapok alarms`: cameras that lost their signal, fail or were tampered with (Article 15), listed or as it happens."""

from typing import Any

import typer

from cli import names, screen
from cli.invocation import Context
from cli.listing import LimitOption, ResumeOption, follow, show_list
from kapok.registry.v1 import camera_pb2, health_service_pb2

group = typer.Typer(no_args_is_help=True, help="Alarms of cameras (Article 15): list, watch.")
_PAGE = 500
_HEALTH = "HEALTH_"


@group.command("list")
def list_alarms(context: Context, limit: LimitOption = 100) -> None:
    """Alarms of the cameras that you run or supervise, newest first."""
    request = health_service_pb2.ListAlarmsRequest(page_size=_PAGE)
    show_list(context, request, limit, ("time", "camera", "before", "after", "cause"), _row)


@group.command("watch")
def watch_alarms(context: Context, resume: ResumeOption = "") -> None:
    """Alarms as they are raised and cleared, until Ctrl-C. With --json one answer a line, with its token."""
    follow(context, health_service_pb2.WatchAlarmsRequest(resume_token=resume), _line)


def _line(alarm: Any) -> str:
    time, camera, before, after, cause = _row(alarm)
    return f"{time}  {camera}  {before} → {after}  {cause}"


def _row(alarm: Any) -> tuple[str, ...]:
    camera = alarm.camera.rpartition("/")[2]
    return screen.moment(alarm.occur_time), camera, _health(alarm.before), _health(alarm.after), alarm.cause


def _health(number: int) -> str:
    known = number in camera_pb2.Health.values() and number
    return names.label(_HEALTH, camera_pb2.Health.Name(number)) if known else "unknown"
