"""What every command is given: the gateway to call and the screen to answer on."""

from dataclasses import dataclass
from pathlib import Path

import typer

from cli.gateway import Gateway
from cli.screen import Screen


@dataclass(frozen=True)
class Invocation:
    """One run of `kapok`."""

    home: Path
    gateway: Gateway
    screen: Screen


class Context(typer.Context):
    """Typer's context, with what ours carries."""

    obj: Invocation
