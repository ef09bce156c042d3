"""What every `list` and `watch` does: pages become a table, a stream becomes lines; for programs both become JSON.

A page or an answer holds what was asked for in its field 1, under the name that JSON gives it (AIP-132, AIP-158).
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from cli.gateway import Gateway
from cli.invocation import Context

LimitOption = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")]
ResumeOption = Annotated[str, typer.Option(metavar="TOKEN", help="Go on behind the last answer that had it.")]


def first(gateway: Gateway, request: Any, limit: int) -> tuple[str, list[Any]]:
    """The first ``limit`` that a List request finds, and their name in JSON.

    ``request.page_size`` is what one page holds at the most; no page is asked for beyond the last one needed.
    """
    request.page_size = min(limit, request.page_size)
    name = ""
    found: list[Any] = []
    for page in gateway.pages(request):
        name, more = _content(page)
        found += more[: limit - len(found)]
        if len(found) == limit:
            break
    return name, found


def show_list(
    context: Context, request: Any, limit: int, columns: Sequence[str], cells: Callable[[Any], Sequence[object]]
) -> None:
    """``first`` on the screen: one row a piece, of ``cells`` under ``columns``."""
    name, found = first(context.obj.gateway, request, limit)
    context.obj.screen.table({name: [document(one) for one in found]}, columns, map(cells, found))


def follow(context: Context, request: Message, line: Callable[[Any], str]) -> None:
    """The answers to a Watch request until Ctrl-C: one ``line`` a piece; with --json one answer a line, whole."""
    for answer in context.obj.gateway.stream(request):
        context.obj.screen.answer(answer)
        for one in _content(answer)[1]:
            context.obj.screen.line(line(one))


def document(one: Any) -> Any:
    """As JSON has it: a message as an object, a name as itself."""
    return MessageToDict(one) if isinstance(one, Message) else one


def _content(answer: Message) -> tuple[str, Sequence[Any]]:
    field = answer.DESCRIPTOR.fields_by_number[1]
    return field.json_name, getattr(answer, field.name)
