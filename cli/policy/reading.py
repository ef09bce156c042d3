"""Commands that look at proposals and at the versions of the policy."""

from collections.abc import Callable
from difflib import unified_diff
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict

from cli import screen
from cli.invocation import Context
from cli.listing import LimitOption, show_list
from cli.policy.group import NO_ROLES, ProposalArgument, group, leases, show, signers, state
from kapok.permissions.v1 import policy_service_pb2

pb = policy_service_pb2
_PAGE = 100
_Revision = Annotated[int, typer.Argument(min=1, metavar="REVISION")]


@group.command("list")
def list_proposals(context: Context, limit: LimitOption = 100) -> None:
    """The proposals, newest first."""
    show_list(
        context, pb.ListPolicyProposalsRequest(page_size=_PAGE), limit,
        ("proposal", "state", "proposed", "by", "signed by", "sign by"),
        lambda one: (one.name, state(one), screen.moment(one.create_time), one.principal, signers(one),
                     screen.moment(one.sign_by_time)),
    )  # fmt: skip


@group.command("show")
def show_proposal(context: Context, proposal: ProposalArgument) -> None:
    """One proposal, with what it changes."""
    show(context, context.obj.gateway.call(pb.GetPolicyProposalRequest(name=proposal)))


@group.command("history")
def history(context: Context, limit: LimitOption = 100) -> None:
    """The versions that are and were in force, newest first."""
    show_list(
        context, pb.ListPolicyVersionsRequest(page_size=_PAGE), limit,
        ("revision", "in force since", "proposal", "leases", "marked", "sha256 of rows and roles"),
        lambda one: (one.revision, screen.moment(one.adopt_time), one.proposal or "the organs' first policy",
                     _leases(one), ", ".join(one.effective_marks), one.policy_sha256),
    )  # fmt: skip


@group.command("rows")
def rows(context: Context, revision: _Revision) -> None:
    """The rows of a version as CSV, to be changed and proposed."""
    _print(context, revision, lambda version: version.policy_csv)


@group.command("roles")
def roles(context: Context, revision: _Revision) -> None:
    """The definitions of roles of a version as CSV, to be changed and proposed."""
    _print(context, revision, lambda version: version.roles_csv or NO_ROLES)


@group.command("diff")
def diff(context: Context, before: _Revision, after: _Revision) -> None:
    """What changed from one version to another: roles, rows, leases, marks, and levels that the later one set."""
    old, new = _version(context, before), _version(context, after)
    names = f"policyVersions/{before}", f"policyVersions/{after}"
    lines = [
        line
        for was, now in ((old.roles_csv, new.roles_csv), (old.policy_csv, new.policy_csv))
        for line in unified_diff(was.splitlines(), now.splitlines(), *names, lineterm="", n=0)
    ]
    levels = [f"category {category}: level {level}" for category, level in sorted(new.category_levels.items())]
    levels += [f"{one.code}: level {one.level}" for one in new.camera_levels]
    then, now = leases(old.effective_lease_seconds), leases(new.effective_lease_seconds)
    changed = [f"-{line}" for line in then if line not in now] + [f"+{line}" for line in now if line not in then]
    marked = [f"-mark of {one}" for one in old.effective_marks if one not in new.effective_marks]
    marked += [f"+mark of {one}" for one in new.effective_marks if one not in old.effective_marks]
    for line in (*lines, *levels, *changed, *marked):
        context.obj.screen.line(line)
    if context.obj.screen.is_json:
        context.obj.screen.document({"rows": lines, "levels": levels, "leases": changed, "marks": marked})


def _leases(version: Any) -> str:
    return ", ".join(f"{one} {seconds} s" for one, seconds in sorted(version.effective_lease_seconds.items()))


def _print(context: Context, revision: int, part: Callable[[Any], str]) -> None:
    version = _version(context, revision)
    for line in part(version).splitlines():
        context.obj.screen.line(line)
    if context.obj.screen.is_json:
        context.obj.screen.document(MessageToDict(version))


def _version(context: Context, revision: int) -> Any:
    return context.obj.gateway.call(pb.GetPolicyVersionRequest(name=f"policyVersions/{revision}"))
