"""The command `kapok`: arguments in, one call or a whole platform, an answer and an exit code out.

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 the platform or a part of it is away, 130 interrupted.
No traceback ever: what goes wrong is said in a sentence, with what to do next.
"""

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import (
    agencies,
    alarms,
    audit,
    backup,
    cameras,
    changes,
    claims,
    copies,
    decisions,
    findings,
    incidents,
    inspections,
    marks,
    operators,
    papers,
    policy,
    principals,
    ptz,
    sessions,
    staff,
    systems,
    takeovers,
    up,
)
from cli.arguments import hoisted
from cli.gateway import Gateway
from cli.invocation import Invocation
from cli.screen import Screen
from services.chassis import errors

REFUSED, USAGE, AWAY, INTERRUPTED = 1, 2, 3, 130
app = typer.Typer(
    name="kapok",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="--as, --home and --json may stand anywhere in the line.",
)
for command in (
    up.up, decisions.check, decisions.explain, sessions.watch, copies.copy, principals.revoke, principals.reinstate,
    backup.backup, backup.restore,
):  # fmt: skip
    app.command(command.__name__)(command)
for name, group in {
    "agencies": agencies.group, "operators": operators.group, "systems": systems.group,
    "cameras": cameras.group, "changes": changes.group,
    "alarms": alarms.group, "findings": findings.group, "sessions": sessions.group,
    "papers": papers.group, "legal-basis": papers.group, "incident": incidents.group, "takeover": takeovers.group,
    "inspections": inspections.group, "policy": policy.group, "staff": staff.group, "audit": audit.group,
    "mark": marks.group, "ptz": ptz.group, "claims": claims.group,
}.items():  # fmt: skip
    app.add_typer(group, name=name)


@app.callback()
def options(
    context: typer.Context,
    principal: Annotated[
        str,
        typer.Option("--as", envvar="KAPOK_AS", metavar="PRINCIPAL", help="Who you are: a certificate of the home."),
    ] = "",
    home: Annotated[Path, typer.Option(envvar="KAPOK_HOME", metavar="DIR", help="Where the platform lives.")] = Path(
        "home"
    ),
    is_json: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout, refusals as JSON on stderr.")
    ] = False,
) -> None:
    """Kapok connects a city's cameras to the agencies that may use them."""
    gateway = Gateway(home, principal)
    context.obj = Invocation(home, gateway, Screen(is_json))
    context.call_on_close(gateway.close)


def main() -> None:
    """The entry point."""
    sys.exit(run(hoisted(sys.argv[1:])))


def run(arguments: Sequence[str]) -> int:
    """Run one command line with its global options in front; returns the exit code."""
    screen = Screen("--json" in arguments)
    try:
        code: Any = app(list(arguments), prog_name="kapok", standalone_mode=False)
        sys.stdout.flush()  # here, where a reader that has left is known as such
    except errors.Error as error:
        screen.refuse(error)
        return AWAY if isinstance(error, errors.Unavailable) else REFUSED
    except typer.TyperException as error:
        if not error.format_message():
            return USAGE  # a group without a command: its help was printed
        screen.refuse(_usage(error))
        return USAGE
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # who read us has left, and so do we
        return REFUSED
    except OSError as error:
        screen.refuse(errors.FailedPrecondition("STATE_WRONG", f"{error.filename or 'this machine'}: {error.strerror}"))
        return REFUSED
    except Exception as error:
        logging.getLogger(__name__).info("unexpected", exc_info=True)  # where `up` keeps its log; else nowhere
        screen.refuse(errors.Internal("INTERNAL", f"our fault, please report it: {type(error).__name__}: {error}"))
        return REFUSED
    return code if isinstance(code, int) else 0


def _usage(error: typer.TyperException) -> errors.Error:
    """A wrong command line, in our family; typer names the command it was meant for."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "kapok"
    wrong = errors.InvalidArgument(errors.Violation("arguments", error.format_message()), see=f"{path} --help")
    wrong.message = error.format_message()
    return wrong


if __name__ == "__main__":
    main()
