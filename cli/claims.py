"""`kapok claims`: compensation for what a takeover cost an operator, from filing to settlement (Article 18 ¶3)."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import money, names, screen, verify
from cli.arguments import form
from cli.control import TakeoverArgument
from cli.grounds import ReasonOption
from cli.invocation import Context
from cli.listing import LimitOption, document, first, show_list
from kapok.audit.v1 import evidence_service_pb2
from kapok.permissions.v1 import claim_pb2
from kapok.permissions.v1 import claims_service_pb2 as pb

group = typer.Typer(
    no_args_is_help=True,
    help="Compensation for takeovers (Article 18 ¶3): file, answer, reply, settle, withdraw, show, list, evidence.",
)
_PAGE = 500
_ANSWER = pb.AnswerClaimRequest.Answer
ClaimArgument = Annotated[
    str, typer.Argument(parser=names.claim, metavar="CLAIM", help="takeovers/ID/claims/OPERATOR, as listed.")
]


@dataclass(frozen=True, kw_only=True)
class Word:
    """What the agency says."""

    claim: ClaimArgument
    answer: Annotated[
        int,
        typer.Argument(parser=names.choice(_ANSWER, "ANSWER_"), metavar="ANSWER",
                       help=names.choices(_ANSWER, "ANSWER_")),
    ]  # fmt: skip
    text: Annotated[str, typer.Option(help="What is asked, or why; it goes on record.")] = ""
    amount: Annotated[
        int | None, typer.Option(parser=money.fen, metavar="YUAN", help="Accepted in part; without it in whole.")
    ] = None


@group.command("file")
def file_claim(
    context: Context,
    takeover: TakeoverArgument,
    reason: ReasonOption,
    loss: Annotated[
        list[str],
        typer.Option(metavar="KIND:YUAN:TEXT", help="loss or expense; CODE: before TEXT names a camera. One for each."),
    ],
) -> None:
    """Claim for your cameras that a takeover took, once it is over there: once, within two years."""
    claim = claim_pb2.Claim(reason=reason, losses=[money.loss(one) for one in loss])
    _show(context, context.obj.gateway.call(pb.FileClaimRequest(parent=takeover, claim=claim)))


@group.command("answer")
@form
def answer_claim(context: Context, word: Word) -> None:
    """Your agency's word to a claim against it: take-up first, then ask, accept or reject."""
    gateway, amount = context.obj.gateway, word.amount
    if word.answer == pb.AnswerClaimRequest.ANSWER_ACCEPT and amount is None:
        amount = gateway.call(pb.GetClaimRequest(name=word.claim)).amount_fen
    request = pb.AnswerClaimRequest(name=word.claim, text=word.text, accepted_fen=amount)
    request.answer = word.answer  # type: ignore[assignment] # the parser made it one of the enum's numbers
    _show(context, gateway.call(request))


@group.command("reply")
def supplement_claim(
    context: Context,
    claim: ClaimArgument,
    text: Annotated[str, typer.Option(help="In words; it goes on record.")],
    enclosed: Annotated[
        Path | None, typer.Option("--document", help="What was asked for; its SHA-256 goes on record.")
    ] = None,
) -> None:
    """Reply to what the agency asked."""
    digest = hashlib.sha256(enclosed.read_bytes()).hexdigest() if enclosed else ""
    request = pb.SupplementClaimRequest(name=claim, text=text, document_sha256=digest)
    _show(context, context.obj.gateway.call(request))


@group.command("settle")
def settle_claim(
    context: Context,
    claim: ClaimArgument,
    payment: Annotated[str, typer.Option(help="The payment's reference.")],
) -> None:
    """Your agency paid what it accepted."""
    _show(context, context.obj.gateway.call(pb.SettleClaimRequest(name=claim, payment_reference=payment)))


@group.command("withdraw")
def withdraw_claim(context: Context, claim: ClaimArgument, reason: ReasonOption) -> None:
    """Take your claim back before it is decided, for good."""
    _show(context, context.obj.gateway.call(pb.WithdrawClaimRequest(name=claim, reason=reason)))


@group.command("show")
def show_claim(context: Context, claim: ClaimArgument) -> None:
    """A claim of yours, against you, or any for the three organs."""
    _show(context, context.obj.gateway.call(pb.GetClaimRequest(name=claim)))


@group.command("list")
def list_claims(context: Context, limit: LimitOption = 100) -> None:
    """Claims of yours, against you, or all for the three organs; newest first."""
    show_list(
        context, pb.ListClaimsRequest(parent="takeovers/-", page_size=_PAGE), limit,
        ("claim", "state", "against", "claimed", "accepted", "due"),
        lambda one: (one.name, _state(one), one.agency, money.yuan(one.amount_fen), _accepted(one), _due(one)),
    )  # fmt: skip


@group.command("evidence")
def show_evidence(context: Context, claim: ClaimArgument, limit: LimitOption = 1000) -> None:
    """What the ledger says of the takeover at the claimant's cameras, each record verified. Exit code 1 if not."""
    gateway, api = context.obj.gateway, evidence_service_pb2
    _, found = first(gateway, api.ListClaimEvidenceRequest(parent=claim, page_size=_PAGE), limit)
    parts = gateway.call(api.SummarizeClaimEvidenceRequest(parent=claim)).cameras
    told = [(one, _holds(one, gateway.endpoints.ledger_public_key)) for one in found]
    context.obj.screen.table(
        {"evidence": [{**document(one), "holds": holds} for one, holds in told], "cameras": list(map(document, parts))},
        ("book", "number", "when", "what", "camera", "verified"),
        (
            (one.book.removeprefix("books/"), one.record.number, screen.moment(one.occur_time), one.kind,
             one.camera[-20:], "yes" if holds else "NO")
            for one, holds in told
        ),
    )  # fmt: skip
    for part in parts:
        context.obj.screen.line(_part(part))
    if not all(holds for _, holds in told):
        raise typer.Exit(1)


def _holds(one: Any, ledger_key: bytes) -> bool:
    entry = verify.Entry(one.record.number, one.record.fact, one.record.hash)
    return verify.is_record(one.book.removeprefix("books/"), entry, one.previous_hash, one.signature, ledger_key)


def _part(part: Any) -> str:
    """A camera's part in words."""
    start, end = screen.moment(part.start_time), screen.moment(part.end_time)
    lasting = f" ({part.end_time.ToDatetime() - part.start_time.ToDatetime()})" if start and end else ""
    commands = f"{part.command_count} commands"
    if part.command_count:
        commands += f" from {screen.moment(part.first_command_time)} to {screen.moment(part.last_command_time)}"
    return f"{part.camera[-20:]}: taken over {start} to {end}{lasting}, {commands}"


def _show(context: Context, one: Any) -> None:
    context.obj.screen.fields(
        one, ("claim", one.name), ("state", _state(one)), ("by", one.operator), ("against", one.agency),
        ("because", one.reason), ("cameras", one.camera_count),
        *((names.label("KIND_", claim_pb2.Loss.Kind.Name(loss.kind)), _line(loss)) for loss in one.losses),
        ("claimed", money.yuan(one.amount_fen)), ("accepted", _accepted(one)), ("due", _due(one)),
        ("payment", one.payment_reference), *((screen.moment(step.time), _step(step)) for step in one.steps),
    )  # fmt: skip


def _line(loss: Any) -> str:
    where = f" at {loss.camera[-20:]}" if loss.camera else ""
    return f"{money.yuan(loss.amount_fen)} {loss.text}{where}"


def _step(step: Any) -> str:
    verb = names.label("VERB_", claim_pb2.ClaimStep.Verb.Name(step.verb))
    return " ".join(filter(None, (verb, f"by {step.principal}" if step.principal else "", step.text)))


def _state(one: Any) -> str:
    return names.label("STATE_", claim_pb2.Claim.State.Name(one.state))


def _accepted(one: Any) -> str:
    is_decided = one.state in (claim_pb2.Claim.STATE_DECIDED, claim_pb2.Claim.STATE_SETTLED)
    return money.yuan(one.accepted_fen) if is_decided else ""


def _due(one: Any) -> str:
    return f"{screen.moment(one.due_time)}{' (overdue)' if one.is_overdue else ''}"
