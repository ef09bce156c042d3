"""The group of commands, and what they share."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli import names, screen
from cli.invocation import Context
from kapok.permissions.v1 import policy_pb2
from services.decider.roles import COLUMNS

group = typer.Typer(no_args_is_help=True, help="Levels and permissions (Article 14 ¶2): propose, sign, look back.")
NO_ROLES = ",".join(COLUMNS) + "\n"  # the header alone: no role is defined
_DIGITS = re.compile(r"\d{1,9}", re.ASCII)
_STATES = policy_pb2.PolicyProposal.State
ProposalArgument = Annotated[
    str,
    typer.Argument(parser=names.resource("policyProposals"), metavar="PROPOSAL", help="policyProposals/ID, or the ID."),
]


def state(one: Any) -> str:
    """As people write it."""
    return names.label("STATE_", _STATES.Name(one.state))


def signers(one: Any) -> str:
    """The organs that have signed."""
    return ", ".join(signature.agency_kind for signature in one.signatures)


def show(context: Context, one: Any) -> None:
    """A proposal and what it changes."""
    change = policy_pb2.PolicyChange.FromString(one.change)
    context.obj.screen.fields(
        one, ("proposal", one.name), ("state", state(one)), ("changes", changed(change)), ("why", change.reason),
        ("proposed by", one.principal), ("at", screen.moment(one.create_time)), ("signed by", signers(one)),
        ("sign by", screen.moment(one.sign_by_time)), ("closed by", one.closed_by),
        ("because", one.close_reason), ("in force as", one.adopted_revision or ""), ("sha256", one.change_sha256),
    )  # fmt: skip


def changed(change: policy_pb2.PolicyChange) -> str:
    """What a change is about, in a few words."""
    parts = [f"all rows, {_rows(change.policy_csv)} of them"] if change.policy_csv else []
    parts += [f"the roles that they speak of, {_rows(change.roles_csv)} of them"] if change.roles_csv else []
    parts += [f"category {category}: level {level}" for category, level in sorted(change.category_levels.items())]
    parts += [f"{one.code}: level {one.level}" for one in change.camera_levels[:5]]
    if len(change.camera_levels) > 5:
        parts.append(f"and {len(change.camera_levels) - 5} cameras more")
    parts += leases(change.lease_seconds)
    parts += [f"pictures of {one}: {'marked' if is_so else 'unmarked'}" for one, is_so in sorted(change.marks.items())]
    if change.HasField("sealed_levels"):
        secret = change.sealed_levels
        parts.append(f"{secret.camera_count} cameras on {secret.name}, sha256 {secret.sha256}")
    return "; ".join(parts)


def _rows(csv: str) -> int:
    """Below its header."""
    return len(csv.splitlines()) - 1


def leases(seconds: Mapping[str, int]) -> list[str]:
    """Of each class of session, as people read it."""
    return [f"lease of {one}: {length} s" for one, length in sorted(seconds.items())]


def camera_level(text: str) -> policy_pb2.CameraLevel:
    """CODE=LEVEL."""
    camera, _, level = text.partition("=")
    return policy_pb2.CameraLevel(code=names.camera(camera).rpartition("/")[2], level=number(level))


def number(text: str) -> int:
    """Up to nine digits."""
    if not _DIGITS.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is no number: give NAME=NUMBER, such as 7=3 or standing=10")
    return int(text)
