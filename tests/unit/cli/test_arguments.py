"""Global options may stand anywhere; a dataclass is a form that typer fills."""

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
import typer

from cli.arguments import form, hoisted


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cameras list --json", "--json cameras list"),
        ("watch C --as police --home x", "--as police --home x watch C"),
        ("--as=police check C live --home=x", "--as=police --home=x check C live"),
        ("revoke P --reason late", "revoke P --reason late"),
        ("check -- --json", "check -- --json"),
        ("cameras list --as", "--as cameras list"),
    ],
)
def test_global_options_come_first_wherever_they_stand(typed: str, meant: str) -> None:
    assert hoisted(typed.split()) == meant.split()


@dataclass(frozen=True)
class Sheet:
    """Some options."""

    what: Annotated[str, typer.Argument()]
    times: Annotated[int, typer.Option(min=1)] = 2
    names: Annotated[list[str] | None, typer.Option("--name")] = None


def _filled(arguments: list[str]) -> Any:
    filled = []

    @form
    def command(_context: typer.Context, sheet: Sheet) -> None:
        filled.append(sheet)

    app = typer.Typer()
    app.command()(command)
    app(arguments, standalone_mode=False)
    return filled[0]


def test_a_form_is_filled_from_the_command_line() -> None:
    assert _filled(["x", "--times", "3", "--name", "a", "--name", "b"]) == Sheet("x", 3, ["a", "b"])


def test_a_form_keeps_its_defaults() -> None:
    assert _filled(["x"]) == Sheet("x", 2, None)


def test_a_form_refuses_what_its_options_refuse() -> None:
    with pytest.raises(typer.TyperException, match="greater than or equal to 1"):
        _filled(["x", "--times", "0"])
