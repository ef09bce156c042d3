"""The group of commands, and what they share."""

from typing import Annotated, Any

import typer

from cli import names, screen
from cli.invocation import Context

group = typer.Typer(no_args_is_help=True, help="Agencies that connect, and the keys they sign with.")
AgencyArgument = Annotated[
    str, typer.Argument(parser=names.resource("agencies"), metavar="AGENCY", help="agencies/ID, or the ID.")
]
OptionalAgency = Annotated[
    str, typer.Option("--agency", metavar="AGENCY", help="agencies/ID, or the ID; your own unless given.")
]


def agency_of(text: str, own: str) -> str:
    """``agencies/{agency}``: the one named, or the caller's own."""
    return names.resource("agencies")(text) if text else own


def show_agency(context: Context, one: Any) -> None:
    """An agency on the roll."""
    context.obj.screen.fields(
        one, ("agency", one.name), ("name", one.display_name), ("kind", one.kind), ("tier", one.tier),
        ("jurisdiction", one.jurisdiction), ("registered", screen.moment(one.register_time)),
        ("by", one.registered_by), ("suspended", screen.moment(one.suspend_time)), ("because", one.suspend_reason),
    )  # fmt: skip
