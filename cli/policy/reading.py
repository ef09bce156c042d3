"""Commands that look at proposals and at the versions of the policy."""

from collections.abc import Iterable
from difflib import unified_diff
from itertools import islice
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict

from cli import screen
from cli.invocation import Context
from cli.policy.group import ProposalArgument, group, leases, show, signers, state
from kapok.permissions.v1 import policy_service_pb2

pb = policy_service_pb2
_PAGE = 100
_Limit = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")]
_Revision = Annotated[int, typer.Argument(min=1, metavar="REVISION")]


@group.command("list")
def list_proposals(context: Context, limit: _Limit = 100) -> None:
    """The proposals, newest first."""
    pages = context.obj.gateway.pages(pb.ListPolicyProposalsRequest(page_size=min(limit, _PAGE)))
    found = list(islice((one for page in pages for one in page.policy_proposals), limit))
    _table(
        context, "policyProposals", found, ("proposal", "state", "proposed", "by", "signed by", "sign by"),
        ((one.name, state(one), screen.moment(one.create_time), one.principal, signers(one),
          screen.moment(one.sign_by_time)) for one in found),
    )  # fmt: skip


@group.command("show")
def show_proposal(context: Context, proposal: ProposalArgument) -> None:
    """One proposal, with what it changes."""
    show(context, context.obj.gateway.call(pb.GetPolicyProposalRequest(name=proposal)))


@group.command("history")
def history(context: Context, limit: _Limit = 100) -> None:
    """The versions that are and were in force, newest first."""
    pages = context.obj.gateway.pages(pb.ListPolicyVersionsRequest(page_size=min(limit, _PAGE)))
    found = list(islice((one for page in pages for one in page.policy_versions), limit))
    _table(
        context, "policyVersions", found, ("revision", "in force since", "proposal", "leases", "sha256 of the rows"),
        ((one.revision, screen.moment(one.adopt_time), one.proposal or "the organs' first policy",
          _leases(one), one.policy_sha256)
         for one in found),
    )  # fmt: skip


@group.command("rows")
def rows(context: Context, revision: _Revision) -> None:
    """The rows of a version as CSV, to be changed and proposed."""
    version = _version(context, revision)
    for line in version.policy_csv.splitlines():
        context.obj.screen.line(line)
    if context.obj.screen.is_json:
        context.obj.screen.document(MessageToDict(version))


@group.command("diff")
def diff(context: Context, before: _Revision, after: _Revision) -> None:
    """What changed from one version to another: rows, leases, and the levels that the later one set."""
    old, new = _version(context, before), _version(context, after)
    lines = list(
        unified_diff(
            old.policy_csv.splitlines(), new.policy_csv.splitlines(), f"policyVersions/{before}",
            f"policyVersions/{after}", lineterm="", n=0,
        )
    )  # fmt: skip
    levels = [f"category {category}: level {level}" for category, level in sorted(new.category_levels.items())]
    levels += [f"{one.code}: level {one.level}" for one in new.camera_levels]
    then, now = leases(old.effective_lease_seconds), leases(new.effective_lease_seconds)
    changed = [f"-{line}" for line in then if line not in now] + [f"+{line}" for line in now if line not in then]
    for line in (*lines, *levels, *changed):
        context.obj.screen.line(line)
    if context.obj.screen.is_json:
        context.obj.screen.document({"rows": lines, "levels": levels, "leases": changed})


def _leases(version: Any) -> str:
    return ", ".join(f"{one} {seconds} s" for one, seconds in sorted(version.effective_lease_seconds.items()))


def _version(context: Context, revision: int) -> Any:
    return context.obj.gateway.call(pb.GetPolicyVersionRequest(name=f"policyVersions/{revision}"))


def _table(
    context: Context, name: str, found: list[Any], columns: tuple[str, ...], cells: Iterable[tuple[object, ...]]
) -> None:
    context.obj.screen.table({name: [MessageToDict(one) for one in found]}, columns, cells)
