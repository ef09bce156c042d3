"""`kapok up`: a whole cell at home, in the foreground, until Ctrl-C."""

import asyncio
import dataclasses
import logging
import os
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.arguments import form
from cli.invocation import Context
from services.chassis import process
from services.chassis.logs import JsonFormatter

if TYPE_CHECKING:
    from services.cell.endpoints import Endpoints

_LOG_BYTES = 10 * 2**20
_LOG_FILES = 3
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 = any free one; taken = another, and it says so.")]


@dataclass(frozen=True)
class Wish:
    """What a person may choose."""

    no_demo: Annotated[bool, typer.Option("--no-demo", help="Without the demo city: bring your own agencies.")] = False
    grpc_port: Port = 7443
    http_port: Port = 7080
    rtsp_port: Port = 8554
    rtsps_port: Port = 8322
    metrics_port: Port = 9464
    relays: Annotated[int | None, typer.Option(min=1, max=64, help="Relay processes; one a core unless told.")] = None


@form
def up(context: Context, wish: Wish) -> None:
    """Start the platform, with its demo city, in the foreground. The first Ctrl-C drains, the second exits."""
    # Imported here: the other commands start in a third of the time without five services and a city.
    from services.cell import app, layout
    from services.cell.endpoints import ready_block

    home, screen = context.obj.home, context.obj.screen
    demo = None
    if not wish.no_demo:
        from demo.home import DemoCity

        demo = DemoCity()
    _log_to(layout.prepare(home).logs / "cell.log")
    settings = app.Settings(
        home, grpc_port=wish.grpc_port, http_port=wish.http_port, rtsp_port=wish.rtsp_port, rtsps_port=wish.rtsps_port,
        metrics_port=wish.metrics_port, relays=wish.relays or app.relays_for(os.cpu_count() or 1),
    )  # fmt: skip

    def ready(endpoints: "Endpoints") -> None:
        if screen.is_json:
            screen.document(dataclasses.asdict(endpoints))
        for line in ready_block(endpoints, home, demo.to_watch if demo else "").splitlines():
            screen.line(line)

    asyncio.run(process.serve_until_signal(app.up(settings, demo, screen.line), ready))


class _Sentence(logging.Formatter):
    """One line on a terminal; the traceback is in the file."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def format(self, record: logging.LogRecord) -> str:
        return f"kapok: {record.name}: {record.getMessage()} ({self._file} says more)"


def _log_to(path: Path) -> None:
    """Everything into a file of bounded size; what went wrong on stderr too."""
    file = RotatingFileHandler(path, maxBytes=_LOG_BYTES, backupCount=_LOG_FILES, encoding="utf-8")
    file.setFormatter(JsonFormatter())
    loud = logging.StreamHandler()
    loud.setLevel(logging.ERROR)
    loud.setFormatter(_Sentence(path))
    logging.basicConfig(level=logging.INFO, handlers=[file, loud], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
