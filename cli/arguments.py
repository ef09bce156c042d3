"""The command line's own rules: global options may stand anywhere, many options are one dataclass. Pure."""

import dataclasses
import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")
_GLOBAL_VALUES = ("--as", "--home")  # take a value
_GLOBAL_FLAGS = ("--json",)


def hoisted(arguments: Sequence[str]) -> list[str]:
    """``arguments`` with the global options in front: `cameras list --json` means `--json cameras list`.

    What stands behind `--` stays where it is.
    """
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in _GLOBAL_VALUES:
            front += [argument, *[value for value in [next(waiting, None)] if value is not None]]
        elif argument in _GLOBAL_FLAGS or argument.startswith(tuple(f"{name}=" for name in _GLOBAL_VALUES)):
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest


def form(command: Callable[[Any, T], None]) -> Callable[..., None]:
    """Make the fields of ``command``'s second parameter, a dataclass, the options that typer sees.

    Each field is Annotated with its typer.Option or typer.Argument; a default makes it optional.
    """
    context, sheet = inspect.signature(command, eval_str=True).parameters.values()
    kind = sheet.annotation
    hints = get_type_hints(kind, include_extras=True)

    @functools.wraps(command)
    def run(**given: Any) -> None:
        command(given.pop(context.name), kind(**given))

    parameters = [context.replace(kind=inspect.Parameter.KEYWORD_ONLY)]
    for field in dataclasses.fields(kind):
        default = inspect.Parameter.empty if field.default is dataclasses.MISSING else field.default
        parameters.append(
            inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hints[field.name])
        )
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # what inspect.signature looks for
    run.__annotations__ = {}
    return run
