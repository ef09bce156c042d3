"""`kapok staff`: what lets a person look at its agency's own cameras: a training (Article 23), a duty shift (20)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from cli import names, screen
from cli.arguments import form
from cli.grounds import ReasonOption
from cli.invocation import Context
from cli.listing import LimitOption, show_list
from cli.papers import stamp
from kapok.permissions.v1 import staff_pb2
from kapok.permissions.v1 import staff_service_pb2 as pb

group = typer.Typer(no_args_is_help=True, help="Trainings and duty shifts of persons (Articles 20, 23).")
_PAGE = 1000
_Person = Annotated[
    str, typer.Argument(parser=names.resource("principals"), metavar="PERSON", help="principals/ID, or the ID.")
]


@dataclass(frozen=True)
class TrainingSheet:
    """A training that municipal public security organised."""

    person: _Person
    number: Annotated[str, typer.Option(help="Of the training's certificate.")]
    days: Annotated[float, typer.Option(min=0.001, max=1098, help="How long it is valid from now.")] = 365


@group.command("register-training")
@form
def register_training(context: Context, sheet: TrainingSheet) -> None:
    """Put a training of PERSON on record, as municipal public security."""
    now = datetime.now(UTC)
    training = staff_pb2.Training(
        person=sheet.person, certificate_number=sheet.number, start_time=stamp(now),
        end_time=stamp(now + timedelta(days=sheet.days)),
    )  # fmt: skip
    _show_training(context, context.obj.gateway.call(pb.RegisterTrainingRequest(training=training)))


@group.command("revoke-training")
def revoke_training(
    context: Context,
    training: Annotated[str, typer.Argument(parser=names.resource("trainings"), metavar="TRAINING")],
    reason: ReasonOption,
) -> None:
    """Take a training back, and end what its person looks at."""
    _show_training(context, context.obj.gateway.call(pb.RevokeTrainingRequest(name=training, reason=reason)))


@group.command("trainings")
def list_trainings(context: Context, person: _Person, limit: LimitOption = 100) -> None:
    """The trainings of PERSON."""
    show_list(
        context, pb.ListTrainingsRequest(parent=person, page_size=_PAGE), limit,
        ("training", "certificate", "from", "until", "by", "revoked", "because"),
        lambda one: (one.name, one.certificate_number, screen.moment(one.start_time), screen.moment(one.end_time),
                     one.registered_by, screen.moment(one.revoke_time), one.revoke_reason),
    )  # fmt: skip


@group.command("enter-shift")
def enter_shift(
    context: Context,
    person: _Person,
    hours: Annotated[float, typer.Option(min=0.01, max=24, help="How long it lasts.")] = 8,
    starts_in: Annotated[float, typer.Option(min=0, max=2208, metavar="HOURS", help="When it begins.")] = 0,
) -> None:
    """Enter a duty shift of PERSON, of your own agency; it begins now unless told."""
    starts_at = datetime.now(UTC) + timedelta(hours=starts_in)
    shift = staff_pb2.Shift(person=person, end_time=stamp(starts_at + timedelta(hours=hours)))
    if starts_in:
        shift.start_time.CopyFrom(stamp(starts_at))
    _show_shift(context, context.obj.gateway.call(pb.EnterShiftRequest(shift=shift)))


@group.command("end-shift")
def end_shift(
    context: Context,
    shift: Annotated[str, typer.Argument(parser=names.resource("shifts"), metavar="SHIFT")],
    reason: ReasonOption,
) -> None:
    """End a shift now, and what its person looks at; one that has not begun is called off."""
    _show_shift(context, context.obj.gateway.call(pb.EndShiftRequest(name=shift, reason=reason)))


@group.command("shifts")
def list_shifts(context: Context, person: _Person, limit: LimitOption = 100) -> None:
    """The duty shifts of PERSON."""
    show_list(
        context, pb.ListShiftsRequest(parent=person, page_size=_PAGE), limit,
        ("shift", "from", "until", "by", "ended", "because"),
        lambda one: (one.name, screen.moment(one.start_time), screen.moment(one.end_time), one.entered_by,
                     screen.moment(one.early_end_time), one.end_reason),
    )  # fmt: skip


def _show_training(context: Context, one: Any) -> None:
    context.obj.screen.fields(
        one, ("training", one.name), ("of", one.person), ("certificate", one.certificate_number),
        ("until", screen.moment(one.end_time)), ("by", one.registered_by),
        ("revoked", screen.moment(one.revoke_time)), ("because", one.revoke_reason),
    )  # fmt: skip


def _show_shift(context: Context, one: Any) -> None:
    context.obj.screen.fields(
        one, ("shift", one.name), ("of", one.person), ("from", screen.moment(one.start_time)),
        ("until", screen.moment(one.end_time)), ("by", one.entered_by),
        ("ended", screen.moment(one.early_end_time)), ("because", one.end_reason),
    )  # fmt: skip
