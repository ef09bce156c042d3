"""`kapok alarms`: cameras that lost their signal, fail or were tampered with (Article 15), listed or as it happens."""

import json
from itertools import islice
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict

from cli import names, screen
from cli.invocation import Context
from kapok.registry.v1 import camera_pb2, health_service_pb2

group = typer.Typer(no_args_is_help=True, help="Alarms of cameras (Article 15): list, watch.")
_PAGE = 500
_HEALTH = "HEALTH_"


@group.command("list")
def list_alarms(
    context: Context, limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 100
) -> None:
    """Alarms of the cameras that you run or supervise, newest first."""
    pages = context.obj.gateway.pages(health_service_pb2.ListAlarmsRequest(page_size=min(limit, _PAGE)))
    found = list(islice((alarm for page in pages for alarm in page.alarms), limit))
    context.obj.screen.table(
        {"alarms": [MessageToDict(alarm) for alarm in found]},
        ("time", "camera", "before", "after", "cause"),
        (_row(alarm) for alarm in found),
    )


@group.command("watch")
def watch_alarms(
    context: Context,
    resume: Annotated[str, typer.Option(metavar="TOKEN", help="Go on behind the last answer that had it.")] = "",
) -> None:
    """Alarms as they are raised and cleared, until Ctrl-C. With --json one answer a line, with its token."""
    for answer in context.obj.gateway.stream(health_service_pb2.WatchAlarmsRequest(resume_token=resume)):
        if context.obj.screen.is_json:
            print(json.dumps(MessageToDict(answer), ensure_ascii=False), flush=True)
        for alarm in answer.alarms:
            time, camera, before, after, cause = _row(alarm)
            context.obj.screen.line(f"{time}  {camera}  {before} → {after}  {cause}")


def _row(alarm: Any) -> tuple[str, ...]:
    camera = alarm.camera.rpartition("/")[2]
    return screen.moment(alarm.occur_time), camera, _health(alarm.before), _health(alarm.after), alarm.cause


def _health(number: int) -> str:
    known = number in camera_pb2.Health.values() and number
    return names.label(_HEALTH, camera_pb2.Health.Name(number)) if known else "unknown"
