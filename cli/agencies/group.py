"""The group of commands, and what they share."""

from typing import Annotated

import typer

from cli import names

group = typer.Typer(no_args_is_help=True, help="Agencies that connect, and the keys they sign with.")
OptionalAgency = Annotated[
    str, typer.Option("--agency", metavar="AGENCY", help="agencies/ID, or the ID; your own unless given.")
]


def agency_of(text: str, own: str) -> str:
    """``agencies/{agency}``: the one named, or the caller's own."""
    return names.resource("agencies")(text) if text else own
