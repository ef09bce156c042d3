"""Commands of sealed lists: what makes cameras state secrets, drawn up by national security (Article 11)."""

from typing import Annotated, Any

import typer

from cli import names, screen
from cli.invocation import Context
from cli.policy.group import camera_level, group
from kapok.permissions.v1 import policy_service_pb2

pb = policy_service_pb2
ListArgument = Annotated[
    str, typer.Argument(parser=names.resource("sealedLevels"), metavar="LIST", help="sealedLevels/ID, or the ID.")
]


@group.command("seal")
def seal(
    context: Context,
    level: Annotated[
        list[str], typer.Argument(metavar="CODE=LEVEL...", help="5 makes it a state secret, 1 to 4 none.")
    ],
) -> None:
    """Draw up a list of state secrets, as municipal national security; the police propose it by its name."""
    _show(context, context.obj.gateway.call(pb.DrawUpSealedLevelsRequest(camera_levels=map(camera_level, level))))


@group.command("sealed")
def sealed(context: Context, name: ListArgument) -> None:
    """What your organ may know of a sealed list. National security also sees the text that the hash is over."""
    _show(context, context.obj.gateway.call(pb.GetSealedLevelsRequest(name=name)))


def _show(context: Context, one: Any) -> None:
    context.obj.screen.fields(
        one, ("list", one.name), ("cameras", one.camera_count), ("sha256", one.sha256),
        ("drawn up", screen.moment(one.create_time)), ("in force as", one.adopted_revision or ""),
        ("salt", one.salt.hex()), ("levels", " ".join(f"{each.code}={each.level}" for each in one.camera_levels)),
    )  # fmt: skip
