"""`kapok takeover list` and `watch`: who took which cameras, why and until when, now or as it happens (Article 18)."""

from typing import Annotated, Any

import typer

from cli import names, screen, takeover_live
from cli.control import exclusiveness, group
from cli.invocation import Context
from cli.listing import LimitOption, ResumeOption, follow, show_list
from kapok.permissions.v1 import takeover_pb2
from kapok.permissions.v1 import takeovers_service_pb2 as pb

__all__ = ["group"]
_PAGE = 500
_CAUSE = "CAUSE_"
AllOption = Annotated[bool, typer.Option("--all", help="Those that are over, too.")]


@group.command("list")
def list_takeovers(context: Context, everything: AllOption = False, limit: LimitOption = 100) -> None:
    """The takeovers in force of your agency, or of cameras that you run or supervise, last granted first."""
    columns = ("takeover", "by", "cause", "cameras", "from", "until", "reason")
    show_list(context, pb.ListTakeoversRequest(page_size=_PAGE, include_over=everything), limit, columns, _row)


@group.command("watch")
def watch_takeovers(
    context: Context,
    takeover: Annotated[
        str | None, typer.Argument(parser=names.resource("takeovers"), metavar="[TAKEOVER]", help="One alone, live.")
    ] = None,
    resume: ResumeOption = "",
) -> None:
    """Takeovers as they are granted, renewed, preceded and over, until Ctrl-C. With --json one answer a line.

    Of one alone a live view: how its cameras stand, and what changes, until it is over, q or Ctrl-C.
    """
    if takeover:
        return takeover_live.watch(context, takeover, resume)
    return follow(context, pb.WatchTakeoversRequest(resume_token=resume), _line)


def _row(one: Any) -> tuple[str, ...]:
    return (
        one.name, one.principal, _cause(one), f"{one.in_force_count} of {one.taken_count}",
        screen.moment(one.start_time), screen.moment(one.end_time), one.reason,
    )  # fmt: skip


def _line(notice: Any) -> str:
    """Who, of what, why, until when, and where to claim: a line."""
    one = notice.takeover
    parts = [one.name, one.principal, _standing(one), f"{_cause(one)}: {one.reason}"]
    parts += [f"{name}: {said}" for name, said in exclusiveness(one)]
    return "  ".join((*parts, *([notice.how_to_claim] if notice.how_to_claim else [])))


def _standing(one: Any) -> str:
    """How much of it is in force, and until when; of one that is over, how it ended."""
    if one.in_force_count:
        held = sum(taken.is_holding for taken in one.taken)
        return f"holds {held} of {one.taken_count} cameras until {screen.moment(one.end_time)}"
    last = max(one.taken, key=lambda taken: taken.over_time.ToNanoseconds(), default=takeover_pb2.TakenCamera())
    return f"{last.over_by} at {screen.moment(last.over_time)}"


def _cause(one: Any) -> str:
    return names.label(_CAUSE, takeover_pb2.Takeover.Cause.Name(one.cause)) if one.cause else ""
