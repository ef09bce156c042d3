"""`kapok cameras`: what cameras exist, as far as the caller may know; registering new ones, one or a million."""

from collections.abc import Callable

import typer

from cli.cameras import allowed, files, records, registration
from cli.cameras.records import CameraArgument

__all__ = ["CameraArgument", "group"]

group = typer.Typer(
    no_args_is_help=True,
    help="Cameras: list, allowed, watch, show, count, history, register, confirm, retire, import, export.",
)
_COMMANDS: dict[str, Callable[..., None]] = {
    "list": records.list_cameras, "watch": records.watch_cameras, "show": records.show_camera,
    "count": records.count_cameras, "history": records.show_history, "register": registration.register_camera,
    "confirm": registration.confirm_cameras, "retire": registration.retire_camera, "import": files.import_file,
    "export": files.export_file, "allowed": allowed.list_allowed,
}  # fmt: skip
for name, command in _COMMANDS.items():
    group.command(name)(command)
