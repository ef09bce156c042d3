"""What is asked for, and on what ground: the argument and the options that several commands share."""

from typing import Annotated

import typer

from cli import names
from kapok.permissions.v1 import decision_pb2

_ACTIONS = names.choices(decision_pb2.Action, "ACTION_")
ActionArgument = Annotated[
    int, typer.Argument(parser=names.choice(decision_pb2.Action, "ACTION_"), metavar="ACTION", help=_ACTIONS)
]
LegalBasisOption = Annotated[
    str | None,
    typer.Option("--legal-basis", parser=names.resource("legalBases"), metavar="ID", help="The papers of Article 19."),
]
IncidentOption = Annotated[
    str | None,
    typer.Option("--incident", parser=names.resource("incidents"), metavar="ID", help="A declared incident."),
]
ReasonOption = Annotated[str, typer.Option(help="Why; it goes on record.")]
