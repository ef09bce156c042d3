"""`kapok findings`: what an article asks for and what is missing, of the systems that the caller answers for."""

from typing import Annotated, Any

import typer

from cli import screen
from cli.invocation import Context
from cli.listing import LimitOption, show_list
from kapok.audit.v1 import findings_service_pb2

group = typer.Typer(no_args_is_help=True, help="Findings: list.")
_PAGE = 500
_COLUMNS = ("subject", "article", "what", "raised", "due", "count")


def _article(text: str) -> str:
    """`Article 12` from itself or from its number."""
    return f"Article {text}" if text.isdecimal() else text


@group.command("list")
def list_findings(
    context: Context,
    is_all: Annotated[bool, typer.Option("--all", help="Those that were resolved too.")] = False,
    article: Annotated[
        str, typer.Option(parser=_article, metavar="ARTICLE", help="'Article 12', or its number; with its paragraphs.")
    ] = "",
    limit: LimitOption = 1000,
) -> None:
    """What is owed, the newest first: by your own systems, or by those of the places that you supervise."""
    request = findings_service_pb2.ListFindingsRequest(page_size=_PAGE, include_resolved=is_all, article=article)
    columns = (*_COLUMNS, "resolved") if is_all else _COLUMNS
    show_list(context, request, limit, columns, lambda finding: _row(finding)[: len(columns)])


def _row(finding: Any) -> tuple[object, ...]:
    times = (screen.moment(moment) for moment in (finding.raise_time, finding.due_time))
    resolved = screen.moment(finding.resolve_time)
    return finding.subject, finding.article, finding.sentence, *times, finding.count or "", resolved
