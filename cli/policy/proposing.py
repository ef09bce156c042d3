"""Commands that move a proposal on."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from cli.arguments import form
from cli.grounds import ReasonOption
from cli.invocation import Context
from cli.policy.group import NO_ROLES, ProposalArgument, camera_level, group, number, show
from kapok.permissions.v1 import policy_service_pb2
from services.chassis import errors
from services.chassis.signing import Signer
from services.permissions.joint.proposal import PURPOSE

pb = policy_service_pb2


@dataclass(frozen=True)
class Draft:
    """What is proposed. What is not named stays as it is."""

    reason: ReasonOption
    rows: Annotated[Path | None, typer.Option(help="CSV of all rows; `kapok policy rows` prints those in force.")] = (
        None
    )
    roles: Annotated[
        Path | None, typer.Option(help="CSV of all definitions of roles; `kapok policy roles` prints those in force.")
    ] = None
    roll_back_to: Annotated[int, typer.Option(min=0, metavar="REVISION", help="A former version's rows and roles.")] = 0
    level: Annotated[list[str] | None, typer.Option(metavar="CODE=LEVEL", help="Of a camera; may be repeated.")] = None
    category_level: Annotated[
        list[str] | None, typer.Option(metavar="CATEGORY=LEVEL", help="Of a place category 1 to 13; may be repeated.")
    ] = None
    sealed: Annotated[
        str,
        typer.Option(metavar="LIST", help="A list of state secrets that national security drew up: sealedLevels/ID."),
    ] = ""
    lease: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLASS=SECONDS",
            help="May outlast a silent bus: standing=5 to 10, takeover-holder=10 to 300; may be repeated.",
        ),
    ] = None
    mark: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CLASS",
            help="Have each session of it named in its pictures: live, playback, copy, live-check; may be repeated.",
        ),
    ] = None
    unmark: Annotated[list[str] | None, typer.Option(metavar="CLASS", help="The same, no more; may be repeated.")] = (
        None
    )
    window_hours: Annotated[int, typer.Option(min=1, max=720, help="Time to sign in.")] = 168
    is_checked_only: Annotated[bool, typer.Option("--validate-only", help="Check it, keep nothing.")] = False


@group.command("propose")
@form
def propose(context: Context, draft: Draft) -> None:
    """Put a change before the organs, as municipal public security."""
    rows, roles = (path.read_text(encoding="utf-8") if path else "" for path in (draft.rows, draft.roles))
    if draft.roll_back_to:
        former = context.obj.gateway.call(pb.GetPolicyVersionRequest(name=f"policyVersions/{draft.roll_back_to}"))
        rows, roles = former.policy_csv, former.roles_csv or NO_ROLES
    request = pb.ProposePolicyChangeRequest(
        policy_csv=rows,
        roles_csv=roles,
        category_levels=dict(map(_category_level, draft.category_level or ())),
        camera_levels=map(camera_level, draft.level or ()),
        sealed_levels=draft.sealed,
        lease_seconds=dict(map(_lease, draft.lease or ())),
        marks=_marks(draft),
        reason=draft.reason,
        window_hours=draft.window_hours,
        validate_only=draft.is_checked_only,
    )
    show(context, context.obj.gateway.call(request))


@group.command("approve")
def approve(
    context: Context,
    proposal: ProposalArgument,
    key: Annotated[Path, typer.Option(help="Your organ's Ed25519 seed, in hexadecimal digits.")],
) -> None:
    """Sign a proposal for your organ, over the hash of what was looked at. With the third signature it is in force."""
    found = context.obj.gateway.call(pb.GetPolicyProposalRequest(name=proposal))
    digest = sha256(found.change).digest()
    if digest.hex() != found.change_sha256:
        message = f"{proposal} is not what its hash says: sign nothing, and tell municipal public security"
        raise errors.FailedPrecondition("STATE_WRONG", message, state="altered")
    signature = Signer.from_file(key).sign(PURPOSE, digest)
    show(context, context.obj.gateway.call(pb.SignPolicyProposalRequest(name=proposal, signature=signature)))


@group.command("reject")
def reject(context: Context, proposal: ProposalArgument, reason: ReasonOption) -> None:
    """Say no for your organ: the proposal is over."""
    show(context, context.obj.gateway.call(pb.RejectPolicyProposalRequest(name=proposal, reason=reason)))


@group.command("withdraw")
def withdraw(context: Context, proposal: ProposalArgument, reason: ReasonOption) -> None:
    """Take a proposal back, as municipal public security."""
    show(context, context.obj.gateway.call(pb.WithdrawPolicyProposalRequest(name=proposal, reason=reason)))


def _marks(draft: Draft) -> dict[str, bool]:
    marked, unmarked = set(draft.mark or ()), set(draft.unmark or ())
    if both := sorted(marked & unmarked):
        raise typer.BadParameter(f"{', '.join(both)}: --mark or --unmark, not both")
    return dict.fromkeys(sorted(marked), True) | dict.fromkeys(sorted(unmarked), False)


def _lease(text: str) -> tuple[str, int]:
    one, _, seconds = text.partition("=")
    return one, number(seconds)


def _category_level(text: str) -> tuple[int, int]:
    category, _, level = text.partition("=")
    return number(category), number(level)
