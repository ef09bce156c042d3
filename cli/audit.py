"""`kapok audit`: the newest records of the ledger, the proof that none was changed, and who used a camera."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from rich.cells import cell_len, set_cell_size

from cli import names, screen, verify
from cli.cameras import CameraArgument
from cli.gateway import Gateway
from cli.invocation import Context
from cli.listing import LimitOption, first, show_list
from kapok.audit.v1 import audit_service_pb2, register_service_pb2
from kapok.fact.v1 import fact_pb2
from kapok.permissions.v1 import decision_pb2
from kapok.registry.v1 import camera_pb2
from kapok.streams.v1 import session_pb2

group = typer.Typer(no_args_is_help=True, help="The ledger: tail, verify, uses.")
_PAGE = 250
_COLUMNS = ("number", "time", "what", "who", "camera", "rule", "article", "told")
BookOption = Annotated[str, typer.Option(help="ordinary; or sealed, for national security.")]


@group.command("tail")
def tail(
    context: Context,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=1000)] = 20,
    book: BookOption = "ordinary",
) -> None:
    """The newest records, the newest last."""
    request = audit_service_pb2.ListRecordsRequest(parent=f"books/{book}", page_size=count, newest_first=True)
    # A page ends when it is full or has its megabytes: facts of bulk changes are large.
    _, newest = first(context.obj.gateway, request, count)
    records = [(r, _fact(r.fact)) for r in reversed(newest)]
    if context.obj.screen.is_json:
        context.obj.screen.document({"records": [{**MessageToDict(r), "fact": _document(fact)} for r, fact in records]})
    for line in _aligned([_COLUMNS, *(_row(r.number, fact) for r, fact in records)]):
        context.obj.screen.line(line)


@group.command("verify")
def verify_book(context: Context, book: BookOption = "ordinary") -> None:
    """Read every record, recompute the chain, compare it with the signed head. Exit code 1 when it does not hold."""
    gateway = context.obj.gateway
    said = gateway.call(audit_service_pb2.GetHeadRequest(name=f"books/{book}/head"))
    head = verify.Head(book, said.number, said.hash, said.signature)
    verdict = verify.verify(_entries(gateway, book), head, gateway.endpoints.ledger_public_key)
    if context.obj.screen.is_json:
        context.obj.screen.document(
            {"book": book, "holds": verdict.holds, "records": verdict.records, "head": said.number,
             "broken": verdict.broken, "why": verdict.why}
        )  # fmt: skip
    elif verdict.holds:
        context.obj.screen.line(f"{verdict.records} records of {book} fit together, up to head {said.number}, signed")
    else:
        where = f"record {verdict.broken}" if verdict.broken else "the head"
        context.obj.screen.line(f"the ledger does not hold at {where}: {verdict.why}")
    if not verdict.holds:
        raise typer.Exit(1)


@group.command("uses")
def list_uses(
    context: Context,
    camera: CameraArgument,
    limit: LimitOption = 100,
) -> None:
    """Who used CAMERA, the last use first. Within an inspection, of your own cameras, or for the municipal organs."""
    show_list(
        context, register_service_pb2.ListCameraUsesRequest(parent=camera, page_size=_PAGE), limit,
        ("from", "until", "what", "who", "agency", "for", "stands on", "rule", "article"),
        lambda use: (
            screen.moment(use.start_time), screen.moment(use.end_time), _what(use), use.principal, use.agency,
            names.label("PURPOSE_", session_pb2.Purpose.Name(use.purpose)) if use.purpose else "",
            use.legal_basis or use.ground, use.rule, use.article,
        ),
    )  # fmt: skip


def _what(use: Any) -> str:
    action = names.label("ACTION_", decision_pb2.Action.Name(use.action))
    commands = f" ({use.command_count})" if use.command_count else ""
    return f"{action}{commands}{f', {use.copy_count} out' if use.copy_count else ''}"


def _entries(gateway: Gateway, book: str) -> Iterator[verify.Entry]:
    for page in gateway.pages(audit_service_pb2.ListRecordsRequest(parent=f"books/{book}", page_size=_PAGE)):
        for record in page.records:
            yield verify.Entry(record.number, record.fact, record.hash)


def _fact(data: bytes) -> Any:
    """The fact in ``data``; one that can't be read is shown as such: the chain is over bytes, not over meaning."""
    fact = fact_pb2.Fact()
    try:
        fact.ParseFromString(data)
    except DecodeError:
        return fact_pb2.Fact(kind="(unreadable)")
    return fact


def _document(fact: Any) -> dict[str, Any]:
    try:
        return MessageToDict(fact)
    except TypeError:  # a snapshot of a type that this program does not know
        without = fact_pb2.Fact()
        without.CopyFrom(fact)
        without.ClearField("snapshot")
        return {**MessageToDict(without), "snapshot": {"@type": fact.snapshot.type_url}}


def _row(number: int, fact: Any) -> tuple[str, ...]:
    who, camera = fact.principal.removeprefix("principals/"), fact.camera.rpartition("/")[2]
    moment = screen.moment(fact.occur_time)
    return str(number), moment, fact.kind, who, camera, fact.rule, fact.article, _told(fact)


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Lines of columns as wide as their widest cell, but for the last: a long refusal pads no other line."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)][:-1]
    for *cells, last in rows:
        padded = (set_cell_size(cell, width) for cell, width in zip(cells, widths, strict=True))
        yield "  ".join((*padded, last)).rstrip()


def _told(fact: Any) -> str:
    batch, refusal = camera_pb2.CameraBatch(), fact_pb2.Refusal()
    if fact.snapshot.Unpack(batch):
        return f"{len(batch.cameras)} cameras"
    if not fact.snapshot.Unpack(refusal):
        return ""
    times = f" ({refusal.count} times)" if refusal.count > 1 else ""
    return f"{refusal.reason}: {refusal.message}{times}"
